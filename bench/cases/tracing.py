"""Looks into one step of a workload on a GPU: how many kernels it launches, and how long the GPU is at them."""

from collections.abc import Iterable
from typing import Any

from torch.profiler import ProfilerActivity, profile

from bench.cases.workload import Workload

Trace = dict[str, Any]


def trace(workload: Workload) -> Trace | None:
    """Return `launches` of one step and its `busy_s` on the GPU; None on a CPU, which launches nothing.

    The profiler slows the step down, so its own duration is left out: `busy_s` stands beside the timed steps.
    """
    if workload.device.type != "cuda":
        return None
    return to_trace(profiled(workload, ProfilerActivity.CUDA), "CUDA")


def profiled(workload: Workload, activity: ProfilerActivity) -> list[Any]:
    """Return what the profiler saw of one step."""
    workload.sync()
    with profile(activities=[activity]) as seen:
        workload.step()
        workload.sync()
    return list(seen.events() or [])


def to_trace(events: Iterable[Any], device: str) -> Trace:
    """Return the trace of the events that ran on *device*, "CUDA" or "CPU"; the profiler's times are microseconds."""
    spans = [(event.time_range.start, event.time_range.end) for event in events if event.device_type.name == device]
    return {"launches": len(spans), "busy_s": covered(spans) / 1e6}


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Return the length of the union of *spans*: kernels on several streams count once."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total
