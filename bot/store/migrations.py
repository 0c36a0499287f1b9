"""The steps from an empty database to the schema of today. A step that was released is never changed."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, insert, inspect, select

from bench.errors import BenchError
from bot.store.schema import SCHEMA_VERSION

#: One element a version, each a list of statements that SQLite and PostgreSQL both read.
Migrations = Sequence[Sequence[str]]

MIGRATIONS: Migrations = (
    (
        """CREATE TABLE jobs (
            id TEXT PRIMARY KEY NOT NULL, request TEXT NOT NULL, host TEXT NOT NULL, gpu TEXT NOT NULL,
            requested_by TEXT NOT NULL, channel TEXT, thread TEXT, attempt INTEGER NOT NULL, created TEXT NOT NULL,
            state TEXT NOT NULL, cancel_requested BOOLEAN NOT NULL, token INTEGER UNIQUE, lease_until TEXT,
            started TEXT, finished TEXT, error_kind TEXT, error_message TEXT, result_id TEXT
        )""",
        """CREATE TABLE results (
            id TEXT PRIMARY KEY NOT NULL, job_id TEXT NOT NULL UNIQUE REFERENCES jobs (id), token INTEGER NOT NULL,
            record TEXT NOT NULL, created TEXT NOT NULL, key TEXT
        )""",
        """CREATE UNIQUE INDEX jobs_one_running ON jobs (host, gpu)
            WHERE state IN ('checking', 'measuring', 'preflight', 'ruler', 'warming')""",
        "CREATE INDEX jobs_queue ON jobs (host, gpu, state, created)",
        "CREATE INDEX results_by_key ON results (key)",
    ),
)


class NewerDatabaseError(BenchError):
    """The database was written by a newer gpuwise; nothing in it was touched."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"The job database has version {found}, this gpuwise knows up to {known}: "
            "install the newer gpuwise again, or set GPUWISE_HOME to another folder."
        )


def migrate(engine: Engine, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the database to the newest version, in one transaction; NewerDatabaseError where it is past it."""
    with engine.begin() as connection:
        found = version_of(connection)
        if found > len(migrations):
            raise NewerDatabaseError(found, len(migrations))
        if found == len(migrations):
            return
        for statement in (statement for step in migrations[found:] for statement in step):
            connection.exec_driver_sql(statement)
        SCHEMA_VERSION.create(connection, checkfirst=True)
        connection.execute(delete(SCHEMA_VERSION))
        connection.execute(insert(SCHEMA_VERSION).values(version=len(migrations)))


def version_of(connection: Connection) -> int:
    """Return the version of a database, 0 where it has none yet."""
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        return 0
    return connection.execute(select(SCHEMA_VERSION.c.version)).scalar() or 0
