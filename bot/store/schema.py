"""The tables as queries see them; `migrations` makes them. Times are ISO text in UTC and sort as text."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

from bench.jobs import RUNNING

METADATA = MetaData()

SCHEMA_VERSION = Table("schema_version", METADATA, Column("version", Integer, primary_key=True))

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("request", Text, nullable=False),  # JSON
    Column("host", Text, nullable=False),
    Column("gpu", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("channel", Text),
    Column("thread", Text),
    Column("attempt", Integer, nullable=False),
    Column("created", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("token", Integer, unique=True),
    Column("lease_until", Text),
    Column("started", Text),
    Column("finished", Text),
    Column("error_kind", Text),
    Column("error_message", Text),
    Column("result_id", Text),
)

#: One result a job: the id is the job's own with an r, and both are unique.
RESULTS = Table(
    "results",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("token", Integer, nullable=False),
    Column("record", Text, nullable=False),  # JSON
    Column("created", Text, nullable=False),
    Column("key", Text),  # what results are compared by; the record's own "key"
)

#: The states of a job that holds its GPU, sorted.
HOLDING = tuple(sorted(state.value for state in RUNNING))
_HELD = text(f"state IN ({', '.join(repr(state) for state in HOLDING)})")

# The second line behind `claim`: no database takes two running jobs of one GPU.
Index("jobs_one_running", JOBS.c.host, JOBS.c.gpu, unique=True, sqlite_where=_HELD, postgresql_where=_HELD)
Index("jobs_queue", JOBS.c.host, JOBS.c.gpu, JOBS.c.state, JOBS.c.created)
Index("results_by_key", RESULTS.c.key)
