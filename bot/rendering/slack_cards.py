"""A benchmark's card in Slack: a bold first line, what holds below it, and its buttons. Pure."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.cards import JobCard, lines_of, title_of
from bot.rendering.slack_buttons import Press, button, rows
from bot.rendering.slack_limits import SECTION
from bot.rendering.slack_markup import escape, mrkdwn, section, unformatted
from bot.rendering.splitting import shortened
from bot.rendering.telegram_markup import shown_signs, utf16_units
from bot.texts import texts

#: What a press of a button that cancels says; Slack itself asks before whether it is meant.
CANCEL = "cancel"
_CANCELLING = frozenset({CANCEL, "cancel?"})

_MARKS = 20  #: signs of markup that come on top: stars, and one a line that would be a quotation
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
    head, *rest = _lines(card)
    text = "\n".join([f"*{unformatted(head)}*", *map(mrkdwn, rest)])
    return [section(text), *rows([_button(card, one, subject, place) for place, one in enumerate(buttons)])]


def card_text(card: JobCard) -> str:
    """Return what a notification shows and a screen reader says of *card*."""
    return escape("\n".join(_lines(card)))


def _button(card: JobCard, one: Labelled, subject: str, place: int) -> dict[str, Any]:
    if one.verb not in _CANCELLING:
        return button(one.label, Press(verb=one.verb, subject=subject), place)
    return button(one.label, Press(verb=CANCEL, subject=subject), place) | {"confirm": _confirm(card.language)}


def _confirm(language: str) -> dict[str, Any]:
    """Return the dialog in which Slack asks whether a run shall be cancelled."""
    keys = {
        "title": "slack.cancel_title",
        "text": "slack.cancel_text",
        "confirm": "cards.verbs.cancel",
        "deny": "cards.verbs.keep",
    }
    said = {name: {"type": "plain_text", "text": texts(language).say(key)} for name, key in keys.items()}
    return {**said, "style": "danger"}


def _lines(card: JobCard) -> list[str]:
    """Return the title and what stands below it, all of which fit a section."""
    for room in _ROOMS:
        said = [_line(line, room) for line in (title_of(card), *lines_of(card))]
        if utf16_units(escape("\n".join(said))) + _MARKS <= SECTION:
            break
    return said


def _line(text: str, room: int) -> str:
    return shortened(" ".join(shown_signs(text).split()), room, lambda piece: utf16_units(escape(piece)))
