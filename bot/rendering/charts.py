"""Draws bar charts as PNG pictures for phones, with matplotlib, which is imported only when something is drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.rendering.bars import Bar, Chart, alt_text, check, panels_alt_text
from bot.rendering.letters import Align, Letters
from bot.rendering.numbers import say_number
from knowledge.errors import GpuwiseError

if TYPE_CHECKING:
    from bot.rendering.pen import Pen

WIDTH_PX = 1080
_MARGIN_PX, _GUTTER_PX = 48, 56
_INNER_PX = WIDTH_PX - 2 * _MARGIN_PX
#: One hue in two strengths, told apart without seeing colours; the others are grey.
_FIRST, _OTHER, _INK, _GREY, _GRID = "#00548F", "#74A7D3", "#16202A", "#55606B", "#DCE2E8"
#: Into how many steps an axis is divided at most, fewer where its numbers are long.
_STEPS = (5, 3, 2, 1)
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes:
    """Heights in pixels."""

    title: int
    name: int
    note: int
    bar: int
    gap: int  #: between two bars


_WHOLE = _Sizes(title=40, name=36, note=29, bar=34, gap=34)
_PANEL = _Sizes(title=30, name=28, note=25, bar=24, gap=20)
_GREY_NOTE = Letters(size=_WHOLE.note, colour=_GREY)


def draw(chart: Chart) -> bytes:
    """Return *chart* as a PNG, 1080 pixels wide; its alt text is in the chunk "Description"."""
    check(chart)
    pen = _pen()
    title = Letters(size=_WHOLE.title, colour=_INK, bold=True)
    y = pen.paragraph(_MARGIN_PX, _MARGIN_PX, chart.title, title, _INNER_PX)
    ticks = _ticks_that_fit(pen, chart)
    column = _Column(
        pen=pen, chart=chart, sizes=_WHOLE, left=_MARGIN_PX, width=_INNER_PX, end=ticks[-1], ticks=ticks[1:]
    )
    y = _draw_axis(column, column.draw(y + 28), ticks)
    if chart.caption:
        y = pen.paragraph(_MARGIN_PX, y + 24, chart.caption, _GREY_NOTE, _INNER_PX)
    return pen.to_png(y + _MARGIN_PX, alt_text(chart))


def draw_panels(charts: Sequence[Chart]) -> bytes:
    """Return *charts* as one PNG, 1080 pixels wide, two in a row, each with an axis of its own that starts at 0."""
    if not charts:
        raise GpuwiseError("There is nothing to draw: no field has a value for any of the cards.")
    for chart in charts:
        check(chart)
    pen = _pen()
    y: float = _MARGIN_PX
    for start in range(0, len(charts), 2):
        y = _draw_row(pen, charts[start : start + 2], y) + _MARGIN_PX
    return pen.to_png(y, panels_alt_text(charts))


def ticks_to(top: float, steps: int) -> tuple[float, ...]:
    """Return round numbers from 0 to *top* or a little beyond, in so many steps or fewer."""
    power = 10.0 ** math.floor(math.log10(top / steps))
    step = next(nice * power for nice in _NICE if nice * power * steps >= top * (1 - 1e-9))
    return tuple(round(number * step, 12) for number in range(math.ceil(top / step - 1e-9) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Bars below each other: each with its name and value above and its note and interval below."""

    pen: "Pen"
    chart: Chart
    sizes: _Sizes
    left: float
    width: float
    end: float  #: value at the right edge
    ticks: tuple[float, ...] = ()

    def draw(self, y: float) -> float:
        """Draw all bars from *y* on; return where the last one ends."""
        for number, bar in enumerate(self.chart.bars):
            y = self._label(bar, y + (self.sizes.gap if number else 0), is_first=number == 0) + 4
            self._bar(bar, y, _OTHER if number else _FIRST)
            y = self._note(bar, y + self.sizes.bar)
        return y

    def x(self, value: float) -> float:
        """Return where *value* lies; the axis starts at 0."""
        return self.left + value / self.end * self.width

    def _label(self, bar: Bar, y: float, *, is_first: bool) -> float:
        """Draw the name on the left and the value on the right, below where both do not fit; return where they end."""
        name = Letters(size=self.sizes.name, colour=_INK, bold=is_first)
        value = Letters(size=self.sizes.name, colour=_INK, bold=True) if bar.value is not None else self._small()
        text = self.chart.value_text(bar)
        lines = self.pen.wrapped(bar.name, name, self.width)
        if self.pen.width(lines[-1], name) + name.size + self.pen.width(text, value) > self.width:
            lines.append("")
        for line in lines:
            self.pen.text(self.left, y + name.size, line, name)
            y += name.line
        self.pen.text(self.left + self.width, y - name.line + name.size, text, value, "right")
        return y

    def _bar(self, bar: Bar, y: float, colour: str) -> None:
        """Draw the ticks behind the bar, the bar, the axis, and the interval over them."""
        around = (y - 2, y + self.sizes.bar + 2)
        for tick in self.ticks:
            self.pen.line((self.x(tick), self.x(tick)), around, _GRID, 2)
        if bar.value:
            self.pen.box(self.left, y, (max(self.x(bar.value) - self.left, 2), self.sizes.bar), colour)
        self.pen.line((self.left, self.left), around, _INK, 2)
        if bar.interval:
            self._whisker(bar.interval, y + self.sizes.bar / 2, self.sizes.bar * 0.22)

    def _whisker(self, interval: tuple[float, float], y: float, cap: float) -> None:
        """Draw the interval as a line with caps, in white below so that it shows on any bar."""
        lo, hi = (self.x(end) for end in interval)
        for colour, width in (("white", 9), (_INK, 4)):
            self.pen.line((lo, hi), (y, y), colour, width)
            for x in (lo, hi):
                self.pen.line((x, x), (y - cap, y + cap), colour, width)

    def _note(self, bar: Bar, y: float) -> float:
        """Draw the note on the left and the interval on the right, above where that is tight; return where they end."""
        interval, note = self.chart.interval_text(bar), bar.note if bar.value is not None else ""
        if not (interval or note):
            return y
        small, right = self._small(), self.left + self.width
        self.pen.text(right, y + 6 + small.size, interval, small, "right")
        room = self.width - (self.pen.width(interval, small) + small.size if interval else 0)
        if note and room < self.width / 2:
            return self.pen.paragraph(self.left, y + 6 + small.line, note, small, self.width)
        return self.pen.paragraph(self.left, y + 6, note, small, room)

    def _small(self) -> Letters:
        return Letters(size=self.sizes.note, colour=_GREY)


def _draw_axis(column: _Column, y: float, ticks: Sequence[float]) -> float:
    """Draw the numbers of the ticks, the outer ones inside the column; return where they end."""
    write = partial(column.pen.text, baseline=y + 24 + _GREY_NOTE.size, letters=_GREY_NOTE)
    for tick in ticks:
        align: Align = "left" if tick == 0 else "right" if tick == ticks[-1] else "center"
        write(column.x(tick), text=say_number(tick, column.chart.language), align=align)
    return y + 24 + _GREY_NOTE.line


def _ticks_that_fit(pen: "Pen", chart: Chart) -> tuple[float, ...]:
    """Return as many round numbers as can be written side by side."""
    for steps in _STEPS:
        ticks = ticks_to(_top(chart), steps)
        widest = max(pen.width(say_number(tick, chart.language), _GREY_NOTE) for tick in ticks)
        if widest + _GREY_NOTE.size <= _INNER_PX / len(ticks):
            break
    return ticks


def _draw_row(pen: "Pen", charts: Sequence[Chart], y: float) -> float:
    """Draw panels side by side, their first bars on one line; return where the longest one ends."""
    width = (_INNER_PX - (len(charts) - 1) * _GUTTER_PX) / len(charts)
    columns = [
        _Column(
            pen=pen,
            chart=chart,
            sizes=_PANEL,
            left=_MARGIN_PX + number * (width + _GUTTER_PX),
            width=width,
            end=_top(chart),
        )
        for number, chart in enumerate(charts)
    ]
    below_heads = max(_draw_head(column, y) for column in columns) + 14
    return max(column.draw(below_heads) for column in columns)


def _draw_head(column: _Column, y: float) -> float:
    """Draw a panel's title and caption; return where they end."""
    title = Letters(size=_PANEL.title, colour=_INK, bold=True)
    y = column.pen.paragraph(column.left, y, column.chart.title, title, column.width)
    if not column.chart.caption:
        return y
    caption = Letters(size=_PANEL.note, colour=_GREY)
    return column.pen.paragraph(column.left, y, column.chart.caption, caption, column.width)


def _top(chart: Chart) -> float:
    """Return the largest number that is drawn, 1 where all are 0."""
    drawn = [bar.interval[1] if bar.interval else bar.value for bar in chart.bars]
    return max(number for number in drawn if number is not None) or 1.0


def _pen() -> "Pen":
    try:
        from bot.rendering.pen import Pen  # noqa: PLC0415  # matplotlib only when something is drawn
    except ImportError as error:
        raise GpuwiseError(f"Drawing a chart needs {error.name}. Run `pip install 'gpuwise[charts]'`.") from error
    return Pen(WIDTH_PX)
