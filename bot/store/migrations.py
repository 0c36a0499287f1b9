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
    (
        """CREATE TABLE inbox (
            "key" TEXT PRIMARY KEY NOT NULL, twin TEXT UNIQUE, platform TEXT NOT NULL, chat TEXT NOT NULL,
            "user" TEXT NOT NULL, payload TEXT NOT NULL, received TEXT NOT NULL, settled TEXT
        )""",
        """CREATE TABLE outbox (
            id INTEGER PRIMARY KEY NOT NULL, "key" TEXT NOT NULL UNIQUE, subject TEXT, platform TEXT NOT NULL,
            chat TEXT NOT NULL, thread TEXT NOT NULL, content TEXT NOT NULL, held TEXT, version INTEGER NOT NULL,
            shown INTEGER NOT NULL, state TEXT NOT NULL, is_progress BOOLEAN NOT NULL, message_id TEXT,
            tries INTEGER NOT NULL, not_before TEXT, problem TEXT, created TEXT NOT NULL
        )""",
        """CREATE TABLE conversations (
            platform TEXT NOT NULL, chat TEXT NOT NULL, thread TEXT NOT NULL, questions TEXT NOT NULL,
            updated TEXT NOT NULL, PRIMARY KEY (platform, chat, thread)
        )""",
        """CREATE TABLE answers (
            id TEXT PRIMARY KEY NOT NULL, platform TEXT NOT NULL, chat TEXT NOT NULL, thread TEXT NOT NULL,
            "user" TEXT NOT NULL, language TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
            evidence TEXT NOT NULL, index_version TEXT NOT NULL, asked TEXT NOT NULL
        )""",
        """CREATE TABLE feedback (
            answer_id TEXT NOT NULL REFERENCES answers (id), "user" TEXT NOT NULL, mark TEXT NOT NULL, reason TEXT,
            given TEXT NOT NULL, PRIMARY KEY (answer_id, "user")
        )""",
        """CREATE TABLE people (
            platform TEXT NOT NULL, "user" TEXT NOT NULL, name TEXT NOT NULL, language TEXT, seen TEXT NOT NULL,
            PRIMARY KEY (platform, "user")
        )""",
        """CREATE TABLE proposals (
            id TEXT PRIMARY KEY NOT NULL, source TEXT NOT NULL UNIQUE, request TEXT NOT NULL, wish TEXT NOT NULL,
            host TEXT NOT NULL, requested_by TEXT NOT NULL, language TEXT NOT NULL, platform TEXT NOT NULL,
            chat TEXT NOT NULL, thread TEXT NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL, expires TEXT NOT NULL,
            decided_by TEXT, decided TEXT, job_id TEXT UNIQUE REFERENCES jobs (id)
        )""",
        "CREATE INDEX inbox_open ON inbox (platform, settled, received)",
        "CREATE INDEX outbox_due ON outbox (platform, state, id)",
        "CREATE INDEX outbox_subject ON outbox (subject)",
        'CREATE INDEX answers_by_person ON answers (platform, "user")',
    ),
    (
        """CREATE TABLE reviews (
            answer_id TEXT NOT NULL, "user" TEXT NOT NULL, platform TEXT NOT NULL, chat TEXT NOT NULL,
            confidence FLOAT NOT NULL, is_right BOOLEAN NOT NULL, given TEXT NOT NULL, PRIMARY KEY (answer_id, "user")
        )""",
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
