from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.answers import Answer, Cell, Code, Points, Sentence, Table
from bot.rendering.telegram_rich import BLOCK_LIMIT, RICH_LIMIT, count_blocks, texts_of, to_rich
from tests.fakes.responder import make_answer, say
from tests.makers_rendering import TEXTS, make_citation, make_quoting_answer, make_shortlist


def rich(answer: Answer, heading: str = "S:") -> dict[str, Any]:
    """Return the message, which must be there."""
    message = to_rich(answer, heading)
    assert message is not None
    return message


def test_a_table_keeps_its_columns_and_its_numbers_are_on_the_right() -> None:
    (table,) = rich(make_answer(make_shortlist(1), citations=()))["blocks"]

    assert (table["type"], table["caption"], table["is_bordered"]) == ("table", "Shortlist", True)
    assert table["cells"][0][:2] == [
        {"text": "Card", "align": "left", "valign": "top", "is_header": True},
        {"text": "predicted", "align": "right", "valign": "top", "is_header": True},
    ]
    assert [cell["text"] for cell in table["cells"][1]] == [
        "RTX 9000 SUPER",
        "1,000 images/s",
        "24 GB",
        "300 W",
        "$1,499",
    ]


def test_paragraphs_lists_and_code_are_blocks_of_their_kind() -> None:
    answer = make_answer(say("Text."), Points((Sentence(("One.",)),)), Code("pytorch", "a < b"), citations=())

    assert rich(answer)["blocks"] == [
        {"type": "paragraph", "text": "Text."},
        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "One."}]}]},
        {"type": "heading", "text": "PyTorch", "size": 4},
        {"type": "pre", "text": "a < b", "language": "python"},
    ]


def test_sources_are_folded_and_linked() -> None:
    citations = (make_citation(1), make_citation(2, url=None))
    answer = make_answer(say("Text."), citations=citations)

    link = {"type": "url", "text": "Title 1", "url": "https://example.org/1?a=1&b=2"}
    assert rich(answer)["blocks"][1] == {
        "type": "details",
        "summary": "S:",
        "blocks": [
            {"type": "paragraph", "text": ["[1] ", link, " · Source 1"]},
            {"type": "paragraph", "text": ["[2] ", "Title 2", " · Source 2"]},
        ],
    }


def test_nobody_is_called_by_a_name_that_was_said_back() -> None:
    assert rich(make_answer(say("@admin")))["skip_entity_detection"] is True


def points(count: int) -> Points:
    return Points(tuple(Sentence(("p",)) for _ in range(count)))


def wide(columns: int) -> Table:
    return Table(caption="", header=("n",) * columns, rows=((Cell(("1",)),) * columns,))


@pytest.mark.parametrize(
    ("block", "fits"),
    [
        (say("a" * RICH_LIMIT), True),
        (say("a" * (RICH_LIMIT + 1)), False),
        (say("🚀" * (RICH_LIMIT // 2 + 1)), False),
        (points(249), True),
        (points(250), False),
        (make_shortlist(498), True),
        (make_shortlist(499), False),
        (wide(20), True),
        (wide(21), False),
    ],
)
def test_an_answer_beyond_a_limit_is_none(block: Any, fits: bool) -> None:  # noqa: FBT001  # expected
    answer = Answer(question="q", language="en", intent="explain", blocks=(block,))

    assert (to_rich(answer, "") is not None) is fits


@given(text=TEXTS)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_text_stays_in_bounds_and_can_be_encoded(text: str) -> None:
    message = to_rich(make_quoting_answer(text), text)

    if message is not None:
        assert sum(map(len, texts_of(message["blocks"]))) <= RICH_LIMIT
        assert count_blocks(message["blocks"]) <= BLOCK_LIMIT
        assert str(message).encode()
    else:
        assert len(text) > RICH_LIMIT / 20
