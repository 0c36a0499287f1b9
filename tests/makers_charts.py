"""Bars and charts of round figures, and what a picture of them shows."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from PIL import Image

from bot.rendering.bars import Bar, Chart
from knowledge.errors import GpuwiseError

EMPHASISED, OTHER, INK = (0x00, 0x54, 0x8F), (0x74, 0xA7, 0xD3), (0x16, 0x20, 0x2A)


def make_bar(name: str = "RTX 9000", value: float | None = 100, **fields: Any) -> Bar:
    """Return a bar without interval and note."""
    return Bar(name=name, value=value, **fields)


def make_chart(*bars: Bar, **fields: Any) -> Chart:
    """Return an English chart of two bars in images/s, or of those given."""
    given: dict[str, Any] = {"title": "Speed", "unit": "images/s"}
    return Chart(bars=bars or (make_bar(), make_bar("RTX 8000", 50)), **(given | fields))


def refusal(action: Any, *arguments: Any) -> str:
    """Return what an action that must be refused says."""
    try:
        action(*arguments)
    except GpuwiseError as error:
        return str(error)
    raise AssertionError("nothing was refused")


@dataclass(frozen=True)
class Picture:
    """A PNG, opened."""

    image: Image.Image
    description: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.size

    def rows(self, colour: tuple[int, int, int]) -> Iterator[list[int]]:
        """Yield, for each row of pixels, the columns that have exactly *colour*."""
        width, height = self.image.size
        data, wanted = self.image.tobytes(), bytes(colour)
        for start in range(0, width * height * 3, width * 3):
            yield [x for x in range(width) if data[start + 3 * x : start + 3 * x + 3] == wanted]

    def runs(self, colour: tuple[int, int, int]) -> list[tuple[int, int]]:
        """Return first and last column of *colour*, once for each unbroken stack of rows that have it."""
        ends = [(row[0], row[-1]) if len(row) > 1 else None for row in self.rows(colour)]
        return [row for above, row in pairwise([None, *ends]) if row and not above]

    def longest(self, colour: tuple[int, int, int]) -> tuple[int, int]:
        """Return first and last column of the longest line of *colour*."""
        best = (0, 0)
        for row in self.rows(colour):
            start = 0
            for here, (column, after) in enumerate(pairwise([*row, -1])):
                if after != column + 1:
                    best = max(best, (row[start], column), key=lambda line: line[1] - line[0])
                    start = here + 1
        return best


def opened(png: bytes) -> Picture:
    """Return the picture in *png*."""
    image = Image.open(io.BytesIO(png))
    return Picture(image.convert("RGB"), image.info.get("Description", ""))
