"""Telegram HTML: only `& < >` are signs there, so GPU texts full of dots, dashes and brackets stay as they are."""

import html
import re
from collections.abc import Iterator

from bot.answers import Answer, Block, Citation, Code, Table
from bot.rendering.plain import block_text
from bot.rendering.splitting import Chunk, cut, pack

LIMIT = 4096  #: UTF-16 units of one message; the markup is counted too, which Telegram does not
_ROOM = 3800  #: for a single line, so that caption and tags still fit around it
_URL_LIMIT = 1500
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>")


def to_html(answer: Answer, sources_heading: str) -> list[str]:
    """Return the messages that carry *answer*, each valid HTML by itself."""
    return pack(_chunks(answer, sources_heading), LIMIT, utf16_units)


def to_plain(piece: str) -> str:
    """Return a message of `to_html` without its markup, never longer: what is sent when Telegram refuses the HTML."""
    return html.unescape(_TAG.sub("", _LINK.sub(r"\2 &lt;\1&gt;", piece)))


def utf16_units(text: str) -> int:
    """Return the length of *text* as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _chunks(answer: Answer, heading: str) -> Iterator[Chunk]:
    for block in answer.blocks:
        yield _chunk(answer, block)
    if answer.citations:
        lines = [line for number, item in enumerate(answer.citations, 1) for line in _source_lines(number, item)]
        yield Chunk(lines=tuple(lines), head=f"<b>{_escape(heading)}</b>")


def _chunk(answer: Answer, block: Block) -> Chunk:
    lines = tuple(_escape(piece) for line in block_text(answer, block).split("\n") for piece in _cut_line(line))
    match block:
        case Table(caption=caption):
            return Chunk(lines=lines, opening="<pre>", closing="</pre>", head=f"<b>{_escape(caption[:200])}</b>")
        case Code():
            return Chunk(lines=lines, opening="<pre>", closing="</pre>")
        case _:
            return Chunk(lines=lines)


def _source_lines(number: int, citation: Citation) -> list[str]:
    title, source, url = _escape(citation.title), _escape(citation.source), citation.url
    if url is None or not url.startswith(("http://", "https://")) or len(url) > _URL_LIMIT:
        linked = title
    else:
        linked = f'<a href="{html.escape(url)}">{title}</a>'
    line = f"[{number}] {linked} · {source}"
    if utf16_units(line) <= _ROOM:
        return [line]
    return [_escape(piece) for piece in _cut_line(f"[{number}] {citation.title} · {citation.source}")]


def _cut_line(text: str) -> list[str]:
    return cut(text, _ROOM, lambda piece: utf16_units(_escape(piece)))


def _escape(text: str) -> str:
    return html.escape(text, quote=False)
