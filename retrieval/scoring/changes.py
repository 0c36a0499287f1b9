"""What would change the answer: other memory, another budget, another maker, another price. Pure.

No limit touches a score, so the whole catalogue is put in order once, and each change asks who comes first then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, isfinite, log, nextafter

from retrieval.scoring.candidates import Candidate, Reason
from retrieval.scoring.criteria import FLOOR, USUAL_PRICE, Yardstick, speed_share, total_score
from retrieval.scoring.limits import active_checks, broken_by, budget_needed_usd
from retrieval.scoring.needs import Limits, Wishes
from retrieval.scoring.ranking import LOOKED_AT, Ranking, all_alike, place_of, rank

MEMORY_STEPS_GB = (8.0, 12.0, 16.0, 24.0, 32.0, 48.0)  #: sizes that cards come in
#: A price below this share of today's is no discount anyone gets: not worth saying.
LOWEST_DISCOUNT = 0.6
#: A discount smaller than this share is not worth saying.
LEAST_DISCOUNT = 0.03
#: A price below this share of today's is no price at all: nobody will ever sell at it.
LOWEST_PRICE = 0.2
#: A price this near to the budget is the budget, which the asker knows.
SAME_AS_BUDGET = 0.01
PRICES_SAID = 3  #: rivals whose break-even price is said

#: Changes that say nothing where every card is as fast: the cheapest that keeps the limits is the answer at any price.
_OF_PRICES = frozenset({"budget_less", "price_drop", "price_rise"})

#: Returns the price below which the first card would beat the second.
Worth = Callable[[Candidate, Candidate], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that, were it different, would put another card first."""

    kind: str  #: memory_more, memory_less, budget_more, budget_less, vendor, price_drop, price_unknown, price_rise
    value: float | str  #: GB, USD, or the maker
    first: str | None  #: slug of the card that comes first then; None where no card is left
    reason: Reason


def what_would_change(candidates: Iterable[Candidate], wishes: Wishes, yardstick: Yardstick) -> tuple[Change, ...]:
    """Return what would put another card first; nothing where no card is first now (the ranking says what to relax)."""
    return changes_of(rank(candidates, wishes, yardstick), wishes, yardstick)


def changes_of(ranking: Ranking, wishes: Wishes, yardstick: Yardstick) -> tuple[Change, ...]:
    """Return what would put another card first than *ranking* does, without looking at the whole catalogue again."""
    if not ranking.ranked or wishes.order is not None:
        return ()
    weights, limits = ranking.weights, wishes.limits
    first = ranking.ranked[0].candidate
    order, misses = _near_order(ranking, yardstick)

    def near(*changed: str) -> list[Candidate]:
        """Return, best first, the cards that changing some limits could let in; a budget can also change the place."""
        return [one for one, missed in zip(order, misses, strict=True) if missed <= {"form_factor", *changed}]

    rivals = [one for one, missed in zip(order, misses, strict=True) if missed <= {"budget_usd"} and one is not first]
    second = next((one for one, missed in zip(order, misses, strict=True) if not missed and one is not first), None)
    found = (
        *_by_memory(near("min_memory_gb"), first, limits),
        *_by_budget(near("budget_usd"), first, limits),
        *_by_vendor(near("vendors", "not_vendors"), first, limits),
        *_by_price(rivals, second, first, limits, lambda one, rival: worth_below(one, rival, weights, yardstick)),
    )
    return tuple(one for one in found if one.kind not in _OF_PRICES) if all_alike(ranking.ranked) else found


def _near_order(ranking: Ranking, yardstick: Yardstick) -> tuple[list[Candidate], list[frozenset[str]]]:
    """Return, best first, the cards that one change could let in, each with the limits that it breaks now.

    A card that breaks two limits can come in by one change only where one of them is its place: a large budget lets
    server cards in.
    """
    found = [(one.score, one.candidate, frozenset[str]()) for one in ranking.ranked]
    for one in ranking.removed:
        missed = frozenset(broken.limit for broken in one.broken)
        if len(missed - {"form_factor"}) <= 1:
            found.append((total_score(one.candidate, ranking.weights, yardstick), one.candidate, missed))
    found.sort(key=lambda entry: place_of(entry[0], entry[1]))
    return [candidate for _, candidate, _ in found], [missed for _, _, missed in found]


def worth_below(
    candidate: Candidate, rival: Candidate, weights: Mapping[str, float], yardstick: Yardstick
) -> float | None:
    """Return the price in USD below which *candidate* scores above *rival*.

    Closed form: the score is others x (speed x yardstick's price / price) ** weight, and must equal the rival's.
    None where no price decides: it is ahead at any price, behind at any, or prices carry no weight; and where the price
    is below LOWEST_PRICE of today's, or of a usual one where today's is not known.
    """
    share = weights.get("price", 0.0)
    if share <= 0:
        return None
    others = log(total_score(candidate, {**weights, "price": 0.0}, yardstick))
    needed = (log(total_score(rival, weights, yardstick)) - others) / share
    if needed <= log(FLOOR) + 1e-9:  # a share of FLOOR is what any price gets
        return None
    as_the_yardstick_usd = speed_share(candidate, yardstick) * yardstick.usd
    usd = exp(log(as_the_yardstick_usd) - needed)
    today_usd = candidate.usd or as_the_yardstick_usd / USUAL_PRICE
    return usd if usd >= max(1.0, LOWEST_PRICE * today_usd) else None


def _first(order: Sequence[Candidate], limits: Limits) -> Candidate | None:
    checks = active_checks(limits)
    return next((candidate for candidate in order if not broken_by(candidate, limits, checks)), None)


def _change(kind: str, value: float | str, now: Candidate, then: Candidate | None, **values: float | str) -> Change:
    said: dict[str, float | str] = {"value": value, "now": now.card.name}
    if then is not None:
        said["name"] = then.card.name
    key = f"change.{kind}" if then else f"change.{kind}_none"
    slug = then.card.slug if then else None
    return Change(kind=kind, value=value, first=slug, reason=Reason(key=key, values=said | values))


def _by_memory(order: Sequence[Candidate], now: Candidate, limits: Limits) -> Iterator[Change]:
    wanted = limits.min_memory_gb or 0.0
    more = [step for step in MEMORY_STEPS_GB if step > wanted]
    less = [step for step in reversed(MEMORY_STEPS_GB) if step < wanted]
    for kind, steps in (("memory_more", more), ("memory_less", less)):
        for step in steps:
            then = _first(order, replace(limits, min_memory_gb=step))
            if then is not None and then is not now:
                yield _change(kind, step, now, then)
                break


def _by_budget(order: Sequence[Candidate], now: Candidate, limits: Limits) -> Iterator[Change]:
    lowest = budget_needed_usd(now, limits)
    if isfinite(lowest):
        then = _first(order, replace(limits, budget_usd=nextafter(lowest, 0.0)))
        yield _change("budget_less", lowest, now, then)
    if limits.budget_usd is None:
        return
    better = order[: order.index(now)]
    needed, then = min(((budget_needed_usd(one, limits), one) for one in better), default=(inf, now), key=_usd)
    if isfinite(needed):
        yield _change("budget_more", needed, now, then)


def _usd(pair: tuple[float, Candidate]) -> float:
    return pair[0]


def _by_vendor(order: Sequence[Candidate], now: Candidate, limits: Limits) -> Iterator[Change]:
    if not limits.vendors and not limits.not_vendors:
        return
    then = _first(order, replace(limits, vendors=frozenset(), not_vendors=frozenset()))
    if then is not None and then is not now:
        yield _change("vendor", then.card.vendor, now, then)


def _by_price(
    rivals: Sequence[Candidate], second: Candidate | None, now: Candidate, limits: Limits, worth: Worth
) -> Iterator[Change]:
    """Yield at which prices rivals would come first, and at which *now* would lose to *second*."""
    if now.usd is None:
        return
    found = [change for rival in rivals[:LOOKED_AT] if (change := _drop(rival, now, limits, worth))]
    yield from [change for change in found if change.kind == "price_drop"][:PRICES_SAID]
    yield from [change for change in found if change.kind == "price_unknown"][:1]
    highest = worth(now, second) if second else None
    if second and highest is not None and highest <= _most_usd(limits):
        yield _change("price_rise", highest, now, second, usd=now.usd)


def _drop(rival: Candidate, now: Candidate, limits: Limits, worth: Worth) -> Change | None:
    found = worth(rival, now)
    if found is None:
        return None
    most_usd = _most_usd(limits)
    usd = min(found, most_usd)
    if usd >= most_usd * (1 - SAME_AS_BUDGET):
        return None
    if rival.usd is None:
        return _change("price_unknown", usd, now, rival)
    if rival.usd * LOWEST_DISCOUNT <= usd < rival.usd * (1 - LEAST_DISCOUNT):
        return _change("price_drop", usd, now, rival, usd=rival.usd)
    return None


def _most_usd(limits: Limits) -> float:
    return inf if limits.budget_usd is None else limits.budget_usd / limits.count
