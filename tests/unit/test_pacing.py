import pytest

from bot.chatting.allowance import Allowance
from bot.chatting.pacing import Budget, Pacer

SECOND, MINUTE = Budget(calls=1, seconds=1.0), Budget(calls=20, seconds=60.0)


def make_pacer(calls: int = 30) -> Pacer:
    return Pacer([Budget(calls=calls, seconds=1.0)], lambda chat: [MINUTE] if chat.startswith("-") else [SECOND])


def sent_within(pacer: Pacer, chats: list[str], seconds: float, *, is_progress: bool = False) -> list[float]:
    """Return when calls went out that were all wanted from the start, each as soon as it might."""
    sent, left = [], list(chats)
    now = 0.0
    while left and now < seconds:
        ready = next((chat for chat in left if pacer.wait_s(chat, now, is_progress=is_progress) == 0), None)
        if ready is None:
            now += max(min(pacer.wait_s(chat, now, is_progress=is_progress) for chat in left), 1e-3)
            continue
        pacer.spend(ready, now)
        left.remove(ready)
        sent.append(now)
    return sent


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def test_a_chat_waits_its_second_and_others_do_not() -> None:
    pacer = make_pacer()
    pacer.spend("1", 10.0)

    assert pacer.wait_s("1", 10.25) == pytest.approx(0.75)
    assert pacer.wait_s("2", 10.25) == 0.0
    assert pacer.wait_s("1", 11.0) == 0.0


def test_five_hundred_chats_are_served_at_the_overall_rate_and_never_beyond() -> None:
    times = sent_within(make_pacer(), [str(number) for number in range(500)], 60)

    assert len(times) == 500
    assert most_within(times, 1.0) == 30
    assert times[-1] == pytest.approx(499 // 30, abs=0.1)


def test_a_group_takes_twenty_a_minute() -> None:
    times = sent_within(make_pacer(), ["-5"] * 50, 600)

    assert most_within(times, 60.0) == 20
    assert times[-1] == pytest.approx(120, abs=1)


def test_progress_leaves_room_for_an_answer() -> None:
    pacer = make_pacer()
    sent_within(pacer, ["-5"] * 20, 50, is_progress=True)

    assert pacer.wait_s("-5", 50.0, is_progress=True) > 0
    assert pacer.wait_s("-5", 50.0) == 0.0


def test_progress_alone_gets_its_share_and_no_more() -> None:
    assert most_within(sent_within(make_pacer(), ["-5"] * 40, 300, is_progress=True), 60.0) == 12


def test_what_the_platform_closes_stays_closed_for_that_chat_or_for_all() -> None:
    pacer = make_pacer()
    pacer.close(7.0, 100.0, "1")

    assert (pacer.wait_s("1", 102.0), pacer.wait_s("2", 102.0)) == (5.0, 0.0)
    pacer.close(3.0, 102.0)
    assert (pacer.wait_s("1", 103.0), pacer.wait_s("2", 103.0)) == (4.0, 2.0)


def test_a_pacer_of_many_chats_forgets_those_that_are_long_quiet() -> None:
    pacer = make_pacer(calls=1_000_000)
    for number in range(10_050):
        pacer.spend(str(number), float(number))

    assert len(pacer._chats) < 10_000
    assert pacer.wait_s("10049", 10_049.5) == 0.5


def test_an_allowance_counts_by_person_and_minute() -> None:
    allowance = Allowance(2)

    assert [allowance.wait_s("ada", now) for now in (0.0, 10.0, 20.0, 61.0)] == [0.0, 0.0, 40.0, 0.0]
    assert allowance.wait_s("minh", 20.0) == 0.0


def test_an_allowance_of_nothing_lets_everything_pass() -> None:
    allowance = Allowance(0)

    assert {allowance.wait_s("ada", 0.0) for _ in range(1000)} == {0.0}


def test_calls_that_wait_for_nobody_count_over_all_chats() -> None:
    pacer = Pacer([Budget(calls=3, seconds=1)], lambda _: [])
    for _ in range(3):
        pacer.note(0.0)

    assert pacer.wait_s("1", 0.5) == 0.5
    assert pacer.wait_s("1", 1.0) == 0.0


def test_edits_have_a_budget_of_their_own_of_which_progress_leaves_some() -> None:
    pacer = Pacer([], lambda _: [], edits=[Budget(calls=10, seconds=60)])
    for number in range(6):
        pacer.spend(str(number), 0.0, is_edit=True)

    assert pacer.wait_s("a", 1.0) == 0.0
    assert pacer.wait_s("a", 1.0, is_edit=True) == 0.0
    assert pacer.wait_s("a", 1.0, is_edit=True, is_progress=True) == 59.0
