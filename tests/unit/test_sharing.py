from typing import Any

import pytest

from bench.sharing import LOOKS, Sharing, sharing_of, taken_by
from tests.makers_card import OURS, STRANGER, make_look, make_user

BOTH = (make_user(), make_user(STRANGER, memory_bytes=70))


def test_the_run_alone_shares_with_nobody() -> None:
    assert sharing_of([make_user()], {OURS}, {OURS}) == Sharing()
    assert sharing_of([], {OURS}, {OURS}) == Sharing()


def test_a_visible_process_that_is_not_ours_is_foreign() -> None:
    assert sharing_of(BOTH, {OURS}, {OURS, STRANGER}) == Sharing(pids=(900,), compute=(900,), memory_bytes=70)


def test_one_that_only_draws_is_foreign_but_does_not_compute() -> None:
    found = sharing_of([make_user(STRANGER, is_compute=False)], {OURS}, {STRANGER})

    assert (found.pids, found.compute) == ((900,), ())


def test_an_invisible_process_beside_ours_is_foreign() -> None:
    assert sharing_of(BOTH, {OURS}, {OURS}).pids == (900,)


def test_one_invisible_process_alone_may_be_ours_outside_a_container() -> None:
    found = sharing_of([make_user(STRANGER)], {OURS}, {OURS})

    assert found == Sharing(memory_bytes=None, is_unknown=True)


def test_of_two_invisible_processes_one_is_not_ours() -> None:
    assert sharing_of([make_user(7), make_user(8)], {OURS}, {OURS}).compute == (7, 8)


def test_a_list_that_cannot_be_had_says_nothing() -> None:
    assert sharing_of(None, {OURS}, {OURS}) == Sharing(memory_bytes=None, is_unknown=True)


def test_memory_that_a_driver_does_not_tell_is_none() -> None:
    users = [make_user(STRANGER, memory_bytes=None), make_user(STRANGER + 1)]

    assert sharing_of(users, {OURS}, {STRANGER, STRANGER + 1}).memory_bytes is None


@pytest.mark.parametrize(
    ("looks", "pid"),
    [
        ([make_look(t, BOTH) for t in range(LOOKS)], STRANGER),
        ([make_look(t, BOTH) for t in range(LOOKS - 1)], None),
        ([make_look(0, BOTH), make_look(1), make_look(2, BOTH)], None),
        ([make_look(t, (make_user(), make_user(STRANGER + t))) for t in range(LOOKS)], None),
        ([make_look(t, (make_user(STRANGER, is_compute=False),)) for t in range(LOOKS)], None),
        ([{"t": 0.0, "error": "lost"}, make_look(1, BOTH), make_look(2, BOTH)], None),
        ([{"t": float(t), "foreign_cpu_pct": 0.0} for t in range(LOOKS)], None),
    ],
)
def test_a_card_is_taken_by_who_computes_in_three_looks_in_a_row(looks: list[dict[str, Any]], pid: int | None) -> None:
    assert taken_by(looks) == pid
