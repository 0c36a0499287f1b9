"""Cuts the guide, the spec sheets and the boundaries into the units that are embedded and searched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.boundaries import Boundary
from knowledge.guides import LANGUAGES, Guide, Section
from knowledge.specs import GpuSpec

SECTION, STATEMENT, ASK, CARD, BOUNDARY = "section", "statement", "ask", "card", "boundary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One text that can be found, and what finding it means."""

    id: str
    target: str  #: section id, card slug, or id of a boundary
    kind: str
    language: str
    text: str


def units_of_guide(guide: Guide) -> Iterator[Unit]:
    """Yield, by section and language, the whole section under its heading path, each statement and each question."""
    for section in guide.sections:
        for language in LANGUAGES:
            yield from _units_of_section(section, language)


def _units_of_section(section: Section, language: str) -> Iterator[Unit]:
    path = section.path[language]
    body = " ".join(statement.text[language] for statement in section.statements)
    yield Unit(id=section.id, target=section.id, kind=SECTION, language=language, text=f"{path}. {body}")
    for statement in section.statements:
        text = statement.text[language]
        yield Unit(id=statement.id, target=section.id, kind=STATEMENT, language=language, text=text)
    for number, question in enumerate(section.asks[language]):
        yield Unit(id=f"{section.id}?{number}", target=section.id, kind=ASK, language=language, text=question)
    yield Unit(id=f"{section.id}#", target=section.id, kind=ASK, language=language, text=section.title[language])


def unit_of_card(card: GpuSpec) -> Unit:
    """Return a card's sheet as one sentence, in English."""
    facts = [
        f"{card.vendor} {card.architecture} {card.market} GPU",
        f"{card.memory_gb:g} GB {card.memory_type or ''}" if card.memory_gb else "",
        f"{card.memory_bandwidth_gb_s:g} GB/s" if card.memory_bandwidth_gb_s else "",
        f"{card.tdp_w:g} W" if card.tdp_w else "",
        f"launched {card.launch_year}" if card.launch_year else "",
    ]
    text = f"{card.name}: {', '.join(fact.strip() for fact in facts if fact)}."
    return Unit(id=f"gpu:{card.slug}", target=card.slug, kind=CARD, language="en", text=text)


def units_of_boundaries(boundaries: tuple[Boundary, ...]) -> Iterator[Unit]:
    """Yield the questions that lie outside, each with the language it is asked in."""
    for boundary in boundaries:
        for language in LANGUAGES:
            for number, text in enumerate(boundary.asks[language]):
                yield Unit(
                    id=f"{boundary.id}!{number}", target=boundary.id, kind=BOUNDARY, language=language, text=text
                )


def count_by_kind(units: tuple[Unit, ...]) -> Mapping[str, int]:
    """Return how many units of each kind there are."""
    counts: dict[str, int] = {}
    for unit in units:
        counts[unit.kind] = counts.get(unit.kind, 0) + 1
    return counts
