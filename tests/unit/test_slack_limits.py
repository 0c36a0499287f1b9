from typing import Any

import pytest

from bot.rendering.slack_buttons import Press, button, read_press, rows
from bot.rendering.slack_limits import problems


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def table(rows: int = 2, columns: int = 2, text: str = "x", kind: str = "table") -> dict[str, Any]:
    cells = [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]
    return {"type": kind, "rows": cells} | ({"caption": "Cards"} if kind == "data_table" else {})


def chart(**fields: Any) -> dict[str, Any]:
    bars = {
        "type": "bar",
        "series": [{"name": "memory", "data": [{"label": "RTX 3090", "value": 24}]}],
        "axis_config": {"categories": ["RTX 3090"]},
    }
    return {"type": "data_visualization", "title": "Memory", "chart": bars | fields}


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x" * 3000)],
        [section("x")] * 50,
        [table(100, 20)],
        [table(101, 20, kind="data_table")],
        [chart(), chart()],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}, {"type": "divider"}],
        rows([button("Run", Press(verb="run", subject="p1"), place) for place in range(25)]),
        [{"type": "image", "alt_text": "Bars", "image_url": "https://example.org/a.png"}],
    ],
)
def test_what_just_fits_is_taken(blocks: list[dict[str, Any]]) -> None:
    assert problems(blocks, "said") == ()


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([section("x")] * 51, "51 blocks, 50 allowed"),
        ([section("x" * 3001)], "block 0, section: text over 3000"),
        ([section(" ")], "block 0, section: text is empty"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "block 0, header: text over 150"),
        ([table(), table(kind="data_table")], "more than one table"),
        ([table(101)], "block 0, table: 101 rows, 1 to 100 allowed"),
        ([table(1, kind="data_table")], "block 0, data_table: 1 rows, 2 to 101 allowed"),
        ([table(1, 21)], "block 0, table: 1 to 20 columns allowed"),
        ([table(100, 20, "xxxxxx")], "block 0, table: over 10000 characters in all cells"),
        ([table(1, 1, "")], "block 0, table: an empty cell"),
        ([table(kind="data_table") | {"caption": ""}], "block 0, data_table: no caption"),
        ([chart()] * 3, "more than 2 charts"),
        ([chart() | {"title": "x" * 51}], "block 0, data_visualization: title over 50"),
        (
            [chart(axis_config={"categories": ["other"]})],
            "block 0, data_visualization: points that are not those of the categories",
        ),
        ([section("x" * 2600)] * 5, "13000 characters or more in all blocks"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "markdown over 12000 in all"),
        ([{"type": "image", "alt_text": "", "image_url": "u"}], "block 0, image: alt_text is empty"),
        ([{"type": "marquee"}], "block 0, marquee: unknown here"),
        ([{"type": "actions", "elements": []}], "block 0, actions: 0 elements, 1 to 25 allowed"),
    ],
)
def test_what_slack_refuses_is_named(blocks: list[dict[str, Any]], problem: str) -> None:
    assert problem in problems(blocks, "said")


def test_a_message_needs_its_text_and_a_view_none() -> None:
    assert problems([section("x")], "") == ("no text for notifications and screen readers",)
    assert problems([section("x")] * 100, "", "home") == ()


def test_twenty_six_buttons_stand_in_two_rows_and_long_labels_are_shortened() -> None:
    blocks = rows([button("word " * 40, Press(verb="run", subject="p1"), place) for place in range(26)])

    assert [len(block["elements"]) for block in blocks] == [25, 1]
    assert problems(blocks, "said") == ()


@pytest.mark.parametrize("press", [Press(verb="run", subject="p1"), Press(verb="act", subject="a1", detail="2")])
def test_a_press_reads_as_it_was_written(press: Press) -> None:
    assert read_press(press.to_value()) == press


@pytest.mark.parametrize("value", [None, "", "v0|run|p1", "v1|run", "v1|run||2", "v1|a|b|c|d"])
def test_a_value_that_is_not_ours_is_no_press(value: str | None) -> None:
    assert read_press(value) is None
