"""What people type in Slack, as they typed it: without Slack's markup and a phone's typography. Pure."""

import re
import unicodedata

_ANGLE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_FLAG_DASH = re.compile(r"(?<!\S)[—–](?=\w)")  # phones turn the two dashes of an option into one
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\N{NO-BREAK SPACE}": " "})
_DASHES = str.maketrans("—–−", "---")


def from_slack_text(text: str) -> str:
    """Return what a person typed: mentions removed, links by their label, entities and phone typography undone."""
    plain = _ANGLE.sub(_typed, text)
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    plain = _FLAG_DASH.sub("--", unicodedata.normalize("NFC", plain).translate(_QUOTES))
    return "\n".join(" ".join(line.split()) for line in plain.strip().split("\n"))


def read_text(text: str) -> str:
    """Return what a person typed, as `from_slack_text` does, with every dash as a keyboard has it."""
    return from_slack_text(text).translate(_DASHES)


def _typed(match: re.Match[str]) -> str:
    target, label = match[1], match[2]
    if target.startswith("@"):
        return ""
    if target.startswith("!"):
        return label or ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    return label or target
