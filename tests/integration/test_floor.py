"""The floor with real workers on this machine's processor."""

import asyncio
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bench.backlog import TERMINAL
from bench.jobs import Job, Order, State
from bot.benching.desk import Desk, Verb
from bot.benching.floor import SPACING_S, Changed, Floor
from bot.cards import CardState
from bot.store.database import Database, open_database
from bot.store.jobs import utc_now
from tests.makers_desk import AN, MINH, Heard, make_asked, make_house, running_floor
from tests.processes import is_nobody_left

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


async def queued(desk: Desk, number: int = 1, **asked: object) -> tuple[str, Job]:
    proposed = await desk.propose(make_asked(f"telegram:5:{number}", **asked))  # type: ignore[arg-type]
    assert proposed.proposal is not None
    pressed = await desk.press(Verb.RUN, proposed.proposal.id, MINH)
    assert pressed.job is not None, pressed.refusal
    return proposed.proposal.id, pressed.job


def rows(home: Path) -> list[tuple[str, str, int]]:
    """Return the jobs with how they stand and their lease, and check that every result is of a done one."""
    with sqlite3.connect(home / "gpuwise.db") as connection:
        results = connection.execute("SELECT job_id, token FROM results ORDER BY token").fetchall()
        jobs = connection.execute("SELECT id, state, token FROM jobs ORDER BY created").fetchall()
    assert results == sorted(((i, token) for i, state, token in jobs if state == "done"), key=lambda row: row[1])
    return jobs


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.1)
    pytest.fail("it never came to that")


async def test_a_database_that_fails_for_a_moment_does_not_end_the_floor(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_floor(database, Heard()):
        await asyncio.sleep(0.2)
        with sqlite3.connect(tmp_path / "gpuwise.db") as connection:
            connection.execute("ALTER TABLE jobs RENAME TO away")
        await until(lambda: "benchmarks wait for the database" in caplog.text)
        with sqlite3.connect(tmp_path / "gpuwise.db") as connection:
            connection.execute("ALTER TABLE away RENAME TO jobs")
        _, job = await queued(Desk(database, make_house()))
        await until(lambda: any(state == "done" for _, state, _ in rows(tmp_path)))

    assert (await database.jobs.get(job.id)).state is State.DONE


async def test_two_approved_runs_go_one_after_the_other_and_a_missing_host_stops_neither(
    database: Database, tmp_path: Path
) -> None:
    heard = Heard()
    async with running_floor(database, heard) as floor:
        desk = Desk(database, make_house(), progress_of=floor.progress_of, wake=floor.wake)
        _, gone = await queued(desk, 1, host="lab9")
        first_id, first = await queued(desk, 2)
        second_id, second = await queued(desk, 3)
        failed = await heard.end_of(gone)
        step = await heard.until(lambda change: bool(change.progress and change.progress.step_ms))
        running, waiting = await desk.card(first_id), await desk.card(second_id)
        done = await heard.end_of(first)
        after = await heard.until(lambda change: change.job.id == second.id and change.job.state is State.RULER)
        result = await desk.card(first_id)
        await desk.press(Verb.CANCEL, second_id, AN)
        await heard.end_of(second)

    assert failed.state is State.FAILED
    assert failed.error is not None
    assert "No host 'lab9'" in failed.error.message
    assert running is not None
    assert waiting is not None
    assert (running.state, waiting.state, waiting.ahead) == (CardState.RUNNING, CardState.QUEUED, 1)
    assert running.step_ms is not None
    assert 0 < (running.share or 0) < 1
    assert step.progress is not None
    assert done.finished is not None
    assert after.job.started is not None
    assert done.finished <= after.job.started
    assert [state for _, state, _ in rows(tmp_path)] == ["failed", "done", "cancelled"]
    assert result is not None
    assert (result.state, result.job_id) == (CardState.DONE, first.id)
    assert " sequences/s (95 %: " in result.throughput
    phases = [change.job.state for change in heard.of(first)]
    assert {State.QUEUED, State.WARMING, State.MEASURING, State.DONE} <= set(phases)
    assert phases[-1] is State.DONE
    assert phases.count(State.DONE) == 1


async def test_a_running_job_is_cancelled_by_its_requester(database: Database, tmp_path: Path) -> None:
    heard = Heard()
    async with running_floor(database, heard) as floor:
        desk = Desk(database, make_house(), wake=floor.wake)
        proposal_id, job = await queued(desk, max_seconds=60)
        await heard.until(lambda change: change.job.state is State.RULER)
        pressed = await desk.press(Verb.CANCEL, proposal_id, AN)
        ended = await heard.end_of(job)

    assert pressed.job is not None
    assert pressed.job.cancel_requested
    assert ended.state is State.CANCELLED
    assert [state for _, state, _ in rows(tmp_path)] == ["cancelled"]


async def test_a_floor_that_stops_ends_its_run_within_five_seconds(database: Database, tmp_path: Path) -> None:
    heard = Heard()
    async with running_floor(database, heard) as floor:
        desk = Desk(database, make_house(), wake=floor.wake)
        _, job = await queued(desk, max_seconds=60)
        await heard.until(lambda change: change.job.state is State.RULER)
        began = time.monotonic()

    assert time.monotonic() - began < 5
    assert [state for _, state, _ in rows(tmp_path)] == ["cancelled"]
    assert heard.of(job)[-1].job.state is State.CANCELLED


async def test_between_two_phases_only_the_newest_is_told_now_and_then(database: Database) -> None:
    heard = Heard()
    moments: list[float] = []
    loop = asyncio.get_running_loop()

    async def listen(changed: Changed) -> None:
        moments.append(loop.time())
        await heard(changed)

    floor = Floor(database, None, listen)  # type: ignore[arg-type]  # no host is asked for
    telling = asyncio.create_task(floor._telling.run())
    job = replace(make_running(), state=State.MEASURING)
    floor._watch(job, {"type": "phase", "phase": "measuring"})
    for number in range(1, 21):
        floor._watch(job, {"type": "block", "wall_s": number, "steps": 1000})
        await asyncio.sleep(0.1)
    floor._telling.tell(Changed(job=replace(job, state=State.DONE)))
    await asyncio.sleep(0.05)
    telling.cancel()

    steps = [change.progress.step_ms for change in heard.changes if change.progress]
    assert steps[0] is None
    assert len(steps) == 2
    assert steps[1] is not None
    assert steps[1] >= 15
    assert heard.changes[-1].job.state is State.DONE
    assert min(after - before for before, after in pairwise(moments[:2])) >= SPACING_S


RUN_FLOOR = """
    import asyncio, sys
    from pathlib import Path
    from bot.benching.floor import Floor
    from bot.benching.inventory import Inventory
    from bot.store.database import open_database

    async def main(home):
        async def listen(changed):
            print(changed.job.id, changed.job.state.value, flush=True)
        with open_database(Path(home)) as database:
            await Floor(database, Inventory(file=Path("hosts.toml")), listen, poll_s=0.3).run()

    asyncio.run(main(sys.argv[1]))
"""


async def test_the_job_of_a_killed_floor_is_lost_and_the_next_one_runs(database: Database, tmp_path: Path) -> None:
    desk, mark = Desk(database, make_house()), f"GPUWISE_TEST={secrets.token_hex(8)}"
    _, first = await queued(desk, 1, max_seconds=60)
    _, second = await queued(desk, 2, max_seconds=60)
    with started(RUN_FLOOR, tmp_path, mark) as child:
        assert child.stdout
        while child.stdout.readline().split() != [first.id, "ruler"]:
            pass
        child.send_signal(signal.SIGKILL)
        child.wait(10)
    nobody = is_nobody_left(mark, 10)
    held = await database.jobs.claim("local", "cpu", 30)
    let_the_lease_run_out(tmp_path, first)

    heard = Heard()
    async with running_floor(database, heard):
        lost = await heard.end_of(first)
        await heard.until(lambda change: change.job.id == second.id and change.job.state is State.RULER)

    assert nobody
    assert held is None
    assert lost.state is State.LOST
    assert rows(tmp_path) == [(first.id, "lost", 1), (second.id, "cancelled", 2)]


SEE_THROUGH = """
    import asyncio, json, sys
    from pathlib import Path
    from bench.request import read_request
    from bot.benching.asking import queue, see_through
    from bot.benching.hosts import LocalHost
    from bot.store.jobs import open_job_store

    async def main(home):
        with open_job_store(Path(home)) as store:
            asked = {"case": "lstm", "quick": True, "max_seconds": 1, "batch": 1, "length": 2, "wait": True}
            phases = []
            watch = lambda job, line: phases.append(line["phase"]) if line["type"] == "phase" else None
            job, _ = await queue(store, LocalHost(), read_request(asked))
            job = await see_through(store, LocalHost(), job, watch)
            print(json.dumps([job.id, job.state.value, phases]), flush=True)

    asyncio.run(main(sys.argv[1]))
"""


async def test_a_terminal_and_the_floor_run_a_job_once_between_them(database: Database, tmp_path: Path) -> None:
    heard = Heard()
    async with running_floor(database, heard):
        with started(SEE_THROUGH, tmp_path, "GPUWISE_TEST=terminal") as child:
            out, errors = await asyncio.to_thread(child.communicate, timeout=60)
        job_id, state, phases = json.loads(out)
        await heard.until(lambda change: change.job.id == job_id and change.job.has_ended)

    ran_here = any(change.progress for change in heard.changes if change.job.id == job_id)
    assert (state, errors) == ("done", "")
    assert ran_here is not bool(phases)
    assert rows(tmp_path) == [(job_id, "done", 1)]


def started(program: str, home: Path, mark: str) -> "subprocess.Popen[str]":
    name, _, value = mark.partition("=")
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, name: value},
    )


def let_the_lease_run_out(home: Path, job: Job) -> None:
    """Let half a minute pass."""
    with sqlite3.connect(home / "gpuwise.db") as connection:
        connection.execute("UPDATE jobs SET lease_until = '2026-01-01T00:00:00.000000+00:00' WHERE id = ?", (job.id,))


def make_running() -> Job:
    order = Order(request=make_asked().request.to_json(), host="local", gpu="cpu", requested_by=TERMINAL)
    values = {name: getattr(order, name) for name in Order.__dataclass_fields__}
    return Job(id="b-7k3", created=utc_now(), started=utc_now(), **values)
