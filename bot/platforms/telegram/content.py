"""What the outbox keeps for Telegram: one message as JSON, ready to be sent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

Row = Sequence[tuple[str, str]]  #: label and data of each button


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One message; what Telegram refuses is sent without markup."""

    html: str
    plain: str
    keyboard: tuple[tuple[tuple[str, str], ...], ...] = ()
    reply_to: int | None = None
    language: str = "en"
    asked: str | None = None  #: ISO time of the question
    question: str = ""  #: what was asked, shortened
    picture: str | None = None  #: PNG in Base64, shown below the text's place, with `caption` and the text as its twin
    caption: str = ""
    is_captioned: bool = False  #: whether `html` itself, at most 1024 UTF-16 units without its marks, is the caption
    document: str | None = None  #: a file in Base64 called `name`, with `caption`
    name: str = ""
    rich: dict[str, Any] | None = None  #: the same as a rich message, where those are wanted

    def to_json(self) -> dict[str, Any]:
        """Return what the outbox keeps."""
        return asdict(self)


def read_content(data: dict[str, Any]) -> Content:
    """Return what `to_json` gave."""
    rows = tuple(tuple((label, press) for label, press in row) for row in data["keyboard"])
    return Content(**{**data, "keyboard": rows})
