import asyncio
import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bench.backlog import JobStore, LeaseStore, Quota, QuotaError, StaleTokenError, UnknownJobError
from bench.jobs import Cancelled, Failed, Heartbeat, Job, MoveError, Order, Phase, State, TimedOut
from bot.store.engine import StoreError, open_engine
from bot.store.jobs import SqlJobStore, open_job_store
from bot.store.migrations import migrate
from bot.store.schema import RESULTS

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
GPU, OTHER = "GPU-1b2c3d4e-0000-0000-0000-000000000000", "GPU-5b2c3d4e-0000-0000-0000-000000000000"
RECORD = {"key": "cnn-training-fp32", "throughput": 12.5, "note": "đo"}


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def make_order(*, gpu: str = GPU, user: str = "ada") -> Order:
    return Order(request={"case": "cnn", "batch": 32}, host="lab", gpu=gpu, requested_by=user, channel="C1", thread="9")


def start(program: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def claimed(store: LeaseStore, gpu: str = GPU, lease_s: float = 60) -> Job:
    job = await store.claim("lab", gpu, lease_s)
    assert job is not None
    return job


def results_of(engine: Engine) -> list[tuple[str, str, int, str, str | None]]:
    columns = (RESULTS.c.id, RESULTS.c.job_id, RESULTS.c.token, RESULTS.c.record, RESULTS.c.key)
    with engine.begin() as connection:
        return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(select(*columns))]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> SqlJobStore:
    return SqlJobStore(engine, clock)


async def test_the_store_keeps_its_contract(store: SqlJobStore) -> None:
    asking: JobStore = store
    leasing: LeaseStore = store
    first, second = await asking.add(make_order()), await asking.add(make_order())
    job = await claimed(leasing)

    assert (job.id, job.state, job.request) == (first.id, State.PREFLIGHT, {"case": "cnn", "batch": 32})
    assert (job.channel, job.thread, job.created) == ("C1", "9", first.created)
    assert await leasing.claim("lab", GPU, 60) is None
    assert await leasing.claim("lab", OTHER, 60) is None

    token = job.token or 0
    moved = await leasing.write(job.id, token, Phase(state=State.MEASURING))
    done = await leasing.finish(job.id, token, RECORD)

    assert (moved.state, done.state, done.result_id) == (State.MEASURING, State.DONE, f"r-{job.id[2:]}")
    assert await asking.get(job.id) == done
    assert await asking.list() == (second, done)
    assert await asking.list(active=True) == (second,)
    assert await asking.list(limit=1) == (second,)
    assert (await claimed(leasing)).id == second.id


async def test_a_result_is_written_exactly_once(store: SqlJobStore, engine: Engine) -> None:
    await store.add(make_order())
    job = await claimed(store)
    token = job.token or 0
    outcomes = await asyncio.gather(*(store.finish(job.id, token, RECORD) for _ in range(5)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Job", *["StaleTokenError"] * 4]
    assert [(row[:3], json.loads(row[3]), row[4]) for row in results_of(engine)] == [
        ((f"r-{job.id[2:]}", job.id, token), RECORD, "cnn-training-fp32")
    ]


async def test_a_record_that_is_no_json_leaves_the_job_as_it_was(store: SqlJobStore, engine: Engine) -> None:
    await store.add(make_order())
    job = await claimed(store)
    with pytest.raises(StoreError, match="finite numbers"):
        await store.finish(job.id, job.token or 0, {"throughput": float("nan")})

    assert (await store.get(job.id), results_of(engine)) == (job, [])


async def test_a_stale_token_is_refused_after_another_claimed(store: SqlJobStore, clock: Clock, engine: Engine) -> None:
    await store.add(make_order())
    await store.add(make_order())
    frozen = await claimed(store, lease_s=10)
    clock.wait(11)
    other = await claimed(store)

    assert (await store.get(frozen.id)).state is State.LOST
    assert (frozen.token, other.token) == (1, 2)
    for job_id in (frozen.id, other.id):
        with pytest.raises(StaleTokenError, match=f"The lease 1 of {job_id} is over"):
            await store.finish(job_id, 1, RECORD)
        for event in (Heartbeat(until=clock.now), Phase(state=State.RULER), Failed(kind="E", message="x"), TimedOut()):
            with pytest.raises(StaleTokenError):
                await store.write(job_id, 1, event)
    assert (await store.get(other.id), results_of(engine)) == (other, [])


async def test_a_heartbeat_keeps_the_job(store: SqlJobStore, clock: Clock) -> None:
    await store.add(make_order())
    job = await claimed(store, lease_s=10)
    clock.wait(8)
    await store.write(job.id, job.token or 0, Heartbeat(until=clock.now + timedelta(seconds=10)))
    clock.wait(8)

    assert await store.recover() == ()
    clock.wait(8)
    assert [(lost.id, lost.state) for lost in await store.recover()] == [(job.id, State.LOST)]


async def test_a_queued_job_is_cancelled_and_a_running_one_asked_to_stop(store: SqlJobStore) -> None:
    running, queued = await store.add(make_order()), await store.add(make_order())
    job = await claimed(store)

    assert (await store.cancel(queued.id)).state is State.CANCELLED
    assert (await store.cancel(running.id)).state is State.PREFLIGHT
    heard = await store.write(job.id, job.token or 0, Phase(state=State.RULER))
    assert heard.cancel_requested
    assert (await store.write(job.id, job.token or 0, Cancelled())).state is State.CANCELLED
    with pytest.raises(MoveError, match=f"{running.id} is cancelled"):
        await store.cancel(running.id)


async def test_an_error_is_kept(store: SqlJobStore) -> None:
    await store.add(make_order())
    job = await claimed(store)
    error = Failed(kind="OutOfMemoryError", message="Use a smaller batch than 512.")
    await store.write(job.id, job.token or 0, error)

    assert (await store.get(job.id)).error == error


async def test_an_unknown_id_names_the_closest(store: SqlJobStore) -> None:
    job = await store.add(make_order())
    assert await store.get(f" {job.id[2:].upper()} ") == job

    with pytest.raises(UnknownJobError, match=f"No job 'b-0000'. Closest ids: {job.id}.") as caught:
        await store.get("b-0000")
    assert caught.value.closest == (job.id,)


async def test_the_quota_holds_for_orders_at_the_same_moment(store: SqlJobStore) -> None:
    quota = Quota(jobs=2, gpu_minutes=60)
    outcomes = await asyncio.gather(*(store.add(make_order(), quota) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(outcome, QuotaError) for outcome in outcomes) == 4
    assert (await store.add(make_order(user="bob"), quota)).requested_by == "bob"


async def test_a_job_asked_for_again_counts_its_attempts(store: SqlJobStore) -> None:
    first = await store.add(make_order())
    again = await store.add(replace(make_order(), attempt=first.attempt + 1))

    assert (first.attempt, again.attempt) == (1, 2)
    assert (await store.get(again.id)).attempt == 2


CLAIM_ALL = """
    import asyncio, sys, time
    from pathlib import Path
    from bot.store.jobs import open_job_store

    async def main(home, gpus):
        with open_job_store(Path(home)) as store:
            while await store.list(active=True):
                for gpu in gpus:
                    job = await store.claim("lab", gpu, 60)
                    if job:
                        began = time.monotonic_ns()
                        await asyncio.sleep(0.005)
                        print(job.id, job.gpu, job.token, began, time.monotonic_ns(), flush=True)
                        await store.finish(job.id, job.token, {})

    asyncio.run(main(sys.argv[1], sys.argv[2:]))
"""


async def test_four_processes_take_each_job_once_and_one_a_gpu(tmp_path: Path) -> None:
    with open_job_store(tmp_path) as store:
        ids = {(await store.add(make_order(gpu=gpu))).id for gpu in (GPU, OTHER) * 20}
    workers = [start(CLAIM_ALL, tmp_path, GPU, OTHER) for _ in range(4)]
    outputs = [worker.communicate(timeout=120) for worker in workers]

    assert [(worker.returncode, errors) for worker, (_, errors) in zip(workers, outputs, strict=True)] == [(0, "")] * 4
    runs = [line.split() for output, _ in outputs for line in output.splitlines()]
    assert sorted(run[0] for run in runs) == sorted(ids)
    assert sorted(int(run[2]) for run in runs) == list(range(1, 41))
    for gpu in (GPU, OTHER):
        spans = sorted((int(run[3]), int(run[4])) for run in runs if run[1] == gpu)
        assert len(spans) == 20
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_processes_that_open_a_new_database_together_all_succeed(tmp_path: Path) -> None:
    program = "import sys, pathlib, bot.store.jobs as j\nwith j.open_job_store(pathlib.Path(sys.argv[1])): pass"
    workers = [start(program, tmp_path / "new") for _ in range(6)]

    assert [worker.communicate(timeout=60)[1] for worker in workers] == [""] * 6


HOLD_ONE = """
    import asyncio, sys, time
    from pathlib import Path
    from bot.store.jobs import open_job_store

    async def main(home, gpu):
        with open_job_store(Path(home)) as store:
            print((await store.claim("lab", gpu, 3)).id, flush=True)
            time.sleep(60)

    asyncio.run(main(*sys.argv[1:]))
"""


async def test_the_job_of_a_killed_process_is_lost_and_the_next_one_runs(tmp_path: Path) -> None:
    with open_job_store(tmp_path) as store:
        first, second = await store.add(make_order()), await store.add(make_order())
        worker = start(HOLD_ONE, tmp_path, GPU)
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == first.id
        worker.send_signal(signal.SIGKILL)
        worker.communicate(timeout=10)

        assert await store.claim("lab", GPU, 60) is None
        await asyncio.sleep(3.1)
        assert (await claimed(store)).id == second.id
        assert (await store.get(first.id)).state is State.LOST
