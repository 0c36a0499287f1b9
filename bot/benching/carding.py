"""Makes the card of a proposal from what is known of it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from bench.backlog import CPU
from bench.jobs import Job, State
from bench.request import read_request
from bot.answering.bench import work_of, work_text
from bot.answering.problems import problem_text
from bot.answering.results import reason_text
from bot.benching.proposals import APPROVERS_SETTING, Policy, Proposal, ProposalState, approvers_of, listed
from bot.cards import CardState, JobCard
from bot.rendering.numbers import say_number, say_unit
from bot.texts import texts

#: Seconds that building, the ruler, warming up and checking take beside the measured ones.
_BESIDE_S, _QUICK_BESIDE_S = 60.0, 20.0
_DIGITS, _MEDIAN_OF = 3, 5
#: What two runs must share for one to tell how long the other takes.
_ALIKE = ("case", "mode", "precision", "batch", "length", "hidden", "compile", "quick", "max_seconds", "sweep")
_STATES = {
    State.QUEUED: CardState.QUEUED,
    State.DONE: CardState.DONE,
    State.FAILED: CardState.FAILED,
    State.CANCELLED: CardState.CANCELLED,
    State.TIMED_OUT: CardState.TIMED_OUT,
    State.LOST: CardState.LOST,
}
#: Wishes that do not tell one card from another.
_VAGUE = frozenset({"", "auto", "gpu"})
_CLOSED = {ProposalState.DISMISSED: CardState.DENIED, ProposalState.EXPIRED: CardState.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running job is."""

    phase: str  #: as the worker calls it
    step_ms: float | None  #: of the newest block
    elapsed_s: float
    eta_s: float | None  #: until it ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that one card is made of, read at one moment."""

    proposal: Proposal
    job: Job | None = None
    record: Mapping[str, Any] | None = None
    progress: Progress | None = None
    ahead: int | None = None
    estimate_s: float | None = None


def card_of(sight: Sight, policy: Policy, name_of: Callable[[str], str], language: str) -> JobCard:
    """Return the card in *language*; *name_of* says what a user is called."""
    proposal, job, progress = sight.proposal, sight.job, sight.progress
    approvers = approvers_of(proposal, policy)
    phase = progress.phase if progress else job.state.value if job else ""
    say = texts(language)
    return JobCard(
        language=language,
        state=_state(sight, approvers),
        work=work_text(work_of(proposal.request), language),
        job_id=job.id if job else "",
        host=proposal.host,
        device=_device(proposal, sight.record, language),
        requester=name_of(proposal.requested_by),
        approvers=None if approvers is None else tuple(listed((name_of(user),), language) for user in approvers),
        decision=_decision(proposal, approvers, name_of, language),
        ahead=sight.ahead,
        estimate_s=sight.estimate_s,
        elapsed_s=_elapsed(job, progress),
        eta_s=progress.eta_s if progress else None,
        phase=say.say(f"bench.phases.{phase}") if say.has(f"bench.phases.{phase}") else "",
        step_ms=progress.step_ms if progress else None,
        throughput=throughput_text(sight.record, language),
        verdict=_verdict(sight.record, language),
        problem=_problem(job, language),
    )


def estimate_s(request: Mapping[str, Any], device: tuple[str, str], done: Iterable[Job]) -> float:
    """Return how long a run takes on a (host, gpu): as long as the newest such runs there, else what it may take."""
    wanted = [request.get(name) for name in _ALIKE]
    alike = [
        job for job in done if (job.host, job.gpu) == device and [job.request.get(name) for name in _ALIKE] == wanted
    ]
    took = [(job.finished - job.started).total_seconds() for job in alike if job.finished and job.started]
    if took:
        return float(median(took[:_MEDIAN_OF]))
    asked = read_request(request)
    beside = _QUICK_BESIDE_S if asked.quick else _BESIDE_S
    return (asked.max_seconds + beside) * max(len(asked.sweep), 1)


def left_s(job: Job, done: Iterable[Job], now: datetime) -> float:
    """Return about how many seconds an active job still takes, once it runs."""
    whole = estimate_s(job.request, (job.host, job.gpu), done)
    return max(whole - (now - job.started).total_seconds(), 0.0) if job.started else whole


def throughput_text(record: Mapping[str, Any] | None, language: str) -> str:
    """Return throughput and interval of a record."""
    if record is None or not record["result"]:
        return ""
    speed = record["result"]["throughput"]
    ends = {"value": "value", "lo": "ci95_lo", "hi": "ci95_hi"}
    figures = {name: say_number(float(f"{speed[key]:.{_DIGITS}g}"), language) for name, key in ends.items()}
    return texts(language).say("desk.throughput", unit=say_unit(speed["unit"], language), **figures)


def _problem(job: Job | None, language: str) -> str:
    """Return why a job ended badly; a run that nobody cancelled ended with the process that saw to it."""
    if job is None:
        return ""
    if job.error:
        return problem_text(job.error.kind, job.error.message, language)
    is_stopped = job.state is State.CANCELLED and job.started is not None and not job.cancel_requested
    return texts(language).say("card.cause_stopped") if is_stopped else ""


def _verdict(record: Mapping[str, Any] | None, language: str) -> str:
    if record is None or not record["result"]:
        return ""
    validity = record["validity"]
    reasons = "; ".join(reason_text(reason, language) for reason in validity["reasons"])
    return texts(language).say(f"bench.verdict.{validity['verdict']}", reasons=reasons)


def _state(sight: Sight, approvers: tuple[str, ...] | None) -> CardState:
    if sight.job is not None:
        return _STATES.get(sight.job.state, CardState.RUNNING)
    undecided = CardState.PREVIEW if approvers is None else CardState.WAITING
    return _CLOSED.get(sight.proposal.state, undecided)


def _device(proposal: Proposal, record: Mapping[str, Any] | None, language: str) -> str:
    """Return what the card that ran is called, else as it was asked for, else its UUID's first part."""
    uuid = proposal.request.gpu or CPU
    if uuid == CPU:
        return texts(language).say("desk.cpu")
    if record and record["gpu"]:
        return str(record["gpu"]["name"])
    return "-".join(uuid.split("-")[:2]) if proposal.wish in _VAGUE else proposal.wish


def _decision(
    proposal: Proposal, approvers: tuple[str, ...] | None, name_of: Callable[[str], str], language: str
) -> str:
    say = texts(language).say
    if proposal.decided_by and proposal.decided:
        name, time = name_of(proposal.decided_by), f"{proposal.decided:%H:%M}"
        return say(f"desk.{proposal.state.value}", name=name, time=time)
    if approvers == () and proposal.state is ProposalState.OPEN:
        return say("desk.nobody", setting=APPROVERS_SETTING)
    return ""


def _elapsed(job: Job | None, progress: Progress | None) -> float | None:
    if job and job.started and job.finished:
        return (job.finished - job.started).total_seconds()
    return progress.elapsed_s if progress else None
