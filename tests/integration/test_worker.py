"""The worker as a host runs it: real processes, real torch, ended in every way that a host ends them."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bench.catalogue import CASES
from tests.makers_worker import unread_worker, worker

pytestmark = pytest.mark.timing

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parents[2] / "bench" / "schema.json").read_text("utf-8")))
QUICK = {"quick": True, "max_seconds": 1, "wait": True}
LSTM = {"case": "lstm", **QUICK}
LONG = {"case": "cnn", "wait": True, "max_seconds": 120, "sweep": [1024, 2048, 4096, 8192]}  #: long on any machine
HEARD_S = 5  #: that an asker promises to be heard within
HANGING = Path(__file__).parents[1] / "fakes" / "hanging"  #: where `import torch` never ends
PHASES = ("preflight", "ruler", "warming", "measuring")
#: The two that differ most, and the others in a long sweep.
EACH_PHASE = [
    pytest.param(phase, marks=() if phase in {"preflight", "measuring"} else pytest.mark.soak) for phase in PHASES
]
NOTICED_S = 5.0  #: within which no process may be left


def result_of(lines: list[dict[str, Any]]) -> dict[str, Any]:
    (record,) = [line["record"] for line in lines if line["type"] == "result"]
    SCHEMA.validate(record)
    found: dict[str, Any] = record
    return found


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.soak) if case in {"vgg16", "vgg16-transfer"} else case for case in CASES],
)
def test_every_case_runs_to_a_record_that_the_schema_knows(case: str) -> None:
    with worker({"case": case, **QUICK}) as running:
        lines = running.finish()

        record = result_of(lines)
        assert lines[-1]["type"] == "end"
        assert lines[-1]["state"] == "done"
        assert record["error"] is None
        assert record["workload"]["trainable"] == CASES[case].trainable
        assert record["result"]["throughput"]["value"] > 0
        assert record["validity"]["verdict"] != "invalid"
        assert running.left() == []


def test_phases_come_in_their_order_and_blocks_are_kept_raw() -> None:
    with worker(LSTM) as running:
        lines = running.finish()

    record = result_of(lines)
    said = [line["phase"] for line in lines if line["type"] == "phase"]
    measured = [line for line in lines if line["type"] == "block" and line["phase"] == "measuring"]
    assert [phase for phase in said if phase != "waiting"] == [*PHASES, "checking"]
    assert [block["wall_s"] for block in record["samples"]["blocks"]] == [block["wall_s"] for block in measured]


@pytest.mark.parametrize("phase", EACH_PHASE)
def test_closing_stdin_cancels_in_any_phase_and_leaves_nobody(phase: str) -> None:
    with worker(LSTM) as running:
        running.until_phase(phase)
        running.close()

        assert running.nobody_is_left(NOTICED_S)
        lines = running.finish()
        assert lines[-1]["state"] == "cancelled"
        assert result_of(lines)["error"]["class"] == "cancelled"


@pytest.mark.parametrize("phase", EACH_PHASE)
def test_a_worker_that_is_killed_leaves_nobody(phase: str) -> None:
    with worker(LSTM) as running:
        running.until_phase(phase)
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(10)

        assert running.nobody_is_left(NOTICED_S)


@pytest.mark.parametrize("phase", EACH_PHASE)
def test_a_worker_that_nobody_listens_to_leaves_nobody(phase: str) -> None:
    with worker(LSTM) as running:
        running.until_phase(phase)
        assert running.process.stdout
        running.process.stdout.close()  # stdin stays open, so this is no cancel

        assert running.nobody_is_left(NOTICED_S)


@pytest.mark.parametrize("phase", ["preflight", *(pytest.param(phase, marks=pytest.mark.soak) for phase in PHASES[1:])])
def test_an_asker_that_falls_silent_ends_the_run_in_any_phase_and_leaves_nobody(phase: str) -> None:
    with worker({**LONG, "heard_s": HEARD_S}) as running:
        running.until_phase(phase, beat=True)

        assert running.nobody_is_left(HEARD_S + NOTICED_S)
        lines = running.finish()
        record = [line["record"] for line in lines if line["type"] == "result"][-1]
        SCHEMA.validate(record)
        error = record["error"]
        assert (lines[-1]["state"], error["class"]) == ("failed", "unheard")
        assert error["message"].startswith(f"The asker fell silent for {HEARD_S} s")


@pytest.mark.soak
def test_an_asker_that_falls_silent_ends_a_run_whose_torch_does_not_load() -> None:
    with worker({**LONG, "heard_s": HEARD_S}, PYTHONPATH=str(HANGING)) as running:
        running.until_phase("preflight")

        assert running.nobody_is_left(HEARD_S + NOTICED_S)
        error = result_of(running.finish())["error"]
        assert (error["class"], error["at_phase"]) == ("unheard", "preflight")


def test_an_asker_that_falls_silent_while_it_waits_for_a_device_gives_up_its_place() -> None:
    with worker(LONG) as first:
        first.until_phase("ruler")
        with worker({**LONG, "heard_s": HEARD_S}) as second:
            second.until_phase("waiting", beat=True)

            assert second.nobody_is_left(HEARD_S + NOTICED_S)
            *_, error, end = second.finish()

    assert (error["type"], error["class"], end["state"]) == ("error", "unheard", "failed")


def test_an_asker_that_reads_nothing_and_is_silent_leaves_nobody() -> None:
    with unread_worker({**LSTM, "heard_s": HEARD_S}) as running:
        running.until_there_is("bench.child")

        assert running.nobody_is_left(HEARD_S + NOTICED_S)
        assert running.process.wait(NOTICED_S) == 1


def test_an_asker_that_is_heard_in_time_gets_its_result() -> None:
    began = time.monotonic()
    with worker({"case": "lstm", "wait": True, "quick": True, "max_seconds": 4, "heard_s": HEARD_S}) as running:
        lines = running.finish(beat=True)

    assert time.monotonic() - began > HEARD_S + 1
    assert (lines[-1]["state"], result_of(lines)["error"]) == ("done", None)


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_probe_ends_once_nobody_waits_for_it(is_closed: bool) -> None:  # noqa: FBT001
    with worker({"probe": True, "heard_s": HEARD_S}, PYTHONPATH=str(HANGING)) as running:
        running.until_there_is("bench.probe")
        if is_closed:
            running.close()

        assert running.nobody_is_left(NOTICED_S + (0 if is_closed else HEARD_S))
        said = [(line["type"], line.get("class"), line.get("state")) for line in running.finish()]

    failed = [("error", "unheard", None), ("end", None, "failed")]
    assert said == ([("end", None, "cancelled")] if is_closed else failed)


def test_a_worker_that_is_stopped_is_ended_by_its_watcher() -> None:
    with worker(LSTM) as running:
        running.until_phase("measuring")
        running.process.send_signal(signal.SIGSTOP)

        assert running.nobody_is_left(3.0 + NOTICED_S)


def test_a_run_that_is_killed_is_a_failed_one_and_says_by_what() -> None:
    with worker(LSTM) as running:
        running.until_phase("measuring")
        (run,) = running.of("bench.child")
        os.kill(run, signal.SIGKILL)

        lines = running.finish()
        error = result_of(lines)["error"]
        assert (lines[-1]["state"], error["class"], error["at_phase"]) == ("failed", "killed", "measuring")
        assert "signal 9" in error["message"]
        assert running.nobody_is_left(NOTICED_S)


@pytest.mark.soak
def test_a_run_that_is_stopped_times_out() -> None:
    with worker(LSTM) as running:
        running.until_phase("measuring")
        (run,) = running.of("bench.child")
        os.kill(run, signal.SIGSTOP)

        lines = running.finish()
        assert (lines[-1]["state"], result_of(lines)["error"]["class"]) == ("timed_out", "hung")
        assert running.nobody_is_left(NOTICED_S)


@pytest.mark.parametrize("blow", [pytest.param(signal.SIGKILL, marks=pytest.mark.soak), signal.SIGSTOP])
def test_a_run_whose_watcher_ended_is_dirty(blow: signal.Signals) -> None:
    with worker({**LSTM, "max_seconds": 8}) as running:
        running.until_phase("measuring")
        (watcher,) = running.of("bench.watcher")
        os.kill(watcher, blow)

        lines = running.finish()
        record = result_of(lines)
        assert lines[-1]["state"] == "done"
        assert record["validity"]["verdict"] == "dirty"
        assert "watcher-dead" in record["validity"]["reasons"]
        assert running.nobody_is_left(NOTICED_S)


def test_a_busy_device_is_refused_or_waited_for() -> None:
    with worker(LSTM) as first:
        first.until_phase("ruler")
        with worker({**LSTM, "wait": False}) as second:
            lines = second.finish()
        with worker(LSTM) as third:
            third.until_phase("waiting")
            third.close()
            waited = third.finish()

    assert [(line["type"], line.get("class")) for line in lines] == [("error", "busy"), ("end", None)]
    assert waited[-1]["state"] == "cancelled"


def test_a_sweep_is_one_job_with_a_record_a_batch() -> None:
    with worker({**LSTM, "sweep": [2, 4]}) as running:
        lines = running.finish()

    records = [line["record"] for line in lines if line["type"] == "result"]
    assert [record["workload"]["batch"] for record in records] == [2, 4]
    assert len({record["key"] for record in records}) == 2
    assert (lines[-1]["state"], lines[-1]["largest_batch_ok"]) == ("done", 4)


def test_a_run_needs_nothing_of_ours_but_bench() -> None:
    with worker(LSTM) as running:
        running.until_phase("measuring")
        (run,) = running.of("bench.child")
        opened = Path(f"/proc/{run}/maps").read_text("utf-8")
        running.close()
        running.finish()

    assert "faiss" not in opened
    assert "torch" in opened


def test_a_neighbour_that_is_busy_makes_a_run_dirty() -> None:
    deadline = time.monotonic() + 60
    with worker(LSTM) as running:
        running.until_phase("warming")
        neighbour = os.fork()
        if neighbour == 0:  # a process that is none of the worker's
            while time.monotonic() < deadline:
                pass
            os._exit(0)
        try:
            record = result_of(running.finish())
        finally:
            os.kill(neighbour, signal.SIGKILL)
            os.waitpid(neighbour, 0)

    assert record["validity"]["verdict"] == "dirty"
    assert any(reason.startswith("foreign-cpu") for reason in record["validity"]["reasons"])
