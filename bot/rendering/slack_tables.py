"""An answer's table as Slack draws it: a data table, a plain table, and bars where one column is numbers. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.answers import Answer, Cell, Figure, Table
from bot.rendering.numbers import say_unit
from bot.rendering.plain import cell_text
from bot.rendering.slack_markup import is_visible, unpinged
from bot.rendering.slack_table_limits import AXIS_LABEL, CELLS, CHART_TITLE, COLUMNS, POINT_LABEL, POINTS, ROWS
from bot.rendering.splitting import shortened
from bot.rendering.tables import number_columns, to_grid
from bot.rendering.telegram_markup import utf16_units

_CAPTION = 200
_PAGE = 30  #: rows that are shown without turning a page
_EMPTY = "–"  # Slack refuses an empty cell


def is_native(answer: Answer, table: Table) -> bool:
    """Whether Slack can draw the table: it has rows of one width, few enough of both and of characters."""
    columns = len(table.header)
    is_even = all(len(row) == columns for row in table.rows)
    if not (is_even and 0 < columns <= COLUMNS and 0 < len(table.rows) < ROWS):
        return False
    return sum(utf16_units(text) for row in _texts(answer, table) for text in row) <= CELLS


def to_data_table(answer: Answer, table: Table) -> dict[str, Any]:
    """Return a `data_table`, whose columns of numbers in one unit can be sorted."""
    header, *rows = _texts(answer, table)
    sortable = _units(table)
    drawn = [
        [
            _number(text, figure) if column in sortable and (figure := _figure(cell)) else _raw(text)
            for column, (text, cell) in enumerate(zip(texts, cells, strict=True))
        ]
        for texts, cells in zip(rows, table.rows, strict=True)
    ]
    return {
        "type": "data_table",
        "caption": _line(table.caption, _CAPTION) or shortened(" · ".join(header), _CAPTION, utf16_units),
        "rows": [[_raw(text) for text in header], *drawn],
        "page_size": min(len(rows), _PAGE),
        "row_header_column_index": 0,
    }


def to_table(answer: Answer, table: Table) -> dict[str, Any]:
    """Return a `table`, its numbers to the right."""
    numbers = number_columns(table)
    settings = [{"align": "right" if place in numbers else "left"} for place in range(len(table.header))]
    return {
        "type": "table",
        "rows": [[_raw(text) for text in row] for row in _texts(answer, table)],
        "column_settings": settings,
    }


def to_chart(answer: Answer, table: Table) -> dict[str, Any] | None:
    """Return bars of the only column of numbers; None where there are more, units differ, or names are too long."""
    numbers = number_columns(table)
    if len(numbers) != 1 or 0 in numbers or not 1 < len(table.rows) <= POINTS:
        return None
    (column,) = numbers
    figures = [_figure(row[column]) for row in table.rows]
    names = [unpinged(row[0]) for row in to_grid(answer, table).rows]
    title, unit = _line(table.caption, CHART_TITLE), _units(table).get(column)
    if not title or unit is None or not _are_names(names):
        return None
    values = [figure.value for figure in figures if figure is not None and figure.value >= 0]
    if len(values) < len(names):
        return None
    points = [{"label": name, "value": value} for name, value in zip(names, values, strict=True)]
    axis = {"categories": names} | ({"y_label": _line(say_unit(unit, answer.language), AXIS_LABEL)} if unit else {})
    series = {"name": _line(table.header[column], POINT_LABEL) or _line(title, POINT_LABEL), "data": points}
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": "bar", "series": [series], "axis_config": axis},
    }


def _are_names(names: Sequence[str]) -> bool:
    return len(set(names)) == len(names) and all(
        is_visible(name) and utf16_units(name) <= POINT_LABEL for name in names
    )


def _units(table: Table) -> dict[int, str]:
    """Return the unit of each column of numbers that has only one."""
    found = {
        column: {figure.unit for row in table.rows if (figure := _figure(row[column])) is not None}
        for column in number_columns(table)
    }
    return {column: units.pop() for column, units in found.items() if len(units) == 1}


def _figure(cell: Cell) -> Figure | None:
    """Return the number of a cell that holds one."""
    figures = [part for part in cell.parts if isinstance(part, Figure)]
    return figures[0] if len(figures) == 1 else None


def _texts(answer: Answer, table: Table) -> list[list[str]]:
    """Return the header and every row as Slack shows them."""
    rows = [list(table.header), *([cell_text(answer, cell) for cell in row] for row in table.rows)]
    return [[_shown(text) for text in row] for row in rows]


def _shown(text: str) -> str:
    line = " ".join(unpinged(text).split())
    return line if is_visible(line) else _EMPTY


def _line(text: str, limit: int) -> str:
    """Return *text* as one line that is not too long, "" where nothing of it shows."""
    line = shortened(" ".join(unpinged(text).split()), limit, utf16_units)
    return line if is_visible(line) else ""


def _raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def _number(text: str, figure: Figure) -> dict[str, Any]:
    return {"type": "raw_number", "text": text, "value": figure.value}
