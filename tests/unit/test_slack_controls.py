from collections.abc import Mapping
from typing import Any

import pytest

from bot.rendering.slack_buttons import Press, read_press
from bot.rendering.slack_controls import answer_controls, helped_controls, reasons_controls, review_controls
from bot.rendering.slack_limits import problems, texts_of
from bot.rendering.slack_pieces import SPARE_BLOCKS, SPARE_CHARACTERS
from bot.rendering.telegram_markup import utf16_units
from tests.fakes.slack.blocks import check_message_blocks

Blocks = list[dict[str, Any]]


def presses(block: Mapping[str, Any]) -> list[tuple[str, Press | None]]:
    return [(element["text"]["text"], read_press(element["value"])) for element in block["elements"]]


def below(*actions: str, language: str = "en", has_sources: bool = True, is_private_view: bool = False) -> Blocks:
    return answer_controls(actions, "a7", language, has_sources=has_sources, is_private_view=is_private_view)


def test_next_steps_stand_before_why_and_share() -> None:
    buttons, _ = below("Cheaper?", "Example", is_private_view=True)

    assert presses(buttons) == [
        ("Cheaper?", Press(verb="act", subject="a7", detail="0")),
        ("Example", Press(verb="act", subject="a7", detail="1")),
        ("Why?", Press(verb="why", subject="a7")),
        ("Share in channel", Press(verb="share", subject="a7")),
    ]


def test_a_next_step_that_asks_why_has_no_second_button_and_the_others_keep_their_place() -> None:
    buttons, _ = below("Vì sao?", "Ví dụ", language="vi")

    assert presses(buttons) == [
        ("Ví dụ", Press(verb="act", subject="a7", detail="1")),
        ("Vì sao?", Press(verb="why", subject="a7")),
    ]


def test_without_sources_why_is_only_what_the_answer_suggests() -> None:
    buttons, _ = below("Why?", has_sources=False)

    assert presses(buttons) == [("Why?", Press(verb="act", subject="a7", detail="0"))]


def test_feedback_is_asked_last_and_read_out() -> None:
    (block,) = below(has_sources=False)
    (element,) = block["elements"]

    assert (block["type"], element["type"]) == ("context_actions", "feedback_buttons")
    sides = [element[name] for name in ("positive_button", "negative_button")]
    assert [read_press(side["value"]) for side in sides] == [
        Press(verb="up", subject="a7"),
        Press(verb="down", subject="a7"),
    ]
    assert [side["accessibility_label"] for side in sides] == ["This answer is good", "This answer is not good"]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (helped_controls("a7", "en"), [("This helped", "helped", ""), ("Get a human", "human", "")]),
        (helped_controls("a7", "vi"), [("Giúp được mình rồi", "helped", ""), ("Cần người hỗ trợ", "human", "")]),
        (review_controls("a7", "en"), [("Right", "right", ""), ("Wrong", "wrong", "")]),
        (review_controls("a7", "vi"), [("Đúng", "right", ""), ("Sai", "wrong", "")]),
        (
            reasons_controls("a7", "en"),
            [
                ("Something is wrong", "reason", "wrong"),
                ("Not what I asked", "reason", "missed"),
                ("Hard to understand", "reason", "unclear"),
                ("Too long", "reason", "long"),
            ],
        ),
    ],
)
def test_judgements_are_one_press(blocks: Blocks, expected: list[tuple[str, str, str]]) -> None:
    (block,) = blocks
    found = [(label, press.verb, press.detail) for label, press in presses(block) if press and press.subject == "a7"]

    assert found == expected
    assert problems(blocks, "said") == ()
    check_message_blocks(blocks)


@pytest.mark.parametrize("label", ["", "\0", "a\nb", "👩‍🚀" * 60, "<!channel>" * 20])
def test_any_labels_are_taken_and_fit_the_room_that_an_answer_leaves(label: str) -> None:
    blocks = below(*[label] * 30, is_private_view=True)

    assert problems(blocks, "said") == ()
    check_message_blocks(blocks)
    assert len(blocks) <= SPARE_BLOCKS
    assert sum(map(utf16_units, texts_of(blocks))) <= SPARE_CHARACTERS
