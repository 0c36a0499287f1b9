from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from bench.errors import BenchError
from bench.jobs import Order
from bot.store import chat_schema  # noqa: F401  # its tables belong to METADATA
from bot.store.engine import FILE_NAME, StoreError, open_engine, wrapped_errors
from bot.store.jobs import SqlJobStore, open_job_store
from bot.store.migrations import MIGRATIONS, NewerDatabaseError, migrate, version_of
from bot.store.schema import METADATA


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path)
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_migrations_make_the_schema_that_queries_use(engine: Engine, tmp_path: Path) -> None:
    expected = open_engine(tmp_path / "expected")
    METADATA.create_all(expected)
    described = []
    for each in (engine, expected):
        with each.begin() as connection:
            seen = inspect(connection)
            described.append(
                {
                    table: (
                        [(column["name"], str(column["type"]), column["nullable"]) for column in columns],
                        sorted((str(index["name"]), index["column_names"], index["unique"]) for index in indexes),
                        sorted(key["referred_table"] for key in seen.get_foreign_keys(table)),
                    )
                    for table in METADATA.tables
                    for columns, indexes in [(seen.get_columns(table), seen.get_indexes(table))]
                }
            )
    expected.dispose()

    assert described[0] == described[1]


def test_a_database_of_version_0_keeps_what_it_holds(tmp_path: Path) -> None:
    engine = open_engine(tmp_path)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notes (line TEXT)"))
        connection.execute(text("INSERT INTO notes VALUES ('kept')"))
    migrate(engine)
    migrate(engine)

    with engine.begin() as connection:
        assert version_of(connection) == len(MIGRATIONS)
        assert connection.execute(text("SELECT line FROM notes")).scalars().all() == ["kept"]
    engine.dispose()


async def test_a_later_step_keeps_the_jobs_and_a_broken_one_changes_nothing(engine: Engine) -> None:
    store = SqlJobStore(engine)
    job = await store.add(Order(request={"case": "cnn"}, host="lab", gpu="cpu", requested_by="ada"))
    later = [*MIGRATIONS, ["ALTER TABLE jobs ADD COLUMN note TEXT DEFAULT 'none'"]]
    with pytest.raises(StoreError, match="syntax error"), wrapped_errors():
        migrate(engine, [*later, ["CREATE NONSENSE"]])
    with engine.begin() as connection:
        assert version_of(connection) == len(MIGRATIONS)
    assert await store.get(job.id) == job
    migrate(engine, later)

    with engine.begin() as connection:
        assert version_of(connection) == len(later)
        rows = connection.execute(text("SELECT id, note FROM jobs")).all()
        assert [tuple(row) for row in rows] == [(job.id, "none")]


def test_a_newer_database_is_refused_and_left_as_it_is(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 99"))

    with pytest.raises(NewerDatabaseError, match=r"version 99.*install the newer gpuwise"), open_job_store(tmp_path):
        pass
    with engine.begin() as connection:
        assert version_of(connection) == 99


@pytest.mark.parametrize("place", ["", FILE_NAME])
def test_a_folder_or_file_that_cannot_be_used_is_one_line(tmp_path: Path, place: str) -> None:
    home = tmp_path / "home"
    (home / place).parent.mkdir(exist_ok=True)
    (home / place).write_text("no database, only a text that is long enough to be read as a header", encoding="utf-8")

    with pytest.raises(BenchError, match="GPUWISE_HOME") as caught, open_job_store(home):
        pass
    assert "\n" not in str(caught.value)
