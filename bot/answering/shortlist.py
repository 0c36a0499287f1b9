"""The parts of a shortlist's answer: what a card offers, how two compare, the table, what was left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from bot.answering.cards import cell_id, short_name, value_part
from bot.answering.ledger import Ledger
from bot.answering.phrasing import Filling, joined, phrase, sentence
from bot.answering.works import work_parts
from bot.answers import Cell, Figure, Kind, Name, Part, Sentence, Table
from bot.intents import Intent
from bot.texts import texts
from knowledge.library import Library
from knowledge.prices import Rate
from retrieval.scoring.advisor import Advice, Advisor
from retrieval.scoring.candidates import Candidate
from retrieval.scoring.limits import Broken
from retrieval.scoring.ranking import Ranked

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What answers of the scoring engine are made from, beside the advice itself."""

    advisor: Advisor
    library: Library
    rates: Mapping[str, Rate]
    today: date

    def local_rate(self, intent: Intent) -> Rate | None:
        """Return the exchange rate of the currency that the asker spoke of, None for dollars."""
        amount = intent.wishes.budget or intent.wishes.quoted
        return self.rates.get(amount.unit) if amount and amount.unit != "USD" else None


_ECOSYSTEMS = {
    "cuda": "CUDA",
    "rocm": "ROCm",
    "oneapi": "oneAPI",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
}
#: A criterion whose weighted lead is smaller than this, in log, is not worth a word.
_WORTH_SAYING = 0.01


class Shortlist:
    """Says what a ranking holds, in one language."""

    def __init__(self, advice: Advice, ledger: Ledger, language: str) -> None:
        self.advice = advice
        self.ledger = ledger
        self.language = language

    def first(self, one: Ranked) -> Sentence:
        """Return what the first card offers."""
        key = "choose.first" if one.candidate.speed else "choose.first_short"
        return self.offer(key, one.candidate)

    def offer(self, key: str, candidate: Candidate, **more: Filling) -> Sentence:
        """Return a card with memory, speed, watts and price, in the sentence *key*."""
        fillings: dict[str, Filling] = {"card": Name(short_name(candidate.card)), **more}
        fillings |= {"memory": self.memory(candidate), "watts": self.watts(candidate), "price": self.price(candidate)}
        if candidate.speed:
            fillings["speed"] = self.speed(candidate)
        return Sentence(phrase(self.language, key, **fillings), self.cites(candidate))

    def cites(self, candidate: Candidate) -> tuple[str, ...]:
        """Return the ids of what the figures of *candidate* rest on."""
        fields = ["memory_gb", "tdp_w"]
        if candidate.price and candidate.price.basis == "launch":
            fields.append("launch_price_usd")
        cells = tuple(cell_id(candidate.card, field) for field in fields if getattr(candidate.card, field) is not None)
        fit = self.advice.plan.fit
        return (*cells, *((fit.id,) if fit and candidate.speed else ()))

    def memory(self, candidate: Candidate) -> tuple[Part, ...]:
        """Return the memory, beside the need where one is known."""
        part = value_part(candidate.card, "memory_gb", self.language)
        if part is None:
            return phrase(self.language, "choose.memory_unknown")
        if not candidate.need_gb:
            return phrase(self.language, "choose.memory", memory=part)
        need = self.ledger.figure("need", candidate.need_gb, "GB", digits=2)
        return phrase(self.language, "choose.memory_need", memory=part, need=need)

    def speed(self, candidate: Candidate) -> tuple[Part, ...]:
        """Return the predicted speed with its interval."""
        plan = self.advice.plan
        network = plan.network
        value, low, high = self.speeds(candidate)
        work = work_parts(plan.work, network, self.language, str(plan.precision))
        return phrase(self.language, "choose.speed", value=value, work=work, lo=low, hi=high)

    def speeds(self, candidate: Candidate) -> tuple[Figure, Figure, Figure]:
        """Return predicted speed, lower and upper end of its interval."""
        speed, slug = candidate.speed, candidate.card.slug
        if speed is None:
            raise ValueError("a card without a prediction has no speed to say")
        fit = self.advice.plan.fit.id if self.advice.plan.fit else None
        value, low, high = (
            self.ledger.figure(f"{name}:{slug}", number, unit, kind=Kind.PREDICTED, digits=2, citation=fit)
            for name, number, unit in (
                ("speed", speed.value, speed.unit),
                ("speed_lo", speed.lo, ""),
                ("speed_hi", speed.hi, ""),
            )
        )
        return value, low, high

    def watts(self, candidate: Candidate) -> tuple[Part, ...]:
        """Return the TDP."""
        part = value_part(candidate.card, "tdp_w", self.language)
        if part is None:
            return phrase(self.language, "choose.watts_unknown")
        several = self.advice.wishes.limits.count > 1
        return phrase(self.language, "choose.watts_for", watts=part) if several else (part,)

    def price(self, candidate: Candidate) -> tuple[Part, ...]:
        """Return the price and where it comes from."""
        price = candidate.price
        if price is None:
            return phrase(self.language, "choose.price_unknown")
        return phrase(
            self.language,
            f"choose.price_{price.basis}",
            price=self._paid(candidate, price.usd),
            date=Name(price.date[:4] if price.basis == "launch" else said_date(price.date, self.language)),
        )

    def local_price(self, candidate: Candidate) -> tuple[Part, ...]:
        """Return the price of a card, beside it what it is in the asker's currency."""
        usd, slug = candidate.usd or 0.0, candidate.card.slug
        return self.ledger.money(self.language, f"price:{slug}", usd, self.price_figure(candidate))

    def _paid(self, candidate: Candidate, usd: float) -> tuple[Part, ...]:
        """Return the price of a card, and of all of them where several are bought."""
        count, price = self.advice.wishes.limits.count, self.local_price(candidate)
        if count == 1:
            return price
        total = self.ledger.figure(f"total:{candidate.card.slug}", usd * count, "USD", digits=6)
        said = self.ledger.figure("count", count, kind=Kind.GIVEN, digits=6)
        return phrase(self.language, "choose.price_for", price=price, total=total, count=said)

    def price_figure(self, candidate: Candidate) -> Part:
        """Return the bare price."""
        price = candidate.price
        if price is None:
            return texts(self.language).say("spec.not_given")
        if price.basis == "launch":
            return value_part(candidate.card, "launch_price_usd", self.language) or ""
        return self.ledger.figure(f"price:{candidate.card.slug}", round(price.usd), "USD", kind=Kind.GIVEN, digits=6)

    def lead(self, first: Ranked, second: Ranked, key: str = "choose.wins", only: str = "choose.wins_only") -> Sentence:
        """Return what puts *first* ahead of *second*, and where the second is better."""
        better, worse = leads(first, second, self.advice.ranking.weights)
        fillings: dict[str, Filling] = {
            "other": Name(short_name(second.candidate.card)),
            "first": Name(short_name(first.candidate.card)),
            "card": Name(short_name(second.candidate.card)),
            "better": self.criteria(better[:2]),
            "worse": self.criteria(worse[:2]),
        }
        return Sentence(phrase(self.language, key if worse else only, **fillings))

    def criteria(self, names: Sequence[str]) -> tuple[Part, ...]:
        """Return criteria in words."""
        say = texts(self.language).say
        between = " and " if self.language == "en" else " và "
        return joined([Name(say(f"choose.criteria.{name}")) for name in names], between)

    def table(self) -> Table:
        """Return the first cards side by side."""
        rows = tuple(self._row(one.candidate) for one in self.advice.ranking.ranked[:SHOWN])
        say = texts(self.language)
        return Table(caption=say.say("choose.caption"), header=say.many("choose.header"), rows=rows)

    def _row(self, candidate: Candidate) -> tuple[Cell, ...]:
        card = candidate.card
        dash = texts(self.language).say("spec.not_given")
        speed: tuple[Part, ...] = (self.speeds(candidate)[0],) if candidate.speed else (dash,)
        return (
            Cell((Name(short_name(card)),)),
            Cell(speed),
            _cell(card.memory_gb, cell_id(card, "memory_gb"), value_part(card, "memory_gb", self.language), dash),
            _cell(card.tdp_w, cell_id(card, "tdp_w"), value_part(card, "tdp_w", self.language), dash),
            Cell(
                (self.price_figure(candidate),),
                (cell_id(card, "launch_price_usd"),) if candidate.price and candidate.price.basis == "launch" else (),
            ),
        )

    def removed(self) -> Sentence | None:
        """Return how many cards each limit took out, the first that each card breaks."""
        counts = Counter(_why(one.broken[0]) for one in self.advice.ranking.removed)
        parts: list[Filling] = []
        ecosystem = Name(_ECOSYSTEMS.get(self.advice.wishes.limits.ecosystem or "", ""))
        for why, count in counts.most_common(4):
            figure = self.ledger.figure(f"removed/{why}", count, digits=6)
            reason = phrase(self.language, f"choose.why.{why}", ecosystem=ecosystem)
            parts.append(phrase(self.language, "choose.removed_part", count=figure, why=reason))
        return sentence(self.language, "choose.removed", parts=joined(parts, ", ")) if parts else None


def leads(first: Ranked, second: Ranked, weights: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """Return the criteria that speak for each of two cards, strongest first."""
    gaps = {
        mine.name: weights.get(mine.name, 0.0) * log(mine.value / other.value)
        for mine, other in zip(first.scores, second.scores, strict=True)
    }
    better = sorted((name for name, gap in gaps.items() if gap > _WORTH_SAYING), key=lambda name: -gaps[name])
    worse = sorted((name for name, gap in gaps.items() if gap < -_WORTH_SAYING), key=lambda name: gaps[name])
    return better, worse


def _why(broken: Broken) -> str:
    return "budget_usd_unknown" if broken.key == "price_unknown" else broken.limit


def _cell(value: float | None, cite: str, part: Part | None, dash: str) -> Cell:
    return Cell((dash,)) if value is None or part is None else Cell((part,), (cite,))


def said_date(date: str, language: str) -> str:
    """Return an ISO date as *language* writes it: 18/06/2026 in Vietnamese."""
    return "/".join(reversed(date.split("-"))) if language == "vi" else date
