import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import bench.record
from bench.nvml import POLICIES
from bench.outcome import Outcome, record_of
from bench.preflight import gpu_section
from bench.record import Record
from bench.request import read_request
from tests.makers_bench import CHECK, HOST
from tests.makers_card import STRANGER, UUID, make_facts, make_look, make_user

SCHEMA = Draft202012Validator(
    json.loads((Path(bench.record.__file__).parent / "schema.json").read_text(encoding="utf-8"))
)
REQUEST = read_request({"case": "lstm", "gpu": UUID})
FACTS = {
    "type": "facts",
    "workload": {"flops_step": 1e9, "id": "lstm", "version": 1, "batch": 128, "framework": "torch"},
    "samples": 128,
    "flags": {},
    "software": {"python": "3.11.2", "torch": "2.13.0"},
    "gpu": {"uuid": UUID, "name": "as torch calls it", "sm": "9.0"},
    "ruler": {"launch_us": 5.0, "matmul_fp32_tflops": 1.0},
}
END = {"type": "end", "check": CHECK, "memory": None, "first_step_s": 1.0, "warm_up": {}}
BEGAN, SECONDS = 100.0, 10


def look(t: float, **fields: Any) -> dict[str, Any]:
    """Return a look at a card that takes 400 W."""
    return make_look(t, **({"energy_mj": round(t * 400_000), "pcie_gen": 1 if t < BEGAN else 5} | fields))


def record(*others: dict[str, Any], seconds: int = SECONDS, is_done: bool = True, end: dict[str, Any] = END) -> Record:
    """Return the record of a run on a card that was seen at 5 Hz, with *others* among the looks."""
    looks = [look(BEGAN - 1 + place / 5) for place in range(5 * (seconds + 2))]
    outcome = Outcome(looks=sorted([*looks, *others], key=lambda one: float(one["t"])), watcher_alive=True)
    outcome.card = gpu_section(make_facts())
    if is_done:
        for place in range(seconds * 5):
            block = {"steps": 20, "device_s": 0.2, "wall_s": 0.2, "t": BEGAN + (place + 1) / 5}
            outcome.take({"type": "block", "phase": "measuring", **block})
        outcome.take(FACTS)
        outcome.take(end)
    return record_of(REQUEST, outcome, HOST, time_ms=1_700_000_000_000, entropy=bytes(10))


def faults_of(found: Record, part: str) -> list[str]:
    """Return what the schema says against a part of a record."""
    return [error.message for error in SCHEMA.iter_errors(found) if error.absolute_path and part in error.absolute_path]


def test_a_run_on_a_quiet_card_is_clean_and_fits_the_schema() -> None:
    found = record()

    assert found["validity"] == {"verdict": "clean", "reasons": [], "notes": []}
    assert [faults_of(found, part) for part in ("gpu", "software", "conditions", "result")] == [[], [], [], []]
    assert found["conditions"]["throttle_ns"] == dict.fromkeys((*POLICIES, "hw_slowdown", "brake"), 0)


def test_a_card_is_what_nvml_says_and_what_only_torch_knows() -> None:
    found = record()

    assert found["gpu"] == {
        **{name: value for name, value in gpu_section(make_facts()).items() if name != "driver"},
        "sm": "9.0",
        "pcie": {"gen": 5, "width": 16, "gen_max": 5, "width_max": 16},
    }
    assert found["software"] == {"python": "3.11.2", "torch": "2.13.0", "driver": "580.1"}


def test_energy_is_that_of_the_window_and_of_one_sample() -> None:
    energy = record()["result"]["energy"]

    assert SECONDS - 1e-6 <= energy["window_s"] <= SECONDS + 0.5  # no moment of the window is left out
    assert energy["joules"] == pytest.approx(400 * energy["window_s"])
    assert energy["j_per_sample"] == pytest.approx(400 / 12_800)


def test_a_window_that_is_too_short_has_no_energy() -> None:
    found = record(seconds=4)

    assert found["result"]["energy"] is None
    assert faults_of(found, "result") == []


@pytest.mark.parametrize(("t", "verdict"), [(BEGAN + 5.1, "dirty"), (BEGAN - 0.5, "clean")])
def test_somebody_else_counts_while_blocks_were_measured(t: float, verdict: str) -> None:
    found = record(make_look(t, [make_user(), make_user(STRANGER)], energy_mj=round(t * 400_000)))

    assert (found["validity"]["verdict"], found["conditions"]["foreign_gpu_pids"]) == (
        verdict,
        [STRANGER] if verdict == "dirty" else [],
    )


@pytest.mark.parametrize(
    ("trace", "limit"),
    [
        ({"launches": 100, "busy_s": 0.009}, "bandwidth"),
        ({"launches": 100, "busy_s": 0.007}, "host"),
        ({"launches": 1400, "busy_s": 0.007}, "launch"),
        (None, "bandwidth"),
    ],
)
def test_what_limits_a_card_is_read_off_one_step_beside_the_timed_ones(
    trace: dict[str, Any] | None, limit: str
) -> None:
    found = record(end={**END, "trace": trace})  # a step takes 10 ms and reaches 0.1 of 1 TFLOP/s

    assert (found["limited_by"], found["result"]["trace"]) == (limit, trace)
    assert faults_of(found, "result") == []


def test_a_run_that_did_not_begin_still_says_on_which_card() -> None:
    found = record(is_done=False)

    assert (found["gpu"]["name"], found["software"]["driver"], found["result"]) == ("Quiet 80", "580.1", None)
    assert list(SCHEMA.iter_errors(found)) == []
