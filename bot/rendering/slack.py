"""Slack: answers as Block Kit with a text twin, and Slack's text as a person typed it."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from bot.answers import Answer, Block, Citation, Code, Table
from bot.rendering.plain import block_text, sources_text, to_text
from bot.rendering.splitting import Chunk, cut, fit, pack

SECTION_LIMIT = 3000
BLOCK_LIMIT = 50
_TEXT_LIMIT = 39_000  #: Slack cuts a text at 40 000
_ROOM = 2600  #: for a single line, so that caption and fences still fit around it
_FENCE = "```"
_ANGLE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_FLAG_DASH = re.compile(r"(?<!\S)[—–](?=\w)")  # phones turn the two dashes of an option into one
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " "})
_DASHES = str.maketrans("—–−", "---")


def to_blocks(answer: Answer, sources_heading: str) -> list[dict[str, Any]]:
    """Return *answer* as at most 50 blocks: a section a block of the answer, then its sources as context."""
    context = [_context(text) for text in fit(_sources(answer, sources_heading), SECTION_LIMIT)][:10]
    chunks = [_chunk(answer, block) for block in answer.blocks]
    sections = list(fit(chunks, SECTION_LIMIT))
    room = BLOCK_LIMIT - len(context)
    if len(sections) > room:
        sections = pack(chunks, SECTION_LIMIT)[:room]
    return [_section(text) for text in sections if text] + context


def to_fallback_text(answer: Answer, sources_heading: str = "") -> str:
    """Return *answer* as escaped text: the notification, what a screen reader says, and what stands if blocks fail."""
    text = to_text(answer)
    if sources_heading and answer.citations:
        text = f"{text}\n\n{sources_text(answer, sources_heading)}"
    return cut(escape(text), _TEXT_LIMIT)[0]


def from_slack_text(text: str) -> str:
    """Return what a person typed: mentions removed, links by their label, entities and phone typography undone."""
    plain = _ANGLE.sub(_typed, text)
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    plain = _FLAG_DASH.sub("--", unicodedata.normalize("NFC", plain).translate(_QUOTES))
    return "\n".join(" ".join(line.split()) for line in plain.strip().split("\n"))


def read_text(text: str) -> str:
    """Return what a person typed, as `from_slack_text` does, with every dash as a keyboard has it."""
    return from_slack_text(text).translate(_DASHES)


def escape(text: str) -> str:
    """Return *text* with the three signs Slack reads as markup written as entities; it then pings nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _typed(match: re.Match[str]) -> str:
    target, label = match[1], match[2]
    if target.startswith("@"):
        return ""
    if target.startswith("!"):
        return label or ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    return label or target


def _chunk(answer: Answer, block: Block) -> Chunk:
    lines = tuple(escape(piece) for line in block_text(answer, block).split("\n") for piece in _cut_line(line))
    match block:
        case Table(caption=caption):
            return _fenced(lines, head=f"*{escape(caption[:50])}*")
        case Code():
            return _fenced(lines)
        case _:
            return Chunk(lines=lines)


def _fenced(lines: tuple[str, ...], head: str = "") -> Chunk:
    safe = tuple(line.replace(_FENCE, "'''") for line in lines)
    return Chunk(lines=safe, opening=f"{_FENCE}\n", closing=f"\n{_FENCE}", head=head)


def _sources(answer: Answer, heading: str) -> Iterator[Chunk]:
    if answer.citations:
        lines = [line for number, item in enumerate(answer.citations, 1) for line in _source_lines(number, item)]
        yield Chunk(lines=tuple(lines), head=escape(heading))


def _source_lines(number: int, citation: Citation) -> list[str]:
    url = citation.url
    label = escape(citation.title).replace("|", "¦")
    if url is not None and url.startswith(("http://", "https://")):
        address = url.replace("&", "&amp;").replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
        line = f"[{number}] <{address}|{label}> · {escape(citation.source)}"
        if len(line) <= _ROOM:
            return [line]
    return [escape(piece) for piece in _cut_line(f"[{number}] {citation.title} · {citation.source}")]


def _cut_line(text: str) -> list[str]:
    return cut(text, _ROOM, lambda piece: len(escape(piece)))


def _section(text: str) -> dict[str, Any]:
    # verbatim: Slack links no names or channels; expand: no "see more" over the end of an answer
    return {"type": "section", "expand": True, "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
