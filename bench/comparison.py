"""Whether one run is faster than another, or why that must not be said. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from bench.measurement import quantile, resampled_medians, step_times
from bench.record import axes_of, blocks_of

#: Ratios of throughput within 1 ± this are the same for anyone who chooses a card.
SAME_SHARE = 0.02
#: A ratio must be clear of 1 by this: if two runs of one case each drift by 1.5 %, they lie 3 % apart.
CLEAR_SHARE = 0.04
#: Blocks of a run beyond which its middle 90 % means something.
LEAST_BLOCKS = 5
_TAIL = 0.025  #: on both sides of a 95 % interval
#: Sections that may differ between comparable runs, and what in them differs between any two runs.
_CONTEXT, _FLEETING = ("host", "gpu", "software", "flags"), ("load",)


class Finding(StrEnum):
    """What may be said of the left run against the right one."""

    SAME = "SAME"
    FASTER = "FASTER"
    SLOWER = "SLOWER"
    AMBIGUOUS = "AMBIGUOUS"
    REFUSED = "REFUSED"  #: they did different things, or one of them did not do its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that two records disagree on; None where a record does not have it."""

    field: str  #: its place, such as "workload.batch"
    left: Any
    right: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A finding, and the numbers and fields that it rests on."""

    finding: Finding
    reasons: tuple[str, ...] = ()  #: why it is refused or ambiguous
    ratio: float | None = None  #: throughput of the left run over that of the right one; None when refused
    lo: float | None = None  #: 95 % interval of the ratio
    hi: float | None = None
    differing: tuple[Difference, ...] = ()  #: axes that forbid a comparison
    context: tuple[Difference, ...] = ()  #: what may explain a ratio: host, card, power limit, software, flags


def compare(left: Mapping[str, Any], right: Mapping[str, Any], seed: int = 0) -> Comparison:
    """Return how much faster the *left* record is than the *right* one; the same seed gives the same interval."""
    differing = tuple(_differences(axes_of(left), axes_of(right)))
    refusals = [f"{each.field} differs: {each.left} and {each.right}" for each in differing]
    refusals += [*_unusable("left", left), *_unusable("right", right)]
    if refusals:
        return Comparison(finding=Finding.REFUSED, reasons=tuple(refusals), differing=differing)
    ratio, lo, hi = _ratio(left, right, seed)
    finding, reasons = _found(left, right, lo, hi)
    return Comparison(finding=finding, reasons=reasons, ratio=ratio, lo=lo, hi=hi, context=_context(left, right))


def _unusable(side: str, record: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a record says nothing about speed."""
    if record["error"] is not None:
        yield f"{side} failed: {record['error'].get('class')}"
    elif record["validity"]["verdict"] == "invalid":
        yield f"{side} is invalid: {', '.join(record['validity']['reasons'])}"
    elif not _times(record):
        yield f"{side} has no blocks"


def _ratio(left: Mapping[str, Any], right: Mapping[str, Any], seed: int) -> tuple[float, float, float]:
    """Return the ratio of throughputs with its 95 % interval; equal axes mean equal samples per step."""
    draws = (resampled_medians(_times(each), f"{seed}:{each['run_id']}") for each in (right, left))
    ratios = [slow / fast for slow, fast in zip(*draws, strict=True)]
    ratio = median(_times(right)) / median(_times(left))
    return ratio, min(ratio, quantile(ratios, _TAIL)), max(ratio, quantile(ratios, 1 - _TAIL))


def _found(left: Mapping[str, Any], right: Mapping[str, Any], lo: float, hi: float) -> tuple[Finding, tuple[str, ...]]:
    """Return the finding for an interval of the ratio, with reasons when it is ambiguous."""
    reasons = [*_doubts("left", left), *_doubts("right", right)]
    if not reasons and lo >= 1 / (1 + SAME_SHARE) and hi <= 1 + SAME_SHARE:
        return Finding.SAME, ()
    is_faster, is_slower = lo > 1 + CLEAR_SHARE, hi < 1 / (1 + CLEAR_SHARE)
    if not (is_faster or is_slower):
        reasons.append(f"ratio {lo:.3f} to {hi:.3f} is neither within {SAME_SHARE:.0%} nor beyond {CLEAR_SHARE:.0%}")
    elif _overlap(left, right):
        reasons.append("step times overlap")
    if reasons:
        return Finding.AMBIGUOUS, tuple(reasons)
    return (Finding.FASTER if is_faster else Finding.SLOWER), ()


def _doubts(side: str, record: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a record cannot be ranked."""
    validity = record["validity"]
    if validity["verdict"] != "clean":
        yield f"{side} is {validity['verdict']}: {', '.join(validity['reasons'])}"
    if record["protocol"].get("quick"):  # they drift by a tenth and more between minutes, clean as each may be
        yield f"{side} is a quick run, which shows an order of magnitude: run it in full"
    if (blocks := len(_times(record))) < LEAST_BLOCKS:
        yield f"{side} has {blocks} blocks"


def _overlap(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether the middle 90 % of the block step times of two runs share a value."""
    one, other = _times(left), _times(right)
    return quantile(one, 0.05) <= quantile(other, 0.95) and quantile(other, 0.05) <= quantile(one, 0.95)


def _times(record: Mapping[str, Any]) -> list[float]:
    return step_times(blocks_of(record))


def _context(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the fields around the work that differ."""
    one, other = (
        {name: value for part in _CONTEXT for name, value in _leaves(part, each.get(part))} for each in (left, right)
    )
    return tuple(_differences(one, other))


def _leaves(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields under a place, without those that differ between any two runs."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not name.startswith(_FLEETING):
                yield from _leaves(f"{place}.{name}", inner)
    elif value is not None:
        yield place, value


def _differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield the fields whose values differ, in the order of the left side."""
    for name in {**left, **right}:
        if left.get(name) != right.get(name):
            yield Difference(field=name, left=left.get(name), right=right.get(name))
