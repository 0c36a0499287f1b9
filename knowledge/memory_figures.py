"""Published memory figures: what other people saw a network take, to hold the estimates against."""

from collections.abc import Collection, Container
from dataclasses import dataclass

from knowledge.loading import Entry, Folder, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFigure:
    """One published figure and the circumstances it was published with."""

    key: str
    network: str  #: key of a network
    parameters_b: float | None  #: billions, where the network stands for another size
    mode: str
    method: str
    precision: str
    batch: int
    length: int | None
    optimizer: str
    checkpointing: bool
    flash_attention: bool
    leaves_out: tuple[
        str, ...
    ]  #: parts that the figure does not count, such as what a process takes before it allocates
    gb: float  #: decimal
    stated: str  #: the figure as it stands in its source
    source: str  #: key of a source


def load_memory_figures(file: Folder, networks: Container[str], sources: Collection[str]) -> tuple[MemoryFigure, ...]:
    """Return all published figures; errors name the figure and the field."""
    return tuple(_read(Entry(file.name, key, table), networks, sources) for key, table in read_toml(file).items())


def _read(entry: Entry, networks: Container[str], sources: Collection[str]) -> MemoryFigure:
    figure = MemoryFigure(
        key=entry.name,
        network=entry.text("network"),
        parameters_b=entry.number("parameters_b"),
        mode=entry.text("mode"),
        method=entry.text("method", "full"),
        precision=entry.text("precision"),
        batch=int(entry.number("batch") or 1),
        length=int(entry.number("length") or 0) or None,
        optimizer=entry.text("optimizer", "adam"),
        checkpointing=entry.truth("checkpointing") or False,
        flash_attention=entry.truth("flash_attention") is not False,
        leaves_out=entry.texts("leaves_out"),
        gb=entry.number("gb") or 0.0,
        stated=entry.text("stated"),
        source=entry.text("source"),
    )
    if not figure.gb:
        raise entry.fail("gb", "is missing")
    if figure.network not in networks:
        raise entry.fail("network", "is no key of workloads.toml")
    if figure.source not in sources:
        raise entry.fail("source", "is defined in no file of knowledge/sources")
    entry.close()
    return figure
