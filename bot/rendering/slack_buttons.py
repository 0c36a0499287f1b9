"""Slack's buttons: what a press carries back, and rows of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.rendering.slack_limits import ACTIONS, BUTTON
from bot.rendering.splitting import shortened
from bot.rendering.telegram_markup import shown_signs, utf16_units

VERSION = "v1"
#: What every `action_id` begins with.
PRESS = "press"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One verb on one thing."""

    verb: str
    subject: str
    detail: str = ""

    def to_value(self) -> str:
        """Return what Slack gives back when the button is pressed."""
        return "|".join(filter(None, (VERSION, self.verb, self.subject, self.detail)))


def read_press(value: str | None) -> Press | None:
    """Return the press that *value* names; None where no button of ours has it."""
    version, _, rest = (value or "").partition("|")
    parts = rest.split("|")
    if version != VERSION or not 2 <= len(parts) <= 3 or not all(parts):  # noqa: PLR2004 - with or without a detail
        return None
    return Press(verb=parts[0], subject=parts[1], detail=parts[2] if len(parts) > 2 else "")  # noqa: PLR2004 - the same


def button(label: str, press: Press, place: int = 0) -> dict[str, Any]:
    """Return a button; *place* tells it from others of the same block."""
    line = shortened(" ".join(shown_signs(label).split()), BUTTON, utf16_units) or "…"
    text = {"type": "plain_text", "text": line, "emoji": True}
    return {"type": "button", "text": text, "action_id": f"{PRESS}:{place}", "value": press.to_value()}


def rows(buttons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return buttons as blocks, as many as one takes in each."""
    starts = range(0, len(buttons), ACTIONS)
    return [{"type": "actions", "elements": list(buttons[start : start + ACTIONS])} for start in starts]
