from typing import Any

import pytest

from bench.card_conditions import card_conditions, energy_of, link_of, throttle_ns
from bench.conditions import conditions_of
from bench.nvml import HW_SLOWDOWN, HW_THERMAL, POLICIES, POWER_BRAKE, POWER_CAP, SW_THERMAL
from bench.verdict import Validity, Verdict, judge
from tests.makers_bench import CHECK, make_blocks
from tests.makers_card import STRANGER, make_look, make_user

STEP_S = 0.25
SECONDS = 10
UNCOUNTED = dict.fromkeys(POLICIES)
BLIND: dict[str, Any] = {"t": 1.0, "error": "the card is lost"}


def window(*, seconds: float = SECONDS, **at_end: Any) -> list[dict[str, Any]]:
    """Return looks of a quiet window; the last one says *at_end* too."""
    times = [STEP_S * place for place in range(int(seconds / STEP_S))]
    return [make_look(t) for t in times] + [make_look(seconds, **at_end)]


def judged(looks: list[dict[str, Any]]) -> Verdict:
    conditions = conditions_of(looks, alive=True, window_s=float(SECONDS)) | card_conditions(looks, looks)
    return judge(conditions, make_blocks(), CHECK, on_gpu=True)


def test_a_quiet_window_on_a_card_is_clean() -> None:
    assert judged(window()) == Verdict(validity=Validity.CLEAN)


def test_looks_become_quantiles_and_extremes() -> None:
    looks = [
        make_look(float(place), sm_mhz=1000 + place, temp_c=[50, 70, 60][place % 3], power_w=100.0 + place)
        for place in range(101)
    ]

    found = card_conditions(looks, looks)

    assert found["sm_clock"] == {"p05": 1005, "p50": 1050, "p95": 1095}
    assert found["mem_clock_p50"] == 2600
    assert found["temp"] == {"start": 50, "end": 70, "max": 70}
    assert found["power_w"] == {"mean": 150.0, "p95": 195.0}
    assert (found["foreign_gpu_pids"], found["foreign_vram_bytes"]) == ([], 0)


def test_what_no_look_tells_is_none() -> None:
    silent = {"sm_mhz": None, "mem_mhz": None, "temp_c": None, "power_w": None, "violation_ns": UNCOUNTED}
    looks = [make_look(float(t), None, **silent, reasons=None) for t in range(3)]

    assert card_conditions(looks, looks) == dict.fromkeys(
        (
            "sm_clock",
            "mem_clock_p50",
            "temp",
            "power_w",
            "throttle_ns",
            "foreign_gpu_pids",
            "foreign_vram_bytes",
        )
    )
    assert judged(looks).reasons == ("foreign-gpu unknown", "throttle unknown")


def test_a_cpu_has_no_conditions_of_a_card() -> None:
    looks = [{"t": 0.0, "foreign_cpu_pct": 1.0, "steal_pct": 0.0}]

    assert card_conditions(looks, looks) == {}
    assert judged(looks).reasons == ("foreign-gpu unknown", "throttle unknown")


def test_throttled_time_is_the_difference_of_two_counters() -> None:
    looks = [
        make_look(0, throttled_ns={"thermal": 5_000_000_000}),
        make_look(10, throttled_ns={"thermal": 6_200_000_000}),
    ]

    assert (throttle_ns(looks) or {})["thermal"] == 1_200_000_000
    assert judged(looks).reasons == ("throttle thermal 1.2 s",)


def test_looks_around_the_window_count_for_the_counters_and_for_nothing_else() -> None:
    within = window()
    before = make_look(-0.2, [make_user(), make_user(STRANGER)], throttled_ns={"thermal": 0})
    after = make_look(10.2, throttled_ns={"thermal": 90_000_000})

    found = card_conditions(within, [before, *within, after])

    assert (found["throttle_ns"]["thermal"], found["foreign_gpu_pids"]) == (90_000_000, [])


@pytest.mark.parametrize("policy", ["power", "board", "reliability", "low_utilization", "app_clocks", "base_clocks"])
def test_a_limit_of_the_card_itself_is_only_a_note(policy: str) -> None:
    found = judged(window(throttled_ns={policy: 3_000_000_000}))

    assert found == Verdict(validity=Validity.CLEAN, notes=(f"throttle {policy} 3.0 s",))


@pytest.mark.parametrize("policy", ["thermal", "sync"])
def test_what_lowers_clocks_from_outside_makes_dirty(policy: str) -> None:
    assert judged(window(throttled_ns={policy: 3_000_000_000})).reasons == (f"throttle {policy} 3.0 s",)


@pytest.mark.parametrize(("bit", "reason"), [(HW_SLOWDOWN, "hw_slowdown"), (POWER_BRAKE, "brake")])
def test_reasons_without_a_counter_are_timed_by_their_bit(bit: int, reason: str) -> None:
    assert judged(window(reasons=bit)).reasons == (f"throttle {reason} {STEP_S:.1f} s",)


@pytest.mark.parametrize("bit", [0x1, 0x2, POWER_CAP, 0x100, SW_THERMAL, HW_THERMAL])
def test_other_bits_say_nothing_that_a_counter_does_not_say_better(bit: int) -> None:
    assert judged(window(reasons=bit)) == Verdict(validity=Validity.CLEAN)


@pytest.mark.parametrize("bit", [SW_THERMAL, HW_THERMAL])
def test_without_a_counter_heat_is_timed_by_its_bits(bit: int) -> None:
    looks = [make_look(t, violation_ns=UNCOUNTED, reasons=bit * (t == 2)) for t in range(5)]

    assert throttle_ns(looks) == UNCOUNTED | {"thermal": 1_000_000_000, "hw_slowdown": 0, "brake": 0}
    assert judged(looks).reasons == ("throttle thermal 1.0 s",)


def test_heat_that_nothing_tells_is_unknown() -> None:
    looks = [make_look(t, violation_ns=UNCOUNTED | {"power": 0}, reasons=None) for t in range(5)]

    assert judged(looks).reasons == ("throttle unknown",)


def test_a_counter_that_began_anew_is_unknown() -> None:
    looks = [make_look(0, throttled_ns={"power": 9}), make_look(1, throttled_ns={"power": 1})]

    assert (throttle_ns(looks) or {})["power"] is None


def test_everybody_who_was_seen_is_named_once() -> None:
    looks = window()
    looks[3] = make_look(looks[3]["t"], [make_user(), make_user(902, memory_bytes=5)])
    looks[7] = make_look(looks[7]["t"], [make_user(901, memory_bytes=7, is_compute=False), make_user(902)])

    found = card_conditions(looks, looks)

    assert (found["foreign_gpu_pids"], found["foreign_vram_bytes"]) == ([901, 902], 1007)
    assert judged(looks).reasons == ("foreign-gpu 2",)


@pytest.mark.parametrize("gap", [BLIND, make_look(1.0, None)])
def test_a_look_that_saw_no_users_may_have_missed_somebody(gap: dict[str, Any]) -> None:
    looks = [*window(), gap]

    assert card_conditions(looks, looks)["foreign_gpu_pids"] is None
    assert "foreign-gpu unknown" in judged(looks).reasons


@pytest.mark.parametrize(
    ("seconds", "energy"),
    [(4.75, None), (5, {"joules": 1.5, "window_s": 5, "method": "counter"})],
)
def test_energy_is_a_difference_over_5_seconds_or_more(seconds: float, energy: dict[str, Any] | None) -> None:
    assert energy_of(window(seconds=seconds, energy_mj=1500)) == energy


@pytest.mark.parametrize("counts", [(None, None), (7, 7), (7, 6)])
def test_energy_that_is_not_counted_is_none_and_never_0(counts: tuple[int | None, int | None]) -> None:
    first, last = counts

    assert energy_of([make_look(0, energy_mj=first), make_look(6, energy_mj=last)]) is None


def test_a_link_is_that_under_load() -> None:
    looks = [make_look(0, pcie_gen=1), make_look(1, pcie_gen=4, pcie_width=8), make_look(2, pcie_gen=1, pcie_width=8)]

    assert link_of(looks) == {"gen": 4, "width": 16}
    assert link_of([BLIND]) == {"gen": None, "width": None}
