"""The database as the chats use it: one thread writes, several read, and a transaction is one function."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.store.engine import open_engine, reading, wrapped_errors
from bot.store.jobs import SqlJobStore
from bot.store.migrations import migrate

__all__ = ["Connection", "Database", "open_database"]

_T = TypeVar("_T")
_READERS = 2


class Database:
    """Runs functions of a connection, each in a transaction of its own, away from the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._reader = engine, reading(engine)
        # SQLite has one writer at a time: a queue of our own is fairer than its busy timeout.
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="gpuwise-write")
        self._reading = ThreadPoolExecutor(_READERS, thread_name_prefix="gpuwise-read")

    async def write(self, work: Callable[[Connection], _T]) -> _T:
        """Return what *work* returns; everything it wrote is kept, or nothing where it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, _transact, self._engine, work)

    async def read(self, work: Callable[[Connection], _T]) -> _T:
        """Return what *work* returns, without waiting for a writer."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, _transact, self._reader, work)

    @property
    def jobs(self) -> SqlJobStore:
        """The backlog in the same database."""
        return SqlJobStore(self._engine)

    def close(self) -> None:
        """Wait for what is being written, then let the file go."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._engine.dispose()


@contextmanager
def open_database(home: Path) -> Iterator[Database]:
    """Lend the database in *home*, its schema brought up to date."""
    engine = open_engine(home)
    database = Database(engine)
    try:
        with wrapped_errors():
            migrate(engine)
        yield database
    finally:
        database.close()


def _transact(engine: Engine, work: Callable[[Connection], _T]) -> _T:
    with wrapped_errors(), engine.begin() as connection:
        return work(connection)
