"""Lays out what one run measured as a small table: what stands below its card once it has ended."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.answering.bench import work_text
from bot.answering.phrasing import phrase
from bot.answering.results import device_text
from bot.answers import Answer, Cell, Figure, Kind, Name, Part, Table
from bot.intents import IntentKind
from bot.rendering.numbers import say_unit
from bot.texts import texts

if TYPE_CHECKING:
    from bot.store.results import Result

_DIGITS = 3
_GB = 1e9


def answer_measured(question: str, language: str, result: "Result") -> Answer | None:
    """Return the figures of a result as a table, a sweep's batches in a row each; None where nothing was measured."""
    records = [record for record in result.records if record["result"]]
    if not records:
        return None
    table = _one(result, records[0], language) if len(result.records) == 1 else _sweep(result, records, language)
    return Answer(question=question, language=language, intent=IntentKind.RESULTS, blocks=(table,))


def _one(result: "Result", record: Mapping[str, Any], language: str) -> Table:
    say = texts(language).say
    rows = tuple(
        (Cell((say(f"bench.table.{name}"),)), Cell(parts)) for name, parts in _rows(_Cells(result, record, language))
    )
    caption = say(
        "bench.table.caption",
        id=result.id,
        work=work_text(record["workload"], language),
        device=device_text(record, language),
    )
    return Table(caption=caption, header=(say("bench.table.what"), say("bench.table.measured")), rows=rows)


def _sweep(result: "Result", records: Sequence[Mapping[str, Any]], language: str) -> Table:
    say, unit = texts(language).say, records[0]["result"]["throughput"]["unit"]
    rows = tuple(_batch_row(_Cells(result, record, language)) for record in records)
    work = {**records[0]["workload"], "batch": None}
    caption = say(
        "bench.table.caption",
        id=result.id,
        work=work_text(work, language),
        device=device_text(records[0], language),
    )
    header = (say("bench.table.batch"), say_unit(unit, language), "95 %", say("bench.table.memory"))
    return Table(caption=caption, header=header, rows=rows)


def _batch_row(cells: "_Cells") -> tuple[Cell, ...]:
    batch = Figure(value=cells.record["workload"]["batch"], unit="", kind=Kind.GIVEN)
    return (Cell((batch,)), Cell((cells.speed("value", ""),)), Cell(cells.interval()), Cell(cells.memory()))


def _rows(cells: "_Cells") -> Iterable[tuple[str, tuple[Part, ...]]]:
    """Yield what is known of a run, the most wanted first."""
    found, limit = cells.record["result"], cells.record["limited_by"]
    yield "speed", (cells.speed("value", found["throughput"]["unit"]),)
    yield "interval", cells.interval()
    yield "step", (cells.figure(found["step_ms"]["p50"], "ms"),)
    if memory := cells.memory():
        yield "memory", memory
    if energy := found.get("energy"):
        yield "energy", (cells.figure(energy["j_per_sample"], "J"),)
    if limit and texts(cells.language).has(f"bench.table.limits.{limit}"):
        yield "limit", (Name(texts(cells.language).say(f"bench.table.limits.{limit}")),)
    yield "verdict", (Name(texts(cells.language).say(f"bench.table.verdicts.{cells.record['validity']['verdict']}")),)


class _Cells:
    """The figures of one record, bound to its run."""

    def __init__(self, result: "Result", record: Mapping[str, Any], language: str) -> None:
        self._id, self.record, self.language = result.id, record, language

    def figure(self, value: float, unit: str) -> Figure:
        """Return a measured number with as many digits as it deserves."""
        rounded = float(f"{value:.{_DIGITS}g}")
        return Figure(value=rounded, unit=unit, kind=Kind.MEASURED, citation=f"run:{self._id}")

    def speed(self, end: str, unit: str) -> Figure:
        """Return the throughput or an end of its interval."""
        return self.figure(self.record["result"]["throughput"][end], unit)

    def interval(self) -> tuple[Part, ...]:
        """Return both ends of the interval of the throughput."""
        ends = {"lo": self.speed("ci95_lo", ""), "hi": self.speed("ci95_hi", "")}
        return phrase(self.language, "chart.interval", **ends)

    def memory(self) -> tuple[Part, ...]:
        """Return the most memory it held: the card's where it ran on one, else the process's."""
        memory = self.record["result"].get("memory") or {}
        held = memory.get("max_allocated_bytes") or memory.get("peak_rss_bytes")
        return (self.figure(held / _GB, "GB"),) if held else ()
