"""Whether a run may be believed, and what limited it, as short reasons that carry their number. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from statistics import median
from typing import Any

from bench.measurement import RULES, Block, quantile, step_times

#: Per cent of one core that others may use, on average: with this gate most ratios repeated within 3 %.
FOREIGN_CPU_PCT = 15.0
#: Per cent of CPU time that a hypervisor may take: it stops all cores alike, so less is borne than of a neighbour.
STEAL_PCT = 5.0
#: Inter-quartile range over the median, where torch.utils.benchmark too warns of "system fluctuation".
NOISE_SHARE = 0.10
#: Rejected share of the blocks: beyond half, the kept ones are the exception.
REJECTED_SHARE = 0.5
#: Share of the window that may be throttled: a thousandth cannot move a median by the 1 % that is aimed at.
THROTTLED_SHARE = 0.001
#: Share of the watcher's looks that may fail: one in 20 is chance, more is a watcher that cannot see.
WATCHER_ERROR_SHARE = 0.05
#: Limits that belong to a card as it is sold and set; every other reason for lower clocks comes from around it.
_OF_THE_CARD = frozenset({"power", "board", "reliability", "low_utilization", "app_clocks", "base_clocks"})

#: Wall time without work on the device, beyond which the host limits.
HOST_GAP_SHARE = 0.20
#: Step time over the time that launching alone takes, below which launching limits.
LAUNCH_FACTOR = 1.5
#: Achieved over measured matmul rate: convolutions and LSTMs reached 0.40 to 0.65 on a CPU.
COMPUTE_SHARE = 0.4


class Validity(StrEnum):
    """How far a run may be believed; an invalid one did run."""

    CLEAN = "clean"
    DIRTY = "dirty"  #: something else may have changed the numbers: shown, never ranked
    INVALID = "invalid"  #: not the work that was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A validity and what it rests on."""

    validity: Validity
    reasons: tuple[str, ...] = ()  #: codes with values, such as "foreign-cpu 37 %"; none when clean
    notes: tuple[str, ...] = ()  #: worth knowing, held against nobody: "throttle power 3.0 s"

    def to_json(self) -> dict[str, Any]:
        """Return the `validity` of a record."""
        return {"verdict": str(self.validity), "reasons": list(self.reasons), "notes": list(self.notes)}


def judge(
    conditions: Mapping[str, Any], blocks: Sequence[Block], check: Mapping[str, Any] | None, *, on_gpu: bool
) -> Verdict:
    """Return whether a run is clean; what could not be watched counts as dirty, on a GPU also its clocks and users."""
    invalid = [*_wrong_work(check), *(["few-blocks 0"] if not step_times(blocks) else [])]
    dirty = [
        *(["unchecked"] if check is None else []),
        *_seen_by_watcher(conditions),
        *_around_host(conditions),
        *_scattered(blocks),
    ]
    notes: list[str] = []
    if on_gpu:
        dirty += _around_gpu(conditions)
        notes += _throttled(conditions, of_the_card=True)
    reasons = tuple(invalid + dirty)
    validity = Validity.INVALID if invalid else Validity.DIRTY if dirty else Validity.CLEAN
    return Verdict(validity=validity, reasons=reasons, notes=tuple(notes))


def what_limits(  # noqa: PLR0913 - each is one measured number
    *,
    step_s: float,
    flops: float | None,
    samples: int,
    matmul_tflops: float | None,
    host_gap: float = 0.0,
    launches: int | None = None,
    launch_us: float | None = None,
) -> str | None:
    """Return what limits a step of *samples*: "launch", "host", "compute" or "bandwidth"; None where it is not known.

    *flops* are per sample; *launches* the kernels of a step; *matmul_tflops* and *launch_us* the ruler's, at the
    precision of the run. Launching goes first: it opens a gap too, and names its cause.
    """
    if launches and launch_us and step_s < LAUNCH_FACTOR * launches * launch_us / 1e6:
        return "launch"
    if host_gap > HOST_GAP_SHARE:
        return "host"
    if not flops or not matmul_tflops:
        return None
    achieved = flops * samples / step_s / 1e12
    return "compute" if achieved >= COMPUTE_SHARE * matmul_tflops else "bandwidth"


def _wrong_work(check: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield why the work was not that of the workload."""
    if check is None:
        return
    first, last = check.get("loss_first"), check.get("loss_last")
    losses = [loss for loss in (first, last) if loss is not None]
    if check.get("nan_inf") or not all(map(isfinite, losses)):
        yield "loss-nan" if losses else "output-nan"
    elif first is not None and last is not None and last >= first:
        yield f"loss-not-falling {first:.3g} to {last:.3g}"


def _seen_by_watcher(conditions: Mapping[str, Any]) -> Iterator[str]:
    """Yield why what the watcher says may be incomplete; one that is dead never certifies anything."""
    watcher = conditions.get("watcher") or {}
    samples, errors = watcher.get("samples") or 0, watcher.get("errors") or 0
    if not watcher.get("alive") or samples == 0:
        yield "watcher-dead"
    elif errors > WATCHER_ERROR_SHARE * samples:
        yield f"watcher-errors {errors}"


def _around_host(conditions: Mapping[str, Any]) -> Iterator[str]:
    """Yield what else used the processor."""
    foreign = (conditions.get("foreign_cpu_pct") or {}).get("mean")
    if foreign is None:
        yield "foreign-cpu unknown"
    elif foreign > FOREIGN_CPU_PCT:
        yield f"foreign-cpu {foreign:.0f} %"
    steal = conditions.get("steal_pct")
    if steal is None:
        yield "steal unknown"
    elif steal > STEAL_PCT:
        yield f"steal {steal:.0f} %"


def _around_gpu(conditions: Mapping[str, Any]) -> Iterator[str]:
    """Yield what else used or slowed the card."""
    pids = conditions.get("foreign_gpu_pids")
    if pids is None:
        yield "foreign-gpu unknown"
    elif pids:
        yield f"foreign-gpu {len(pids)}"
    throttle = conditions.get("throttle_ns")
    if throttle is None or throttle.get("thermal", 0) is None:
        yield "throttle unknown"
    yield from _throttled(conditions, of_the_card=False)


def _throttled(conditions: Mapping[str, Any], *, of_the_card: bool) -> Iterator[str]:
    """Yield why and how long the clocks were lowered, by the card's own limits or by anything else."""
    borne_s = THROTTLED_SHARE * (conditions.get("window_s") or 0.0)
    for why, nanoseconds in sorted((conditions.get("throttle_ns") or {}).items()):
        seconds = (nanoseconds or 0) / 1e9
        if (why in _OF_THE_CARD) == of_the_card and seconds > borne_s:
            yield f"throttle {why} {seconds:.{1 if seconds >= 0.1 else 4}f} s"  # noqa: PLR2004 - digits, not a rule


def _scattered(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield why the blocks say too little."""
    times = step_times(blocks)
    if not times:
        return
    if len(times) < RULES.least_blocks:
        yield f"few-blocks {len(times)}"
    noise = (quantile(times, 0.75) - quantile(times, 0.25)) / median(times)
    if noise > NOISE_SHARE:
        yield f"noisy {noise:.0%}".replace("%", " %")
    rejected = 1 - len(times) / len(blocks)
    if rejected > REJECTED_SHARE:
        yield f"rejected {rejected:.0%}".replace("%", " %")
