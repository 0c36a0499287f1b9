"""Where one card stands on a shortlist, and why the first is first: what is asked after a choice."""

from dataclasses import dataclass

from bot.answering.cards import cite_cells, short_name
from bot.answering.cautions import cautions
from bot.answering.citing import cite_fit, used
from bot.answering.ledger import Ledger
from bot.answering.phrasing import Filling, joined, phrase, sentence
from bot.answering.shortlist import SHOWN, Ground, Shortlist, leads
from bot.answers import Answer, Block, Name, Paragraph, Points, Sentence
from bot.intents import Intent, IntentKind
from bot.texts import texts
from knowledge.library import Library
from retrieval.scoring.advisor import Advice
from retrieval.scoring.changes import worth_below
from retrieval.scoring.places import is_laptop
from retrieval.scoring.ranking import Ranked, Removed

_FIELDS = ("memory_gb", "tdp_w", "launch_price_usd")
_MOST = 4


def answer_standing(intent: Intent, advice: Advice, ground: Ground) -> Answer:
    """Return where each card that *intent* names stands among all, and what puts the first ahead of it."""
    return _Standing(intent, advice, ground).answer()


def answer_reasons(intent: Intent, advice: Advice, library: Library) -> Answer:
    """Return each criterion of the first card with its reason, the heaviest first."""
    ledger = Ledger()
    first, weights = advice.ranking.ranked[0], advice.ranking.weights
    say = texts(intent.language).say
    support = advice.supports[first.candidate.card.slug]
    items = []
    for score in sorted(first.scores, key=lambda score: -weights[score.name]):
        reason = ledger.reason(intent.language, score.reason, "why")
        if score.name == "ecosystem":
            continue  # said by the support: what runs on the card, and for how long
        if score.name == "support":
            reason = (Name((support.reason_vi if intent.language == "vi" else support.reason).removesuffix(".")),)
        name = say(f"choose.criteria.{score.name}")
        share = ledger.figure(f"weight/{score.name}", 100 * weights[score.name], "%", digits=2)
        items.append(Sentence((Name(name[0].upper() + name[1:]), " (", share, "): ", *reason, ".")))
    shown = Shortlist(advice, ledger, intent.language)
    blocks = (Paragraph((shown.first(first),)), Points(tuple(items)))
    return _made(intent, advice, library, [first.candidate.card.slug], Said(blocks, ledger))


def answer_first(intent: Intent, advice: Advice, library: Library) -> Answer:
    """Return the first card in one sentence."""
    ledger = Ledger()
    first = advice.ranking.ranked[0]
    block = Paragraph((Shortlist(advice, ledger, intent.language).first(first),))
    return _made(intent, advice, library, [first.candidate.card.slug], Said((block,), ledger))


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says, and what its figures are bound to."""

    blocks: tuple[Block, ...]
    ledger: Ledger


def _made(intent: Intent, advice: Advice, library: Library, slugs: list[str], said: Said) -> Answer:
    cards = [library.catalogue.by_slug[slug] for slug in dict.fromkeys(slugs)]
    cited = list(cite_cells(library, intent.language, [(card, field) for card in cards for field in _FIELDS]))
    if advice.plan.fit:
        cited.append(cite_fit(library, advice.plan.fit))
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=IntentKind.CHOOSE,
        blocks=said.blocks,
        citations=used(cited, said.blocks),
        gpus=tuple(card.name for card in cards),
        cards=tuple(card.slug for card in cards),
        fields=_FIELDS,
        evidence=said.ledger.evidence,
    )


class _Standing:
    """Composes one answer."""

    def __init__(self, intent: Intent, advice: Advice, ground: Ground) -> None:
        self.intent, self.advice, self.ground, self.language = intent, advice, ground, intent.language
        self.ledger = Ledger(ground.local_rate(intent))
        self.shown = Shortlist(advice, self.ledger, self.language)
        self.ranked = {one.candidate.card.slug: one for one in advice.ranking.ranked}
        self.removed = {one.candidate.card.slug: one for one in advice.ranking.removed}

    def answer(self) -> Answer:
        """Return the answer."""
        slugs = self._named()
        ranked = self.advice.ranking.ranked
        blocks: list[Block] = []
        for slug in slugs:
            said = self._ranked(self.ranked[slug]) if slug in self.ranked else self._removed(self.removed[slug])
            blocks.append(Paragraph(tuple(said)))
        shown = [one.candidate.card.slug for one in ranked[:SHOWN]]
        if len(ranked) > 1 and not self._asks_only_power():
            blocks.append(self.shown.table())
        against = [
            item
            for slug in slugs
            if slug in self.ranked
            for item in cautions(self.shown, self.ranked[slug].candidate, self.ground)
        ]
        if against:
            blocks.append(Paragraph(tuple(against)))
        return _made(self.intent, self.advice, self.ground.library, [*slugs, *shown], Said(tuple(blocks), self.ledger))

    def _asks_only_power(self) -> bool:
        """Whether nothing but the power supply was asked about: nobody asked for other cards then."""
        wishes = self.intent.wishes
        return wishes.psu is not None and wishes.budget is None and wishes.quoted is None and not self.intent.networks

    def _named(self) -> list[str]:
        """Return the cards to speak of: those on the list where some are, a laptop's twin only where it was meant."""
        cards = [self.ground.library.catalogue.by_slug[slug] for slug in self.intent.cards]
        wanted = [card.slug for card in cards if not is_laptop(card)] or [card.slug for card in cards]
        return ([slug for slug in wanted if slug in self.ranked] or wanted)[:_MOST]

    def _removed(self, one: Removed) -> list[Sentence]:
        card = one.candidate.card
        why = joined([self.ledger.reason(self.language, broken.reason, card.slug) for broken in one.broken], "; ")
        return [sentence(self.language, "standing.removed", card=Name(short_name(card)), why=why)]

    def _ranked(self, one: Ranked) -> list[Sentence]:
        said = [self._verdict(one)]
        first = self.advice.ranking.ranked[0]
        if one.rank == 1:
            said += self._ahead(one)
            return said
        if leads(first, one, self.advice.ranking.weights)[0]:
            said.append(self.shown.lead(first, one, "standing.against_but", "standing.against"))
        usd = self._worth(one, first)
        if usd is not None and (one.candidate.usd is None or usd < one.candidate.usd):
            said.append(self._priced("standing.worth", one, usd))
        return said

    def _verdict(self, one: Ranked) -> Sentence:
        """Return where a card stands; for a price that was quoted, first whether to take it."""
        count = len(self.advice.ranking.ranked)
        fillings: dict[str, Filling] = {
            "rank": self.ledger.figure(f"rank/{one.candidate.card.slug}", one.rank, digits=6),
            "count": self.ledger.figure("rank/count", count, digits=6),
            "first": Name(short_name(self.advice.ranking.ranked[0].candidate.card)),
        }
        quoted = one.candidate.price is not None and one.candidate.price.basis == "quoted"
        if quoted:
            fillings["price"] = self.shown.local_price(one.candidate)
            fillings["card"] = Name(short_name(one.candidate.card))
            key = "choose.quoted_first" if one.rank == 1 else "choose.quoted_not"
            return Sentence(phrase(self.language, key, **fillings))
        if one.rank == 1:
            return self.shown.first(one)
        return self.shown.offer("standing.ranked", one.candidate, **fillings)

    def _ahead(self, one: Ranked) -> list[Sentence]:
        """Return what puts the first card ahead of the second, and up to which price."""
        ranked = self.advice.ranking.ranked
        if len(ranked) == 1:
            return [sentence(self.language, "choose.only_one")]
        said = [self.shown.lead(one, ranked[1])] if leads(one, ranked[1], self.advice.ranking.weights)[0] else []
        usd, most = self._worth(one, ranked[1]), one.candidate.card.launch_price_usd or float("inf")
        if usd is not None and one.candidate.usd is not None and one.candidate.usd < usd <= most:
            said.append(self._priced("choose.up_to", one, usd))
        return said

    def _worth(self, one: Ranked, other: Ranked) -> float | None:
        yardstick = self.ground.advisor.yardstick(self.advice.plan)
        return worth_below(one.candidate, other.candidate, self.advice.ranking.weights, yardstick)

    def _priced(self, key: str, one: Ranked, usd: float) -> Sentence:
        entry = f"{key}/{one.candidate.card.slug}"
        figure = self.ledger.figure(entry, usd, "USD", digits=2)
        return sentence(self.language, key, usd=self.ledger.money(self.language, entry, usd, figure))
