"""Tables on a phone: in columns where they fit its width, else a row as its name and what holds for it."""

from collections.abc import Sequence

from wcwidth import wcswidth

from bot.answers import Answer, Table
from bot.rendering.plain import block_text, cell_text
from bot.rendering.splitting import Chunk, cut, shortened
from bot.rendering.telegram_markup import escape, fullness, headed, marked, utf16_units

#: What a phone shows of a preformatted line, and of a line of text.
PHONE_COLUMNS, TEXT_COLUMNS = 34, 40
_PAIR = 2  #: columns of a table that is a list of names with their values
_NAME_LIMIT = 80  #: UTF-16 units of a column's name above such a list
_ROOM = 3600  #: for a single line, so that caption and tags still fit around it


def is_narrow(answer: Answer, table: Table) -> bool:
    """Whether the table fits a phone in columns."""
    return max(_width(line) for line in block_text(answer, table).split("\n")) <= PHONE_COLUMNS


def table_chunk(answer: Answer, table: Table, *, starts_piece: bool = False) -> Chunk:
    """Return the table under its caption; its header stands in every message that holds rows."""
    if is_narrow(answer, table):
        lines = tuple(escape(line) for line in block_text(answer, table).split("\n"))
        return Chunk(
            lines=lines,
            opening="<pre>",
            closing="</pre>",
            head=headed(table.caption),
            again=lines[:2],
            starts_piece=starts_piece,
        )
    if len(table.header) == _PAIR:
        return _pairs_chunk(answer, table, starts_piece=starts_piece)
    records = tuple(line for record in _records(answer, table) for line in _fitting(record))
    head = headed(table.caption, "i")  # the names of rows are bold
    return Chunk(lines=records, head=head, starts_piece=starts_piece)


def _pairs_chunk(answer: Answer, table: Table, *, starts_piece: bool) -> Chunk:
    """Return a line a row, below what the second column is where the caption does not say it."""
    name, value = (shortened(text, _NAME_LIMIT, utf16_units) for text in table.header)
    again = () if value in table.caption else (f"<i>{escape(_field(name, value))}</i>",)
    rows = [": ".join(filter(None, (_line(cell_text(answer, cell)) for cell in row))) for row in table.rows]
    lines = tuple(marked(piece) for row in rows for piece in cut(row, _ROOM, _marked_fullness))
    return Chunk(lines=(*again, *lines), head=headed(table.caption), again=again, starts_piece=starts_piece)


def _records(answer: Answer, table: Table) -> list[list[str]]:
    """Return each row in lines: its first cell, then the others with the names of their columns."""
    rows = [[_line(cell_text(answer, cell)) for cell in row] for row in table.rows]
    fields = [[_field(name, text) for name, text in zip(table.header[1:], row[1:], strict=True)] for row in rows]
    lines = _columns_by_line(fields)
    return [
        [row[0], *(" · ".join(named[column] for column in columns if named[column]) for columns in lines)]
        for row, named in zip(rows, fields, strict=True)
    ]


def _field(name: str, text: str) -> str:
    if not text:
        return ""
    return f"{name}: {text}" if name.strip() else text


def _columns_by_line(fields: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return which columns share a line: as many as fit it in every row, so that all rows look alike."""
    widths = [max(map(_width, column)) for column in zip(*fields, strict=True)]
    lines: list[list[int]] = []
    room = 0
    for column, width in enumerate(widths):
        if lines and width + 3 <= room:
            lines[-1].append(column)
            room -= width + 3
        else:
            lines.append([column])
            room = TEXT_COLUMNS - width
    return lines


def _fitting(record: Sequence[str]) -> list[str]:
    """Return a record as one line of its chunk, so that no message ends within it; as several where it is too long."""
    name, *rest = record
    whole = "\n".join([f"<b>{escape(name)}</b>", *(marked(line) for line in rest if line)])
    if fullness(whole) <= _ROOM:
        return [whole]
    return [marked(piece) for line in record for piece in cut(line, _ROOM, _marked_fullness)]


def _marked_fullness(text: str) -> int:
    return fullness(marked(text))


def _line(text: str) -> str:
    return " ".join(text.split())


def _width(text: str) -> int:
    return max(wcswidth(text), 0) or len(text)
