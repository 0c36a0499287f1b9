"""What a bar chart shows, before it is drawn: its bars, how their values are written, and the same in words."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answering.ledger import rounded
from bot.answering.phrasing import listed
from bot.answers import Figure, Kind
from bot.rendering.numbers import say_figure, say_number, say_unit
from bot.texts import texts
from knowledge.errors import GpuwiseError

#: More cannot be read on a phone.
MOST_BARS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One thing that is compared. The value is 0 or more; its interval has both ends or none."""

    name: str
    value: float | None  #: None: not known, the note says why
    lo: float | None = None
    hi: float | None = None
    note: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends of the interval, None where there is none."""
        return None if self.value is None or self.lo is None or self.hi is None else (self.lo, self.hi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars in the order they are drawn in, the one that matters most first."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    caption: str = ""
    language: str = "en"
    digits: int | None = None  #: significant digits that values are written with; None: all they have

    @property
    def has_values(self) -> bool:
        """Whether there is anything to draw."""
        return any(bar.value is not None for bar in self.bars)

    def value_text(self, bar: Bar) -> str:
        """Return the value with its unit as the language writes it, or why it is not known."""
        if bar.value is None:
            return bar.note or texts(self.language).say("chart.unknown")
        return say_figure(Figure(value=self._rounded(bar.value), unit=self.unit, kind=Kind.COMPUTED), self.language)

    def interval_text(self, bar: Bar) -> str:
        """Return both ends of the interval without the unit, "" where there is none."""
        if bar.interval is None:
            return ""
        lo, hi = (say_number(self._rounded(end), self.language) for end in bar.interval)
        return texts(self.language).say("chart.interval", lo=lo, hi=hi)

    def _rounded(self, value: float) -> float:
        return value if self.digits is None else rounded(value, self.digits)


def check(chart: Chart) -> None:
    """Refuse a chart that would show nothing or something wrong; the error says which bar and why."""
    if not chart.has_values:
        raise GpuwiseError(f"There is nothing to draw in {chart.title!r}: no bar has a value.")
    if len(chart.bars) > MOST_BARS:
        raise GpuwiseError(f"{chart.title!r} has {len(chart.bars)} bars; draw {MOST_BARS} or fewer.")
    for bar in chart.bars:
        fault = _fault(bar)
        if fault:
            raise GpuwiseError(f"The bar {bar.name!r} of {chart.title!r} cannot be drawn: {fault}.")


def alt_text(chart: Chart) -> str:
    """Return the chart in words, as a screen reader says it."""
    say = texts(chart.language).say
    head = say(
        "chart.alt" if chart.unit else "chart.alt_bare", title=chart.title, unit=say_unit(chart.unit, chart.language)
    )
    bars = "; ".join(_bar_text(chart, bar) for bar in chart.bars)
    return " ".join([head, f"{bars}.", *_overlap_texts(chart), *([chart.caption] if chart.caption else [])])


def panels_alt_text(charts: Sequence[Chart]) -> str:
    """Return several charts in words, one a line."""
    return "\n".join(alt_text(chart) for chart in charts)


def overlapping(bars: Sequence[Bar]) -> tuple[tuple[Bar, ...], ...]:
    """Return the largest groups of bars whose intervals all overlap one another; a bar may stand in several."""
    spans = [(bar, bar.interval) for bar in bars]
    groups: list[tuple[Bar, ...]] = []
    for _, start in spans:
        group = tuple(bar for bar, span in spans if start and span and span[0] <= start[0] <= span[1])
        if len(group) > 1 and group not in groups:
            groups.append(group)
    return tuple(one for one in groups if not any(set(one) < set(other) for other in groups))


def _bar_text(chart: Chart, bar: Bar) -> str:
    """Return one bar with its value, interval and note."""
    interval = chart.interval_text(bar)
    text = f"{bar.name}: {chart.value_text(bar)}" + (f" ({interval})" if interval else "")
    return f"{text}, {bar.note}" if bar.note and bar.value is not None else text


def _overlap_texts(chart: Chart) -> Iterator[str]:
    """Yield which bars cannot be told apart; nothing where fewer than two have an interval."""
    say = texts(chart.language).say
    groups = overlapping(chart.bars)
    for group in groups:
        names = listed([bar.name for bar in group], chart.language).text
        yield say("chart.overlap", names=names)
    if not groups and sum(bar.interval is not None for bar in chart.bars) > 1:
        yield say("chart.apart")


def _fault(bar: Bar) -> str | None:
    """Return why a bar cannot be drawn."""
    if (bar.lo is None) != (bar.hi is None):
        return "its interval has one end only"
    numbers = [number for number in (bar.lo, bar.value, bar.hi) if number is not None]
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        return "its numbers must be 0 or more, since the axis starts at 0"
    if numbers != sorted(numbers):
        return "its value lies outside its interval"
    return None
