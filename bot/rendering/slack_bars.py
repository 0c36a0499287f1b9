"""A bar chart as Slack draws it. It shows no intervals: those are said in the text beside it. Pure."""

from typing import Any

from bot.rendering.bars import Chart
from bot.rendering.numbers import say_unit
from bot.rendering.slack_markup import is_visible, unpinged
from bot.rendering.slack_table_limits import AXIS_LABEL, CHART_TITLE, POINT_LABEL, POINTS
from bot.rendering.splitting import shortened
from bot.rendering.telegram_markup import utf16_units


def to_chart_block(chart: Chart) -> dict[str, Any] | None:
    """Return the bars that have a value; None where they are too few or too many, or two have one name."""
    bars = [bar for bar in chart.bars if bar.value is not None]
    names = [_line(bar.name, POINT_LABEL) for bar in bars]
    title, unit = _line(chart.title, CHART_TITLE), say_unit(chart.unit, chart.language)
    if not 1 < len(bars) <= POINTS or len(set(names)) < len(names) or not all(map(is_visible, (title, *names))):
        return None
    points = [
        {"label": name, "value": float(f"{bar.value:.{chart.digits or 6}g}")}
        for name, bar in zip(names, bars, strict=True)
    ]
    axis = {"categories": names} | ({"y_label": _line(unit, AXIS_LABEL)} if unit else {})
    series = {"name": _line(unit, POINT_LABEL) or _line(title, POINT_LABEL), "data": points}
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": "bar", "series": [series], "axis_config": axis},
    }


def _line(text: str, limit: int) -> str:
    return shortened(" ".join(unpinged(text).split()), limit, utf16_units)
