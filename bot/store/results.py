"""Stored results, read back."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select

from bench.errors import BenchError
from bot.store.engine import reading, wrapped_errors
from bot.store.schema import RESULTS

_PREFIX = "r-"
_T = TypeVar("_T")


class UnknownResultError(BenchError):
    """An id was named that no result has."""

    def __init__(self, result_id: str, closest: list[str]) -> None:
        super().__init__(f"No result {result_id[:40]!r}. Closest ids: {', '.join(closest) or 'none'}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one job left."""

    id: str  #: such as "r-7k3", of the job b-7k3
    job_id: str
    created: str  #: ISO time in UTC
    records: tuple[dict[str, Any], ...]  #: one, or one a batch of a sweep


class SqlResults:
    """The results in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    async def list(self, limit: int = 50) -> tuple[Result, ...]:
        """Return at most *limit* results, newest first."""
        query = select(RESULTS).order_by(RESULTS.c.created.desc(), RESULTS.c.id.desc()).limit(limit)
        return await self._run(lambda connection: tuple(map(_to_result, connection.execute(query).mappings())))

    async def get(self, result_id: str) -> Result:
        """Return one result; its job's id is understood too, and UnknownResultError names the closest ids."""
        wanted = _PREFIX + result_id.strip().lower().removeprefix(_PREFIX).removeprefix("b-")
        return await self._run(lambda connection: _find(connection, wanted, result_id))

    async def _run(self, work: Callable[[Connection], _T]) -> _T:
        return await asyncio.to_thread(self._transact, work)

    def _transact(self, work: Callable[[Connection], _T]) -> _T:
        with wrapped_errors(), self._engine.begin() as connection:
            return work(connection)


def _find(connection: Connection, wanted: str, said: str) -> Result:
    row = connection.execute(select(RESULTS).where(RESULTS.c.id == wanted)).mappings().first()
    if row is None:
        known = connection.execute(select(RESULTS.c.id).order_by(RESULTS.c.created.desc())).scalars().all()
        raise UnknownResultError(said, get_close_matches(wanted, known, n=3, cutoff=0.0))
    return _to_result(row)


def _to_result(row: Any) -> Result:
    record = json.loads(row["record"])
    records = record["records"] if record.get("schema") == "bench/1-sweep" else [record]
    return Result(id=row["id"], job_id=row["job_id"], created=row["created"], records=tuple(records))
