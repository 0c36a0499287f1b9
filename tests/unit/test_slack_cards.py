from dataclasses import dataclass

from hypothesis import given, settings

from bot.cards import CardState
from bot.rendering.slack_buttons import read_press
from bot.rendering.slack_cards import card_text, to_card_blocks
from bot.rendering.slack_limits import problems
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
    assert (press.verb, press.subject) == ("cancel?", "p1")


@settings(deadline=None, derandomize=True, database=None, max_examples=60)
@given(text=TEXTS)
def test_a_card_with_any_text_is_taken(text: str) -> None:
    card = make_card(state=CardState.FAILED, work=text, problem=text, host=text, device=text, decision=text)

    assert problems(to_card_blocks(card, [Button(label=text, verb="again")], "p1"), card_text(card)) == ()
