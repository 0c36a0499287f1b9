"""Which software runs on which card and until when, and which number formats a chip computes in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.loading import Entry, Folder, read_toml
from knowledge.sources import Source
from knowledge.specs import GpuSpec

#: Software that a rule may speak of. "cuda", "rocm" and "oneapi" are the makers' own platforms.
FRAMEWORKS: tuple[str, ...] = (
    "pytorch",
    "tensorflow",
    "jax",
    "cuda",
    "rocm",
    "oneapi",
    "bitsandbytes",
    "flash-attention",
)

#: Number formats that a rule may speak of.
PRECISIONS: tuple[str, ...] = ("fp32", "tf32", "amp", "fp16", "bf16", "fp8", "int8", "int4")


class Level(StrEnum):
    """How well a piece of software runs on a card."""

    FULL = "full"  #: current releases run on it
    ENDING = "ending"  #: current releases run on it, and the end is known
    LIMITED = "limited"  #: frozen, self-built or unofficial packages, or a part of the functions
    NONE = "none"  #: no package for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """The cards that a rule speaks of: those that meet every condition given, all when there is none."""

    vendor: str | None = None
    compute: frozenset[tuple[int, int]] = frozenset()  #: compute capabilities, exactly
    compute_from: tuple[int, int] | None = None
    compute_below: tuple[int, int] | None = None
    gfx: frozenset[str] = frozenset()
    architectures: frozenset[str] = frozenset()
    chips: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()

    @property
    def are_all(self) -> bool:
        """Whether no card is left out."""
        return self == Cards()

    def cover(self, card: GpuSpec) -> bool:
        """Return whether the rule speaks of *card*."""
        named = (
            (self.gfx, card.gfx_target),
            (self.architectures, card.architecture),
            (self.chips, card.chip),
            (self.markets, card.market),
        )
        return (
            self.vendor in {None, card.vendor}
            and self._cover_capability(card.compute_capability)
            and all(not wanted or value in wanted for wanted, value in named)
        )

    def _cover_capability(self, text: str | None) -> bool:
        if not self.compute and self.compute_from is None and self.compute_below is None:
            return True
        if text is None:
            return False
        capability = to_capability(text)
        return (
            (not self.compute or capability in self.compute)
            and (self.compute_from is None or capability >= self.compute_from)
            and (self.compute_below is None or capability < self.compute_below)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRule:
    """How well some software runs on some cards during some time."""

    id: str
    frameworks: tuple[str, ...]
    cards: Cards
    level: Level
    share: float  #: 0.0 for no package, 1.0 for current releases with no end in sight
    since: date | None  #: first day; None: as long as this table looks back
    until: date | None  #: the day on which another rule takes over; None: not known
    reason: str
    reason_vi: str
    source: str
    see: tuple[str, ...]  #: keys of further sources
    dated: date  #: of the source, or the day it was read
    doubts: str  #: why it is not sure; empty when it is

    def holds_on(self, today: date) -> bool:
        """Return whether the rule applies on that day."""
        return (self.since is None or self.since <= today) and (self.until is None or today < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionRule:
    """Whether some chips compute in some number formats."""

    id: str
    precisions: tuple[str, ...]
    cards: Cards
    hardware: bool  #: the chip has instructions for arithmetic in it
    emulated: bool  #: programs that ask for it run all the same, in another format
    matrix_units: bool  #: the instructions are those of tensor cores, matrix cores or XMX engines
    reason: str
    reason_vi: str
    source: str
    see: tuple[str, ...]
    dated: date
    doubts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRules:
    """All rules, in file order: of those that speak of a card, the first that holds counts."""

    supports: tuple[SupportRule, ...]
    precisions: tuple[PrecisionRule, ...]


def load_support(file: Folder, sources: Mapping[str, Source]) -> SupportRules:
    """Return the rules; errors name file, rule and field."""
    tables = read_toml(file)
    supports = tuple(_read_support(entry, sources) for entry in _entries(file.name, "support", tables))
    precisions = tuple(_read_precision(entry, sources) for entry in _entries(file.name, "precision", tables))
    _refuse_twins(file.name, [rule.id for rule in supports] + [rule.id for rule in precisions])
    for name in FRAMEWORKS:
        endless = [
            rule.cards.are_all and not rule.since and not rule.until for rule in supports if name in rule.frameworks
        ]
        _demand_last(file.name, name, endless)
    for name in PRECISIONS:
        _demand_last(file.name, name, [rule.cards.are_all for rule in precisions if name in rule.precisions])
    return SupportRules(supports=supports, precisions=precisions)


def to_capability(text: str) -> tuple[int, int]:
    """Return (8, 6) for "8.6"; ValueError for anything else."""
    major, minor = text.split(".")
    return int(major), int(minor)


def _entries(file: str, kind: str, tables: Mapping[str, Any]) -> Iterator[Entry]:
    found = tables.get(kind)
    if not isinstance(found, list):
        raise KnowledgeError(file, "", kind, f"must be a list of [[{kind}]] tables")
    for table in found:
        title = table.get("id", f"a {kind} without an id") if isinstance(table, dict) else kind
        yield Entry(file, str(title), table)


def _read_support(entry: Entry, sources: Mapping[str, Source]) -> SupportRule:
    level = _one_of(entry, "level", entry.text("level"), tuple(Level))
    share = entry.number("share") or 0.0
    if share > 1 or (level == Level.NONE) != (share == 0):
        raise entry.fail("share", 'must be above 0 and at most 1, and left out for the level "none"')
    since, until = _day(entry, "since"), _day(entry, "until")
    if since and until and since >= until:
        raise entry.fail("until", "must be later than since")
    rule = SupportRule(
        id=entry.text("id"),
        frameworks=_some_of(entry, "frameworks", FRAMEWORKS),
        cards=_read_cards(entry),
        level=Level(level),
        share=share,
        since=since,
        until=until,
        **_read_ground(entry, sources),
    )
    entry.close()
    return rule


def _read_precision(entry: Entry, sources: Mapping[str, Source]) -> PrecisionRule:
    rule = PrecisionRule(
        id=entry.text("id"),
        precisions=_some_of(entry, "precisions", PRECISIONS),
        cards=_read_cards(entry),
        hardware=_truth(entry, "hardware"),
        emulated=_truth(entry, "emulated"),
        matrix_units=_truth(entry, "matrix_units"),
        **_read_ground(entry, sources),
    )
    if rule.matrix_units and not rule.hardware:
        raise entry.fail("matrix_units", "cannot be true where hardware is false")
    entry.close()
    return rule


def _read_cards(entry: Entry) -> Cards:
    return Cards(
        vendor=entry.words("vendor"),
        compute=frozenset(_capability(entry, "compute", text) for text in entry.texts("compute")),
        compute_from=_capability(entry, "compute_from", entry.words("compute_from")),
        compute_below=_capability(entry, "compute_below", entry.words("compute_below")),
        gfx=frozenset(entry.texts("gfx")),
        architectures=frozenset(entry.texts("architectures")),
        chips=frozenset(entry.texts("chips")),
        markets=frozenset(entry.texts("markets")),
    )


def _read_ground(entry: Entry, sources: Mapping[str, Source]) -> dict[str, Any]:
    source, see, day = entry.text("source"), entry.texts("see"), _day(entry, "date")
    for field, key in (("source", source), *(("see", key) for key in see)):
        if key not in sources:
            raise entry.fail(field, f"{key!r} is defined in no file of knowledge/sources")
    if day is None:
        raise entry.fail("date", "is missing")
    texts = {name: entry.text(name) for name in ("reason", "reason_vi")}
    return texts | {"source": source, "see": see, "dated": day, "doubts": entry.text("doubts", "")}


def _capability(entry: Entry, field: str, text: str | None) -> Any:
    try:
        return None if text is None else to_capability(text)
    except ValueError as error:
        raise entry.fail(field, f'must be like "8.6", not {text!r}') from error


def _day(entry: Entry, field: str) -> date | None:
    text = entry.words(field)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise entry.fail(field, f'must be like "2026-10-28", not {text!r}') from error


def _truth(entry: Entry, field: str) -> bool:
    value = entry.truth(field)
    if value is None:
        raise entry.fail(field, "is missing")
    return value


def _one_of(entry: Entry, field: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise entry.fail(field, f"must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _some_of(entry: Entry, field: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    values = entry.texts(field)
    if not values:
        raise entry.fail(field, "is missing")
    return tuple(_one_of(entry, field, value, allowed) for value in values)


def _refuse_twins(file: str, ids: list[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise KnowledgeError(file, name, "id", "stands twice; keep one")


def _demand_last(file: str, name: str, catches_all: list[bool]) -> None:
    if not catches_all or not catches_all[-1]:
        raise KnowledgeError(file, name, "", "must end with a rule for every card, without dates")
    if any(catches_all[:-1]):
        raise KnowledgeError(file, name, "", "has a rule for every card before its last one; nothing after it counts")
