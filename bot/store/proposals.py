"""Proposals as rows, and what the backlog says that cards and the floor need."""

import json
import random
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from bench.backlog import ALPHABET
from bench.jobs import Job, State
from bench.request import read_request
from bot.benching.proposals import Asked, Proposal, ProposalState, open_proposal
from bot.store.chat_schema import PROPOSALS
from bot.store.outbox import Place
from bot.store.rows import from_row, to_json, to_text
from bot.store.schema import HOLDING, JOBS, RESULTS

_SOURCE = random.SystemRandom()
_DIGITS = 6  #: longer than any job's id, so that neither is taken for the other
_PLAIN = ("id", "source", "wish", "host", "requested_by", "language", "decided_by", "job_id")
_LOOKED_AT = 200


def put(connection: Connection, asked: Asked, now: datetime) -> Proposal:
    """Return the proposal of this source, made where there is none yet."""
    if found := by_source(connection, asked.source):
        return found
    proposal = open_proposal(asked, "".join(_SOURCE.choices(ALPHABET, k=_DIGITS)), now)
    connection.execute(insert(PROPOSALS).values(_to_row(proposal)))
    return proposal


def find(connection: Connection, proposal_id: str) -> Proposal | None:
    """Return one proposal."""
    return _first(connection, PROPOSALS.c.id == proposal_id.strip().lower())


def by_source(connection: Connection, source: str) -> Proposal | None:
    """Return the proposal that followed from a message."""
    return _first(connection, PROPOSALS.c.source == source)


def by_job(connection: Connection, job_id: str) -> Proposal | None:
    """Return the proposal that became a job; None where the terminal asked for it."""
    return _first(connection, PROPOSALS.c.job_id == job_id)


def change(connection: Connection, proposal: Proposal) -> None:
    """Write how a proposal stands now."""
    values = {name: _to_row(proposal)[name] for name in ("state", "decided_by", "decided", "job_id")}
    connection.execute(update(PROPOSALS).where(PROPOSALS.c.id == proposal.id).values(**values))


def overdue(connection: Connection, now: datetime) -> tuple[Proposal, ...]:
    """Return the open proposals past their time."""
    over = (PROPOSALS.c.state == ProposalState.OPEN.value) & (PROPOSALS.c.expires <= to_text(now))
    return tuple(map(_from_row, connection.execute(select(PROPOSALS).where(over)).mappings()))


def active_jobs(connection: Connection) -> tuple[Job, ...]:
    """Return the queued and running jobs, oldest first."""
    active = JOBS.c.state.in_((State.QUEUED.value, *HOLDING))
    rows = connection.execute(select(JOBS).where(active).order_by(JOBS.c.created, JOBS.c.id)).mappings()
    return tuple(map(from_row, rows))


def done_jobs(connection: Connection) -> tuple[Job, ...]:
    """Return the newest jobs that left a result: how long they took tells how long the next ones take."""
    done = select(JOBS).where(JOBS.c.state == State.DONE.value).order_by(JOBS.c.finished.desc()).limit(_LOOKED_AT)
    return tuple(map(from_row, connection.execute(done).mappings()))


def record_of(connection: Connection, job: Job) -> dict[str, Any] | None:
    """Return the record that a job left, of a sweep its last batch's."""
    row = connection.execute(select(RESULTS.c.record).where(RESULTS.c.job_id == job.id)).first()
    if row is None:
        return None
    record: dict[str, Any] = json.loads(row.record)
    return record["records"][-1] if "records" in record else record


def _first(connection: Connection, which: Any) -> Proposal | None:
    row = connection.execute(select(PROPOSALS).where(which)).mappings().first()
    return _from_row(row) if row else None


def _to_row(proposal: Proposal) -> dict[str, Any]:
    row = {name: getattr(proposal, name) for name in _PLAIN}
    row |= {name: getattr(proposal.place, name) for name in ("platform", "chat", "thread")}
    row |= {"request": to_json(proposal.request.to_json()), "state": proposal.state.value}
    row |= {"created": to_text(proposal.created), "expires": to_text(proposal.expires)}
    return row | {"decided": to_text(proposal.decided) if proposal.decided else None}


def _from_row(row: RowMapping) -> Proposal:
    return Proposal(
        **{name: row[name] for name in _PLAIN},
        place=Place(platform=row["platform"], chat=row["chat"], thread=row["thread"]),
        request=read_request(json.loads(row["request"])),
        state=ProposalState(row["state"]),
        created=datetime.fromisoformat(row["created"]),
        expires=datetime.fromisoformat(row["expires"]),
        decided=datetime.fromisoformat(row["decided"]) if row["decided"] else None,
    )
