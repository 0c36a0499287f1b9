"""Proposals and presses on a real database; nothing runs here."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bench.backlog import TERMINAL, Quota
from bench.jobs import Job, Order, State
from bot.benching.desk import Desk, Pressed, Verb
from bot.benching.proposals import Proposal, ProposalState, Refusal
from bot.cards import CardState
from bot.config import Settings, SettingsError
from bot.store.database import Database, open_database
from bot.store.people import see
from tests.makers_desk import AN, CARD, MINH, make_asked, make_house

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


async def proposed(desk: Desk, source: str = "telegram:5:1", **asked: object) -> Proposal:
    pressed = await desk.propose(make_asked(source, **asked))  # type: ignore[arg-type]
    assert pressed.proposal is not None, pressed.refusal
    return pressed.proposal


async def started(desk: Desk, source: str = "telegram:5:1", **asked: object) -> tuple[Proposal, Job]:
    proposal = await proposed(desk, source, **asked)
    pressed = await desk.press(Verb.RUN, proposal.id, MINH)
    assert pressed.job is not None, pressed.refusal
    return proposal, pressed.job


def key_of(pressed: Pressed) -> str | None:
    return pressed.refusal.key if pressed.refusal else None


async def test_the_same_message_is_proposed_once_and_run_once(database: Database) -> None:
    desk = Desk(database, make_house())
    found = await asyncio.gather(*(desk.propose(make_asked()) for _ in range(5)))
    (only,) = {pressed.proposal.id for pressed in found if pressed.proposal}

    presses = await asyncio.gather(*(desk.press(Verb.APPROVE, only, MINH) for _ in range(5)))

    jobs = await database.jobs.list()
    assert sorted(map(str, map(key_of, presses))) == ["None", *["decided"] * 4]
    assert [(job.host, job.gpu, job.requested_by, job.channel, job.thread) for job in jobs] == [
        ("local", "cpu", AN, "5", "9")
    ]
    again = await desk.propose(make_asked())
    assert (again.proposal and again.proposal.job_id, again.job) == (jobs[0].id, jobs[0])


async def test_a_crash_while_approving_leaves_neither_job_nor_decision(database: Database) -> None:
    desk = Desk(database, make_house())
    proposal = await proposed(desk)

    def crash(connection: Connection) -> None:
        desk._press(connection, Verb.RUN, proposal.id, MINH)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(crash)

    assert await database.jobs.list() == ()
    assert key_of(await desk.press(Verb.RUN, proposal.id, MINH)) is None
    assert len(await database.jobs.list()) == 1


async def test_who_is_refused_reads_names(database: Database) -> None:
    await database.write(lambda connection: see(connection, "slack", "U2", "Minh", NOON))
    desk = Desk(database, make_house())
    proposal = await proposed(desk)

    refused = await desk.press(Verb.RUN, proposal.id, AN)

    assert refused.refusal == Refusal(key="not_approver", names=("Minh",))
    assert key_of(await desk.press(Verb.RUN, "zzzzzz", MINH)) == "unknown"
    assert await database.jobs.list() == ()


async def test_a_proposal_expires(database: Database) -> None:
    moment = [NOON]
    desk = Desk(database, make_house(), now=lambda: moment[0])
    first, second = await proposed(desk), await proposed(desk, "telegram:5:2")
    moment[0] += timedelta(minutes=15)

    assert key_of(await desk.press(Verb.RUN, first.id, MINH)) == "expired"
    assert [(one.id, one.state) for one in await desk.expire()] == [(second.id, ProposalState.EXPIRED)]
    card = await desk.card(first.id)
    assert card is not None
    assert card.state is CardState.EXPIRED


async def test_the_quota_holds_when_asked_and_when_approved(database: Database) -> None:
    desk = Desk(database, make_house(Quota(jobs=1)))
    first, second = await proposed(desk), await proposed(desk, "telegram:5:2")
    assert key_of(await desk.press(Verb.RUN, first.id, MINH)) is None

    late = await desk.press(Verb.RUN, second.id, MINH)
    third = await desk.propose(make_asked("telegram:5:3"))

    assert (key_of(late), late.proposal and late.proposal.state) == ("quota_jobs", ProposalState.OPEN)
    assert third.refusal is not None
    assert third.refusal.text("en").startswith("telegram:3 has 1 of 1 benchmarks queued or running")
    assert len(await database.jobs.list()) == 1
    assert key_of(await desk.propose(make_asked("t:1", by=TERMINAL))) is None


async def test_gpu_minutes_hold_when_asked_and_when_approved(database: Database) -> None:
    desk = Desk(database, make_house(Quota(jobs=9, gpu_minutes=10)))
    both = [await proposed(desk, f"telegram:5:{number}", gpu=CARD, max_seconds=600) for number in (1, 2)]
    pressed = [key_of(await desk.press(Verb.RUN, proposal.id, MINH)) for proposal in both]

    assert pressed == [None, "quota_gpu_minutes"]
    assert key_of(await desk.propose(make_asked("telegram:5:3", gpu=CARD))) == "quota_gpu_minutes"
    assert [job.gpu for job in await database.jobs.list()] == [CARD]


async def test_a_queued_job_is_cancelled_by_those_who_may(database: Database) -> None:
    desk = Desk(database, make_house())
    proposal, job = await started(desk)

    assert key_of(await desk.press(Verb.CANCEL, proposal.id, "slack:U9")) == "not_canceller"
    cancelled = await desk.press(Verb.CANCEL, job.id.upper(), AN)
    assert cancelled.job is not None
    assert cancelled.job.state is State.CANCELLED
    assert cancelled.proposal is not None
    assert cancelled.proposal.id == proposal.id
    assert key_of(await desk.press(Verb.CANCEL, proposal.id, AN)) == "ended"


async def test_an_ended_run_is_proposed_again_once(database: Database) -> None:
    desk = Desk(database, make_house())
    proposal, _ = await started(desk)
    assert key_of(await desk.press(Verb.AGAIN, proposal.id, AN)) == "active"
    await desk.press(Verb.CANCEL, proposal.id, AN)

    twice = [(await desk.press(Verb.AGAIN, proposal.id, AN)).proposal for _ in range(2)]

    assert twice[0] is not None
    assert twice[0] == twice[1]
    assert twice[0].state is ProposalState.OPEN
    job = (await desk.press(Verb.RUN, twice[0].id, MINH)).job
    assert job is not None
    assert job.attempt == 2


async def test_jobs_are_listed_with_their_wait(database: Database) -> None:
    desk = Desk(database, make_house())
    first, _ = await started(desk)
    second, _ = await started(desk, "telegram:5:2")

    listed = await desk.jobs()
    card = await desk.card(second.id, "vi")

    assert [(one.proposal_id, one.ahead, one.wait_s) for one in listed] == [(first.id, 0, 0.0), (second.id, 1, 21.0)]
    assert card is not None
    assert (card.state, card.ahead, card.estimate_s, card.language) == (CardState.QUEUED, 1, 21.0, "vi")
    assert card.decision.startswith("slack:U2 duyệt lúc ")


async def test_a_job_leads_back_to_its_proposal_unless_the_terminal_asked(database: Database) -> None:
    desk = Desk(database, make_house())
    proposal, job = await started(desk)
    of_terminal = await database.jobs.add(Order(request={}, host="local", gpu="cpu", requested_by=TERMINAL))

    found = await desk.of_job(job.id.upper())

    assert found is not None
    assert (found.id, found.job_id) == (proposal.id, job.id)
    assert await desk.of_id(proposal.id) == found
    assert desk.approvers_of(found) == (MINH,)
    assert await desk.of_job(of_terminal.id) is None
    assert key_of(await desk.press(Verb.CANCEL, of_terminal.id, AN)) == "not_canceller"


def test_the_rules_are_settings() -> None:
    usual = Settings.from_environ({})
    said = {"APPROVE": f"{MINH}, slack:U3", "FOUR_EYES": "True", "JOBS": "2", "GPU_MINUTES": "90"}
    settings = Settings.from_environ({f"GPUWISE_BENCH_{name}": value for name, value in said.items()})

    assert (usual.bench_run, usual.bench_approve, usual.bench_four_eyes) == (frozenset(), frozenset(), False)
    assert (usual.bench_jobs, usual.bench_gpu_minutes) == (3, 60)
    assert (settings.bench_approve, settings.bench_four_eyes) == (frozenset({MINH, "slack:U3"}), True)
    assert (settings.bench_jobs, settings.bench_gpu_minutes) == (2, 90)
    with pytest.raises(SettingsError, match="GPUWISE_BENCH_FOUR_EYES: must be true or false, not 'maybe'"):
        Settings.from_environ({"GPUWISE_BENCH_FOUR_EYES": "maybe"})
