import math

import pytest

from bot.helping import (
    LEAST_JUDGED,
    NEVER,
    STRICT,
    Because,
    Helping,
    Review,
    Stance,
    Standing,
    bar_of,
    goes_on,
    stance_of,
    standing_of,
)
from bot.overheard import Concern, concern_of
from tests.makers import make_answer

QUESTION = "What is memory bandwidth?"


def reviews(right: int, wrong: int = 0, *, sure: float = 0.99, channel: str = "C1") -> list[Review]:
    return [Review(channel=channel, confidence=sure, is_right=number < right) for number in range(right + wrong)]


@pytest.mark.parametrize(
    ("sure", "bar", "expected"),
    [(0.97, 0.97, Stance.ANSWER), (0.96, 0.97, Stance.OFFER), (0.6, 0.5, Stance.ANSWER), (1.0, NEVER, Stance.OFFER)],
)
def test_an_answer_is_shown_from_the_bar_on_and_offered_below(sure: float, bar: float, expected: Stance) -> None:
    assert stance_of(make_answer(intent="explain", confidence=sure), bar, QUESTION) is expected


@pytest.mark.parametrize("intent", ["out_of_scope", "chitchat", "help", "bench"])
def test_what_was_said_to_people_is_left_alone(intent: str) -> None:
    assert stance_of(make_answer(intent=intent), 0.0, QUESTION) is Stance.SILENT


def test_an_abstention_is_no_answer() -> None:
    assert stance_of(make_answer(intent="explain", abstained=True), 0.0, QUESTION) is Stance.SILENT


def test_an_answer_that_asks_back_is_offered_only() -> None:
    assert (
        stance_of(make_answer(intent="choose", question_back="Which budget?"), 0.5, "Which card for a 7B model?")
        is Stance.OFFER
    )


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("Why is GPU 3 down again?", "explain", Stance.SILENT),
        ("We put the 3090 into the new box", "spec", Stance.SILENT),
        ("Any trick for a GPU that sits idle?", "explain", Stance.OFFER),
        ("Any trick for a GPU that sits idle?", "compare", Stance.ANSWER),
    ],
)
def test_only_a_question_for_a_guide_or_one_that_was_computed_is_answered(
    text: str, intent: str, expected: Stance
) -> None:
    assert stance_of(make_answer(intent=intent), STRICT, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is VRAM?", Concern.GUIDE),
        ("VRAM là gì?", Concern.GUIDE),
        ("vi sao LSTM cham tren GPU", Concern.GUIDE),
        ("Is NVLink worth it for two cards?", Concern.GUIDE),
        ("huấn luyện độ chính xác hỗn hợp là gì", Concern.GUIDE),  # "hỗn hợp" is no "họp"
        ("Em muốn mua card, so sánh giúp em 3090 với 4090", Concern.GUIDE),  # "muốn" is no "mượn"
        ("RTX 4090 có bao nhiêu VRAM?", Concern.OTHER),
        ("Cho em mượn con 4090 được không?", Concern.LOCAL),
        ("RuntimeError: CUDA error, what is that?", Concern.LOCAL),
        ("xem https://example.org/pull/8 giúp em được không", Concern.LOCAL),
        ("Who has the A100?", Concern.LOCAL),
        ("New cards came in", Concern.NOTHING),
        ("ok anh", Concern.NOTHING),
        ("", Concern.NOTHING),
    ],
)
def test_words_tell_what_a_message_is_about(text: str, expected: Concern) -> None:
    assert concern_of(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("and the 4090?", True),
        ("under 300 W", True),
        ("còn AMD thì sao", True),
        ("ok, I take the 4090 then", False),
        ("cảm ơn nhé", False),
        ("I rebooted node 7, does it work?", False),
    ],
)
def test_a_thread_goes_on_until_its_asker_turns_to_something_else(text: str, *, expected: bool) -> None:
    assert goes_on(make_answer(intent="spec"), text) is expected


def test_what_cannot_be_answered_does_not_go_on_either() -> None:
    assert not goes_on(make_answer(intent="explain", abstained=True), "and the 4090?")


@pytest.mark.parametrize(("right", "judged"), [(0, 6), (3, 6), (6, 6), (19, 20), (20, 20), (90, 100)])
def test_the_lower_bound_solves_wilsons_equation(right: int, judged: int) -> None:
    bound = Standing(bar=0.0, right=right, judged=judged).at_least

    assert right / judged - bound == pytest.approx(1.2816 * math.sqrt(bound * (1 - bound) / judged), abs=1e-9)


def test_where_all_of_twenty_were_right_the_precision_is_surely_above_nine_tenths() -> None:
    assert Standing(bar=0.9, right=20, judged=20).at_least == pytest.approx(20 / (20 + 1.2816**2))


def test_nothing_judged_has_no_precision() -> None:
    assert Standing(bar=0.9, right=0, judged=0).precision is None


def test_a_standing_counts_from_its_bar_to_the_next() -> None:
    found = standing_of([*reviews(3, 1, sure=0.9), *reviews(2, sure=0.95)], 0.9, below=0.95)

    assert (found.right, found.judged) == (3, 4)


@pytest.mark.parametrize(
    ("given", "value", "because"),
    [
        ([], STRICT, Because.TOO_FEW),
        (reviews(LEAST_JUDGED - 1), STRICT, Because.TOO_FEW),
        (reviews(LEAST_JUDGED, channel="C2"), STRICT, Because.TOO_FEW),
        (reviews(LEAST_JUDGED, sure=0.9), STRICT, Because.TOO_FEW),
        (reviews(19, 1), STRICT, Because.UNPROVEN),
        (reviews(20), STRICT, Because.EARNED),
        (reviews(20) + reviews(4, sure=0.96), STRICT, Because.EARNED),
        (reviews(20) + reviews(5, sure=0.96), 0.95, Because.EARNED),
        (reviews(20) + reviews(5, sure=0.96) + reviews(5, sure=0.92), 0.9, Because.EARNED),
        (reviews(20) + reviews(5, sure=0.92), STRICT, Because.EARNED),
        (reviews(17, 3), NEVER, Because.WRONG),
        (reviews(10, 10, sure=0.975) + reviews(20, sure=0.985), 0.98, Because.WRONG),
    ],
)
def test_a_bar_follows_from_what_reviewers_said_of_the_channels_own_answers(
    given: list[Review], value: float, because: Because
) -> None:
    bar = bar_of("C1", Helping(channels={"C1": None}), given)

    assert (bar.value, bar.because) == (value, because)


def test_many_good_answers_do_not_carry_bad_ones_that_were_less_sure() -> None:
    given = reviews(200) + reviews(0, 5, sure=0.55)

    assert standing_of(given, 0.5).is_good
    assert bar_of("C1", Helping(channels={"C1": None}), given).value == STRICT


def test_a_bar_that_was_set_wins() -> None:
    bar = bar_of("C1", Helping(channels={"C1": 0.6}), reviews(0, 50))

    assert (bar.value, bar.because) == (0.6, Because.FIXED)


@pytest.mark.parametrize(("channel", "expected"), [("C1", True), ("C2", False), ("C9", False)])
def test_reviewers_talk_is_not_listened_to(channel: str, *, expected: bool) -> None:
    assert Helping(channels={"C1": None, "C9": None}, shadow="C9").listens(channel) is expected
