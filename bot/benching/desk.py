"""Where people ask for benchmarks from a chat and decide about them: each step is one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bench.backlog import (
    CPU,
    TERMINAL,
    Quota,
    QuotaError,
    UnknownJobError,
    check_quota,
    estimate,
    position,
    to_id,
)
from bench.jobs import Job, Order
from bot.benching.carding import Progress, Sight, card_of, estimate_s, left_s
from bot.benching.proposals import (
    Asked,
    Decision,
    Policy,
    Proposal,
    ProposalState,
    Refusal,
    approvers_of,
    called,
    decide,
    expire,
    refuse_cancel,
    refuse_run,
)
from bot.cards import JobCard
from bot.store import proposals
from bot.store.database import Connection, Database
from bot.store.jobs import add_job, cancel_job, find_job, recent_jobs, utc_now
from bot.store.people import name_of

_AGAIN = "again:"


class Verb(StrEnum):
    """What a button or command asks for."""

    RUN = "run"
    APPROVE = "approve"
    DISMISS = "dismiss"
    CANCEL = "cancel"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What became of a press: how proposal and job stand now, or why nothing changed."""

    proposal: Proposal | None = None
    job: Job | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One queued or running job."""

    job: Job
    ahead: int  #: jobs before it on its device
    wait_s: float  #: until it starts, about
    left_s: float  #: that it takes itself from then or now on, about
    proposal_id: str | None  #: None where the terminal asked for it


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The rules of the desk."""

    policy: Policy
    quota: Quota


class Desk:
    """Takes proposals and presses; *progress_of* says how far a running job is, *wake* is called when one is queued."""

    def __init__(
        self,
        database: Database,
        house: House,
        *,
        progress_of: Callable[[str], Progress | None] = lambda _: None,
        wake: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._house, self._now = database, house, now
        self._progress_of, self._wake = progress_of, wake

    async def propose(self, asked: Asked) -> Pressed:
        """Return the proposal of this message, made where it is new and its asker may; nothing runs yet."""
        return await self._write(lambda connection: self._propose(connection, asked))

    async def press(self, verb: Verb, name: str, user: str) -> Pressed:
        """Do what *user* asks with a proposal's id, or a job's; RUN and APPROVE are the same decision."""
        pressed = await self._write(lambda connection: self._press(connection, verb, name, user))
        if pressed.job is not None and pressed.refusal is None:
            self._wake()
        return pressed

    async def jobs(self) -> tuple[Listed, ...]:
        """Return the queued and running jobs, oldest first."""
        return await self._database.read(self._jobs)

    async def card(self, proposal_id: str, language: str | None = None) -> JobCard | None:
        """Return how a proposal stands, in its own language unless said; None where there is none."""
        return await self._database.read(lambda connection: self._card(connection, proposal_id, language))

    async def of_id(self, proposal_id: str) -> Proposal | None:
        """Return one proposal."""
        return await self._database.read(lambda connection: proposals.find(connection, proposal_id))

    async def of_job(self, job_id: str) -> Proposal | None:
        """Return the proposal that became a job: where its card stands."""
        return await self._database.read(lambda connection: proposals.by_job(connection, to_id(job_id)))

    def approvers_of(self, proposal: Proposal) -> tuple[str, ...]:
        """Return who is to be asked for approval, "*" for anyone; none where the requester decides alone."""
        return approvers_of(proposal, self._house.policy) or ()

    async def expire(self) -> tuple[Proposal, ...]:
        """Close the proposals that nobody decided in time, and return them."""
        return await self._database.write(self._expire)

    async def _write(self, work: Callable[[Connection], Pressed]) -> Pressed:
        try:
            return await self._database.write(work)
        except _RefusedError as refused:  # whatever the transaction wrote was taken back
            return Pressed(proposal=refused.proposal, refusal=refused.refusal)

    def _propose(self, connection: Connection, asked: Asked) -> Pressed:
        if found := proposals.by_source(connection, asked.source):
            return self._standing(connection, found)
        if refusal := refuse_run(asked.requested_by, self._house.policy):
            return self._refused(connection, refusal)
        try:
            if quota := self._quota(asked.requested_by):
                now = self._now()
                check_quota(recent_jobs(connection, asked.requested_by, now), asked.requested_by, quota, now)
        except QuotaError as error:
            return self._refused(connection, _over_quota(error, asked.requested_by))
        return Pressed(proposal=proposals.put(connection, asked, self._now()))

    def _press(self, connection: Connection, verb: Verb, name: str, user: str) -> Pressed:
        proposal, job = _look_up(connection, name)
        if verb is Verb.CANCEL and job is not None:
            return self._cancel(connection, proposal, job, user)
        if proposal is None:
            return Pressed(job=job, refusal=Refusal(key="unknown", names=(name[:40],)))
        match verb:
            case Verb.CANCEL:
                return Pressed(proposal=proposal, refusal=Refusal(key="no_job"))
            case Verb.AGAIN:
                return self._again(connection, proposal, user)
            case Verb.DISMISS:
                return self._decide(connection, proposal, Decision.DISMISS, user)
        return self._decide(connection, proposal, Decision.APPROVE, user)

    def _decide(self, connection: Connection, proposal: Proposal, decision: Decision, user: str) -> Pressed:
        now = self._now()
        found = decide(proposal, decision, user, now, self._house.policy)
        if isinstance(found, Refusal):
            stands = expire(proposal, now)
            proposals.change(connection, stands)
            return replace(self._refused(connection, found), proposal=stands)
        job = self._enqueue(connection, found, now) if decision is Decision.APPROVE else None
        decided = replace(found, job_id=job.id if job else None)
        proposals.change(connection, decided)
        return Pressed(proposal=decided, job=job)

    def _enqueue(self, connection: Connection, proposal: Proposal, now: datetime) -> Job:
        request = replace(proposal.request, wait=True)
        order = Order(
            request=request.to_json(),
            host=proposal.host,
            gpu=request.gpu or CPU,
            requested_by=proposal.requested_by,
            channel=proposal.place.chat,
            thread=proposal.place.thread or None,
            attempt=_attempt(connection, proposal),
        )
        try:
            return add_job(connection, order, self._quota(proposal.requested_by), now)
        except QuotaError as error:
            refusal = _over_quota(error, proposal.requested_by)
            still_open = replace(proposal, state=ProposalState.OPEN, decided_by=None, decided=None)
            raise _RefusedError(still_open, self._named(connection, refusal)) from error

    def _cancel(self, connection: Connection, proposal: Proposal | None, job: Job, user: str) -> Pressed:
        if refusal := refuse_cancel(job, user, self._house.policy):
            return replace(self._refused(connection, refusal), proposal=proposal, job=job)
        if job.has_ended:
            return Pressed(proposal=proposal, job=job, refusal=Refusal(key="ended", names=(job.id,)))
        return Pressed(proposal=proposal, job=cancel_job(connection, job.id, self._now()))

    def _again(self, connection: Connection, proposal: Proposal, user: str) -> Pressed:
        """Propose an ended run once more; pressed twice, it is proposed once."""
        last = proposal
        while found := proposals.by_source(connection, _AGAIN + last.id):
            last = found
        job = find_job(connection, last.job_id) if last.job_id else None
        stands = expire(last, self._now())
        if stands.state is ProposalState.OPEN and last is not proposal:
            return self._standing(connection, last)
        if stands.state is ProposalState.OPEN:
            return Pressed(proposal=last, refusal=Refusal(key="undecided"))
        if job is not None and not job.has_ended:
            return Pressed(proposal=last, job=job, refusal=Refusal(key="active", names=(job.id,)))
        values = {name: getattr(last, name) for name in Asked.__dataclass_fields__}
        return self._propose(connection, Asked(**values | {"source": _AGAIN + last.id, "requested_by": user}))

    def _standing(self, connection: Connection, proposal: Proposal) -> Pressed:
        return Pressed(proposal=proposal, job=find_job(connection, proposal.job_id) if proposal.job_id else None)

    def _jobs(self, connection: Connection) -> tuple[Listed, ...]:
        active, done, now = proposals.active_jobs(connection), proposals.done_jobs(connection), self._now()
        return tuple(
            Listed(
                job=job,
                ahead=position(active, job),
                wait_s=estimate(active, job, lambda other: left_s(other, done, now)),
                left_s=left_s(job, done, now),
                proposal_id=found.id if (found := proposals.by_job(connection, job.id)) else None,
            )
            for job in active
        )

    def _card(self, connection: Connection, proposal_id: str, language: str | None) -> JobCard | None:
        proposal = proposals.find(connection, proposal_id)
        if proposal is None:
            return None
        job = find_job(connection, proposal.job_id) if proposal.job_id else None
        active = proposals.active_jobs(connection)
        device = (proposal.host, proposal.request.gpu or CPU)
        before = len([one for one in active if (one.host, one.gpu) == device])
        sight = Sight(
            proposal=expire(proposal, self._now()),
            job=job,
            record=proposals.record_of(connection, job) if job else None,
            progress=self._progress_of(job.id) if job and job.is_running else None,
            ahead=position(active, job) if job else before,
            estimate_s=estimate_s(proposal.request.to_json(), device, proposals.done_jobs(connection)),
        )
        return card_of(sight, self._house.policy, lambda user: name_of(connection, user), language or proposal.language)

    def _expire(self, connection: Connection) -> tuple[Proposal, ...]:
        now = self._now()
        closed = tuple(expire(proposal, now) for proposal in proposals.overdue(connection, now))
        for proposal in closed:
            proposals.change(connection, proposal)
        return closed

    def _quota(self, user: str) -> Quota | None:
        return None if user == TERMINAL else self._house.quota

    def _refused(self, connection: Connection, refusal: Refusal) -> Pressed:
        return Pressed(refusal=self._named(connection, refusal))

    def _named(self, connection: Connection, refusal: Refusal) -> Refusal:
        return called(refusal, lambda user: name_of(connection, user))


class _RefusedError(Exception):
    """Takes a transaction back."""

    def __init__(self, proposal: Proposal, refusal: Refusal) -> None:
        super().__init__(refusal.key)
        self.proposal, self.refusal = proposal, refusal


def _look_up(connection: Connection, name: str) -> tuple[Proposal | None, Job | None]:
    """Return proposal and job of an id of either."""
    if proposal := proposals.find(connection, name):
        return proposal, find_job(connection, proposal.job_id) if proposal.job_id else None
    try:
        job = find_job(connection, name)
    except UnknownJobError:
        return None, None
    return proposals.by_job(connection, job.id), job


def _over_quota(error: QuotaError, user: str) -> Refusal:
    figures = {"used": error.used, "allowed": error.allowed}
    return Refusal(key=f"quota_{error.limit}", names=(user,), figures=figures)


def _attempt(connection: Connection, proposal: Proposal) -> int:
    before = proposals.find(connection, proposal.source.removeprefix(_AGAIN))
    return find_job(connection, before.job_id).attempt + 1 if before and before.job_id else 1
