"""The yardstick of a host, its memory and its versions, and the operations that a step is said to take."""

import subprocess
import sys
from itertools import pairwise
from time import perf_counter
from typing import Any

import pytest
import torch

from bench.cases import device as settings
from bench.cases.flops import flops_of_step, forward_flops
from bench.cases.ruler import measure, rate
from bench.request import read_request

CPU = torch.device("cpu")


def test_the_yardstick_of_a_cpu_stays_within_its_seconds_and_puts_the_threads_back() -> None:
    threads, began = torch.get_num_threads(), perf_counter()

    found = measure(CPU, seconds=2.0)

    assert perf_counter() - began < 4
    assert set(found) == {"matmul_fp32_tflops", "matmul_bf16_tflops", "memcpy_gbs", "launch_us", "cpu_1t_score"}
    assert min(found.values()) > 0
    assert torch.get_num_threads() == threads


def test_the_yardstick_leaves_tf32_as_it_was() -> None:
    settings.set_tf32(enabled=False)
    before = settings.flags()

    measure(CPU, seconds=0.2)

    assert settings.flags() == before


def test_a_rate_is_that_of_the_fastest_block() -> None:
    calls: list[float] = []

    def call() -> None:
        calls.append(perf_counter())

    found = rate(call, lambda: None, 0.05)

    assert found <= 1 / min(later - sooner for sooner, later in pairwise(calls))


@pytest.mark.parametrize(
    ("case", "trained", "frozen"),
    [
        ("cnn", 5.588e6, 0),
        ("rnn", 0.474e6, 0),
        ("lstm", 1.894e6, 0),
        ("gru", 1.421e6, 0),
        ("vgg16", 30.94e9, 0),
        ("vgg16-head", 6.425e6, 0),
        ("vgg16-transfer", 6.425e6, 30.69e9),
    ],
)
def test_a_forward_pass_takes_the_operations_counted_by_hand(case: str, trained: float, frozen: float) -> None:
    assert forward_flops(read_request({"case": case, "length": None})) == pytest.approx((trained, frozen), rel=2e-3)


@pytest.mark.parametrize("case", ["cnn", "vgg16", "vgg16-head", "vgg16-transfer"])
def test_a_forward_pass_takes_the_operations_that_torch_counts(case: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - slow to import

    from bench.cases.workload import make_batch, make_network  # noqa: PLC0415

    request = read_request({"case": case, "batch": 1})
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        make_network(request)(make_batch(request)[0])

    assert sum(forward_flops(request)) == counter.get_total_flops()


@pytest.mark.parametrize(("mode", "passes"), [("training", 3), ("inference", 1)])
def test_a_step_takes_thrice_the_forward_pass_where_it_trains(mode: str, passes: int) -> None:
    request = read_request({"case": "lstm", "batch": 8, "mode": mode})

    assert flops_of_step(request) == 8 * passes * forward_flops(request)[0]


def test_a_step_of_transfer_passes_the_frozen_base_once() -> None:
    request = read_request({"case": "vgg16-transfer", "batch": 2})
    trained, frozen = forward_flops(request)

    assert flops_of_step(request) == 2 * (3 * trained + frozen)


@pytest.mark.parametrize(
    ("capability", "architectures", "expected"),
    [
        ((8, 9), ["sm_80", "sm_86", "sm_90"], True),
        ((7, 5), ["sm_80", "sm_90"], False),
        ((12, 0), ["sm_80", "sm_90"], False),
        ((12, 0), ["sm_90", "compute_90"], True),
        ((9, 0), ["sm_90a"], True),
        ((10, 3), ["sm_100"], True),
        ((10, 3), ["sm_100a"], False),
        ((12, 1), ["sm_120", "compute_120"], True),
        ((8, 6), [], False),
    ],
)
def test_kernels_run_on_the_same_major_version_and_no_older_minor_or_are_compiled_from_ptx(
    capability: tuple[int, int], architectures: list[str], *, expected: bool
) -> None:
    assert settings.is_built_for(*capability, architectures) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.cuda.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (MemoryError(), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_only_a_lack_of_memory_is_taken_for_one(error: BaseException, *, expected: bool) -> None:
    assert settings.is_out_of_memory(error) is expected


def test_an_allocation_past_all_memory_is_a_lack_of_memory() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)

    assert settings.is_out_of_memory(caught.value)


def test_peak_memory_grows_by_what_was_filled_since_the_baseline() -> None:
    settings.reset_peak()
    torch.ones(200 * 2**20, dtype=torch.uint8)

    found: dict[str, Any] = settings.peak_memory()

    assert 150 * 2**20 < found["peak_rss_bytes"] - found["baseline_rss_bytes"] < 300 * 2**20


def test_the_software_is_reported_with_its_versions() -> None:
    found = settings.software()

    assert found["torch"] == torch.__version__
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert set(found) == {"torch", "torch_git", "cuda", "cudnn", "arch_list", "python"}


def test_importing_bench_does_not_import_torch() -> None:
    program = "import sys, bench, bench.request, bench.catalogue; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
