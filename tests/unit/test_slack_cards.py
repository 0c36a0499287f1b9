from dataclasses import dataclass

import pytest
from hypothesis import given, settings

from bot.cards import CardState
from bot.rendering.slack_buttons import Press, read_press
from bot.rendering.slack_cards import card_text, to_card_blocks
from bot.rendering.slack_limits import problems
from tests.fakes.slack.blocks import check_message_blocks
from tests.makers_rendering import TEXTS, make_card


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    label: str
    verb: str


def test_a_card_is_a_bold_title_its_lines_and_buttons_that_name_their_subject() -> None:
    card = make_card(state=CardState.QUEUED, work="LSTM <fp32>", ahead=0, requester="Lan")
    section, actions = to_card_blocks(card, [Button(label="Cancel", verb="cancel?")], "p1")

    title, rest = card_text(card).split("\n", 1)
    assert section["text"]["text"] == f"*{title}*\n{rest}"
    assert "LSTM &lt;fp32&gt;" in section["text"]["text"]
    press = read_press(actions["elements"][0]["value"])
    assert press is not None
    assert (press.verb, press.subject) == ("cancel", "p1")


@pytest.mark.parametrize("verb", ["cancel", "cancel?"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Cancel this run?", "It stops now, and nothing of it is kept.", "Yes, cancel it", "No, go on"]),
        ("vi", ["Hủy lượt chạy này?", "Lượt chạy sẽ dừng ngay và không lưu lại gì.", "Đúng, hủy đi", "Không, cứ chạy"]),
    ],
)
def test_slack_itself_asks_whether_a_run_shall_be_cancelled(language: str, said: list[str], verb: str) -> None:
    card = make_card(language=language)
    blocks = to_card_blocks(card, [Button(label="Cancel", verb=verb), Button(label="Again", verb="again")], "p1")
    cancel, again = blocks[1]["elements"]

    assert read_press(cancel["value"]) == Press(verb="cancel", subject="p1")
    assert [cancel["confirm"][name]["text"] for name in ("title", "text", "confirm", "deny")] == said
    assert "confirm" not in again
    assert problems(blocks, card_text(card)) == ()
    check_message_blocks(blocks)


def test_no_sign_of_the_data_formats() -> None:
    card = make_card(state=CardState.FAILED, work="*LSTM* _x_", problem="*bad* `torch_x` ```", host="~a~")
    (section,) = to_card_blocks(card, [], "p1")

    assert section["text"]["text"].split("\n")[:2] == [
        "*Failed: ∗LSTM∗ ˍxˍ*",
        "∗bad∗ `torch_x` '''",
    ]


@settings(deadline=None, derandomize=True, database=None, max_examples=60)
@given(text=TEXTS)
def test_a_card_with_any_text_is_taken(text: str) -> None:
    card = make_card(state=CardState.FAILED, work=text, problem=text, host=text, device=text, decision=text)

    assert problems(to_card_blocks(card, [Button(label=text, verb="again")], "p1"), card_text(card)) == ()
