"""What a shortlist assumed because nobody said it."""

from collections.abc import Iterable

from bot.answering.phrasing import Filling, joined, phrase, sentence
from bot.answering.shortlist import Ground, Shortlist, said_date
from bot.answering.works import assumed_parts, work_parts
from bot.answers import Kind, Name, Part, Sentence
from bot.intents import Intent
from bot.texts import texts
from retrieval.scoring.limits import REST_OF_COMPUTER_W
from retrieval.scoring.needs import Work


class Assumptions:
    """Says them in one sentence."""

    def __init__(self, shown: Shortlist, intent: Intent, ground: Ground) -> None:
        self.shown, self.intent, self.ground = shown, intent, ground
        self.networks = ground.advisor.predictor.networks

    def sentences(self) -> Iterable[Sentence]:
        """Yield the sentence, nothing where nothing was assumed."""
        parts: list[Filling] = []
        if self.shown.advice.assumed_work:
            work = self.shown.advice.works[0]
            said = work_parts(work, self.networks[work.network], self.shown.language, str(work.precision or ""))
            parts.append(phrase(self.shown.language, "choose.assume.work", work=said))
        for work, need in zip(self.shown.advice.wishes.works, self.shown.advice.needs, strict=True):
            parts += self._of_work(
                work, assumed_parts(work, self.networks[work.network], need, self.shown.ledger, self.shown.language)
            )
        parts += [part for key in self.intent.assumed if (part := self._assumption(key))]
        if self.shown.advice.wishes.limits.psu_watts:
            rest = self.shown.ledger.figure("assumed/psu_rest", REST_OF_COMPUTER_W, "W", kind=Kind.ASSUMED, digits=6)
            parts.append(phrase(self.shown.language, "choose.assume.psu_rest", rest=rest))
        if parts:
            yield sentence(self.shown.language, "choose.assumed", parts=joined(parts, "; "))

    def _of_work(self, work: Work, parts: list[tuple[Part, ...]]) -> list[Filling]:
        if not parts:
            return []
        network = self.networks[work.network]
        name = work_parts(work, network, self.shown.language)
        return [(*name, " ", *joined(list(parts), ", "))]

    def _assumption(self, key: str) -> Filling | None:
        name, _, currency = key.partition(":")
        fillings: dict[str, Filling] = {"currency": Name(currency)}
        if name == "rate" and currency in self.ground.rates:
            rate = self.ground.rates[currency]
            fillings |= {
                "rate": self.shown.ledger.figure(f"rate:{currency}", rate.per_usd, kind=Kind.ASSUMED, digits=6),
                "date": Name(said_date(rate.date, self.shown.language)),
            }
        if name == "split":
            count = self.shown.advice.wishes.limits.count
            fillings["count"] = self.shown.ledger.figure("count", count, kind=Kind.GIVEN, digits=6)
        if name == "domain":
            network = self.networks[self.shown.advice.works[0].network]
            fillings["network"] = Name(network.title[self.shown.language])
        if name == "method_lora":
            fillings["size"] = self.shown.ledger.figure("assumed/size", 7, kind=Kind.ASSUMED)
        if not texts(self.shown.language).has(f"choose.assume.{name}"):
            return None
        return phrase(self.shown.language, f"choose.assume.{name}", **fillings)
