"""Times a block of steps with one synchronisation at its end."""

from time import perf_counter

import torch

from bench.cases.workload import Workload


def time_block(workload: Workload, steps: int) -> tuple[float, float]:
    """Return the seconds that *steps* took on the device and on the wall; on a CPU the two are the same."""
    workload.sync()
    if workload.device.type == "cuda":
        return _time_events(workload, steps)
    began = perf_counter()
    for _ in range(steps):
        workload.step()
    seconds = perf_counter() - began
    return seconds, seconds


def _time_events(workload: Workload, steps: int) -> tuple[float, float]:
    first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
    began = perf_counter()
    first.record()
    for _ in range(steps):
        workload.step()
    last.record()
    workload.sync()
    return first.elapsed_time(last) / 1e3, perf_counter() - began
