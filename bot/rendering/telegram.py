"""Telegram HTML: only `& < >` are signs there, so GPU texts full of dots, dashes and brackets stay as they are."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.answers import Answer, Block, Code, Table
from bot.rendering.plain import block_text
from bot.rendering.splitting import Chunk, cut, packed, shortened
from bot.rendering.tables import Grid, grid_alt_text, is_drawable, to_grid
from bot.rendering.telegram_markup import LIMIT, code_name, escape, fullness, headed, marked, to_plain, utf16_units
from bot.rendering.telegram_sources import sources_chunk
from bot.rendering.telegram_tables import is_narrow, table_chunk

__all__ = ["LIMIT", "Picture", "Piece", "labels", "sources_messages", "to_html", "to_messages", "to_plain"]

CAPTION_LIMIT = 1024  #: UTF-16 units below a picture
#: Columns of a button that has a row of its own on a phone.
LABEL_COLUMNS = 36
_ROOM = 3800  #: for a single line, so that caption and tags still fit around it
_CODE_OPENING, _CODE_CLOSING = '<pre><code class="language-python">', "</code></pre>"
_NOTHING = "…"  #: what stands for an answer that shows nothing
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  #: letters and signs that show nothing

Sources = Literal["inline", "button"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What `draw_table` draws, sent below the text that says the same."""

    grid: Grid
    caption: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One message: its HTML, the same without markup for when Telegram refuses that, and a picture where one helps."""

    html: str
    plain: str
    picture: Picture | None = None


def to_messages(answer: Answer, heading: str, sources: Sources = "inline") -> tuple[Piece, ...]:
    """Return the messages that carry *answer*, at least one; with "button" its sources are left for their button."""
    chunks, pictures = list(_chunks(answer)), _pictures(answer)
    if sources == "inline" and answer.citations:
        chunks.append(sources_chunk(answer, heading))
    pieces: list[Piece] = []
    for piece in packed(chunks, LIMIT, fullness):
        picture = next((pictures.pop(place) for place in piece.chunks if place in pictures), None)
        if _is_visible(to_plain(piece.text)):
            pieces.append(Piece(html=piece.text, plain=to_plain(piece.text), picture=picture))
    return tuple(pieces) or (Piece(html=_NOTHING, plain=_NOTHING),)


def sources_messages(answer: Answer, heading: str) -> tuple[Piece, ...]:
    """Return the sources of *answer* alone, for when their button is pressed; none where nothing is cited."""
    if not answer.citations:
        return ()
    pieces = packed([sources_chunk(answer, heading, is_folded=False)], LIMIT, fullness)
    return tuple(Piece(html=piece.text, plain=to_plain(piece.text)) for piece in pieces)


def to_html(answer: Answer, sources_heading: str) -> list[str]:
    """Return the messages that carry *answer* and its sources, each valid HTML by itself."""
    return [piece.html for piece in to_messages(answer, sources_heading)]


def labels(answer: Answer) -> tuple[str, ...]:
    """Return what stands on the button of each action, short enough for a row of a phone."""
    return tuple(
        shortened(" ".join(action.label.split()), LABEL_COLUMNS, utf16_units) or "…" for action in answer.actions
    )


def _chunks(answer: Answer) -> Iterator[Chunk]:
    """Yield a chunk a block; of several tables with pictures each begins a message, which has room for one picture."""
    drawn = 0
    for block in answer.blocks:
        is_drawn = _is_drawn(answer, block)
        yield _chunk(answer, block, starts_piece=is_drawn and drawn > 0)
        drawn += is_drawn


def _chunk(answer: Answer, block: Block, *, starts_piece: bool) -> Chunk:
    match block:
        case Table():
            return table_chunk(answer, block, starts_piece=starts_piece)
        case Code(name=name, text=text):
            lines = tuple(escape(piece) for line in text.split("\n") for piece in cut(line, _ROOM, _escaped_fullness))
            return Chunk(lines=lines, opening=_CODE_OPENING, closing=_CODE_CLOSING, head=headed(code_name(name)))
        case _:
            text = block_text(answer, block)
            pieces = [piece for line in text.split("\n") for piece in cut(line, _ROOM, _marked_fullness)]
            return Chunk(lines=tuple(marked(piece) for piece in pieces))


def _pictures(answer: Answer) -> dict[int, Picture]:
    """Return the pictures of wide tables of numbers by their block's place."""
    return {
        place: _picture(to_grid(answer, block))
        for place, block in enumerate(answer.blocks)
        if isinstance(block, Table) and _is_drawn(answer, block)
    }


def _is_drawn(answer: Answer, block: Block) -> bool:
    return isinstance(block, Table) and is_drawable(block) and not is_narrow(answer, block)


def _picture(grid: Grid) -> Picture:
    return Picture(grid=grid, caption=shortened(grid.caption, CAPTION_LIMIT, utf16_units), alt=grid_alt_text(grid))


def _escaped_fullness(text: str) -> int:
    return fullness(escape(text))


def _marked_fullness(text: str) -> int:
    return fullness(marked(text))


def _is_visible(text: str) -> bool:
    """Whether anything can be seen: Telegram refuses a message where nothing can."""
    return any(unicodedata.category(sign)[0] in "LMNPS" and sign not in _BLANKS for sign in text)
