"""An answer's table as a PNG picture for phones; matplotlib is imported only when one is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answers import Answer, Cell, Figure, Table
from bot.rendering.letters import Letters
from bot.rendering.plain import part_text
from bot.texts import texts
from knowledge.errors import GpuwiseError

if TYPE_CHECKING:
    from bot.rendering.pen import Pen

WIDTH_PX = 1080
#: How much is worth a picture, and how much of one can be read on a phone.
_LEAST_COLUMNS, _LEAST_NUMBERS, _MOST_COLUMNS, _MOST_ROWS = 3, 6, 7, 30
_MARGIN_PX, _GUTTER_PX, _ROW_GAP_PX = 48, 28, 16
_INNER_PX = WIDTH_PX - 2 * _MARGIN_PX
_INK, _GREY, _GRID, _BAND = "#16202A", "#55606B", "#DCE2E8", "#F3F6F9"
_TITLE = Letters(size=38, colour=_INK, bold=True)
#: Sizes of letters, the largest that fits is taken; below the last one cells are wrapped.
_SIZES = (34, 30, 26, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as texts, without footnote marks: nobody can tap those in a picture."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int]  #: which columns hold numbers
    language: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, which `read_grid` reads."""
        rows = [list(row) for row in self.rows]
        known = {"caption": self.caption, "header": list(self.header), "rows": rows, "language": self.language}
        return known | {"numbers": sorted(self.numbers)}


def read_grid(data: Mapping[str, Any]) -> Grid:
    """Return what `Grid.to_json` gave."""
    return Grid(
        caption=data["caption"],
        header=tuple(data["header"]),
        rows=tuple(map(tuple, data["rows"])),
        numbers=frozenset(data["numbers"]),
        language=data["language"],
    )


def is_drawable(table: Table) -> bool:
    """Whether a picture can show it whole and is worth it: most of its columns hold numbers."""
    columns, numbers = len(table.header), len(number_columns(table))
    is_shown_whole = _LEAST_COLUMNS <= columns <= _MOST_COLUMNS and len(table.rows) <= _MOST_ROWS
    return is_shown_whole and 2 * numbers > columns and numbers * len(table.rows) >= _LEAST_NUMBERS


def number_columns(table: Table) -> frozenset[int]:
    """Return the columns most of whose cells hold a number."""
    return frozenset(
        column
        for column in range(len(table.header))
        if table.rows and 2 * sum(_is_number(row[column]) for row in table.rows) > len(table.rows)
    )


def to_grid(answer: Answer, table: Table) -> Grid:
    """Return the table as it is drawn."""
    return Grid(
        caption=table.caption,
        header=table.header,
        rows=tuple(tuple(_text(cell, answer.language) for cell in row) for row in table.rows),
        numbers=number_columns(table),
        language=answer.language,
    )


def grid_alt_text(grid: Grid) -> str:
    """Return the table in words, as a screen reader says it."""
    head = texts(grid.language).say("table.alt", caption=grid.caption)
    rows = (
        f"{row[0]}: {', '.join(f'{name} {text}' for name, text in zip(grid.header[1:], row[1:], strict=True) if text)}"
        for row in grid.rows
    )
    return f"{head} {'; '.join(rows)}."


def draw_table(grid: Grid) -> bytes:
    """Return *grid* as a PNG, 1080 pixels wide; its alt text is in the chunk "Description"."""
    pen = _pen()
    y = pen.paragraph(_MARGIN_PX, _MARGIN_PX, grid.caption, _TITLE, _INNER_PX) + _ROW_GAP_PX if grid.caption else 0.0
    size, widths = _fitting(pen, grid)
    sheet = _Sheet(pen=pen, grid=grid, size=size, widths=tuple(widths))
    y = sheet.draw_row(grid.header, max(y, _MARGIN_PX), is_header=True)
    for number, row in enumerate(grid.rows):
        y = sheet.draw_row(row, y, is_banded=number % 2 == 0)
    return pen.to_png(y + _MARGIN_PX, grid_alt_text(grid))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Rows below each other, cells side by side."""

    pen: "Pen"
    grid: Grid
    size: int
    widths: tuple[float, ...]

    def draw_row(self, cells: Sequence[str], y: float, *, is_header: bool = False, is_banded: bool = False) -> float:
        """Draw one row from *y* on; return where it ends."""
        letters = [_letters(self.size, column, is_header=is_header) for column in range(len(cells))]
        lines = [self.pen.wrapped(*given) for given in zip(cells, letters, self.widths, strict=True)]
        height = max(map(len, lines)) * letters[0].line + 2 * _ROW_GAP_PX
        if is_banded:
            self.pen.box(_MARGIN_PX - _GUTTER_PX / 2, y, (_INNER_PX + _GUTTER_PX, height), _BAND)
        for column, x in enumerate(self._lefts()):
            self._draw_cell(lines[column], letters[column], column, (x, y + _ROW_GAP_PX))
        if is_header:
            self.pen.line((_MARGIN_PX, _MARGIN_PX + _INNER_PX), (y + height, y + height), _GRID, 3)
        return y + height

    def _draw_cell(self, lines: Sequence[str], letters: Letters, column: int, at: tuple[float, float]) -> None:
        is_number = column in self.grid.numbers
        x = at[0] + self.widths[column] if is_number else at[0]
        for number, line in enumerate(lines):
            baseline = at[1] + number * letters.line + letters.size
            self.pen.text(x, baseline, line, letters, "right" if is_number else "left")

    def _lefts(self) -> list[float]:
        """Return where each column begins; what is left of the width stands between them."""
        spare = (_INNER_PX - sum(self.widths)) / max(len(self.widths) - 1, 1)
        return [_MARGIN_PX + sum(self.widths[:column]) + column * spare for column in range(len(self.widths))]


def _fitting(pen: "Pen", grid: Grid) -> tuple[int, list[float]]:
    """Return the largest letters at which no cell is wrapped, or the smallest, and how wide the columns are then."""
    room = _INNER_PX - _GUTTER_PX * (len(grid.header) - 1)
    for size in _SIZES:
        widths = _natural_widths(pen, grid, size)
        if sum(widths) <= room:
            break
    return size, [min(width, _widest(widths, room)) for width in widths]


def _natural_widths(pen: "Pen", grid: Grid, size: int) -> list[float]:
    heads = [pen.width(text, _letters(size, column, is_header=True)) for column, text in enumerate(grid.header)]
    return [
        max([head, *(pen.width(row[column], _letters(size, column, is_header=False)) for row in grid.rows)]) + 1
        for column, head in enumerate(heads)
    ]


def _widest(widths: Sequence[float], room: float) -> float:
    """Return the width above which columns are narrowed so that all fit *room*."""
    left, rest = room, sorted(widths)
    while rest and rest[0] <= left / len(rest):
        left -= rest.pop(0)
    return left / len(rest) if rest else max(widths)


def _letters(size: int, column: int, *, is_header: bool) -> Letters:
    return Letters(size=size, colour=_GREY if is_header else _INK, bold=column == 0 or is_header)


def _is_number(cell: Cell) -> bool:
    return any(isinstance(part, Figure) for part in cell.parts)


def _text(cell: Cell, language: str) -> str:
    return " ".join("".join(part_text(part, language) for part in cell.parts).split())


def _pen() -> "Pen":
    try:
        from bot.rendering.pen import Pen  # noqa: PLC0415  # matplotlib only when something is drawn
    except ImportError as error:
        raise GpuwiseError(f"Drawing a table needs {error.name}. Run `pip install 'gpuwise[charts]'`.") from error
    return Pen(WIDTH_PX)
