"""`gpuwise bench …` as it is typed: real workers on this machine, a database of its own."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.jobs import Job, Order, State
from bench.request import read_request
from bot.benching.hosts import Line
from bot.benching.running import Runner
from bot.cli import main
from bot.store.jobs import open_job_store
from tests.processes import is_nobody_left

LSTM = ("bench", "run", "lstm", "--quick", "--max-seconds", "1")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GPUWISE_HOME", str(tmp_path))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_a_run_leaves_a_result_that_is_listed_compared_drawn_and_exported(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (json.loads(run(capsys, *LSTM, "--json")) for _ in range(2))
    listed = run(capsys, "bench", "results", "--chart", str(home / "bars.png"))
    compared = json.loads(run(capsys, "bench", "compare", first["id"], second["job"], "--json"))
    run(capsys, "bench", "export", str(home / "records.jsonl"))

    assert first["id"] in listed
    assert "sequences/s" in listed
    assert compared["finding"] in {"SAME", "AMBIGUOUS"}
    assert (home / "bars.png").read_bytes().startswith(b"\x89PNG")
    exported = [json.loads(line) for line in (home / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    assert exported == [*second["records"], *first["records"]]


def test_a_run_on_the_cpu_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*LSTM, "--gpu", "cpu", "--json"]) == 0

    said = capsys.readouterr()
    record = json.loads(said.out)["records"][0]
    assert record["gpu"] is None
    assert said.err.startswith(f"gpuwise: runs on the processor ({record['host']['cpu_model']})\n")


def test_a_gpu_that_is_not_there_is_refused_before_anything_is_queued(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*LSTM, "--gpu", "97"]) == 1

    assert "local has no GPU" in capsys.readouterr().err
    assert "No job is queued" in run(capsys, "bench", "jobs")


@pytest.mark.soak
def test_what_differs_is_not_compared(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left, right = (json.loads(run(capsys, *LSTM, "--json", "--batch", batch)) for batch in ("4", "8"))

    said = run(capsys, "bench", "compare", left["id"], right["id"])

    assert "cannot be compared" in said
    assert "workload.batch differs: 4 and 8" in said


def test_a_run_is_cancelled_from_another_process(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "from bot.cli import run; run()", *LSTM]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        job_id = next(line.split()[1] for line in running.stderr if " queued" in line)
        while "measuring" not in running.stderr.readline():
            continue
        said = run(capsys, "bench", "cancel", job_id)
        assert running.wait(30) == 1

    assert "asked to stop" in said
    assert "cancelled" in run(capsys, "bench", "jobs", "--all")


def test_ctrl_c_cancels_the_run_and_the_backlog_knows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "from bot.cli import run; run()", *LSTM]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        while "measuring" not in running.stderr.readline():
            continue
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130

    with open_job_store(home) as store:
        (job,) = asyncio.run(store.list())
    assert job.state is State.CANCELLED


@pytest.mark.soak
def test_a_bot_that_is_killed_leaves_no_worker_and_the_next_run_goes_on(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = secrets.token_hex(8)
    command = [sys.executable, "-c", "from bot.cli import run; run()", *LSTM]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "KILLED_BOT": mark}) as bot:
        assert bot.stderr
        while "measuring" not in bot.stderr.readline():
            continue
        bot.send_signal(signal.SIGKILL)

    assert is_nobody_left(f"KILLED_BOT={mark}", 5)
    with open_job_store(home) as store:
        lost = asyncio.run(store.expire(datetime.now(UTC) + timedelta(minutes=1)))
    assert [job.state for job in lost] == [State.LOST]
    assert "r-" in run(capsys, *LSTM)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("bench", "run", "lstm", "--batch", "0"), "batch is a whole number from 1 to 8192"),
        (("bench", "run", "cnn", "--length", "5"), "cnn takes no length"),
        (("bench", "run", "lstm", "--host", "moon"), "No host 'moon'. Known: local"),
        (("bench", "run", "lstm", "--gpu", "9999"), "local has no GPU"),
        (("bench", "cancel", "b-zz"), "No job 'b-zz'"),
        (("bench", "compare", "r-zz", "r-zz"), "No result 'r-zz'"),
    ],
)
def test_a_wrong_word_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert main(list(arguments)) == 1

    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said


class ScriptedHost:
    """Says what it is told to, with a pause between two lines."""

    name = "local"

    def __init__(self, *lines: Line, meanwhile: Any = None) -> None:
        self._lines, self._meanwhile = lines, meanwhile
        self.requests: list[Mapping[str, Any]] = []
        self.is_ended = False

    async def start(self, request: Mapping[str, Any]) -> "ScriptedHost":
        self.requests.append(request)
        return self

    async def lines(self) -> AsyncIterator[Line]:
        for line in self._lines:
            if line["type"] == "end" and self._meanwhile:
                await self._meanwhile()
            yield line

    async def cancel(self) -> None:
        return

    async def end(self) -> None:
        self.is_ended = True


async def run_one(home: Path, host: ScriptedHost) -> tuple[Job | None, Job]:
    with open_job_store(home) as store:
        order = Order(request=read_request({"case": "cnn"}).to_json(), host="local", gpu="cpu", requested_by="terminal")
        added = await store.add(order)
        ended = await Runner(store, host, lambda _job, _line: None).run_next("cpu")
        return ended, await store.get(added.id)


async def test_a_worker_that_ends_without_a_word_is_a_failed_job(home: Path) -> None:
    host = ScriptedHost({"type": "phase", "phase": "ruler"})

    _, job = await run_one(home, host)

    assert (job.state, job.error.kind if job.error else None) == (State.FAILED, "gone")
    assert host.is_ended


async def test_a_result_that_comes_after_the_lease_ran_out_is_refused(home: Path) -> None:
    async def expire() -> None:
        with open_job_store(home) as store:
            await store.expire(datetime.now(UTC) + timedelta(minutes=5))

    lines = ({"type": "result", "record": {"key": "k"}}, {"type": "end", "state": "done"})

    _, job = await run_one(home, ScriptedHost(*lines, meanwhile=expire))

    assert (job.state, job.result_id) == (State.LOST, None)


async def test_the_token_of_the_lease_goes_with_the_request(home: Path) -> None:
    host = ScriptedHost({"type": "end", "state": "cancelled"})

    _, job = await run_one(home, host)

    assert [request["token"] for request in host.requests] == [str(job.token)]
    assert job.state is State.CANCELLED
