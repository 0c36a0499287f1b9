"""The backlog in the database. Every method is one transaction, and `bench.jobs.move` decides every move."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, func, insert, or_, select, update

from bench.backlog import (
    PREFIX,
    Quota,
    StaleTokenError,
    UnknownJobError,
    check_quota,
    new_id,
    to_id,
)
from bench.jobs import CancelRequested, Event, Finished, Job, Leased, LeaseExpired, Order, State, WorkerEvent, move
from bot.store.engine import open_engine, reading, wrapped_errors
from bot.store.migrations import migrate
from bot.store.results import SqlResults
from bot.store.rows import from_row, to_json, to_row, to_text
from bot.store.schema import HOLDING, JOBS, RESULTS

_T = TypeVar("_T")
_ACTIVE = (State.QUEUED.value, *HOLDING)
_SOURCE = random.SystemRandom()
_OLDEST_FIRST = (JOBS.c.created, JOBS.c.id)


def utc_now() -> datetime:
    """Return the time it is, in UTC."""
    return datetime.now(UTC)


@contextmanager
def open_job_store(home: Path, now: Callable[[], datetime] = utc_now) -> "Iterator[SqlJobStore]":
    """Lend the backlog in *home*, its schema brought up to date."""
    engine = open_engine(home)
    try:
        with wrapped_errors():
            migrate(engine)
        yield SqlJobStore(engine, now)
    finally:
        engine.dispose()


class SqlJobStore:
    """Both sides of the backlog, `JobStore` and `LeaseStore`, safe with several processes."""

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._reader = reading(engine)
        self._now = now

    @property
    def results(self) -> SqlResults:
        """What the jobs left."""
        return SqlResults(self._engine)

    async def add(self, order: Order, quota: Quota | None = None) -> Job:
        """Queue *order* under a new id; QuotaError, checked in the same transaction, where *quota* is used up."""
        return await self._run(self._engine, lambda connection: add_job(connection, order, quota, self._now()))

    async def get(self, job_id: str) -> Job:
        """Return one job; UnknownJobError names the closest ids."""
        return await self._run(self._reader, lambda connection: find_job(connection, job_id))

    async def list(self, *, active: bool = False, limit: int = 1000) -> tuple[Job, ...]:
        """Return at most *limit* jobs, newest first; *active*: only the queued and running ones."""
        query = select(JOBS).order_by(JOBS.c.created.desc(), JOBS.c.id.desc()).limit(limit)
        if active:
            query = query.where(JOBS.c.state.in_(_ACTIVE))
        return await self._run(
            self._reader, lambda connection: tuple(map(from_row, connection.execute(query).mappings()))
        )

    async def cancel(self, job_id: str) -> Job:
        """End a queued job, ask the worker of a running one to stop; MoveError where it has ended."""
        return await self._run(
            self._engine,
            lambda connection: cancel_job(connection, job_id, self._now()),
        )

    async def claim(self, host: str, gpu: str, lease_s: float) -> Job | None:
        """Lease the oldest queued job of this GPU; None where there is none or one is running. Ends expired leases."""
        return await self._run(self._engine, lambda connection: _claim(connection, host, gpu, lease_s, self._now()))

    async def write(self, job_id: str, token: int, event: WorkerEvent) -> Job:
        """Move the job and return it, `cancel_requested` included; StaleTokenError where it is no longer one's own."""
        return await self._run(
            self._engine, lambda connection: _apply(connection, _owned(connection, job_id, token), event, self._now())
        )

    async def finish(self, job_id: str, token: int, record: Mapping[str, Any]) -> Job:
        """Store the result and end the job, both or neither, once; StaleTokenError as in `write`."""
        return await self._run(self._engine, lambda connection: _finish(connection, job_id, token, record, self._now()))

    async def expire(self, now: datetime) -> tuple[Job, ...]:
        """End the jobs whose lease ran out by *now* as lost and return them."""
        return await self._run(self._engine, lambda connection: _expire(connection, now))

    async def recover(self) -> tuple[Job, ...]:
        """Do on a restart what is due: end as lost whatever ran out meanwhile. Leases still good are left alone."""
        return await self.expire(self._now())

    async def _run(self, engine: Engine, work: Callable[[Connection], _T]) -> _T:
        return await asyncio.to_thread(_transact, engine, work)


def _transact(engine: Engine, work: Callable[[Connection], _T]) -> _T:
    with wrapped_errors(), engine.begin() as connection:
        return work(connection)


def add_job(connection: Connection, order: Order, quota: Quota | None, now: datetime) -> Job:
    """Queue *order* within the caller's transaction; QuotaError where *quota* is used up."""
    if quota is not None:
        check_quota(recent_jobs(connection, order.requested_by, now), order.requested_by, quota, now)

    def is_taken(job_id: str) -> bool:
        return connection.execute(select(JOBS.c.id).where(JOBS.c.id == job_id)).first() is not None

    asked = {name: getattr(order, name) for name in Order.__dataclass_fields__}
    job = Job(id=new_id(is_taken, _SOURCE), created=now, **asked)
    connection.execute(insert(JOBS).values(to_row(job)))
    return job


def cancel_job(connection: Connection, job_id: str, now: datetime) -> Job:
    """End a queued job, ask the worker of a running one to stop; MoveError where it has ended."""
    return _apply(connection, find_job(connection, job_id), CancelRequested(), now)


def find_job(connection: Connection, job_id: str) -> Job:
    """Return one job; UnknownJobError names the closest ids."""
    wanted = to_id(job_id)
    row = connection.execute(select(JOBS).where(JOBS.c.id == wanted)).mappings().first()
    if row is None:
        known = connection.execute(select(JOBS.c.id).order_by(JOBS.c.created.desc())).scalars().all()
        raise UnknownJobError(job_id, tuple(get_close_matches(wanted, known, n=3, cutoff=0.0)))
    return from_row(row)


def _owned(connection: Connection, job_id: str, token: int) -> Job:
    job = find_job(connection, job_id)
    if job.token != token or not job.is_running:
        raise StaleTokenError(job.id, token)
    return job


def _apply(connection: Connection, job: Job, event: Event, now: datetime) -> Job:
    """Move and store one job; the WHERE refuses it should another have moved it meanwhile, which SQLite rules out."""
    moved = move(job, event, now)
    unchanged = (JOBS.c.id == job.id) & (JOBS.c.state == job.state.value) & JOBS.c.token.is_not_distinct_from(job.token)
    if connection.execute(update(JOBS).where(unchanged).values(to_row(moved))).rowcount != 1:
        raise StaleTokenError(job.id, job.token or 0)
    return moved


def _claim(connection: Connection, host: str, gpu: str, lease_s: float, now: datetime) -> Job | None:
    _expire(connection, now)
    here = (JOBS.c.host == host) & (JOBS.c.gpu == gpu)
    if connection.execute(select(JOBS.c.id).where(here, JOBS.c.state.in_(HOLDING))).first() is not None:
        return None
    queued = select(JOBS).where(here, JOBS.c.state == State.QUEUED.value).order_by(*_OLDEST_FIRST).limit(1)
    row = connection.execute(queued.with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    token = (connection.execute(select(func.max(JOBS.c.token))).scalar() or 0) + 1
    return _apply(connection, from_row(row), Leased(token=token, until=now + timedelta(seconds=lease_s)), now)


def _finish(connection: Connection, job_id: str, token: int, record: Mapping[str, Any], now: datetime) -> Job:
    job = _owned(connection, job_id, token)
    result_id = f"r-{job.id.removeprefix(PREFIX)}"
    connection.execute(
        insert(RESULTS).values(
            id=result_id,
            job_id=job.id,
            token=token,
            record=to_json(record),
            created=to_text(now),
            key=record.get("key"),
        )
    )
    return _apply(connection, job, Finished(result_id=result_id), now)


def _expire(connection: Connection, now: datetime) -> tuple[Job, ...]:
    ran_out = select(JOBS).where(JOBS.c.state.in_(HOLDING), JOBS.c.lease_until <= to_text(now)).order_by(JOBS.c.token)
    rows = connection.execute(ran_out).mappings().all()
    return tuple(_apply(connection, from_row(row), LeaseExpired(), now) for row in rows)


def recent_jobs(connection: Connection, user: str, now: datetime) -> tuple[Job, ...]:
    """Return the jobs of *user* that are active or ended within a day."""
    recent = or_(JOBS.c.state.in_(_ACTIVE), JOBS.c.finished >= to_text(now - timedelta(days=1)))
    rows = connection.execute(select(JOBS).where(JOBS.c.requested_by == user, recent)).mappings()
    return tuple(map(from_row, rows))
