"""All spec sheets, read once and looked up by slug."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from knowledge.absence import EXPLAINED, Absence, implied, unexplained
from knowledge.errors import KnowledgeError
from knowledge.loading import Entry, Folder, files_in, read_toml
from knowledge.sources import Source
from knowledge.specs import (
    FORM_FACTORS,
    MARKETS,
    NUMBERS,
    REQUIRED,
    WHOLE,
    WORDS,
    WORDS_WITH_SOURCE,
    GpuSpec,
)


@dataclass(frozen=True)
class Catalogue:
    """The cards that gpuwise has sheets of, in file order."""

    cards: tuple[GpuSpec, ...]

    @cached_property
    def by_slug(self) -> Mapping[str, GpuSpec]:
        """Each card by its slug."""
        return {card.slug: card for card in self.cards}

    @cached_property
    def families(self) -> Mapping[str, tuple[GpuSpec, ...]]:
        """All variants of each marketing name."""
        groups: dict[str, list[GpuSpec]] = {}
        for card in self.cards:
            groups.setdefault(card.family, []).append(card)
        return {family: tuple(cards) for family, cards in groups.items()}


def load_catalogue(folder: Folder, sources: Mapping[str, Source]) -> Catalogue:
    """Return the catalogue; errors name file, card and field."""
    cards: list[GpuSpec] = []
    for file in files_in(folder, ".toml"):
        tables = read_toml(file).get("card")
        if not isinstance(tables, list):
            raise KnowledgeError(file.name, "", "card", "must be a list of [[card]] tables")
        cards.extend(read_card(file.name, table, sources) for table in tables)
    _refuse_twins(cards)
    return Catalogue(tuple(cards))


def read_card(file: str, table: Any, sources: Mapping[str, Source]) -> GpuSpec:
    """Return one card from its TOML table."""
    title = table.get("name", "a card without a name") if isinstance(table, dict) else "a card"
    entry = Entry(file, str(title), table)
    values: dict[str, Any] = {name: entry.words(name) for name in WORDS if name != "doubts"}
    for name in REQUIRED:
        if values[name] is None:
            raise entry.fail(name, "is missing")
    values["doubts"] = entry.text("doubts", "")
    values["aliases"] = entry.texts("aliases")
    values["bf16_hardware"] = entry.truth("bf16_hardware")
    values |= {name: _number(entry, name) for name in NUMBERS}
    _check_words(entry, values)
    values["sources"] = _field_sources(entry, values, sources)
    values["absent"] = _absent(entry, values)
    values["exceptions"] = {key: str(reason) for key, reason in entry.table("exceptions").items()}
    entry.close()
    return GpuSpec(**values)


def _number(entry: Entry, name: str) -> float | None:
    value = entry.number(name)
    if value is None or name not in WHOLE:
        return value
    if value != int(value):
        raise entry.fail(name, f"must be a whole number, not {value!r}")
    return int(value)


def _check_words(entry: Entry, values: Mapping[str, Any]) -> None:
    if values["verified"] not in {"yes", "partial"}:
        raise entry.fail("verified", 'must be "yes" or "partial"')
    if values["verified"] == "partial" and not values["doubts"]:
        raise entry.fail("doubts", 'must say why verified is only "partial"')
    if values["market"] not in MARKETS:
        raise entry.fail("market", f"must be one of {', '.join(sorted(MARKETS))}")
    if values["form_factor"] is not None and values["form_factor"] not in FORM_FACTORS:
        raise entry.fail("form_factor", f"must be one of {', '.join(sorted(FORM_FACTORS))}")
    date = values["launch_date"]
    if date and not (date[:4].isdigit() and date.replace("-", "").isdigit()):
        raise entry.fail("launch_date", 'must be "2020-09-17", "2020-09" or "2020"')


def _field_sources(entry: Entry, values: Mapping[str, Any], sources: Mapping[str, Source]) -> dict[str, str]:
    named: dict[str, str] = {}
    for key, names in entry.table("sources").items():
        if key not in sources:
            raise entry.fail(f"sources.{key}", "is defined in no file of knowledge/sources")
        for name in names:
            if values.get(name) is None:
                raise entry.fail(f"sources.{key}", f"names {name}, which this card does not have")
            if name in named:
                raise entry.fail(f"sources.{key}", f"names {name} a second time (also {named[name]})")
            named[name] = key
    for name in (*NUMBERS, *WORDS_WITH_SOURCE):
        if values[name] is not None and name not in named:
            raise entry.fail(name, "has no source")
    return named


def _absent(entry: Entry, values: Mapping[str, Any]) -> dict[str, str]:
    """Return why each field without a value has none: what the sheet says, and what its other fields rule out."""
    absent = implied(values)
    stated: dict[str, str] = {}
    for reason, names in entry.table("absent").items():
        if reason not in {absence.value for absence in Absence}:
            raise entry.fail(f"absent.{reason}", f"must be one of {', '.join(absence.value for absence in Absence)}")
        for name in names:
            if name not in EXPLAINED:
                raise entry.fail(f"absent.{reason}", f"names {name}, which is no field that a card explains")
            if values[name] is not None:
                raise entry.fail(f"absent.{reason}", f"names {name}, which this card gives")
            if name in stated:
                raise entry.fail(f"absent.{reason}", f"names {name} a second time (also {stated[name]})")
            stated[name] = reason
    absent |= stated
    for name in unexplained(values, absent):
        raise entry.fail(name, "is neither given nor named in [card.absent]")
    return absent


def _refuse_twins(cards: Iterable[GpuSpec]) -> None:
    seen: dict[str, str] = {}
    for card in cards:
        for key in {card.slug, card.name.lower(), *(alias.lower() for alias in card.aliases)}:
            if seen.setdefault(key, card.name) != card.name:
                raise KnowledgeError("gpus", card.name, "aliases", f"{key!r} also stands for {seen[key]}")
