"""The backlog of benchmark jobs: who keeps it, who may add to it, and what is read off it. Pure."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bench.errors import BenchError
from bench.jobs import Job, Order, State, WorkerEvent

#: Who runs commands in a terminal on the bot's own machine.
TERMINAL = "terminal"
#: Stands for everybody in a list of users.
ANYONE = "*"
#: The `gpu` of a job that runs without one.
CPU = "cpu"
#: What ids are made of: no letter that looks like a digit, and no vowels, so that no words come out.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
PREFIX = "b-"
_LENGTHS, _DRAWS = (2, 3, 4), 20
_DAY = timedelta(days=1)


class QuotaError(BenchError):
    """Somebody has used up what one person may ask for."""

    def __init__(self, message: str, *, limit: str, used: float, allowed: float) -> None:
        super().__init__(message)
        self.limit = limit  #: the field of `Quota` that is used up
        self.used, self.allowed = used, allowed


class StaleTokenError(BenchError):
    """A worker wrote about a job that is no longer its own; it must stop and leave the GPU."""

    def __init__(self, job_id: str, token: int) -> None:
        super().__init__(f"The lease {token} of {job_id} is over: stop this run, nothing of it is kept.")


class UnknownJobError(BenchError):
    """An id was named that no job has."""

    def __init__(self, job_id: str, closest: tuple[str, ...]) -> None:
        super().__init__(f"No job {job_id[:40]!r}. Closest ids: {', '.join(closest) or 'none'}.")
        self.closest = closest


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one person may ask for."""

    jobs: int = 3  #: queued and running together
    gpu_minutes: float = 60.0  #: within any 24 hours; jobs on the CPU cost none


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Who may do what: ids of users, "*" for anyone; the terminal's own user may do everything."""

    runners: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()

    def may_run(self, user: str) -> bool:
        """Whether *user* may ask for a run."""
        return user == TERMINAL or not self.runners.isdisjoint({user, ANYONE})

    def may_approve(self, user: str) -> bool:
        """Whether *user* may approve somebody's run."""
        return user == TERMINAL or not self.approvers.isdisjoint({user, ANYONE})


def position(jobs: Iterable[Job], job: Job) -> int:
    """Return how many jobs come before a queued one on its GPU, the running one included; 0 once it has started."""
    return len(_ahead(jobs, job))


def estimate(jobs: Iterable[Job], job: Job, seconds_of: Callable[[Job], float]) -> float:
    """Return the seconds until a queued job starts; *seconds_of* says how long another one still takes."""
    return sum((seconds_of(other) for other in _ahead(jobs, job)), start=0.0)


def check_quota(jobs: Iterable[Job], user: str, quota: Quota, now: datetime) -> None:
    """Raise QuotaError where *user* may not add one more job at *now*; *jobs* go back at least a day."""
    own = [job for job in jobs if job.requested_by == user]
    active = [job.id for job in own if not job.has_ended]
    if len(active) >= quota.jobs:
        raise QuotaError(
            f"You have {len(active)} of {quota.jobs} jobs queued or running: "
            f"wait for one to end, or cancel one ({', '.join(active) or 'none'}).",
            limit="jobs",
            used=len(active),
            allowed=quota.jobs,
        )
    used = sum(gpu_minutes(job, now) for job in own)
    if used >= quota.gpu_minutes:
        raise QuotaError(
            f"Your jobs took or reserved {used:.0f} of {quota.gpu_minutes:g} GPU minutes within 24 hours: "
            "ask again later, or run on the CPU.",
            limit="gpu_minutes",
            used=used,
            allowed=quota.gpu_minutes,
        )


def gpu_minutes(job: Job, now: datetime) -> float:
    """Return the GPU minutes of the 24 hours before *now* that a job took, or while it has not ended may yet take."""
    if job.gpu == CPU:
        return 0.0
    reserved = 0.0 if job.has_ended else job.request.get("max_seconds", 0) / 60
    if job.started is None:
        return reserved
    taken = (job.finished or now) - max(job.started, now - _DAY)
    return max(taken.total_seconds() / 60, reserved, 0.0)


def new_id(is_taken: Callable[[str], bool], source: random.Random) -> str:
    """Return a short id that is not taken, such as "b-7k3"; longer ones only once shorter ones are hard to find."""
    for length in _LENGTHS:
        for _ in range(_DRAWS):
            job_id = PREFIX + "".join(source.choices(ALPHABET, k=length))
            if not is_taken(job_id):
                return job_id
    raise BenchError("No short id is free: move gpuwise.db away to begin a new backlog.")


def to_id(text: str) -> str:
    """Return the id that somebody typed, with its prefix and in lower case."""
    return PREFIX + text.strip().lower().removeprefix(PREFIX)


def _ahead(jobs: Iterable[Job], job: Job) -> list[Job]:
    if job.state is not State.QUEUED:
        return []
    place = (job.created, job.id)
    return [
        other
        for other in jobs
        if (other.host, other.gpu) == (job.host, job.gpu)
        and (other.is_running or (other.state is State.QUEUED and (other.created, other.id) < place))
    ]


class JobStore(Protocol):
    """The backlog as an asker sees it."""

    async def add(self, order: Order, quota: Quota | None = None) -> Job:
        """Queue *order* under a new id; QuotaError, checked in the same transaction, where *quota* is used up."""
        ...

    async def get(self, job_id: str) -> Job:
        """Return one job; case and the leading "b-" do not matter; UnknownJobError names the closest ids."""
        ...

    async def list(self, *, active: bool = False, limit: int = 1000) -> tuple[Job, ...]:
        """Return at most *limit* jobs, newest first; *active*: only the queued and running ones."""
        ...

    async def cancel(self, job_id: str) -> Job:
        """End a queued job, ask the worker of a running one to stop; MoveError where it has ended."""
        ...


class LeaseStore(Protocol):
    """The backlog as a worker sees it. A write whose token is not the job's, or whose job has ended, is refused."""

    async def claim(self, host: str, gpu: str, lease_s: float) -> Job | None:
        """Lease the oldest queued job of this GPU; None where there is none or one is running. Ends expired leases."""
        ...

    async def write(self, job_id: str, token: int, event: WorkerEvent) -> Job:
        """Move the job and return it, `cancel_requested` included; StaleTokenError where it is no longer one's own."""
        ...

    async def finish(self, job_id: str, token: int, record: Mapping[str, Any]) -> Job:
        """Store the result and end the job, both or neither, once; StaleTokenError as in `write`."""
        ...

    async def expire(self, now: datetime) -> tuple[Job, ...]:
        """End the jobs whose lease ran out by *now* as lost and return them."""
        ...
