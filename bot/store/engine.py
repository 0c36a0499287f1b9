"""The database file: SQLite in GPUWISE_HOME, for as many processes of one machine as want it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from bench.errors import BenchError

FILE_NAME = "gpuwise.db"
_PATIENCE_MS = 30_000  #: to wait for another process's write
_PAUSE_MS = 20  #: between two tries to make the file


class StoreError(BenchError):
    """The database could not be read or written; the message has the database's own words."""


def open_engine(home: Path) -> Engine:
    """Return the engine of the database in *home*, made where it is missing; to be disposed of after use."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"GPUWISE_HOME cannot be made: {error}. Set it to a folder that you may write.") from error
    engine = create_engine(URL.create("sqlite", database=str(home / FILE_NAME)))
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """Return a view of the engine whose transactions wait for no writer."""
    return engine.execution_options(gpuwise_reads=True)


@contextmanager
def wrapped_errors() -> Iterator[None]:
    """Raise StoreError for what the database refuses."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(
            f"The job database ({FILE_NAME} in GPUWISE_HOME) cannot be used: {error.orig}. "
            "Look at the folder's space and rights, then ask again."
        ) from error


def _prepare(connection: Any, _record: object) -> None:
    # The driver would open transactions by itself, and none before CREATE TABLE: `_begin` does it instead.
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    connection.isolation_level = None
    for setting in (f"busy_timeout = {_PATIENCE_MS}", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    # While another process makes the file too, SQLite refuses this without waiting, whatever the busy timeout.
    for _ in range(_PATIENCE_MS // _PAUSE_MS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_PAUSE_MS / 1000)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    # IMMEDIATE: whoever may write holds the one write lock from the first read on, so what was read stays true.
    reads = connection.get_execution_options().get("gpuwise_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
