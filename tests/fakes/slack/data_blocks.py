"""Which tables and charts Slack takes."""

from typing import Any

from tests.fakes.slack.rules import Problem, check_items, check_length

ROWS, COLUMNS, CHARACTERS = 100, 20, 10_000
PAGE = range(1, 101)
CATEGORIES, SERIES, SEGMENTS = 20, 6, 6
TITLE, LABEL = 50, 20
CHARTS = {"line", "bar", "area", "pie"}


def check_table(block: dict[str, Any], place: str) -> None:
    """Check a `table`: at most 100 rows with the header."""
    _check_rows(block, place, ROWS, {"raw_text", "rich_text"})
    check_items(block.get("column_settings", []), COLUMNS, f"{place}/column_settings")


def check_data_table(block: dict[str, Any], place: str) -> None:
    """Check a `data_table`: a caption, and a header over 1 to 100 rows of the same width."""
    check_length(block.get("caption"), 1, CHARACTERS, f"{place}/caption")
    _check_rows(block, place, ROWS + 1, {"raw_text", "raw_number", "rich_text"}, least=2)
    rows = block["rows"]
    if any(cell["type"] == "rich_text" for cell in rows[0]):
        raise Problem("rich_text is not allowed in the header", f"{place}/rows/0")
    if any(len(row) != len(rows[0]) for row in rows):
        raise Problem("all rows must have the same number of cells", f"{place}/rows")
    if block.get("page_size", 5) not in PAGE:
        raise Problem("must be between 1 and 100", f"{place}/page_size")
    if block.get("row_header_column_index", 0) not in range(len(rows[0])):
        raise Problem("must be the index of a column", f"{place}/row_header_column_index")


def check_chart(block: dict[str, Any], place: str) -> None:
    """Check a `data_visualization`; a pie has segments, the others series over categories."""
    check_length(block.get("title"), 1, TITLE, f"{place}/title")
    chart, place = block.get("chart"), f"{place}/chart"
    if not isinstance(chart, dict) or chart.get("type") not in CHARTS:
        raise Problem("unsupported type of chart", f"{place}/type")
    if chart["type"] == "pie":
        check_items(chart.get("segments"), SEGMENTS, f"{place}/segments", least=1)
        _check_points(chart["segments"], f"{place}/segments")
        return
    axis = chart.get("axis_config")
    if not isinstance(axis, dict):
        raise Problem("missing required field: axis_config", place)
    check_items(axis.get("categories"), CATEGORIES, f"{place}/axis_config/categories", least=1)
    for label in axis["categories"]:
        check_length(label, 1, LABEL, f"{place}/axis_config/categories")
    check_items(chart.get("series"), SERIES, f"{place}/series", least=1)
    for number, series in enumerate(chart["series"]):
        here = f"{place}/series/{number}"
        check_length(series.get("name"), 1, LABEL, f"{here}/name")
        check_items(series.get("data"), CATEGORIES, f"{here}/data", least=1)
        _check_points(series["data"], f"{here}/data")
        if sorted(point["label"] for point in series["data"]) != sorted(axis["categories"]):
            raise Problem("data must have one point for each category", f"{here}/data")


def _check_points(points: list[Any], place: str) -> None:
    for number, point in enumerate(points):
        check_length(point.get("label"), 1, LABEL, f"{place}/{number}/label")
        if not isinstance(point.get("value"), (int, float)) or isinstance(point["value"], bool):
            raise Problem("must be a number", f"{place}/{number}/value")


def _check_rows(block: dict[str, Any], place: str, most: int, kinds: set[str], *, least: int = 1) -> None:
    check_items(block.get("rows"), most, f"{place}/rows", least=least)
    total = 0
    for number, row in enumerate(block["rows"]):
        check_items(row, COLUMNS, f"{place}/rows/{number}", least=1)
        for column, cell in enumerate(row):
            total += _check_cell(cell, kinds, f"{place}/rows/{number}/{column}")
    if total > CHARACTERS:
        raise Problem(f"must be less than {CHARACTERS + 1} characters over all cells", f"{place}/rows")


def _check_cell(cell: Any, kinds: set[str], place: str) -> int:
    """Return how many characters a cell shows."""
    if not isinstance(cell, dict) or cell.get("type") not in kinds:
        raise Problem("unsupported type of cell", place)
    if cell["type"] == "rich_text":
        check_items(cell.get("elements"), 100, f"{place}/elements", least=1)
        shown = _rich_length(cell)
        if not shown:
            raise Problem("must be more than 0 characters", place)
        return shown
    if cell["type"] == "raw_number":
        if not isinstance(cell.get("value"), (int, float)) or isinstance(cell["value"], bool):
            raise Problem("must be a number", f"{place}/value")
        return len(str(cell.get("text", cell["value"])))
    check_length(cell.get("text"), 1, CHARACTERS, f"{place}/text")
    return len(cell["text"])


def _rich_length(element: dict[str, Any]) -> int:
    own = len(element.get("text") or element.get("url") or element.get("name") or "")
    return own + sum(map(_rich_length, element.get("elements", ())))
