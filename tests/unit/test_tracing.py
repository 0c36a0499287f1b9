"""What a step looks like to the profiler; a GPU's kernels are read the way the CPU's operations are read here."""

from types import SimpleNamespace

import pytest
from torch.profiler import ProfilerActivity

from bench.cases import build
from bench.cases.timing import time_block
from bench.cases.tracing import covered, profiled, to_trace, trace
from bench.request import read_request

CUDA, CPU = SimpleNamespace(name="CUDA"), SimpleNamespace(name="CPU")


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ([], 0),
        ([(0, 2), (5, 6)], 3),
        ([(5, 6), (0, 2)], 3),
        ([(0, 4), (1, 2)], 4),
        ([(0, 4), (3, 6), (6, 7)], 7),
    ],
)
def test_time_in_which_kernels_overlap_counts_once(spans: list[tuple[float, float]], length: float) -> None:
    assert covered(spans) == length


def test_only_what_ran_on_the_device_is_counted() -> None:
    events = [
        SimpleNamespace(device_type=CUDA, time_range=SimpleNamespace(start=10, end=40)),
        SimpleNamespace(device_type=CPU, time_range=SimpleNamespace(start=0, end=100)),
        SimpleNamespace(device_type=CUDA, time_range=SimpleNamespace(start=50, end=60)),
    ]

    assert to_trace(events, "CUDA") == {"launches": 2, "busy_s": 40e-6}


def test_the_profiler_sees_a_step_of_a_real_network() -> None:
    workload = build(read_request({"case": "rnn", "batch": 4, "length": 20}))
    time_block(workload, 2)

    found = to_trace(profiled(workload, ProfilerActivity.CPU), "CPU")

    assert found["launches"] > 20  # one and more a time step
    assert 0 < found["busy_s"] < 60


def test_a_cpu_launches_nothing() -> None:
    assert trace(build(read_request({"case": "rnn", "batch": 4, "length": 5}))) is None
