"""What of a result is worth a picture: a sweep's batches, the runs before it, else how steady it was. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.rendering.bars import Bar, Chart
from bot.rendering.numbers import say_number
from bot.texts import texts

if TYPE_CHECKING:
    from bot.store.results import Result

_DIGITS, _RUNS, _PARTS = 3, 5, 8
_FEWEST = 2  #: bars; a single one tells nothing


def chart_after(result: "Result", others: Iterable["Result"], language: str) -> Chart | None:
    """Return what to draw once a run has ended; None where there are no two bars."""
    return _sweep(result, language) or bars_of(result, others, language) or _steadiness(result, language)


def bars_of(result: "Result", others: Iterable["Result"], language: str) -> Chart | None:
    """Return bars of a result and the newest earlier ones of its case; None where there is nothing beside it."""
    alike = [other for other in others if other.id != result.id and is_like(other, result)]
    if not alike or not result.records[0]["result"]:
        return None
    return chart_of([result, *alike[: _RUNS - 1]], language)


def chart_of(results: Sequence["Result"], language: str = "en") -> Chart | None:
    """Return bars of the results that have a throughput in the unit of the first; None where none has."""
    found = [(result.id, record) for result in results for record in result.records if record["result"]]
    if not found:
        return None
    unit = _speed(found[0][1])["unit"]
    bars = [
        _bar(f"{name} {record['workload']['id']} {record['workload']['batch']}", record)
        for name, record in found
        if _speed(record)["unit"] == unit
    ]
    return _chart("chart.measured", unit, bars, language)


def is_like(other: "Result", result: "Result") -> bool:
    """Whether *other* is one run of the same case as *result*, and came to an end like it."""
    return len(other.records) == 1 and _case(other.records[0]) == _case(result.records[0])


def _sweep(result: "Result", language: str) -> Chart | None:
    records = [record for record in result.records if record["result"]]
    if len(records) < _FEWEST:
        return None
    say = texts(language).say
    bars = [_bar(say("chart.batch", batch=str(record["workload"]["batch"])), record) for record in records]
    return _chart("chart.sweep", _speed(records[0])["unit"], bars, language)


def _steadiness(result: "Result", language: str) -> Chart | None:
    """Return the throughput of each part of a run, as it went on."""
    record = result.records[0]
    blocks = [block for block in record["samples"]["blocks"] if not block["rejected"]]
    if not record["result"] or len(blocks) < _FEWEST:
        return None
    parts = min(len(blocks), _PARTS)
    cuts = [round(number * len(blocks) / parts) for number in range(parts + 1)]
    bars, passed_s = [], 0.0
    for start, end in pairwise(cuts):
        wall_s = sum(block["wall_s"] for block in blocks[start:end])
        rate = record["workload"]["batch"] * sum(block["steps"] for block in blocks[start:end]) / wall_s
        ends = [say_number(float(f"{second:.2g}"), language) for second in (passed_s, passed_s + wall_s)]
        bars.append(Bar(name=f"{ends[0]}–{ends[1]} s", value=rate))
        passed_s += wall_s
    unit, say = _speed(record)["unit"], texts(language).say
    title = say("chart.steady", id=result.id)
    return Chart(title=title, unit=unit, bars=tuple(bars), language=language, digits=_DIGITS)


def _bar(name: str, record: Mapping[str, Any]) -> Bar:
    speed = _speed(record)
    return Bar(name=name, value=speed["value"], lo=speed["ci95_lo"], hi=speed["ci95_hi"])


def _chart(key: str, unit: str, bars: Sequence[Bar], language: str) -> Chart:
    say = texts(language).say
    caption = say("chart.lines_95")
    return Chart(title=say(key), unit=unit, bars=tuple(bars), caption=caption, language=language, digits=_DIGITS)


def _case(record: Mapping[str, Any]) -> tuple[Any, ...]:
    work = record["workload"]
    return (work["id"], work["mode"], record["result"] is not None)


def _speed(record: Mapping[str, Any]) -> Mapping[str, Any]:
    speed: Mapping[str, Any] = record["result"]["throughput"]
    return speed
