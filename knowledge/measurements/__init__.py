"""Published throughputs, read once: whole rows where their licence permits, medians of the others."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from knowledge.errors import KnowledgeError
from knowledge.loading import Folder, read_text

ROWS, MEDIANS = "throughput.csv", "throughput_medians.csv"
MODES = ("training", "inference", "decode")
_NEEDED = ("card", "network", "mode", "precision", "value", "unit", "software", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """One published throughput of one GPU, or the median of several of one source."""

    card: str  #: slug
    network: str  #: key of a network
    mode: str  #: training, inference, or decode (tokens of one stream)
    precision: str  #: as its source ran it
    batch: int | None
    value: float  #: samples a second, whatever a sample is
    unit: str
    software: str
    source: str  #: key of a source
    rows: int = 1  #: how many published rows it stands for
    note: str = ""


def load_throughputs(folder: Folder, cards: Collection[str], sources: Collection[str]) -> tuple[Throughput, ...]:
    """Return all throughputs in *folder*; errors name file, line and column."""
    found: list[Throughput] = []
    for name in (ROWS, MEDIANS):
        for number, row in _table(folder / name):
            item = _read(name, number, row)
            if item.card not in cards:
                raise KnowledgeError(name, f"line {number}", "card", f"{item.card!r} is no slug of the catalogue")
            if item.source not in sources:
                problem = f"{item.source!r} is defined in no file of knowledge/sources"
                raise KnowledgeError(name, f"line {number}", "source", problem)
            found.append(item)
    return tuple(found)


def _table(file: Folder) -> Iterator[tuple[int, Mapping[str, str]]]:
    yield from enumerate(csv.DictReader(read_text(file).splitlines()), 2)


def _read(file: str, number: int, row: Mapping[str, str]) -> Throughput:
    place = f"line {number}"
    missing = next((name for name in _NEEDED if not row.get(name)), None)
    if missing:
        raise KnowledgeError(file, place, missing, "is missing")
    try:
        batch = int(row.get("batch") or 0) or None
        value, rows = float(row["value"]), int(row.get("rows") or 1)
    except ValueError as error:
        raise KnowledgeError(file, place, "value", f"has no usable number ({error})") from error
    if not 0 < value < inf:
        raise KnowledgeError(file, place, "value", "must be above 0 and finite")
    if row["mode"] not in MODES:
        raise KnowledgeError(file, place, "mode", f"must be one of {', '.join(MODES)}")
    unit = row["unit"]
    if unit == "ms":  # a whole batch of sequences
        value, unit = 1000 * (batch or 1) / value, "sequences/s"
    return Throughput(
        card=row["card"],
        network=row["network"],
        mode=row["mode"],
        precision=row["precision"],
        batch=batch,
        value=value,
        unit=unit,
        software=row["software"],
        source=row["source"],
        rows=rows,
        note=row.get("note") or "",
    )
