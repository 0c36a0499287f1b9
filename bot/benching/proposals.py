"""A benchmark that somebody asked for in a chat, and who decides whether it runs. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bench.backlog import ANYONE, TERMINAL, Permissions
from bench.jobs import Job
from bench.request import Request
from bot.rendering.numbers import say_number
from bot.store.outbox import Place
from bot.texts import texts

APPROVERS_SETTING = "GPUWISE_BENCH_APPROVE"
#: How long a proposal waits for a decision.
LIFETIME = timedelta(minutes=15)


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    DISMISSED = "dismissed"
    EXPIRED = "expired"


class Decision(StrEnum):
    """What may be decided about an open one."""

    APPROVE = "approve"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may ask, decide and cancel."""

    permissions: Permissions
    four_eyes: bool = False  #: whether nobody but the terminal's own user may approve what they asked for themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for. Users are ids such as "telegram:42", "slack:U01" or "terminal"."""

    source: str  #: key of the message that it follows from; the same key is proposed once
    request: Request
    wish: str  #: which device was asked for, as it was said
    host: str
    requested_by: str
    language: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Asked):
    """What was asked for and awaits, or got, its one decision."""

    id: str
    created: datetime
    expires: datetime
    state: ProposalState = ProposalState.OPEN
    decided_by: str | None = None
    decided: datetime | None = None
    job_id: str | None = None  #: of the job that it became


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why something was not done: a key of the texts under desk.refused, and whom or what it speaks of."""

    key: str
    names: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return it in the language of who is refused."""
        say = texts(language).say
        figures = {name: say_number(round(value), language) for name, value in self.figures.items()}
        return say(f"desk.refused.{self.key}", names=listed(self.names, language), **figures)


def open_proposal(asked: Asked, proposal_id: str, now: datetime) -> Proposal:
    """Return what *asked* becomes at first."""
    values = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    return Proposal(id=proposal_id, created=now, expires=now + LIFETIME, **values)


def decide(proposal: Proposal, decision: Decision, by: str, now: datetime, policy: Policy) -> Proposal | Refusal:
    """Return *proposal* as *by* decided it, or why it stays as it is. It is decided once."""
    if refusal := _refusal(proposal, decision, by, now, policy):
        return refusal
    state = ProposalState.APPROVED if decision is Decision.APPROVE else ProposalState.DISMISSED
    return replace(proposal, state=state, decided_by=by, decided=now)


def expire(proposal: Proposal, now: datetime) -> Proposal:
    """Return *proposal* as expired where it is open past its time, else as it is."""
    is_over = proposal.state is ProposalState.OPEN and now >= proposal.expires
    return replace(proposal, state=ProposalState.EXPIRED) if is_over else proposal


def refuse_cancel(job: Job, by: str, policy: Policy) -> Refusal | None:
    """Return why *by* may not cancel *job*: requester, approvers and the terminal's own user may."""
    if by == job.requested_by or policy.permissions.may_approve(by):
        return None
    return Refusal(key="not_canceller", names=(job.requested_by, *_sorted(policy.permissions.approvers)))


def refuse_run(by: str, policy: Policy) -> Refusal | None:
    """Return why *by* may not ask for runs."""
    return None if policy.permissions.may_run(by) else Refusal(key="not_runner", names=(by,))


def approvers_of(proposal: Proposal, policy: Policy) -> tuple[str, ...] | None:
    """Return who may approve, sorted; None where the requester does so alone."""
    by, allowed = proposal.requested_by, policy.permissions
    if by == TERMINAL or (allowed.may_approve(by) and not policy.four_eyes):
        return None
    return _others(by, policy)


def listed(names: tuple[str, ...], language: str) -> str:
    """Return "A, B or C"; whoever may is "anyone"."""
    say = texts(language).say
    said = [say("desk.anyone") if name == ANYONE else name for name in names]
    if not said:
        return ""
    return say("desk.or").join(part for part in (", ".join(said[:-1]), said[-1]) if part)


def called(refusal: Refusal, name_of: Callable[[str], str]) -> Refusal:
    """Return *refusal* with people's names in place of their ids."""
    return replace(refusal, names=tuple(map(name_of, refusal.names)))


def _refusal(proposal: Proposal, decision: Decision, by: str, now: datetime, policy: Policy) -> Refusal | None:
    if proposal.state is ProposalState.EXPIRED or expire(proposal, now) is not proposal:
        return Refusal(key="expired")
    if proposal.state is not ProposalState.OPEN:
        return Refusal(key="decided", names=(proposal.decided_by or "",))
    if decision is Decision.DISMISS:
        return _refuse_dismissal(proposal, by, policy)
    return refuse_run(proposal.requested_by, policy) or _refuse_approval(proposal, by, policy)


def _refuse_approval(proposal: Proposal, by: str, policy: Policy) -> Refusal | None:
    allowed = policy.permissions
    if by == TERMINAL:
        return None
    if not allowed.approvers:
        return Refusal(key="nobody", names=(APPROVERS_SETTING,))
    if not allowed.may_approve(by):
        return Refusal(key="not_approver", names=_sorted(allowed.approvers))
    if policy.four_eyes and by == proposal.requested_by:
        if others := _others(by, policy):
            return Refusal(key="four_eyes", names=others)
        return Refusal(key="four_eyes_nobody", names=(APPROVERS_SETTING,))
    return None


def _refuse_dismissal(proposal: Proposal, by: str, policy: Policy) -> Refusal | None:
    if by == proposal.requested_by or policy.permissions.may_approve(by):
        return None
    return Refusal(key="not_dismisser", names=(proposal.requested_by, *_sorted(policy.permissions.approvers)))


def _others(by: str, policy: Policy) -> tuple[str, ...]:
    return _sorted(policy.permissions.approvers - ({by} if policy.four_eyes else set()))


def _sorted(users: frozenset[str]) -> tuple[str, ...]:
    return (ANYONE,) if ANYONE in users else tuple(sorted(users))
