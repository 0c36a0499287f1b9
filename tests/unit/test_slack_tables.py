from typing import Any

import pytest

from bot.answers import Cell, Figure, Kind, Table
from bot.rendering.slack_limits import problems
from bot.rendering.slack_tables import is_native, to_chart, to_data_table, to_table
from tests.fakes.responder import make_answer
from tests.makers_rendering import make_shortlist


def make_table(rows: int = 2, columns: int = 2, text: str = "x", **fields: Any) -> Table:
    given: dict[str, Any] = {"caption": "Cards", "header": (text,) * columns}
    return Table(**(given | {"rows": ((Cell((text,)),) * columns,) * rows} | fields))


def make_row(name: str, *numbers: float, unit: str = "GB") -> tuple[Cell, ...]:
    """Return a row of a name and one cell that holds *numbers*, or a word."""
    figures = tuple(Figure(value=number, unit=unit, kind=Kind.VENDOR) for number in numbers)
    return (Cell((name,)), Cell(figures or ("unknown",)))


def make_bars(*values: float, caption: str = "Memory", rows: tuple[tuple[Cell, ...], ...] = ()) -> Table:
    """Return a table with one column of numbers."""
    drawn = tuple(make_row(f"Card {place}", value) for place, value in enumerate(values))
    return Table(caption=caption, header=("Card", "memory"), rows=(*drawn, *rows))


def test_a_data_table_sorts_columns_of_numbers_and_shows_all_rows_of_a_small_table() -> None:
    block = to_data_table(make_answer(), make_shortlist(2))

    assert block["caption"] == "Shortlist"
    assert [cell["text"] for cell in block["rows"][0]] == ["Card", "predicted", "memory", "TDP", "price"]
    assert block["rows"][1] == [
        {"type": "raw_text", "text": "RTX 9000 SUPER"},
        {"type": "raw_number", "text": "1,000 images/s", "value": 1000},
        {"type": "raw_number", "text": "24 GB", "value": 24},
        {"type": "raw_number", "text": "300 W", "value": 300},
        {"type": "raw_number", "text": "$1,499", "value": 1499},
    ]
    assert (block["page_size"], block["row_header_column_index"]) == (2, 0)


def test_a_long_data_table_has_pages() -> None:
    assert to_data_table(make_answer(), make_shortlist(90))["page_size"] == 30


def test_numbers_of_several_units_are_texts_for_they_cannot_be_sorted() -> None:
    block = to_data_table(make_answer(), make_bars(24, rows=(make_row("TDP", 350, unit="W"),)))

    assert [row[1]["type"] for row in block["rows"][1:]] == ["raw_text", "raw_text"]


def test_a_table_block_has_its_numbers_to_the_right() -> None:
    block = to_table(make_answer(), make_bars(24, 12))

    assert block["column_settings"] == [{"align": "left"}, {"align": "right"}]
    assert [[cell["text"] for cell in row] for row in block["rows"]] == [
        ["Card", "memory"],
        ["Card 0", "24 GB"],
        ["Card 1", "12 GB"],
    ]


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
def test_what_shows_nothing_is_a_dash_since_slack_refuses_empty_cells(text: str) -> None:
    table = make_table(text=text, caption=text)
    block = to_data_table(make_answer(), table)

    assert {cell["text"] for row in block["rows"] for cell in row} == {"–"}
    assert block["caption"] == "– · –"
    assert problems([block], "said") == problems([to_table(make_answer(), table)], "said") == ()


def test_a_cell_calls_nobody_and_stands_on_one_line() -> None:
    block = to_table(make_answer(), make_table(1, 1, "<!channel>\n*x*"))

    assert block["rows"][1][0]["text"] == "<\N{ZERO WIDTH SPACE}!channel> *x*"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (make_table(99, 20), True),
        (make_table(100, 2), False),
        (make_table(2, 21), False),
        (make_table(0, 2), False),
        (make_table(9, 10, "x" * 100), True),
        (make_table(10, 10, "x" * 100), False),
        (make_table(header=("one",)), False),
    ],
)
def test_a_table_is_drawn_where_slack_takes_it(table: Table, expected: bool) -> None:  # noqa: FBT001
    assert is_native(make_answer(), table) is expected


@pytest.mark.parametrize("rows", [1, 99])
def test_tables_that_are_drawn_are_within_the_limits(rows: int) -> None:
    answer, table = make_answer(), make_table(rows, 20, "Card")

    assert problems([to_data_table(answer, table)], "said") == problems([to_table(answer, table)], "said") == ()


def test_one_column_of_numbers_is_drawn_as_bars() -> None:
    block = to_chart(make_answer(), make_bars(24, 12))

    assert block == {
        "type": "data_visualization",
        "title": "Memory",
        "chart": {
            "type": "bar",
            "series": [
                {"name": "memory", "data": [{"label": "Card 0", "value": 24}, {"label": "Card 1", "value": 12}]}
            ],
            "axis_config": {"categories": ["Card 0", "Card 1"], "y_label": "GB"},
        },
    }
    assert problems([block], "said") == ()


def test_bars_are_named_by_their_title_where_the_column_has_no_name() -> None:
    block = to_chart(make_answer(), Table(caption="🔥" * 30, header=("Card", ""), rows=make_bars(24, 12).rows))

    assert block is not None
    assert block["chart"]["series"][0]["name"] == "🔥" * 9 + "…"
    assert problems([block], "said") == ()


@pytest.mark.parametrize(
    "table",
    [
        make_bars(24),
        make_bars(*range(21)),
        make_bars(24, -1),
        make_bars(24, 12, caption=""),
        make_bars(24, rows=(make_row("TDP", 350, unit="W"),)),
        make_bars(24, rows=(make_row("x" * 21, 12),)),
        make_bars(24, rows=(make_row("Card 0", 12),)),
        make_bars(24, 12, rows=(make_row("new"),)),
        make_bars(24, 12, rows=(make_row("two", 1, 2),)),
        make_shortlist(),
    ],
)
def test_what_is_no_plain_comparison_is_not_drawn_as_bars(table: Table) -> None:
    assert to_chart(make_answer(), table) is None
