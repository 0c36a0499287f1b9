"""What the outbox keeps for Slack: one message as JSON, in forms from the most capable to the plainest."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.rendering.tables import Grid, read_grid

Blocks = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Where an answer goes that only one person sees, or that a command is answered with."""

    user: str
    response_url: str | None = None  #: good for five answers within half an hour
    thread: str = ""  #: that the person reads, empty outside threads
    is_shared: bool = False  #: whether everybody in the channel shall see it

    def to_json(self) -> dict[str, Any]:
        """Return what a question keeps of it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A PNG in Base64 that is shown where a message could only be sent in its plainest form."""

    data: str
    name: str
    spoken: str  #: its alt text


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One message. Its text is escaped, and is what stands where every form is refused."""

    text: str
    forms: tuple[Blocks, ...] = ()
    controls: Blocks = ()  #: buttons below every form
    language: str = "en"
    asked: str | None = None  #: ISO time of the question
    question: str = ""  #: what was asked, shortened
    back: Back | None = None  #: None: it stands in its channel for everybody
    grids: tuple[Grid, ...] = ()  #: tables that are drawn as pictures where they could only be sent as text
    pictures: tuple[Picture, ...] = ()  #: charts, for the same
    file: str | None = None  #: a file in Base64 called `name`
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what the outbox keeps."""
        return {**asdict(self), "grids": [grid.to_json() for grid in self.grids]}

    def blocks(self, level: int) -> Blocks:
        """Return the blocks of a form; none beyond the last one."""
        return (*self.forms[level], *self.controls) if level < len(self.forms) else ()


def read_content(data: Mapping[str, Any]) -> Content:
    """Return what `to_json` gave."""
    values = {
        **data,
        "forms": tuple(map(tuple, data["forms"])),
        "controls": tuple(data["controls"]),
        "grids": tuple(map(read_grid, data["grids"])),
        "pictures": tuple(Picture(**one) for one in data["pictures"]),
        "back": Back(**data["back"]) if data["back"] else None,
    }
    return Content(**values)


def back_of(data: Mapping[str, Any] | None) -> Back | None:
    """Return what `Back.to_json` gave, None for nothing."""
    return Back(**data) if data else None


def shared(content: Content, back: Back, note: Blocks) -> Content:
    """Return what only one person saw as everybody shall see it, below a note who asked; without buttons."""
    forms = tuple((*note, *form) for form in content.forms) or ((*note,),)
    return replace(content, forms=forms, controls=(), back=replace(back, is_shared=True))
