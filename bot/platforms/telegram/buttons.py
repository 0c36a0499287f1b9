"""What stands behind a button: at most 64 bytes, so a verb and a short id; everything else is in the database."""

from dataclasses import dataclass

VERSION = "v1"
LIMIT = 64  #: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One verb on one thing."""

    verb: str
    subject: str
    detail: str = ""

    def to_data(self) -> str:
        """Return what Telegram gives back when it is pressed."""
        return "|".join(filter(None, (VERSION, self.verb, self.subject, self.detail)))


def read_button(data: str | None) -> Button | None:
    """Return the button that *data* names; None where no button of ours has it."""
    version, _, rest = (data or "").partition("|")
    parts = rest.split("|")
    if version != VERSION or not 2 <= len(parts) <= 3 or not all(parts):  # noqa: PLR2004 - with or without a detail
        return None
    return Button(verb=parts[0], subject=parts[1], detail=parts[2] if len(parts) > 2 else "")  # noqa: PLR2004 - the same
