"""An answer as Slack's messages, each in forms from native tables down to preformatted text. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answers import Answer, Block, Code, Table
from bot.rendering.plain import block_text
from bot.rendering.slack_limits import BLOCKS, SECTION, TOTAL, texts_of
from bot.rendering.slack_markup import (
    ROOM,
    Blocks,
    context,
    cut_line,
    escape,
    fenced,
    fenced_pieces,
    headed,
    is_visible,
    italic,
    link,
    mrkdwn,
    one_line,
    prose_pieces,
    section,
    unformatted,
)
from bot.rendering.slack_tables import is_native, to_chart, to_data_table, to_table
from bot.rendering.splitting import Chunk, fit
from bot.rendering.tables import Grid, is_drawable, to_grid
from bot.rendering.telegram_markup import code_name, shown_signs, utf16_units
from bot.rendering.telegram_sources import grouped_sources

#: What a message is left for the buttons below an answer.
SPARE_BLOCKS, SPARE_CHARACTERS = 4, 1000
_MOST_BLOCKS, _MOST_CHARACTERS = BLOCKS["message"] - SPARE_BLOCKS, TOTAL - 1 - SPARE_CHARACTERS
_WIDE = 60  #: columns of text; a line of preformatted text that is longer may be broken
_NOTHING = "…"  # what stands for an answer that shows nothing
_LINK = re.compile(r"<(https?://[^<>|]+)\|([^<>]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPiece:
    """One message, in forms from the most capable to the plainest."""

    forms: tuple[
        Blocks, ...
    ]  #: blocks of each form: native tables, table block, preformatted; only the last where nothing is drawn
    text: str  #: the whole message, escaped: for notifications, screen readers, and where every form is refused
    grids: tuple[Grid, ...] = ()  #: tables worth a picture where they can only stand preformatted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What stays together in one message."""

    plain: Blocks
    text: str
    native: tuple[Blocks, ...] = ()  #: a table's better forms, the best first
    grid: Grid | None = None
    is_wide: bool = False

    @property
    def blocks(self) -> int:
        """How many blocks it takes at most."""
        return max(len(form) for form in (*self.native, self.plain))

    @property
    def characters(self) -> int:
        """How many characters it takes at most."""
        return max(sum(map(utf16_units, texts_of(form))) for form in (*self.native, self.plain))


def to_pieces(answer: Answer, heading: str, note: str = "") -> tuple[SlackPiece, ...]:
    """Return the messages that carry *answer*, at least one; its sources stand last, below *heading*."""
    body = [part for block in answer.blocks for part in _parts(answer, block)]
    if not body:
        body = [_Part(plain=(section(_NOTHING),), text=_NOTHING)]
    groups = _grouped([*_note_parts(note), *body])
    sources = list(_source_parts(answer, heading))
    if _fit([*groups[-1], *sources]):
        groups[-1] += sources
    else:
        groups += _grouped(sources)
    return tuple(_piece(group) for group in groups)


def _parts(answer: Answer, block: Block) -> Iterator[_Part]:
    text = block_text(answer, block)
    match block:
        case Table():
            yield from _table_parts(answer, block, text)
        case Code(name=name):
            yield from _fenced_parts(text, code_name(name))
        case _:
            pieces = (piece for piece in prose_pieces(text) if is_visible(piece))
            yield from (_Part(plain=(section(mrkdwn(piece)),), text=_escaped(piece)) for piece in pieces)


def _table_parts(answer: Answer, table: Table, text: str) -> Iterator[_Part]:
    """Yield a table as one part where Slack draws it, else as preformatted text, in several parts if it is long."""
    plain = list(_fenced_parts(text, table.caption, again=2))
    grid = to_grid(answer, table) if is_drawable(table) else None
    if not is_native(answer, table) or not _fit(plain):
        yield from plain
        return
    chart = to_chart(answer, table)
    head = headed(table.caption)
    above = (section(head),) if head else ()
    data = (to_data_table(answer, table), *((chart,) if chart else ()))
    yield _Part(
        plain=tuple(block for part in plain for block in part.plain),
        text="\n".join(part.text for part in plain),
        native=(data, (*above, to_table(answer, table))),
        grid=grid,
        is_wide=max(map(len, text.split("\n"))) > _WIDE,
    )


def _fenced_parts(text: str, title: str, again: int = 0) -> Iterator[_Part]:
    above, said = headed(title), escape(one_line(title))
    shown = [piece for piece in fenced_pieces(text, again) if is_visible(piece)]
    for piece in shown:
        lines = [above, fenced(piece)] if above else [fenced(piece)]
        spoken = [said, _escaped(piece)] if above else [_escaped(piece)]
        yield _Part(plain=(section("\n".join(lines)),), text="\n".join(spoken))
        above = ""
    if above and not shown:
        yield _Part(plain=(section(above),), text=said)


def _note_parts(note: str) -> Iterator[_Part]:
    if is_visible(note):
        yield _Part(plain=(context(italic(note)),), text=escape(one_line(note, ROOM)))


def _source_parts(answer: Answer, heading: str) -> Iterator[_Part]:
    if not answer.citations:
        return
    lines = tuple(line for source in grouped_sources(answer) for line in _source_lines(*source))
    for text in fit([Chunk(lines=lines, head=unformatted(heading))], SECTION, utf16_units):
        yield _Part(plain=(context(text),), text=_LINK.sub(r"\2 &lt;\1&gt;", text))


def _source_lines(marks: str, titles: str, source: str, url: str | None) -> list[str]:
    if url:
        line = f"{marks} {link(titles, url)} · {unformatted(source)}"
        if utf16_units(line) <= ROOM:
            return [line]
    return [unformatted(piece) for piece in cut_line(f"{marks} {titles} · {source}")]


def _grouped(parts: Iterable[_Part]) -> list[list[_Part]]:
    """Return parts by message: as many as fit, of wide tables one, which only there is drawn as a table."""
    groups: list[list[_Part]] = []
    for part in parts:
        is_second = bool(groups) and part.is_wide and any(other.is_wide for other in groups[-1])
        if groups and not is_second and _fit([*groups[-1], part]):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _fit(parts: Sequence[_Part]) -> bool:
    blocks, characters = sum(part.blocks for part in parts), sum(part.characters for part in parts)
    return blocks <= _MOST_BLOCKS and characters <= _MOST_CHARACTERS


def _piece(parts: Sequence[_Part]) -> SlackPiece:
    tables = [part for part in parts if part.native]
    drawn = next((part for part in tables if part.is_wide), tables[0] if tables else None)
    forms = [_form(parts, drawn, level) for level in range(len(drawn.native) if drawn else 0)]
    return SlackPiece(
        forms=(*forms, _form(parts, None, 0)),
        text="\n\n".join(part.text for part in parts),
        grids=tuple(part.grid for part in parts if part.grid is not None),
    )


def _form(parts: Sequence[_Part], drawn: _Part | None, level: int) -> Blocks:
    chosen = (part.native[level] if part is drawn else part.plain for part in parts)
    return tuple(block for blocks in chosen for block in blocks)


def _escaped(text: str) -> str:
    return escape(shown_signs(text))
