import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.backlog import ANYONE, TERMINAL, Permissions
from bench.jobs import Job
from bench.request import read_request
from bot.benching.carding import Sight, card_of, estimate_s, left_s
from bot.benching.proposals import (
    Asked,
    Decision,
    Policy,
    Proposal,
    ProposalState,
    Refusal,
    approvers_of,
    decide,
    expire,
    open_proposal,
    refuse_cancel,
    refuse_run,
)
from bot.cards import CardState
from bot.store.outbox import Place
from bot.texts import texts
from tests.makers_bench import make_run

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
CARD = "GPU-1b2c3d4e-0000-0000-0000-000000000000"
MINH, LAN, AN = "telegram:1", "slack:U2", "telegram:3"
APPROVE, DISMISS = Decision.APPROVE, Decision.DISMISS


def make_policy(*approvers: str, runners: tuple[str, ...] = (ANYONE,), four_eyes: bool = False) -> Policy:
    permissions = Permissions(runners=frozenset(runners), approvers=frozenset(approvers))
    return Policy(permissions=permissions, four_eyes=four_eyes)


def make_proposal(by: str = AN, **request: Any) -> Proposal:
    asked = Asked(
        source="telegram:5:9",
        request=read_request({"case": "lstm", "quick": True, **request}),
        wish="auto",
        host="local",
        requested_by=by,
        language="vi",
        place=Place(platform="telegram", chat="5"),
    )
    return open_proposal(asked, "bcdfgh", NOON)


def refusal_of(found: Proposal | Refusal) -> tuple[str, tuple[str, ...]]:
    assert isinstance(found, Refusal)
    return found.key, found.names


@pytest.mark.parametrize(
    ("by", "policy", "key", "names"),
    [
        (AN, make_policy(), "nobody", ("GPUWISE_BENCH_APPROVE",)),
        (AN, make_policy(MINH, LAN), "not_approver", (LAN, MINH)),
        (LAN, make_policy(MINH), "not_approver", (MINH,)),
        (AN, make_policy(AN, MINH, four_eyes=True), "four_eyes", (MINH,)),
        (AN, make_policy(ANYONE, four_eyes=True), "four_eyes", (ANYONE,)),
        (AN, make_policy(AN, four_eyes=True), "four_eyes_nobody", ("GPUWISE_BENCH_APPROVE",)),
        (MINH, make_policy(MINH, runners=()), "not_runner", (AN,)),
    ],
)
def test_who_may_not_approve_is_told_who_may(by: str, policy: Policy, key: str, names: tuple[str, ...]) -> None:
    assert refusal_of(decide(make_proposal(), APPROVE, by, NOON, policy)) == (key, names)


@pytest.mark.parametrize(
    ("requester", "by", "policy"),
    [
        (AN, MINH, make_policy(MINH)),
        (AN, AN, make_policy(AN)),
        (AN, MINH, make_policy(AN, MINH, four_eyes=True)),
        (AN, LAN, make_policy(ANYONE)),
        (AN, TERMINAL, make_policy()),
        (TERMINAL, TERMINAL, make_policy(four_eyes=True)),
    ],
)
def test_an_approver_approves(requester: str, by: str, policy: Policy) -> None:
    found = decide(make_proposal(requester), APPROVE, by, NOON, policy)

    assert isinstance(found, Proposal)
    assert (found.state, found.decided_by, found.decided) == (ProposalState.APPROVED, by, NOON)


def test_requester_and_approvers_dismiss_and_nobody_else() -> None:
    proposal, policy = make_proposal(), make_policy(MINH, four_eyes=True)

    states = [getattr(decide(proposal, DISMISS, by, NOON, policy), "state", None) for by in (AN, MINH, TERMINAL)]
    assert states == [ProposalState.DISMISSED] * 3
    assert refusal_of(decide(proposal, DISMISS, LAN, NOON, policy)) == ("not_dismisser", (AN, MINH))


def test_a_decision_is_made_once_and_in_time() -> None:
    proposal, policy = make_proposal(), make_policy(MINH)
    decided = decide(proposal, DISMISS, AN, NOON, policy)
    assert isinstance(decided, Proposal)
    almost, late = NOON + timedelta(minutes=15, microseconds=-1), NOON + timedelta(minutes=15)

    assert refusal_of(decide(decided, APPROVE, MINH, NOON, policy)) == ("decided", (AN,))
    assert isinstance(decide(proposal, APPROVE, MINH, almost, policy), Proposal)
    assert refusal_of(decide(proposal, APPROVE, MINH, late, policy)) == ("expired", ())
    assert expire(proposal, late).state is ProposalState.EXPIRED
    assert expire(decided, late) is decided
    assert refusal_of(decide(expire(proposal, late), APPROVE, MINH, NOON, policy)) == ("expired", ())


def test_requester_approvers_and_the_terminal_cancel() -> None:
    job = make_job()
    policy = make_policy(MINH)

    assert [refuse_cancel(job, by, policy) for by in (AN, MINH, TERMINAL)] == [None] * 3
    assert refuse_cancel(job, LAN, policy) == Refusal(key="not_canceller", names=(AN, MINH))


def test_no_list_means_that_nobody_may_ask() -> None:
    assert refuse_run(AN, make_policy(runners=())) == Refusal(key="not_runner", names=(AN,))
    assert refuse_run(AN, make_policy(runners=(AN,))) is None
    assert refuse_run(TERMINAL, make_policy(runners=())) is None


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_refusal_is_said_with_all_that_it_knows(language: str) -> None:
    keys = texts("en")._find("desk.refused")

    for key in keys:
        figures = {"used": 3.0, "allowed": 60.0}
        said = Refusal(key=key, names=("Minh", "Lan"), figures=figures).text(language)
        template = texts(language).raw(f"desk.refused.{key}")
        assert "{" not in said
        assert ("Minh" in said) is ("{names}" in template), said
        assert re.search(r"\b60\b", said) or "{allowed}" not in template


def test_names_are_listed_as_each_language_does() -> None:
    refusal = Refusal(key="not_approver", names=("Minh", "Lan", "An"))

    assert refusal.text("en") == "Only Minh, Lan or An may approve this."
    assert refusal.text("vi") == "Chỉ Minh, Lan hoặc An được duyệt yêu cầu này."


PEOPLE = st.sampled_from([MINH, LAN, AN, TERMINAL])
LISTS = st.frozensets(st.sampled_from([MINH, LAN, AN, ANYONE]))
PRESSES = st.lists(st.tuples(st.sampled_from(Decision), PEOPLE, st.integers(0, 20)), max_size=12)


@given(requester=PEOPLE, runners=LISTS, approvers=LISTS, four_eyes=st.booleans(), presses=PRESSES)
def test_no_presses_give_two_jobs_or_one_without_an_approver(
    requester: str,
    runners: frozenset[str],
    approvers: frozenset[str],
    four_eyes: bool,  # noqa: FBT001  # hypothesis gives it
    presses: list[tuple[Decision, str, int]],
) -> None:
    policy = Policy(permissions=Permissions(runners=runners, approvers=approvers), four_eyes=four_eyes)
    proposal, jobs = make_proposal(requester), []
    for decision, by, minutes in sorted(presses, key=lambda press: press[2]):
        found = decide(proposal, decision, by, NOON + timedelta(minutes=minutes), policy)
        if isinstance(found, Proposal):
            jobs += [(by, minutes)] if found.state is ProposalState.APPROVED else []
            proposal = found

    assert len(jobs) <= 1
    for by, minutes in jobs:
        assert minutes < 15
        assert by == TERMINAL or by in approvers or ANYONE in approvers
        assert by == TERMINAL or not four_eyes or by != requester
        assert requester == TERMINAL or requester in runners or ANYONE in runners


def make_job(*, seconds: float | None = None, **request: Any) -> Job:
    return Job(
        id="b-7k3",
        created=NOON,
        started=NOON if seconds else None,
        finished=NOON + timedelta(seconds=seconds) if seconds else None,
        request=make_proposal(**request).request.to_json(),
        host="local",
        gpu="cpu",
        requested_by=AN,
    )


def test_a_run_takes_as_long_as_the_same_one_took_there_before() -> None:
    request, here = make_proposal().request.to_json(), ("local", "cpu")
    done = [make_job(seconds=seconds) for seconds in (30, 40, 80)]

    assert estimate_s(request, here, done) == 40
    assert estimate_s(request, ("lab", "cpu"), done) == 40  # 20 s measured, and 20 s beside
    assert estimate_s(request, here, [make_job(seconds=90, batch=64)]) == 40
    assert estimate_s(make_proposal(quick=False).request.to_json(), here, done) == 180
    assert left_s(make_job(), done, NOON) == 40


@pytest.mark.parametrize(
    ("policy", "state", "approvers"),
    [
        (make_policy(AN), CardState.PREVIEW, None),
        (make_policy(MINH), CardState.WAITING, ("Minh",)),
        (make_policy(AN, MINH, four_eyes=True), CardState.WAITING, ("Minh",)),
        (make_policy(), CardState.WAITING, ()),
    ],
)
def test_a_card_asks_those_who_may_approve(policy: Policy, state: CardState, approvers: tuple[str, ...] | None) -> None:
    card = card_of(Sight(proposal=make_proposal()), policy, {MINH: "Minh", AN: "An"}.__getitem__, "vi")

    assert (card.state, card.approvers, card.requester) == (state, approvers, "An")
    assert ("GPUWISE_BENCH_APPROVE" in card.decision) is (approvers == ())
    assert approvers_of(make_proposal(), policy) == (None if approvers is None else tuple(MINH for _ in approvers))


def test_a_card_says_who_decided_and_when() -> None:
    decided = decide(make_proposal(), DISMISS, MINH, NOON, make_policy(MINH))
    assert isinstance(decided, Proposal)

    card = card_of(Sight(proposal=decided), make_policy(MINH), lambda _: "Minh", "vi")

    assert (card.state, card.decision) == (CardState.DENIED, "Minh bỏ yêu cầu lúc 12:00 UTC.")


@pytest.mark.parametrize(
    ("gpu", "wish", "device"),
    [(None, "auto", "CPU"), (CARD, "RTX 3090", "RTX 3090"), (CARD, "1", "1"), (CARD, "auto", "GPU-1b2c3d4e")],
)
def test_a_card_names_its_device(gpu: str | None, wish: str, device: str) -> None:
    proposal = replace(make_proposal(gpu=gpu), wish=wish)

    card = card_of(Sight(proposal=proposal), make_policy(MINH), str, "en")
    ran = card_of(Sight(proposal=proposal, record=make_run()), make_policy(MINH), str, "en")

    assert card.device == device
    assert ran.device == ("Quiet 24" if gpu else "CPU")
    assert (ran.throughput.endswith(")"), ran.verdict) == (True, "the run is clean: nothing else disturbed it.")
