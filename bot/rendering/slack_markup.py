"""Slack's mrkdwn itself: how data is written so that it stays as it is and calls nobody. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.rendering.slack_limits import SECTION
from bot.rendering.splitting import Chunk, cut, fit, shortened
from bot.rendering.telegram_markup import shown_signs, utf16_units

Blocks = tuple[dict[str, Any], ...]
FENCE = "```"
#: UTF-16 units of a single line, so that fences and what stands above it still fit around it.
ROOM = 2600
#: Slack has no escape for these, so where they would format, signs stand that look alike.
TWINS = {"*": "∗", "_": "ˍ", "~": "∼"}
_HEADING_LIMIT = 200
_AGAIN_LIMIT = 500  #: of a line that is repeated
_PIECE_LIMIT = SECTION - _HEADING_LIMIT - 8  # a bold line and the fences
_CODE = re.compile(r"`[^`\n]+`")
_UNSAFE = re.compile(r"[\s<>|\"'`\\^{}]")
_PING = re.compile(r"<(?=[!@#])")
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing
_KEPT_SPACE = "\0"  # nothing that is shown holds one
_ENDS = {
    sign: (re.compile(rf"(?<![^\W_]){re.escape(sign)}(?=\S)"), re.compile(rf"(?<=\S){re.escape(sign)}(?![^\W_])"))
    for sign in TWINS
}


def escape(text: str) -> str:
    """Return *text* with the three signs Slack reads as markup written as entities; it then pings nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unpinged(text: str) -> str:
    """Return data for a text that is not mrkdwn: what would call people there, were it read as mrkdwn, is broken up."""
    return _PING.sub("<\N{ZERO WIDTH SPACE}", shown_signs(text))


def mrkdwn(text: str) -> str:
    """Return data as mrkdwn, where only what stands between backticks on one line is formatted, as code."""
    return "\n".join(_line(line) for line in shown_signs(text).replace(FENCE, "'''").split("\n"))


def unformatted(text: str) -> str:
    """Return data as one line to stand within other markup: no sign of it formats, whatever stands around it."""
    line = " ".join(shown_signs(text).split()).replace("`", "'")
    line = escape(line)
    for sign, ends in _ENDS.items():
        line = _twinned(line, sign, [match.start() for pattern in ends for match in pattern.finditer(line)])
    return line


def fenced(text: str) -> str:
    """Return data as preformatted text."""
    return f"{FENCE}\n{escape(shown_signs(text)).replace(FENCE, chr(39) * 3)}\n{FENCE}"


def one_line(text: str, limit: int = _HEADING_LIMIT - 2) -> str:
    """Return data as one line that is at most *limit* long once it is escaped."""
    return shortened(" ".join(shown_signs(text).split()), limit, _escaped_units)


def headed(text: str) -> str:
    """Return data as a bold line above a block, "" where there is none."""
    line = one_line(text)
    return f"*{unformatted(line)}*" if is_visible(line) else ""


def italic(text: str) -> str:
    """Return data as a line in italics."""
    return f"_{unformatted(one_line(text, ROOM))}_"


def link(label: str, url: str) -> str:
    """Return data as a link."""
    safe = _UNSAFE.sub(lambda match: quote(match[0]), shown_signs(url)).replace("&", "&amp;")
    return f"<{safe}|{unformatted(label).replace('|', '¦') or safe}>"


def section(text: str) -> dict[str, Any]:
    """Return a section of mrkdwn."""
    # verbatim: Slack links no names or channels; expand: no "see more" over the end of an answer
    return {"type": "section", "expand": True, "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def context(text: str) -> dict[str, Any]:
    """Return a small grey block of mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def prose_pieces(text: str) -> list[str]:
    """Return data in pieces that each fit a section as mrkdwn, none cut within code."""
    lines = tuple(piece for line in shown_signs(text).split("\n") for piece in cut_line(line))
    return _fitting(Chunk(lines=lines), in_fence=False)


def fenced_pieces(text: str, again: int = 0) -> list[str]:
    """Return data in pieces that each fit a section as preformatted text; in each stand its first lines *again*."""
    lines = tuple(piece for line in shown_signs(text).split("\n") for piece in cut(line, ROOM // 2, _escaped_units))
    is_short = max(map(_escaped_units, lines[:again]), default=0) <= _AGAIN_LIMIT
    return _fitting(Chunk(lines=lines, again=lines[:again] if is_short else ()), in_fence=True)


def cut_line(line: str) -> list[str]:
    """Return a line in pieces that each fit a section, cut between words outside code."""
    kept = _CODE.sub(lambda match: match[0].replace(" ", _KEPT_SPACE), shown_signs(line))
    return [piece.replace(_KEPT_SPACE, " ") for piece in cut(kept, ROOM, _escaped_units)]


def is_visible(text: str) -> bool:
    """Whether anything can be seen of a text."""
    return any(unicodedata.category(sign)[0] in "LMNPS" and sign not in _BLANKS for sign in text)


def _fitting(chunk: Chunk, *, in_fence: bool) -> list[str]:
    draw = fenced if in_fence else mrkdwn
    return list(fit([chunk], _PIECE_LIMIT, lambda text: utf16_units(draw(text))))


def _line(line: str) -> str:
    line = escape(line)
    for sign, (opens, closes) in _ENDS.items():
        if sign in line:
            seen = _CODE.sub(lambda match: "x" * len(match[0]), line)  # within code nothing is formatted
            first, last = ([match.start() for match in pattern.finditer(seen)] for pattern in (opens, closes))
            if first and last and min(first) < max(last):
                line = _twinned(line, sign, [*first, *last])
    # Slack reads the entity at the start of a line as a quotation too.
    return f"\N{ZERO WIDTH SPACE}{line}" if line.lstrip().startswith("&gt;") else line


def _twinned(line: str, sign: str, places: Sequence[int]) -> str:
    found = set(places)
    return "".join(TWINS[sign] if place in found else letter for place, letter in enumerate(line)) if found else line


def _escaped_units(text: str) -> int:
    return utf16_units(escape(text))
