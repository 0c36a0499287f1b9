"""What a benchmark job is, and the one function that moves it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from bench.errors import BenchError


class State(Enum):
    """Where a job stands."""

    QUEUED = "queued"
    PREFLIGHT = "preflight"  #: leased; the worker looks at the host
    RULER = "ruler"
    WARMING = "warming"
    MEASURING = "measuring"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    LOST = "lost"  #: its lease ran out; never started again by itself, since that costs GPU time


PHASES = frozenset({State.RULER, State.WARMING, State.MEASURING, State.CHECKING})
RUNNING = PHASES | {State.PREFLIGHT}
ENDS = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.TIMED_OUT, State.LOST})
#: Where a job may go. Phases come back since a sweep goes round; a result is worth more than a phase nobody reported.
NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {State.QUEUED: frozenset({State.PREFLIGHT, State.CANCELLED})}
    | {state: (PHASES | ENDS) - {state} for state in RUNNING}
    | {state: frozenset[State]() for state in ENDS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A worker took the job."""

    token: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """The worker went on to another part of its work."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The worker lives and keeps the job until then; never shortens a lease."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The result is stored."""

    result_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The job ended with an error."""

    kind: str  #: name of the error's class
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """Somebody wants the job to stop: a queued one ends at once, a running one when its worker has stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The worker has stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The job took longer than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseExpired:
    """Nothing was heard of the worker for as long as its lease."""


#: What a worker may write about its own job; `Finished` comes with a result only.
WorkerEvent = Phase | Heartbeat | Failed | Cancelled | TimedOut
Event = Leased | WorkerEvent | Finished | CancelRequested | LeaseExpired


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody asks for."""

    request: Mapping[str, Any]  #: JSON that `read_request` reads
    host: str
    gpu: str  #: UUID, or "cpu"
    requested_by: str
    channel: str | None = None  #: as the chat platform calls it
    thread: str | None = None
    attempt: int = 1  #: higher where a person asks for an ended job again


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Order):
    """One order in the backlog. Times are aware, in UTC."""

    id: str  #: such as "b-7k3"
    created: datetime
    state: State = State.QUEUED
    cancel_requested: bool = False
    token: int | None = None  #: fences writes: higher with every lease of the store; None until leased
    lease_until: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    error: Failed | None = None
    result_id: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether a worker holds it."""
        return self.state in RUNNING

    @property
    def has_ended(self) -> bool:
        """Whether it will never change again."""
        return self.state in ENDS


class MoveError(BenchError):
    """A job cannot go where an event would take it; nothing was changed."""

    def __init__(self, job: Job, event: Event) -> None:
        super().__init__(f"{job.id} is {job.state.value}: {type(event).__name__} does not apply to it.")


def move(job: Job, event: Event, now: datetime) -> Job:
    """Return *job* after *event*; MoveError where it does not apply."""
    target, changes = _target(job, event), _changes(job, event, now)
    if not _applies(job, event, now) or (target is not job.state and target not in NEXT[job.state]):
        raise MoveError(job, event)
    if target in ENDS:
        changes |= {"finished": now, "lease_until": None}
    return replace(job, state=target, **changes)


def _applies(job: Job, event: Event, now: datetime) -> bool:
    match event:
        case Leased():
            return job.state is State.QUEUED
        case CancelRequested():
            return not job.has_ended
        case Phase(state=state):
            return job.is_running and (state in PHASES or state is job.state)
        case LeaseExpired():
            return job.is_running and job.lease_until is not None and job.lease_until <= now
    return job.is_running


def _target(job: Job, event: Event) -> State:
    match event:
        case Phase(state=state):
            return state
        case CancelRequested():
            return State.CANCELLED if job.state is State.QUEUED else job.state
        case Heartbeat():
            return job.state
    return _TARGETS[type(event)]


_TARGETS: Mapping[type[Event], State] = MappingProxyType(
    {
        Leased: State.PREFLIGHT,
        Finished: State.DONE,
        Failed: State.FAILED,
        Cancelled: State.CANCELLED,
        TimedOut: State.TIMED_OUT,
        LeaseExpired: State.LOST,
    }
)


def _changes(job: Job, event: Event, now: datetime) -> dict[str, Any]:
    match event:
        case Leased(token=token, until=until):
            return {"token": token, "lease_until": until, "started": now}
        case Heartbeat(until=until):
            return {"lease_until": max(until, job.lease_until or until)}
        case Finished(result_id=result_id):
            return {"result_id": result_id}
        case Failed():
            return {"error": event}
        case CancelRequested():
            return {"cancel_requested": True}
    return {}
