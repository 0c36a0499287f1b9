"""What the watcher saw around a run, from its samples. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.measurement import quantile


def conditions_of(samples: Sequence[Mapping[str, Any]], *, alive: bool, window_s: float) -> dict[str, Any]:
    """Return the `conditions` of a record: means over the samples of the *window_s* seconds that blocks took."""
    foreign = [float(sample["foreign_cpu_pct"]) for sample in samples if "foreign_cpu_pct" in sample]
    steal = [float(sample["steal_pct"]) for sample in samples if "steal_pct" in sample]
    return {
        "watcher": {
            "alive": alive,
            "samples": len(samples),
            "errors": sum("error" in sample for sample in samples),
        },
        "foreign_cpu_pct": {"mean": _mean(foreign), "p95": quantile(foreign, 0.95)} if foreign else None,
        "steal_pct": _mean(steal) if steal else None,
        "load1": samples[-1].get("load1") if samples else None,
        "window_s": window_s,
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
