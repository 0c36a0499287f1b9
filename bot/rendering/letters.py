"""How a text is set in a picture."""

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]
#: Height of a line as a multiple of its letters: room for two diacritics above each other.
_LINE = 1.36


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Size in pixels, colour and weight."""

    size: float
    colour: str
    bold: bool = False

    @property
    def line(self) -> float:
        """Height of a line in pixels."""
        return self.size * _LINE
