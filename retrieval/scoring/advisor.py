"""Joins what is known of every card for one set of wishes into a ranked shortlist. Pure: the day is an argument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from knowledge.catalogue import Catalogue
from knowledge.prices import Price, price_of
from knowledge.specs import GpuSpec
from knowledge.support import SupportRules
from retrieval.scoring.candidates import Candidate
from retrieval.scoring.changes import Change, changes_of
from retrieval.scoring.criteria import Yardstick
from retrieval.scoring.memory import MemoryNeed, fits, memory_need
from retrieval.scoring.needs import Mode, Precision, Purpose, Wishes, Work
from retrieval.scoring.prediction import Plan, Prediction, Predictor
from retrieval.scoring.ranking import Ranking, rank
from retrieval.scoring.rates import memory_of
from retrieval.scoring.support import Support, support_for

#: What everything is measured against: a card of 2020 that everybody knows. Its price and watts are those of its sheet.
YARDSTICK = "rtx-3090"
#: What is ranked by where no network was named; an answer says so.
USUAL_WORK: Mapping[Purpose | None, Work] = {
    None: Work(network="resnet50", precision=Precision.AMP),
    Purpose.TRAINING: Work(network="resnet50", precision=Precision.AMP),
    Purpose.LEARNING: Work(network="resnet50", precision=Precision.AMP),
    Purpose.FINE_TUNING: Work(network="bert_base", precision=Precision.AMP),
    Purpose.INFERENCE: Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, parameters_b=7.0),
}
#: Frameworks that count for the ecosystem, and for how much.
_ECOSYSTEM = {"pytorch": 0.6, "tensorflow": 0.2, "jax": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A shortlist, with everything that its answer quotes."""

    wishes: Wishes
    works: tuple[Work, ...]  #: as reckoned with; the usual one where none was named
    assumed_work: bool
    plan: Plan  #: how speed was predicted
    needs: tuple[MemoryNeed, ...]  #: of the works, in order; empty where the work is only assumed
    ranking: Ranking
    changes: tuple[Change, ...]
    predictions: Mapping[str, Prediction]  #: by slug, of the ranked cards
    supports: Mapping[str, Support]  #: by slug, of the framework asked for
    prices_from: str  #: "launch", "file", "quoted" or "mixed": what the ranked cards' prices are
    newest_price: str  #: date of the newest of them


class Advisor:
    """Advises on the whole catalogue, or on the cards named."""

    def __init__(
        self,
        catalogue: Catalogue,
        predictor: Predictor,
        rules: SupportRules,
        prices: Mapping[str, Price] | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.predictor = predictor
        self.rules = rules
        self.prices: Mapping[str, Price] = prices or {}
        self._launched = {card.slug: card.launch_year for card in catalogue.cards}
        self._memory_gb = {card.slug: memory_of(card) for card in catalogue.cards}
        self._supports = lru_cache(maxsize=16)(self._support_table)

    def advise(self, wishes: Wishes, today: date, only: tuple[str, ...] = ()) -> Advice:
        """Return the shortlist for *wishes*, out of the slugs in *only* where given."""
        cards = tuple(self.catalogue.by_slug[slug] for slug in only) or self.catalogue.cards
        candidates = self.candidates(cards, wishes, today)
        plan = self.plan(wishes)
        yardstick = self.yardstick(plan)
        ranking = rank(candidates, wishes, yardstick)
        ranked = [one.candidate for one in ranking.ranked]
        return Advice(
            wishes=wishes,
            works=works_of(wishes),
            assumed_work=not wishes.works,
            plan=plan,
            needs=tuple(self.need(work) for work in wishes.works),
            ranking=ranking,
            changes=changes_of(ranking, wishes, yardstick),
            predictions=self.predictions(plan, [one.card for one in ranked[:12]]),
            supports=self._supports(wishes.limits.ecosystem, today)[0],
            prices_from=_basis(ranked),
            newest_price=max((one.price.date for one in ranked if one.price), default=""),
        )

    def first(self, wishes: Wishes, today: date) -> str | None:
        """Return the slug of the card that comes first for *wishes*, None where none is left."""
        ranked = rank(
            self.candidates(self.catalogue.cards, wishes, today), wishes, self.yardstick(self.plan(wishes))
        ).ranked
        return ranked[0].candidate.card.slug if ranked else None

    def need(self, work: Work) -> MemoryNeed:
        """Return what *work* needs of memory."""
        return memory_need(work, self.predictor.networks[work.network])

    def predictions(self, plan: Plan, cards: list[GpuSpec]) -> dict[str, Prediction]:
        """Return what *plan* says of each card, by slug."""
        found = {card.slug: self.predictor.apply(plan, card) for card in cards}
        return {slug: prediction for slug, prediction in found.items() if prediction is not None}

    def yardstick(self, plan: Plan) -> Yardstick:
        """Return what counts as 1 in the work of *plan*."""
        card = self.catalogue.by_slug[YARDSTICK]
        prediction = self.predictor.apply(plan, card)
        speed = prediction.value if prediction else None
        return Yardstick(name=card.family, speed=speed, usd=card.launch_price_usd or 1.0, watts=card.tdp_w or 1.0)

    def candidates(self, cards: Sequence[GpuSpec], wishes: Wishes, today: date) -> list[Candidate]:
        """Return every card with all that is known of it for *wishes*."""
        plan = self.plan(wishes)
        supports, ecosystems = self._supports(wishes.limits.ecosystem, today)
        need_gb = self._need_gb(wishes)
        quoted, day = dict(wishes.quoted_usd), today.isoformat()
        return [
            Candidate(
                card=card,
                price=price_of(card, self.prices, quoted, day),
                speed=self.predictor.speed(plan, card),
                need_gb=need_gb,
                fits=fits(need_gb, self._memory_gb[card.slug]),
                support_share=support.share,
                support_reason=support.reason,
                support_level=support.level,
                ecosystem_share=ecosystems[card.slug],
                ecosystem_reason=support.reason,
                age_years=today.year - launched if launched else None,
            )
            for card, support, launched in ((card, supports[card.slug], self._launched[card.slug]) for card in cards)
        ]

    def plan(self, wishes: Wishes) -> Plan:
        """Return how speed is predicted: of the first work that a card can speed up, else of the first."""
        plans = [self.predictor.plan(work) for work in works_of(wishes)]
        return next((plan for plan in plans if not plan.is_launch_bound), plans[0])

    def _need_gb(self, wishes: Wishes) -> float:
        """Return the largest need, a card: language models are split over the cards, everything else is copied."""
        count, networks = wishes.limits.count, self.predictor.networks
        needs = [
            self.need(work).total_gb / (count if networks[work.network].family == "llm" else 1) for work in wishes.works
        ]
        return max(needs, default=0.0)

    def _support_table(self, framework: str | None, today: date) -> tuple[dict[str, Support], dict[str, float]]:
        """Return each card's support by *framework*, and how much of the field's software runs on it, by slug."""
        asked = {card.slug: support_for(card, framework, self.rules, today) for card in self.catalogue.cards}
        shares = {
            card.slug: sum(part * support_for(card, name, self.rules, today).share for name, part in _ECOSYSTEM.items())
            for card in self.catalogue.cards
        }
        return asked, shares


def works_of(wishes: Wishes) -> tuple[Work, ...]:
    """Return the works that were named, or the one that its purpose usually means."""
    return wishes.works or (USUAL_WORK[wishes.purpose],)


def _basis(ranked: list[Candidate]) -> str:
    found = {one.price.basis for one in ranked if one.price}
    return found.pop() if len(found) == 1 else "mixed" if found else "none"
