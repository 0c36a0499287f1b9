"""The rules of measuring: when a workload is warm, how long a block is, when to stop, and what the blocks say. Pure."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import ceil, floor
from statistics import median
from typing import Any

#: Raised when the same rules would measure something else; part of the comparability key.
PROTOCOL = 1
#: Blocks whose trend says whether a workload is warm, and the steps and the slope per block that it takes.
_TREND_BLOCKS, _TREND_STEPS, _TREND_SLOPE = 5, 10, 0.01
#: Resamples of a bootstrap: the 2.5 % tails hold 50 of them.
RESAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Steps that were timed together, between two synchronisations."""

    steps: int
    device_s: float  #: that the device worked; on the CPU the same as wall_s
    wall_s: float
    rejected: str | None = None  #: why the block does not count; None: it does

    @property
    def step_s(self) -> float:
        """Seconds per step on the wall clock: what a user waits."""
        return self.wall_s / self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a run is measured; times in seconds."""

    version: int = PROTOCOL
    warm_up_min_s: float = 2.0
    warm_up_max_s: float = 60.0  #: without compilation
    block_s: float = 0.2
    target_ci: float = 0.01  #: half width of the 95 % interval of the median step time, as a share of it
    max_s: float = 120.0  #: that blocks may take together
    least_blocks: int = 5

    def to_json(self) -> dict[str, Any]:
        """Return the `protocol` of a record."""
        return asdict(self)


RULES = Rules()
#: Enough to see an order of magnitude, not to rank cards.
QUICK = Rules(warm_up_min_s=0.5, warm_up_max_s=10.0, target_ci=0.03, max_s=20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the kept blocks of a run say; the interval is the 95 % one of the median."""

    throughput: float  #: samples/s
    throughput_lo: float
    throughput_hi: float
    step_ms_p05: float
    step_ms_p50: float
    step_ms_p95: float
    step_ms_iqr: float
    host_gap: float  #: share of the wall time in which the device waited, 0 to 1
    n_blocks: int  #: kept
    n_rejected: int

    def to_json(self, unit: str) -> dict[str, Any]:
        """Return the derived part of a record's `result`; *unit* is that of the throughput."""
        return {
            "throughput": {
                "value": self.throughput,
                "unit": unit,
                "ci95_lo": self.throughput_lo,
                "ci95_hi": self.throughput_hi,
            },
            "step_ms": {
                "p05": self.step_ms_p05,
                "p50": self.step_ms_p50,
                "p95": self.step_ms_p95,
                "iqr": self.step_ms_iqr,
            },
            "host_gap": self.host_gap,
            "n_blocks": self.n_blocks,
            "n_rejected": self.n_rejected,
        }


def is_warm(blocks: Sequence[Block], least_s: float) -> bool:
    """Whether the step time of the last 5 kept blocks is flat, after 10 steps and *least_s* seconds in all blocks."""
    if sum(block.steps for block in blocks) < _TREND_STEPS or sum(block.wall_s for block in blocks) < least_s:
        return False
    times = step_times(blocks)[-_TREND_BLOCKS:]
    return len(times) == _TREND_BLOCKS and abs(_slope(times)) < _TREND_SLOPE * median(times)


def steps_for_block(step_s: float, block_s: float) -> int:
    """Return how many steps of *step_s* seconds fill a block of *block_s* seconds, at least 1."""
    return max(1, ceil(block_s / step_s)) if step_s > 0 else 1


def is_done(blocks: Sequence[Block], rules: Rules, elapsed: float) -> bool:
    """Whether the median step time is known well enough, or *elapsed* seconds are all that there are."""
    if elapsed >= rules.max_s:
        return True
    times = step_times(blocks)
    if len(times) < rules.least_blocks:
        return False
    lo, hi = interval(times)
    return (hi - lo) / 2 <= rules.target_ci * median(times)


def summarise(blocks: Sequence[Block], samples: int) -> Statistics | None:
    """Return what the kept blocks say of a workload with *samples* per step; None where no block was kept."""
    kept = [block for block in blocks if block.rejected is None]
    if not kept:
        return None
    times = step_times(kept)
    lo, hi = interval(times)
    return Statistics(
        throughput=samples / median(times),
        throughput_lo=samples / hi,
        throughput_hi=samples / lo,
        step_ms_p05=1000 * quantile(times, 0.05),
        step_ms_p50=1000 * median(times),
        step_ms_p95=1000 * quantile(times, 0.95),
        step_ms_iqr=1000 * (quantile(times, 0.75) - quantile(times, 0.25)),
        host_gap=max(0.0, 1 - sum(block.device_s for block in kept) / sum(block.wall_s for block in kept)),
        n_blocks=len(kept),
        n_rejected=len(blocks) - len(kept),
    )


def step_times(blocks: Sequence[Block]) -> list[float]:
    """Return the seconds per step of the kept blocks, in their order."""
    return [block.step_s for block in blocks if block.rejected is None]


def interval(values: Sequence[float], level: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Return the bootstrap interval of the median of at least one value; the same seed gives the same answer."""
    medians = resampled_medians(values, str(seed))
    middle, tail = median(values), (1 - level) / 2
    return min(middle, quantile(medians, tail)), max(middle, quantile(medians, 1 - tail))


def resampled_medians(values: Sequence[float], seed: str) -> list[float]:
    """Return the medians of `RESAMPLES` bootstrap samples of *values*, which are not drawn one by one.

    The middle ranks of n uniform draws follow beta distributions, so one draw (two for an even n) replaces n of them:
    https://en.wikipedia.org/wiki/Order_statistic#Order_statistics_sampled_from_a_uniform_distribution
    """
    ordered, size = sorted(values), len(values)
    chance = random.Random(seed)  # noqa: S311 - statistics, not secrets
    half, is_odd = size // 2, size % 2 == 1

    def at(rank: float) -> float:
        return ordered[min(int(rank * size), size - 1)]

    if is_odd:
        return [at(chance.betavariate(half + 1, half + 1)) for _ in range(RESAMPLES)]
    medians = []
    for _ in range(RESAMPLES):
        lower = chance.betavariate(half, half + 1)
        upper = lower + (1 - lower) * (1 - chance.random() ** (1 / half))  # the least of the half above it
        medians.append(median((at(lower), at(upper))))
    return medians


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that *share* of *values* lie below, between two of them by linear interpolation."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below, above = ordered[floor(place)], ordered[ceil(place)]
    return below + (above - below) * (place - floor(place))


def _slope(values: Sequence[float]) -> float:
    """Return the Theil–Sen slope per place: the median over all pairs, which one outlier cannot move."""
    return median((right - left) / (j - i) for (i, left), (j, right) in combinations(enumerate(values), 2))
