import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.backlog import (
    ALPHABET,
    Permissions,
    Quota,
    QuotaError,
    check_quota,
    estimate,
    gpu_minutes,
    new_id,
    position,
    to_id,
)
from bench.errors import BenchError
from bench.jobs import (
    ENDS,
    NEXT,
    RUNNING,
    Cancelled,
    CancelRequested,
    Event,
    Failed,
    Finished,
    Heartbeat,
    Job,
    Leased,
    LeaseExpired,
    MoveError,
    Phase,
    State,
    TimedOut,
    move,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GPU = "GPU-1b2c3d4e-0000-0000-0000-000000000000"
SOURCE = random.Random(1)  # noqa: S311  # ids are no secret
QUOTA = Quota(jobs=2, gpu_minutes=30)


def make_job(**changes: object) -> Job:
    usual: dict[str, object] = {
        "id": "b-7k3",
        "request": {"case": "cnn", "max_seconds": 120},
        "host": "lab",
        "gpu": GPU,
        "requested_by": "ada",
        "created": NOON,
    }
    return Job(**{**usual, **changes})  # type: ignore[arg-type]


def make_running(state: State = State.PREFLIGHT, **changes: object) -> Job:
    return make_job(**{"state": state, "token": 1, "started": NOON, "lease_until": NOON + MINUTE, **changes})


def make_ended(state: State = State.DONE, **changes: object) -> Job:
    return make_job(**{"state": state, "token": 1, "started": NOON, "finished": NOON + MINUTE, **changes})


def times() -> st.SearchStrategy[datetime]:
    return st.integers(0, 600).map(lambda seconds: NOON + timedelta(seconds=seconds))


def events() -> st.SearchStrategy[Event]:
    return st.one_of(
        st.builds(Leased, token=st.integers(1, 9), until=times()),
        st.builds(Phase, state=st.sampled_from(State)),
        st.builds(Heartbeat, until=times()),
        st.just(Finished(result_id="r-7k3")),
        st.just(Failed(kind="OutOfMemoryError", message="12 GB asked for")),
        st.sampled_from([CancelRequested(), Cancelled(), TimedOut(), LeaseExpired()]),
    )


@given(st.lists(st.tuples(events(), times()), max_size=30))
def test_no_sequence_of_events_leaves_the_graph_or_changes_an_ended_job(steps: list[tuple[Event, datetime]]) -> None:
    job = make_job()
    for event, now in steps:
        before = job
        try:
            job = move(job, event, now)
        except MoveError:
            continue

        assert before.state not in ENDS
        assert job.state is before.state or job.state in NEXT[before.state]
        assert (job.token is None) == (job.started is None)
        assert (job.lease_until is not None) == (job.state in RUNNING)
        assert (job.finished is not None) == (job.state in ENDS)
        assert (job.result_id is not None) == (job.state is State.DONE)
        assert (job.error is not None) == (job.state is State.FAILED)


@given(st.sampled_from(sorted(ENDS, key=str)), events(), times())
def test_an_ended_job_refuses_every_event(state: State, event: Event, now: datetime) -> None:
    with pytest.raises(MoveError, match=f"b-7k3 is {state.value}: {type(event).__name__} does not apply"):
        move(make_ended(state), event, now)


def test_a_job_goes_from_the_queue_to_its_result() -> None:
    job = move(make_job(), Leased(token=4, until=NOON + MINUTE), NOON)
    for state in (State.RULER, State.WARMING, State.MEASURING, State.WARMING, State.MEASURING, State.CHECKING):
        job = move(job, Phase(state=state), NOON)
    done = move(job, Finished(result_id="r-7k3"), NOON + MINUTE)

    assert (done.state, done.token, done.result_id) == (State.DONE, 4, "r-7k3")
    assert (done.started, done.finished, done.lease_until) == (NOON, NOON + MINUTE, None)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Failed(kind="WorkerError", message="no"), State.FAILED),
        (Cancelled(), State.CANCELLED),
        (TimedOut(), State.TIMED_OUT),
    ],
)
@pytest.mark.parametrize("state", sorted(RUNNING, key=str))
def test_a_running_job_ends_as_its_worker_says(state: State, event: Event, expected: State) -> None:
    assert move(make_running(state), event, NOON).state is expected


def test_a_queued_job_is_cancelled_at_once() -> None:
    job = move(make_job(), CancelRequested(), NOON)

    assert (job.state, job.finished, job.started) == (State.CANCELLED, NOON, None)


def test_a_running_job_is_cancelled_once_its_worker_has_stopped() -> None:
    asked = move(make_running(), CancelRequested(), NOON)

    assert (asked.state, asked.cancel_requested) == (State.PREFLIGHT, True)
    assert move(asked, Cancelled(), NOON).state is State.CANCELLED


@pytest.mark.parametrize("event", [Cancelled(), TimedOut(), Finished(result_id="r"), Phase(state=State.PREFLIGHT)])
def test_a_queued_job_has_no_worker_to_hear_from(event: Event) -> None:
    with pytest.raises(MoveError):
        move(make_job(), event, NOON)


@pytest.mark.parametrize("state", [State.QUEUED, State.PREFLIGHT, State.DONE, State.LOST])
def test_a_phase_is_a_part_of_the_work(state: State) -> None:
    with pytest.raises(MoveError):
        move(make_running(State.MEASURING), Phase(state=state), NOON)


def test_a_lease_ends_a_job_only_once_it_ran_out() -> None:
    with pytest.raises(MoveError):
        move(make_running(), LeaseExpired(), NOON)

    assert move(make_running(), LeaseExpired(), NOON + MINUTE).state is State.LOST


@pytest.mark.parametrize(("minutes", "expected"), [(0, 1), (1, 1), (5, 5)])
def test_a_late_heartbeat_never_shortens_a_lease(minutes: int, expected: int) -> None:
    job = move(make_running(), Heartbeat(until=NOON + minutes * MINUTE), NOON)

    assert job.lease_until == NOON + expected * MINUTE


def test_only_what_stands_before_on_the_same_gpu_counts() -> None:
    mine = make_job(created=NOON)
    jobs = [
        mine,
        make_running(id="b-22"),
        make_job(id="b-33", created=NOON - MINUTE),
        make_job(id="b-44", created=NOON + MINUTE),
        make_job(id="b-55", created=NOON - MINUTE, gpu="cpu"),
        make_job(id="b-66", created=NOON - MINUTE, host="other"),
        make_ended(id="b-77", created=NOON - MINUTE),
    ]

    assert position(jobs, mine) == 2
    assert estimate(jobs, mine, lambda job: 90 if job.is_running else 30) == 120
    assert (position(jobs, jobs[1]), estimate(jobs, jobs[1], lambda _: 90)) == (0, 0)


def test_jobs_of_one_moment_have_one_order() -> None:
    jobs = [make_job(id=job_id) for job_id in ("b-22", "b-33", "b-44")]

    assert [position(jobs, job) for job in jobs] == [0, 1, 2]


def test_the_quota_counts_queued_and_running_jobs_of_one_person() -> None:
    jobs = [make_job(id="b-22"), make_ended(), make_job(requested_by="bob")]
    check_quota(jobs, "ada", QUOTA, NOON)

    with pytest.raises(QuotaError, match=r"2 of 2 jobs queued or running.*b-22, b-33"):
        check_quota([*jobs, make_running(id="b-33")], "ada", QUOTA, NOON)


@pytest.mark.parametrize(("minutes", "is_refused"), [(29, False), (30, True)])
def test_the_quota_counts_gpu_minutes(minutes: int, is_refused: bool) -> None:  # noqa: FBT001  # a table's column
    now = NOON + 60 * MINUTE
    jobs = [make_ended(finished=NOON + minutes * MINUTE), make_ended(gpu="cpu", finished=now)]

    if is_refused:
        with pytest.raises(QuotaError, match="30 of 30 GPU minutes"):
            check_quota(jobs, "ada", QUOTA, now)
    else:
        check_quota(jobs, "ada", QUOTA, now)


@pytest.mark.parametrize(
    ("job", "minutes", "expected"),
    [
        (make_job(), 0, 2),
        (make_running(), 1, 2),
        (make_running(), 5, 5),
        (make_ended(), 30, 1),
        (make_ended(finished=NOON + 60 * MINUTE), 24 * 60 + 15, 45),
        (make_ended(), 24 * 60 + 15, 0),
        (move(make_job(), CancelRequested(), NOON), 1, 0),
        (make_running(gpu="cpu"), 5, 0),
    ],
)
def test_gpu_minutes_are_those_of_the_last_day_and_those_reserved(job: Job, minutes: int, expected: float) -> None:
    assert gpu_minutes(job, NOON + minutes * MINUTE) == expected


@pytest.mark.parametrize(
    ("allowed", "user", "expected"),
    [
        (set(), "ada", False),
        (set(), "terminal", True),
        ({"ada"}, "ada", True),
        ({"ada"}, "bob", False),
        ({"*"}, "bob", True),
    ],
)
def test_nobody_but_the_terminal_may_do_what_is_not_listed(allowed: set[str], user: str, *, expected: bool) -> None:
    assert Permissions(runners=frozenset(allowed)).may_run(user) is expected
    assert Permissions(approvers=frozenset(allowed)).may_approve(user) is expected


def test_ids_are_unique_and_grow_only_when_short_ones_are_gone() -> None:
    taken: set[str] = set()
    for _ in range(800):
        taken.add(new_id(taken.__contains__, SOURCE))

    assert len(taken) == 800
    assert {len(job_id) for job_id in taken} == {4, 5}
    assert {letter for job_id in taken for letter in job_id[2:]} == set(ALPHABET)


def test_no_free_id_says_what_to_do() -> None:
    with pytest.raises(BenchError, match="move gpuwise"):
        new_id(lambda _: True, SOURCE)


@pytest.mark.parametrize("typed", ["b-7k3", " B-7K3 ", "7k3"])
def test_an_id_is_read_as_people_type_it(typed: str) -> None:
    assert to_id(typed) == "b-7k3"


def test_an_event_leaves_the_job_it_was_applied_to_as_it_was() -> None:
    job = make_job()
    copy = replace(job)
    move(job, CancelRequested(), NOON)

    assert job == copy
