"""What Slack takes of tables and charts, for which `slack_sdk` has no models or checks little. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.rendering.telegram_markup import utf16_units

ROWS, COLUMNS, CELLS = 100, 20, 10_000  # /blocks/table-block: rows with the header; characters of all cells
DATA_ROWS = 101  # /blocks/data-table-block: a header and 1 to 100 rows
PAGE_SIZE = 100  # /blocks/data-table-block: 1 to 100, 5 where it is not given
CHART_TITLE, AXIS_LABEL, POINT_LABEL = 50, 50, 20  # /blocks/data-visualization-block: characters
POINTS, SERIES = 20, 6  # /blocks/data-visualization-block
_CHARTS = frozenset({"bar", "line", "area"})
_ALIGNED = frozenset({"left", "center", "right"})


def table_problems(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield what Slack refuses of a `table` or `data_table` block."""
    rows = block.get("rows", ())
    is_data = block.get("type") == "data_table"
    least, most = (2, DATA_ROWS) if is_data else (1, ROWS)
    if not least <= len(rows) <= most:
        yield f"{len(rows)} rows, {least} to {most} allowed"
    if len({len(row) for row in rows}) > 1:
        yield "rows of different lengths"
    if any(not 0 < len(row) <= COLUMNS for row in rows):
        yield f"1 to {COLUMNS} columns allowed"
    if sum(utf16_units(cell.get("text", "")) for row in rows for cell in row) > CELLS:
        yield f"over {CELLS} characters in all cells"
    for row in rows:
        for cell in row:
            yield from _cell(cell)
    yield from _data_table(block) if is_data else _settings(block)


def chart_problems(block: Mapping[str, Any]) -> Iterator[str]:
    """Yield what Slack refuses of a `data_visualization` block with bars, lines or areas."""
    chart = block.get("chart", {})
    axis, series = chart.get("axis_config", {}), chart.get("series", ())
    categories = axis.get("categories", ())
    yield from _said(block.get("title", ""), CHART_TITLE, "title")
    if chart.get("type") not in _CHARTS:
        yield f"unknown chart {chart.get('type')}"
    if not 0 < len(categories) <= POINTS or len(set(categories)) < len(categories):
        yield f"{len(categories)} categories, 1 to {POINTS} different ones allowed"
    if not 0 < len(series) <= SERIES or len({one.get("name") for one in series}) < len(series):
        yield f"{len(series)} series, 1 to {SERIES} of different names allowed"
    for label in ("x_label", "y_label"):
        if label in axis:
            yield from _said(axis[label], AXIS_LABEL, label)
    for category in categories:
        yield from _said(category, POINT_LABEL, "category")
    for one in series:
        yield from _series(one, categories)


def _series(series: Mapping[str, Any], categories: Sequence[str]) -> Iterator[str]:
    yield from _said(series.get("name", ""), POINT_LABEL, "series")
    data = series.get("data", ())
    if [point.get("label") for point in data] != list(categories):
        yield "points that are not those of the categories"
    if not all(_is_number(point.get("value")) for point in data):
        yield "a value that is no number"


def _data_table(block: Mapping[str, Any]) -> Iterator[str]:
    if not str(block.get("caption", "")).strip():
        yield "no caption"
    if not 1 <= block.get("page_size", 5) <= PAGE_SIZE:
        yield f"page_size is not 1 to {PAGE_SIZE}"
    rows = block.get("rows", ())
    if rows and any(cell.get("type") == "rich_text" for cell in rows[0]):
        yield "rich_text in the header"
    if rows and not 0 <= block.get("row_header_column_index", 0) < max(len(rows[0]), 1):
        yield "row_header_column_index is no column"


def _settings(block: Mapping[str, Any]) -> Iterator[str]:
    settings = block.get("column_settings", ())
    if len(settings) > COLUMNS:
        yield f"more than {COLUMNS} column settings"
    if any(one.get("align", "left") not in _ALIGNED for one in settings if one):
        yield "unknown alignment"


def _cell(cell: Mapping[str, Any]) -> Iterator[str]:
    kind = cell.get("type")
    if kind == "rich_text":
        return
    if kind not in {"raw_text", "raw_number"}:
        yield f"unknown cell {kind}"
    if not str(cell.get("text", "")).strip():
        yield "an empty cell"
    if kind == "raw_number" and not _is_number(cell.get("value")):
        yield "a number that is none"


def _said(text: str, most: int, name: str) -> Iterator[str]:
    if not text.strip():
        yield f"{name} is empty"
    if utf16_units(text) > most:
        yield f"{name} over {most}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
