from typing import Any

import pytest

from bench.measurement import Block
from bench.verdict import Validity, Verdict, judge, what_limits
from tests.makers_bench import CHECK, make_block, make_blocks, make_conditions


def judged(blocks: list[Block] | None = None, check: dict[str, Any] | None = CHECK, **conditions: Any) -> Verdict:
    blocks = make_blocks() if blocks is None else blocks
    return judge(make_conditions(**conditions), blocks, check, on_gpu=True)


def test_a_quiet_run_is_clean() -> None:
    assert judged() == Verdict(validity=Validity.CLEAN)


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        ({"watcher": {"alive": False, "samples": 90, "errors": 0}}, "watcher-dead"),
        ({"watcher": {"alive": True, "samples": 0, "errors": 0}}, "watcher-dead"),
        ({"watcher": None}, "watcher-dead"),
        ({"watcher": {"alive": True, "samples": 100, "errors": 6}}, "watcher-errors 6"),
        ({"foreign_cpu_pct": {"mean": 37.2, "p95": 90.0}}, "foreign-cpu 37 %"),
        ({"foreign_cpu_pct": None}, "foreign-cpu unknown"),
        ({"steal_pct": 9.0}, "steal 9 %"),
        ({"steal_pct": None}, "steal unknown"),
        ({"foreign_gpu_pids": [12, 13]}, "foreign-gpu 2"),
        ({"foreign_gpu_pids": None}, "foreign-gpu unknown"),
        ({"throttle_ns": None}, "throttle unknown"),
        ({"throttle_ns": {"thermal": 1_200_000_000}}, "throttle thermal 1.2 s"),
        ({"throttle_ns": {"hw_slowdown": 50_000_000}}, "throttle hw_slowdown 0.0500 s"),
        ({"throttle_ns": {"brake": 3_000_000_000}}, "throttle brake 3.0 s"),
    ],
)
def test_what_came_from_around_the_run_makes_it_dirty(conditions: dict[str, Any], reason: str) -> None:
    assert judged(**conditions) == Verdict(validity=Validity.DIRTY, reasons=(reason,))


@pytest.mark.parametrize(
    "conditions",
    [
        {"foreign_cpu_pct": {"mean": 15.0, "p95": 80.0}},
        {"steal_pct": 5.0},
        {"watcher": {"alive": True, "samples": 100, "errors": 5}},
        {"throttle_ns": {"thermal": 10_000_000}},
    ],
)
def test_up_to_its_threshold_a_disturbance_is_borne(conditions: dict[str, Any]) -> None:
    assert judged(**conditions).validity is Validity.CLEAN


def test_a_power_cap_is_a_note() -> None:
    found = judged(throttle_ns={"power": 3_000_000_000, "thermal": 0})

    assert found == Verdict(validity=Validity.CLEAN, notes=("throttle power 3.0 s",))


def test_without_a_gpu_its_conditions_are_not_asked_for() -> None:
    conditions = make_conditions()
    del conditions["throttle_ns"], conditions["foreign_gpu_pids"]

    assert judge(conditions, make_blocks(), CHECK, on_gpu=False).validity is Validity.CLEAN
    assert judge(conditions, make_blocks(), CHECK, on_gpu=True).reasons == ("foreign-gpu unknown", "throttle unknown")


def test_a_run_without_conditions_is_never_clean() -> None:
    found = judge({}, make_blocks(), CHECK, on_gpu=False)

    assert found.reasons == ("watcher-dead", "foreign-cpu unknown", "steal unknown")


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ({"loss_first": 2.3, "loss_last": float("nan"), "nan_inf": False}, "loss-nan"),
        ({"loss_first": 2.3, "loss_last": None, "nan_inf": True}, "loss-nan"),
        ({"loss_first": 2.3, "loss_last": 2.31, "nan_inf": False}, "loss-not-falling 2.3 to 2.31"),
        ({"nan_inf": True}, "output-nan"),
    ],
)
def test_other_work_than_that_asked_for_is_invalid(check: dict[str, Any], reason: str) -> None:
    assert judged(check=check) == Verdict(validity=Validity.INVALID, reasons=(reason,))


def test_inference_has_no_loss_to_fall() -> None:
    assert judged(check={"nan_inf": False}).validity is Validity.CLEAN


def test_an_unchecked_run_is_dirty() -> None:
    assert judged(check=None) == Verdict(validity=Validity.DIRTY, reasons=("unchecked",))


@pytest.mark.parametrize(
    ("blocks", "validity", "reasons"),
    [
        ([], Validity.INVALID, ("few-blocks 0",)),
        ([make_block(rejected="thermal")], Validity.INVALID, ("few-blocks 0",)),
        (make_blocks(10, 10, 10, 10), Validity.DIRTY, ("few-blocks 4",)),
        (make_blocks(8, 9, 10, 10.2, 11), Validity.DIRTY, ("noisy 12 %",)),
        ([*make_blocks(*[10] * 5), *[make_block(rejected="steal")] * 6], Validity.DIRTY, ("rejected 55 %",)),
        ([*make_blocks(*[10] * 5), *[make_block(rejected="steal")] * 5], Validity.CLEAN, ()),
    ],
)
def test_blocks_that_say_too_little_are_named(
    blocks: list[Block], validity: Validity, reasons: tuple[str, ...]
) -> None:
    assert judged(blocks) == Verdict(validity=validity, reasons=reasons)


def test_invalid_goes_before_dirty_and_tells_both() -> None:
    found = judged(check={"nan_inf": True}, steal_pct=9.0)

    assert (found.validity, found.reasons) == (Validity.INVALID, ("output-nan", "steal 9 %"))


RULED: dict[str, Any] = {"step_s": 0.01, "flops": 1e9, "samples": 100, "matmul_tflops": 20}  # 10 TFLOP/s of 20


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({}, "compute"),
        ({"matmul_tflops": 25}, "compute"),
        ({"matmul_tflops": 26}, "bandwidth"),
        ({"host_gap": 0.2}, "compute"),
        ({"host_gap": 0.21}, "host"),
        ({"launches": 1000, "launch_us": 5}, "compute"),
        ({"launches": 1500, "launch_us": 5}, "launch"),
        ({"launches": 1500, "launch_us": 5, "host_gap": 0.5}, "launch"),
        ({"flops": None}, None),
        ({"matmul_tflops": None}, None),
        ({"matmul_tflops": None, "host_gap": 0.3}, "host"),
    ],
)
def test_what_limits_a_step_follows_from_its_time_and_the_ruler(fields: dict[str, Any], limit: str | None) -> None:
    assert what_limits(**(RULED | fields)) == limit
