"""A benchmark's card in Slack: a bold first line, what holds below it, and its buttons. Pure."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.cards import JobCard, lines_of, title_of
from bot.rendering.slack import escape
from bot.rendering.slack_buttons import Press, button, rows
from bot.rendering.slack_limits import SECTION
from bot.rendering.splitting import shortened
from bot.rendering.telegram_markup import shown_signs, utf16_units

#: How long a line may be as it is sent, tried until all fit.
_ROOMS = (1400, 480, 240, 160, 100)


class Labelled(Protocol):
    """A button of a card."""

    @property
    def label(self) -> str:
        """What stands on it."""
        ...

    @property
    def verb(self) -> str:
        """What pressing it does."""
        ...


def to_card_blocks(card: JobCard, buttons: Sequence[Labelled], subject: str) -> list[dict[str, Any]]:
    """Return *card* as blocks; its buttons name *subject*."""
    said = _lines(card)
    head, *rest = said
    # A star within a bold line would end it.
    text = "\n".join([f"*{head.replace('*', '∗')}*", *rest])
    section = {"type": "section", "expand": True, "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    presses = [button(one.label, Press(verb=one.verb, subject=subject), place) for place, one in enumerate(buttons)]
    return [section, *rows(presses)]


def card_text(card: JobCard) -> str:
    """Return what a notification shows and a screen reader says of *card*."""
    return "\n".join(_lines(card))


def _lines(card: JobCard) -> list[str]:
    for room in _ROOMS:
        said = [_line(line, room) for line in (title_of(card), *lines_of(card))]
        if utf16_units("\n".join(said)) + 2 <= SECTION:
            break
    return said


def _line(text: str, room: int) -> str:
    line = " ".join(shown_signs(text).split())
    return escape(shortened(line, room, lambda piece: utf16_units(escape(piece))))
