"""Telegram's rich messages, Bot API 10.2 on: real tables and folded sources, for chats whose clients show them.

https://core.telegram.org/bots/api#inputrichmessage says what the keys mean.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.answers import Answer, Block, Code, Paragraph, Points, Table
from bot.rendering.plain import block_text, cell_text, sentence_text
from bot.rendering.tables import number_columns
from bot.rendering.telegram_markup import code_name, shown_signs, utf16_units
from bot.rendering.telegram_sources import grouped_sources

RICH_LIMIT = 32_768  #: UTF-16 units of all texts
BLOCK_LIMIT = 500  #: with nested ones, items of lists and rows of tables
COLUMN_LIMIT = 20
_HEADING_SIZE = 4  #: of 1, the largest, to 6


def to_rich(answer: Answer, heading: str) -> dict[str, Any] | None:
    """Return `rich_message` of `sendRichMessage`; None where the answer is too long for one, or a table too wide."""
    blocks = [drawn for block in answer.blocks for drawn in _blocks(answer, block)]
    if answer.citations:
        blocks.append(_sources(answer, heading))
    if any(isinstance(block, Table) and len(block.header) > COLUMN_LIMIT for block in answer.blocks):
        return None
    if count_blocks(blocks) > BLOCK_LIMIT or sum(map(utf16_units, texts_of(blocks))) > RICH_LIMIT:
        return None
    # Without detection, nobody is called by an @name that an asker wrote.
    return {"blocks": blocks, "skip_entity_detection": True}


def count_blocks(blocks: Iterable[dict[str, Any]]) -> int:
    """Return how many blocks Telegram counts."""
    return sum(
        1
        + len(block.get("cells", ()))
        + sum(1 + count_blocks(item["blocks"]) for item in block.get("items", ()))
        + count_blocks(block.get("blocks", ()))
        for block in blocks
    )


def texts_of(node: Any) -> Iterator[str]:
    """Yield every text that is shown."""
    match node:
        case str():
            yield node
        case list():
            for item in node:
                yield from texts_of(item)
        case dict():
            for key in ("text", "summary", "caption", "cells", "items", "blocks"):
                yield from texts_of(node.get(key, []))


def _blocks(answer: Answer, block: Block) -> Iterator[dict[str, Any]]:
    match block:
        case Paragraph():
            yield _paragraph(block_text(answer, block))
        case Points(items=items):
            yield {"type": "list", "items": [{"blocks": [_paragraph(sentence_text(answer, item))]} for item in items]}
        case Table():
            yield _table(answer, block)
        case Code(name=name, text=text):
            if name:
                yield _heading(code_name(name))
            yield {"type": "pre", "text": shown_signs(text), "language": "python"}


def _table(answer: Answer, table: Table) -> dict[str, Any]:
    aligned = ["right" if column in number_columns(table) else "left" for column in range(len(table.header))]
    rows = [[cell_text(answer, cell) for cell in row] for row in table.rows]
    header = [_cell(text, align, is_header=True) for text, align in zip(table.header, aligned, strict=True)]
    cells = [[_cell(text, align) for text, align in zip(row, aligned, strict=True)] for row in rows]
    caption = {"caption": shown_signs(table.caption)} if table.caption.strip() else {}
    return {"type": "table", "cells": [header, *cells], "is_bordered": True, "is_striped": True, **caption}


def _cell(text: str, align: str, *, is_header: bool = False) -> dict[str, Any]:
    cell: dict[str, Any] = {"text": shown_signs(text), "align": align, "valign": "top"}
    return {**cell, "is_header": True} if is_header else cell


def _sources(answer: Answer, heading: str) -> dict[str, Any]:
    lines = [_source(*source) for source in grouped_sources(answer)]
    return {"type": "details", "summary": shown_signs(heading), "blocks": lines}


def _source(marks: str, titles: str, source: str, url: str | None) -> dict[str, Any]:
    named: Any = {"type": "url", "text": shown_signs(titles), "url": url} if url else shown_signs(titles)
    return {"type": "paragraph", "text": [f"{marks} ", named, f" · {shown_signs(source)}"]}


def _paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "text": shown_signs(text)}


def _heading(text: str) -> dict[str, Any]:
    return {"type": "heading", "text": shown_signs(text), "size": _HEADING_SIZE}
