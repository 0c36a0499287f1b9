"""A benchmark's card in Telegram, short enough to stand below a picture too."""

from bot.cards import JobCard, lines_of, title_of
from bot.rendering.splitting import shortened
from bot.rendering.telegram_markup import escape, utf16_units

CARD_LIMIT = 1024  #: UTF-16 units, those of a caption
#: How long a line may be, tried until all fit.
_ROOMS = (480, 240, 160, 100)


def to_card(card: JobCard) -> str:
    """Return *card* as HTML: a bold first line, then the others, shortened where they are too long for a caption."""
    title, lines = title_of(card), lines_of(card)
    for room in _ROOMS:
        said = [shortened(" ".join(line.split()), room, utf16_units) for line in (title, *lines)]
        if utf16_units("\n".join(said)) <= CARD_LIMIT:
            break
    head, *rest = said
    return "\n".join([f"<b>{escape(head)}</b>", *(escape(line) for line in rest)])
