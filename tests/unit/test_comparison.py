from typing import Any

import pytest

from bench.comparison import Comparison, Difference, Finding, compare
from bench.measurement import RULES
from tests.makers_bench import (
    GPU,
    HOST,
    SOFTWARE,
    WORKLOAD,
    make_block,
    make_blocks,
    make_conditions,
    make_noisy_blocks,
    make_run,
)


def compared(left_ms: float, right_ms: float, *, noise: float = 0.01, **left: Any) -> Comparison:
    return compare(
        make_run(make_noisy_blocks(1, step_ms=left_ms, noise=noise), run=1, **left),
        make_run(make_noisy_blocks(2, step_ms=right_ms, noise=noise), run=2),
    )


@pytest.mark.parametrize("noise", [0.002, 0.01, 0.05])
def test_two_runs_of_the_same_case_are_never_faster_or_slower(noise: float) -> None:
    runs = [make_run(make_noisy_blocks(seed, noise=noise, drift=0.015), run=seed) for seed in range(400)]

    found = {compare(left, right).finding for left, right in zip(runs[::2], runs[1::2], strict=True)}

    assert found <= {Finding.SAME, Finding.AMBIGUOUS}


@pytest.mark.parametrize(
    ("left_ms", "right_ms", "finding"),
    [
        (10, 13, Finding.FASTER),
        (13, 10, Finding.SLOWER),
        (10, 10, Finding.SAME),
        (10, 10.3, Finding.AMBIGUOUS),
        (10, 10.7, Finding.FASTER),
    ],
)
def test_a_difference_is_told_by_its_size(left_ms: float, right_ms: float, finding: Finding) -> None:
    found = compared(left_ms, right_ms)

    assert found.finding is finding
    assert found.ratio == pytest.approx(right_ms / left_ms, rel=0.01)
    assert found.lo is not None
    assert found.hi is not None
    assert found.lo < right_ms / left_ms < found.hi


def test_a_run_is_the_same_as_itself() -> None:
    found = compare(make_run(), make_run())

    assert (found.finding, found.ratio, found.lo, found.hi) == (Finding.SAME, 1, 1, 1)


def test_the_same_seed_gives_the_same_interval() -> None:
    runs = [make_run(make_noisy_blocks(seed, noise=0.05), run=seed) for seed in (1, 2)]

    assert compare(runs[0], runs[1], seed=3) == compare(runs[0], runs[1], seed=3)
    assert compare(runs[0], runs[1], seed=3).lo != compare(runs[0], runs[1], seed=4).lo


def test_exchanging_the_sides_exchanges_the_finding() -> None:
    left, right = (make_run(make_noisy_blocks(seed, step_ms=10 + seed), run=seed) for seed in (1, 2))

    there, back = compare(left, right), compare(right, left)

    assert (there.finding, back.finding) == (Finding.FASTER, Finding.SLOWER)
    assert there.lo is not None
    assert back.hi == pytest.approx(1 / there.lo, rel=1e-4)


def test_step_times_that_overlap_are_ambiguous_however_sure_the_medians_are() -> None:
    found = compared(10, 11, noise=0.05)

    assert found.finding is Finding.AMBIGUOUS
    assert found.reasons == ("step times overlap",)


def test_a_dirty_record_is_shown_and_never_ranked() -> None:
    found = compared(10, 13, conditions=make_conditions(foreign_cpu_pct={"mean": 37.0, "p95": 90.0}))

    assert (found.finding, found.reasons) == (Finding.AMBIGUOUS, ("left is dirty: foreign-cpu 37 %",))
    assert found.ratio == pytest.approx(1.3, rel=0.01)


def test_a_dirty_record_is_not_the_same_as_another_either() -> None:
    assert compared(10, 10, conditions=make_conditions(steal_pct=9.0)).reasons[0] == "left is dirty: steal 9 %"


def test_few_blocks_are_not_ranked_whatever_the_record_says_of_itself() -> None:
    few = make_run(make_blocks(10, 10), validity={"verdict": "clean", "reasons": []})

    assert compare(few, make_run(make_blocks(*[20] * 9), run=2)).reasons == ("left has 2 blocks",)


def test_rejected_blocks_have_no_say() -> None:
    noisy = [*make_blocks(), *[make_block(99, rejected="thermal")] * 5]

    assert compare(make_run(noisy), make_run(run=2)).ratio == 1


def test_different_work_is_refused_with_the_fields_that_differ() -> None:
    other = make_run(workload=WORKLOAD | {"batch": 256, "precision": "bf16"}, run=2)

    found = compare(make_run(), other)

    assert found == Comparison(
        finding=Finding.REFUSED,
        reasons=("workload.batch differs: 128 and 256", "workload.precision differs: fp32 and bf16"),
        differing=(
            Difference(field="workload.batch", left=128, right=256),
            Difference(field="workload.precision", left="fp32", right="bf16"),
        ),
    )


def test_a_key_that_was_written_by_hand_makes_nothing_comparable() -> None:
    other = make_run(workload=WORKLOAD | {"batch": 256}, run=2)
    other["key"] = make_run()["key"]

    assert compare(make_run(), other).finding is Finding.REFUSED


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"check": {"nan_inf": True}}, "right is invalid: output-nan"),
        ({"error": {"class": "oom", "at_phase": "warming"}}, "right failed: oom"),
        ({"blocks": [], "validity": {"verdict": "clean", "reasons": []}}, "right has no blocks"),
    ],
)
def test_a_record_that_did_not_do_its_work_is_refused(parts: dict[str, Any], reason: str) -> None:
    assert compare(make_run(), make_run(run=2, **parts)) == Comparison(finding=Finding.REFUSED, reasons=(reason,))


def test_what_is_around_the_work_is_context() -> None:
    other = make_run(
        run=2,
        host=HOST | {"cpu_model": "Xeon", "load1_before": 3.0},
        gpu=GPU | {"power_limit_w": 250},
        software=SOFTWARE | {"driver": "590.2", "cudnn": "9.1"},
    )

    assert compare(make_run(), other).context == (
        Difference(field="host.cpu_model", left="EPYC", right="Xeon"),
        Difference(field="gpu.power_limit_w", left=300, right=250),
        Difference(field="software.driver", left="580.1", right="590.2"),
        Difference(field="software.cudnn", left=None, right="9.1"),
    )


def test_a_processor_and_a_card_are_compared_with_the_card_as_context() -> None:
    found = compare(make_run(gpu=None), make_run(run=2)).context

    assert found[1] == Difference(field="gpu.name", left=None, right="Quiet 24")


@pytest.mark.parametrize("step_ms", [10, 13, 100])
def test_a_quick_run_is_never_ranked_and_says_so(step_ms: float) -> None:
    found = compared(10, step_ms, protocol={**RULES.to_json(), "quick": True})

    assert found.finding is Finding.AMBIGUOUS
    assert found.reasons[0] == "left is a quick run, which shows an order of magnitude: run it in full"
