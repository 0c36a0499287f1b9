"""What speaks against a recommended card: its power supply, its software life, its age, a price nobody knows."""

from collections.abc import Iterable

from bot.answering.cards import short_name
from bot.answering.phrasing import sentence
from bot.answering.shortlist import Ground, Shortlist
from bot.answers import Name, Sentence
from retrieval.scoring.candidates import Candidate
from retrieval.scoring.limits import psu_caution
from retrieval.scoring.places import is_laptop

#: A card launched this many years ago or more is no longer sold new.
USED_YEARS = 4


def cautions(shown: Shortlist, candidate: Candidate, ground: Ground) -> Iterable[Sentence]:
    """Yield the warnings that *candidate* deserves."""
    card, language = candidate.card, shown.language
    if warning := psu_caution(card, shown.advice.wishes.limits):
        yield Sentence(shown.ledger.reason(language, warning, "caution"))
    support = shown.advice.supports[card.slug]
    if support.level != "full":
        why = support.reason_vi if language == "vi" else support.reason
        yield sentence(language, "choose.support", why=Name(why))
    if candidate.price is None:
        yield sentence(
            language, "choose.no_price_laptop" if is_laptop(card) else "choose.no_price", card=Name(short_name(card))
        )
    launched, price = card.launch_year, candidate.price
    if (
        launched
        and ground.today.year - launched >= USED_YEARS
        and (price is None or price.condition != "new" or price.basis == "launch")
    ):
        yield sentence(language, "choose.used", card=Name(short_name(card)), year=Name(str(launched)))
