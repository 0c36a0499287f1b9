"""From raw measurements to figures and bars."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from .running import Record, Serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One column: what is taken from each serving process."""

    title: str
    of: Callable[[Serving], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What gpuwise promises: at most *limit* times the best peer."""

    title: str
    measure: Measure
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one bar was met."""

    bar: Bar
    peer: str  #: the best peer
    ratio: float

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.bar.limit


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile, interpolated between neighbours."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


STARTUP = Measure(title="start-up, s", of=lambda serving: serving.startup_s)
P50 = Measure(title="p50, ms", of=lambda serving: percentile(serving.latencies_ms, 50))
P99 = Measure(title="p99, ms", of=lambda serving: percentile(serving.latencies_ms, 99))
RATE = Measure(title="questions/s, 8 threads", of=lambda serving: serving.per_second)
MEMORY = Measure(title="peak memory, MiB", of=lambda serving: serving.memory_mb)
MEASURES = (STARTUP, P50, P99, RATE, MEMORY)
BARS = (
    Bar(title="whole answer p50 to the fastest peer's retrieval p50", measure=P50, limit=0.6),
    Bar(title="start-up to the fastest peer's", measure=STARTUP, limit=0.2),
    Bar(title="peak memory to the leanest peer's", measure=MEMORY, limit=0.45),
)


def figure(record: Record, measure: Measure) -> float:
    """Return the median over rounds."""
    return median(measure.of(serving) for serving in record.servings)


def spread(record: Record, measure: Measure) -> tuple[float, float]:
    """Return the lowest and the highest round."""
    values = [measure.of(serving) for serving in record.servings]
    return min(values), max(values)


def judge(records: Sequence[Record], bar: Bar) -> Verdict:
    """Return gpuwise, the first record, against the best of the peers that set bars."""
    peers = [record for record in records if record.contestant.sets_bar]
    best = min(peers, key=lambda record: figure(record, bar.measure))
    ratio = figure(records[0], bar.measure) / figure(best, bar.measure)
    return Verdict(bar=bar, peer=best.contestant.name, ratio=ratio)


def p50_of(record: Record, numbers: Sequence[int]) -> float:
    """Return the p50 over some of the questions alone, the median over rounds."""
    return median(median(serving.latencies_ms[number] for number in numbers) for serving in record.servings)


def agreement(record: Record, other: Record) -> float:
    """Return the share of questions for which both found the same chunk first, 0.0 to 1.0."""
    pairs = list(zip(record.servings[0].best, other.servings[0].best, strict=True))
    return sum(one == two for one, two in pairs) / len(pairs)
