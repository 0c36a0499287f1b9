"""Draws texts, boxes and lines with matplotlib; nothing here knows what they mean. Imported only when drawing."""

import io
import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL.PngImagePlugin import PngInfo

from bot.rendering.letters import Align, Letters

_DPI, _POINTS_PER_INCH = 100, 72
_UNKNOWN, _ELLIPSIS = "\N{REPLACEMENT CHARACTER}", "…"


class Pen:
    """Draws on a figure of its own, in pixels from the top left corner, later over earlier; its height is said last.

    No pyplot and no setting of matplotlib is changed, so that any number of threads may draw, each with its pen.
    """

    def __init__(self, width: int) -> None:
        self._figure = Figure(figsize=(width / _DPI, 1.0), dpi=_DPI, facecolor="white", edgecolor="white")
        self._figure.set_layout_engine("none")
        self._ruler = RendererAgg(width, 1, _DPI)  # type: ignore[no-untyped-call]  # a backend of matplotlib has no types
        self._from_top = Affine2D()

    def width(self, text: str, letters: Letters) -> float:
        """Return how wide *text* is in pixels."""
        size = self._ruler.get_text_width_height_descent(_clean(text), _font(letters), ismath=False)  # type: ignore[no-untyped-call]  # the same
        return float(size[0])

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        letters: Letters,
        align: Align = "left",
    ) -> None:
        """Draw one line; a dollar sign is a dollar sign, never the start of a formula."""
        artist = Text(x, -baseline, _clean(text), color=letters.colour, parse_math=False, usetex=False, zorder=1)
        artist.set_fontproperties(_font(letters))
        artist.set_horizontalalignment(align)
        self._add(artist)

    def paragraph(self, x: float, y: float, text: str, letters: Letters, width: float) -> float:
        """Draw *text* below *y* in lines that fit; return where it ends."""
        for line in self.wrapped(text, letters, width):
            self.text(x, y + letters.size, line, letters)
            y += letters.line
        return y

    def wrapped(self, text: str, letters: Letters, width: float) -> list[str]:
        """Return *text* in lines that fit, at least one; a single word that is too wide is cut."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".lstrip()
            if self.width(longer, letters) <= width:
                lines[-1] = longer
            else:
                lines.append(self._cut(word, letters, width))
        return lines if lines[0] or len(lines) == 1 else lines[1:]

    def box(self, x: float, y: float, size: tuple[float, float], colour: str) -> None:
        """Fill a box, given its upper left corner, its width and its height."""
        self._add(Rectangle((x, -y - size[1]), *size, facecolor=colour, edgecolor="none", zorder=1))

    def line(self, xs: tuple[float, float], ys: tuple[float, float], colour: str, width: float) -> None:
        """Draw a line."""
        points = width * _POINTS_PER_INCH / _DPI
        down = [-y for y in ys]
        self._add(Line2D(xs, down, color=colour, linewidth=points, solid_capstyle="butt", marker="", zorder=1))

    def to_png(self, height: float, description: str) -> bytes:
        """Return the picture, with *description* in its text chunk; the same drawing gives the same bytes."""
        self._figure.set_size_inches(self._figure.get_figwidth(), round(height) / _DPI)
        self._from_top.clear().translate(0, round(height))
        information = PngInfo()
        information.add_itxt("Description", description)
        buffer = io.BytesIO()
        FigureCanvasAgg(self._figure).print_png(buffer, pil_kwargs={"pnginfo": information})  # type: ignore[no-untyped-call]
        return buffer.getvalue()

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self._from_top)
        self._figure.add_artist(artist)

    def _cut(self, word: str, letters: Letters, width: float) -> str:
        """Return *word*, shortened where it is too wide."""
        if self.width(word, letters) <= width:
            return word
        kept = next((n for n in range(len(word), 0, -1) if self.width(word[:n] + _ELLIPSIS, letters) <= width), 0)
        return word[:kept] + _ELLIPSIS


def _font(letters: Letters) -> FontProperties:
    return FontProperties(fname=_font_file(bold=letters.bold), size=letters.size * _POINTS_PER_INCH / _DPI)


@cache
def _font_file(*, bold: bool) -> str:
    """Return the file of DejaVu Sans that comes with matplotlib: it has all Vietnamese letters, wherever it runs."""
    return str(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))


@cache
def _signs() -> frozenset[int]:
    """Return the characters that both weights can draw."""
    regular, strong = (set(FT2Font(_font_file(bold=bold)).get_charmap()) for bold in (False, True))
    return frozenset(regular & strong)


def _clean(text: str) -> str:
    """Return *text* in one line, composed, with a mark for what the font cannot draw."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(sign if ord(sign) in _signs() else _UNKNOWN for sign in line)
