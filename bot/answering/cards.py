"""How a card, its fields and their cells are said and cited."""

from collections.abc import Iterable

from bot.answers import Cell, Citation, Figure, Kind, Name, Part
from bot.intents import Intent
from bot.rendering.numbers import say_number
from bot.texts import labels, texts
from knowledge.library import Library
from knowledge.specs import NUMBERS, GpuSpec, unit_of

_DROPPED = ("GeForce ", "Radeon ", "Tesla ", "Instinct ")
#: Fields that a whole sheet shows, in order.
SHEET = (
    "memory_gb",
    "memory_type",
    "memory_bandwidth_gb_s",
    "fp32_tflops",
    "fp16_matrix_fp32acc_tflops",
    "fp16_vector_tflops",
    "tdp_w",
    "launch_date",
    "launch_price_usd",
    "compute_capability",
    "gfx_target",
)
#: Fields that hold words and are answered with them.
WORDED = frozenset(
    {
        "memory_type",
        "power_connectors",
        "link",
        "form_factor",
        "cooling",
        "launch_date",
        "compute_capability",
        "gfx_target",
        "architecture",
        "bf16_hardware",
    }
)


def short_name(card: GpuSpec) -> str:
    """Return a card's name without the words that everybody leaves out."""
    name = card.name
    for word in _DROPPED:
        name = name.removeprefix(word)
    return name if any(sign.isdigit() for sign in name) or " " in name else card.name


def cell_id(card: GpuSpec, field: str) -> str:
    """Return the id that a citation of a cell has."""
    return f"gpu:{card.slug}#{field}"


def label_of(field: str, language: str) -> str:
    """Return what a field is called."""
    names = labels()
    return names[field][language] if field in names else field.replace("_", " ")


def value_of(card: GpuSpec, field: str) -> float | str | bool | None:
    """Return a cell's value; None where the maker gives none."""
    value: float | str | bool | None = getattr(card, field)
    return value


def value_part(card: GpuSpec, field: str, language: str) -> Part | None:
    """Return a cell as part of a sentence, or None where the sheet has nothing."""
    value = value_of(card, field)
    if value is None:
        return None
    if isinstance(value, bool):
        return texts(language).say("spec.on_sheet" if value else "spec.not_on_sheet")
    if isinstance(value, str):
        return Name(_said_date(value, language) if field == "launch_date" else value)
    kind = Kind.COMPUTED if card.sources.get(field) == "derived" else Kind.VENDOR
    return Figure(value=value, unit=unit_of(field), kind=kind, citation=cell_id(card, field))


def table_cell(card: GpuSpec, field: str, language: str) -> Cell:
    """Return a cell of a table, with a dash where the sheet has nothing."""
    part = value_part(card, field, language)
    if part is None:
        return Cell((texts(language).say("spec.not_given"),))
    return Cell((part,), (cell_id(card, field),))


def cite_cells(library: Library, language: str, cells: Iterable[tuple[GpuSpec, str]]) -> tuple[Citation, ...]:
    """Return one citation a cell, in order, each once, without those that are empty."""
    found: dict[str, Citation] = {}
    for card, field in cells:
        value = value_of(card, field)
        if value is None:
            continue
        source = library.sources.get(card.sources.get(field, ""))
        said = say_number(value, language) if isinstance(value, (int, float)) and field in NUMBERS else str(value)
        identifier = cell_id(card, field)
        found[identifier] = Citation(
            id=identifier,
            title=f"{card.name}, {label_of(field, language)}",
            quote=f"{label_of(field, language)}: {said} {unit_of(field) if field in NUMBERS else ''}".strip(),
            source=source.label if source else texts(language).say("sources.sheet"),
            url=source.url if source else None,
        )
    return tuple(found.values())


def _said_date(date: str, language: str) -> str:
    return "/".join(reversed(date.split("-"))) if language == "vi" else date


def shown_cards(intent: Intent, library: Library, most: int) -> list[GpuSpec]:
    """Return the cards to speak of: of a name with many variants those that are no laptop's, where there are some."""
    found: list[GpuSpec] = []
    for mention in intent.mentions:
        variants = [library.catalogue.by_slug[slug] for slug in mention.slugs]
        found += [card for card in variants if card.market != "laptop"] or variants
    return found[:most]
