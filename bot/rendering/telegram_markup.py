"""Telegram's HTML itself: how data is escaped, what it looks like without its tags, and how full a message is."""

import html
import re

from bot.rendering.splitting import shortened

LIMIT = 4096  #: UTF-16 units of one message as it is shown
_MOST_ENTITIES = 100
_HEADING_LIMIT = 200  #: UTF-16 units, so that what stands below it has room
_MOST_BYTES = 16_384  #: of one message with its markup
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>")
_OPENING = re.compile(r"<[a-z]")
_CODE = re.compile(r"`([^`\n]+)`")
#: Signs that show nothing, or that would write the rest of the answer from right to left.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: Signs as `html.escape` writes them, the one that all of them begin with last.
_WRITTEN = tuple((sign, html.escape(sign)) for sign in "<>\"'&")
_CODE_NAMES = {"keras": "Keras", "pytorch": "PyTorch"}
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def escape(text: str) -> str:
    """Return data as HTML, without what Telegram cannot take or nobody can see."""
    return html.escape(shown_signs(text), quote=False)


def shown_signs(text: str) -> str:
    """Return data without what Telegram cannot take or nobody can see."""
    return _HALF_PAIR.sub("\N{REPLACEMENT CHARACTER}", _UNSHOWN.sub("", text))


def marked(text: str) -> str:
    """Return data as HTML, where what stands between backticks is code: a tap copies it."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def headed(text: str, tag: str = "b") -> str:
    """Return data as a line above a block, "" where there is none."""
    line = shortened(" ".join(shown_signs(text).split()), _HEADING_LIMIT, utf16_units)
    return f"<{tag}>{escape(line)}</{tag}>" if line else ""


def link(text: str, url: str) -> str:
    """Return data as a link."""
    return f'<a href="{html.escape(url)}">{escape(text)}</a>'


def code_name(name: str) -> str:
    """Return what stands above a code example."""
    return _CODE_NAMES.get(name, name)


def to_plain(piece: str) -> str:
    """Return a message without its markup, links with their address: what is sent when Telegram refuses the HTML."""
    text = _TAG.sub("", _LINK.sub(r"\2 &lt;\1&gt;", piece))
    for sign, written in _WRITTEN:
        text = text.replace(written, sign)
    return text


def utf16_units(text: str) -> int:
    """Return the length of *text* as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fullness(piece: str) -> int:
    """Return how full a message is, of `LIMIT`: by its text with addresses, its entities or its bytes."""
    return max(
        utf16_units(to_plain(piece)),
        -(-len(_OPENING.findall(piece)) * LIMIT // _MOST_ENTITIES),
        -(-len(piece.encode()) * LIMIT // _MOST_BYTES),
    )
