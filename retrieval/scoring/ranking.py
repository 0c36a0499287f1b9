"""Ranks cards: hard limits first, then a weighted product of criteria. Pure, and linear in the catalogue."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf

from retrieval.scoring.candidates import Candidate, Reason, Speed
from retrieval.scoring.criteria import Score, Yardstick, scores_of, total_score, weights_of
from retrieval.scoring.limits import Broken, active_checks, broken_by
from retrieval.scoring.memory import USABLE_SHARE
from retrieval.scoring.needs import Mode, Precision, Wishes, Work

#: How far down the list cards are compared pair by pair: nobody reads further.
LOOKED_AT = 10
#: A need up to so many times a card's memory can be made to fit: half the bits, half the batch, LoRA.
CAN_BE_CUT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A card that keeps all limits, and where it stands."""

    candidate: Candidate
    score: float  #: weighted product, above 0; 1 is as good as the yardstick all round
    rank: int  #: 1 is best
    yardstick: Yardstick

    @property
    def scores(self) -> tuple[Score, ...]:
        """Each criterion with its reason."""
        return scores_of(self.candidate, self.yardstick)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A card that breaks limits, and which."""

    candidate: Candidate
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """The card that misses one limit alone, by the least; where every card misses several, the nearest of all."""

    limit: str
    candidate: Candidate
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A shortlist with all that was left out of it, and why."""

    ranked: tuple[Ranked, ...]
    removed: tuple[Removed, ...]
    pareto: tuple[
        str, ...
    ]  #: slugs that no other ranked card beats in speed, memory, price and TDP at once, best first
    indistinguishable: tuple[tuple[str, ...], ...]  #: slugs among the first ten that the predictions cannot tell apart
    nearest: tuple[NearMiss, ...]  #: only where no card is left
    together: Reason | None  #: leads in what the nearest card misses, where every card misses several limits
    relax: tuple[Reason, ...]  #: what would have to give, limit by limit, only where no card is left
    weights: Mapping[str, float]  #: share of each criterion, summing to 1


def rank(candidates: Iterable[Candidate], wishes: Wishes, yardstick: Yardstick) -> Ranking:
    """Return the shortlist for *wishes*; weights that cannot be are UnknownCriterionError or WrongWeightError."""
    weights = weights_of(wishes)
    kept, removed = split(candidates, wishes)
    ranked = in_order(kept, weights, yardstick, wishes.order)
    nearest = () if ranked else tuple(near_misses(removed, weights, yardstick))
    return Ranking(
        ranked=ranked,
        removed=removed,
        pareto=pareto_front([one.candidate for one in ranked]),
        indistinguishable=tuple(_groups(ranked[:LOOKED_AT], weights)),
        nearest=nearest,
        together=_together(nearest),
        relax=tuple(_relaxations(nearest, wishes)),
        weights=weights,
    )


def split(candidates: Iterable[Candidate], wishes: Wishes) -> tuple[list[Candidate], tuple[Removed, ...]]:
    """Return the candidates that keep every limit, and the others with what they break."""
    checks = active_checks(wishes.limits)
    kept: list[Candidate] = []
    removed: list[Removed] = []
    for candidate in candidates:
        broken = broken_by(candidate, wishes.limits, checks)
        if broken:
            removed.append(Removed(candidate=candidate, broken=broken))
        else:
            kept.append(candidate)
    return kept, tuple(removed)


def in_order(
    candidates: Iterable[Candidate], weights: Mapping[str, float], yardstick: Yardstick, order: str | None = None
) -> tuple[Ranked, ...]:
    """Return candidates best first; equal scores go by price, TDP and name, lowest first.

    *order*, such as "cheapest", comes before the score.
    """
    scored = [(total_score(candidate, weights, yardstick), candidate) for candidate in candidates]
    scored.sort(key=lambda pair: place_of(*pair))
    if order is not None:
        scored.sort(key=lambda pair: ORDERS[order](pair[1]))
    return tuple(
        Ranked(candidate=candidate, score=score, rank=number, yardstick=yardstick)
        for number, (score, candidate) in enumerate(scored, start=1)
    )


def _a_watt(candidate: Candidate) -> float:
    speed, tdp_w = candidate.speed, candidate.card.tdp_w
    return -speed.value / tdp_w if speed and tdp_w else inf


#: What a list may go by before all criteria, lowest first.
ORDERS: Mapping[str, Callable[[Candidate], float]] = {
    "cheapest": lambda candidate: inf if candidate.usd is None else candidate.usd,
    "most_memory": lambda candidate: -(candidate.card.memory_gb or 0.0),
    "most_efficient": _a_watt,
}


def place_of(score: float, candidate: Candidate) -> tuple[float | str, ...]:
    """Return what cards are sorted by, lowest first: score down, price and TDP up, speed and memory down, name."""
    speed, memory_gb, minus_usd, minus_tdp_w = measures_of(candidate)
    return -score, -minus_usd, -minus_tdp_w, -speed, -memory_gb, candidate.card.name


def all_alike(ranked: Sequence[Ranked]) -> bool:
    """Return whether every card is predicted to be as fast as any other, held back by launches alone."""
    speeds = {(one.candidate.speed.value, one.candidate.speed.basis) if one.candidate.speed else None for one in ranked}
    return len(speeds) == 1 and all(speed is not None and speed[1] == "launch" for speed in speeds)


def measures_of(candidate: Candidate) -> tuple[float, float, float, float]:
    """Return speed, memory, minus price and minus TDP, so that more is better; -inf for what is not known."""
    speed, usd, tdp_w = candidate.speed, candidate.usd, candidate.card.tdp_w
    return (
        speed.value if speed else -inf,
        candidate.card.memory_gb or 0.0,
        -inf if usd is None else -usd,
        -inf if tdp_w is None else -tdp_w,
    )


def pareto_front(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the slugs, in the order given, of cards that none beats in speed, memory, price and TDP at once.

    A bit stands for a card: for each measure, sorting gives the set of cards at least as good as each one, and the
    intersection of the four sets is whoever might beat it. Exact, and far from comparing all pairs.
    """
    points = [measures_of(candidate) for candidate in candidates]
    distinct = tuple(set(points))
    rivals = [-1] * len(distinct)
    for measure in range(4):
        at_least = 0
        by_value: dict[float, int] = {}
        for bit in sorted(range(len(distinct)), key=lambda bit: -distinct[bit][measure]):
            at_least |= 1 << bit
            by_value[distinct[bit][measure]] = at_least
        rivals = [mask & by_value[point[measure]] for mask, point in zip(rivals, distinct, strict=True)]
    front = {point for bit, point in enumerate(distinct) if rivals[bit] == 1 << bit}
    return tuple(candidate.card.slug for candidate, point in zip(candidates, points, strict=True) if point in front)


def _groups(ranked: Sequence[Ranked], weights: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    """Yield groups, best first, in which no card can be told from any other; a card stands in one group."""
    ranges = [(one, *_score_range(one, weights)) for one in ranked if one.candidate.speed]
    while ranges:
        group = ranges[:1]
        for other in ranges[1:]:
            if all(_overlap(member, other) for member in group):
                group.append(other)
        if len(group) > 1:
            yield tuple(one.candidate.card.slug for one, _, _ in group)
        ranges = [entry for entry in ranges if entry not in group]


def _score_range(one: Ranked, weights: Mapping[str, float]) -> tuple[float, float]:
    low, high = (
        total_score(replace(one.candidate, speed=replace(speed, value=value)), weights, one.yardstick)
        for speed in [one.candidate.speed]
        if speed
        for value in (speed.lo, speed.hi)
    )
    return low, high


def _overlap(left: tuple[Ranked, float, float], right: tuple[Ranked, float, float]) -> bool:
    """Return whether both the speeds and the scores of two cards lie within one another's 80 % interval."""
    first, second = left[0].candidate.speed, right[0].candidate.speed
    if not first or not second:
        return False
    return _meet(first, second) and left[1] <= right[2] and right[1] <= left[2]


def _meet(first: Speed, second: Speed) -> bool:
    return first.lo <= second.hi and second.lo <= first.hi


def near_misses(removed: Sequence[Removed], weights: Mapping[str, float], yardstick: Yardstick) -> Iterator[NearMiss]:
    """Yield, for each limit, the card that misses it alone and by the least; if there is none, the nearest of all."""

    def distance(one: Removed) -> tuple[float, ...]:
        missed = sum(inf if broken.is_unknown else broken.shortfall for broken in one.broken)
        return len(one.broken), missed, -total_score(one.candidate, weights, yardstick)

    nearest: dict[str, tuple[tuple[float, ...], Removed]] = {}
    fewest = min((len(one.broken) for one in removed), default=0)
    for one in removed:
        if len(one.broken) == fewest:
            limit = one.broken[0].limit if fewest == 1 else ""
            entry = distance(one), one
            nearest[limit] = min(nearest.get(limit, entry), entry, key=lambda pair: pair[0])
    for _, one in nearest.values():
        yield NearMiss(limit=one.broken[0].limit, candidate=one.candidate, broken=one.broken)


def _together(nearest: Sequence[NearMiss]) -> Reason | None:
    """Return the lead in the list of what one card misses, where it misses several limits."""
    several = next((miss for miss in nearest if len(miss.broken) > 1), None)
    if several is None:
        return None
    return Reason(key="relax.together", values={"name": several.candidate.card.name, "count": len(several.broken)})


def _relaxations(nearest: Iterable[NearMiss], wishes: Wishes) -> Iterator[Reason]:
    for miss in nearest:
        for broken in miss.broken:
            key = _relaxed(broken, CAN_BE_CUT if _can_be_cut(wishes.works) else 1.0)
            values = {"name": miss.candidate.card.name, "wanted": broken.wanted, "has": broken.has}
            if key == "memory_far":
                values["count"] = ceil((1 + broken.shortfall) / USABLE_SHARE * wishes.limits.count)
            yield Reason(key=f"relax.{key}", values=values)


def _relaxed(broken: Broken, cut: float) -> str:
    """Return which text says what would have to give, where a need can be made so many times smaller."""
    if broken.has == "":
        return f"{broken.limit}_unknown"
    if broken.limit == "memory" and 1 + broken.shortfall > cut:
        return "memory_far"
    return f"form_factor_{broken.wanted}" if broken.limit == "form_factor" and broken.wanted else broken.limit


def _can_be_cut(works: Sequence[Work]) -> bool:
    """Return whether fewer bits, a smaller batch or LoRA are left to take: not for one request in 4 bits."""
    return not any(
        work.mode is Mode.INFERENCE and work.precision is Precision.INT4 and (work.batch or 1) == 1 for work in works
    )
