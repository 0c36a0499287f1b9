"""What a footnote of a guide statement opens."""

from collections.abc import Iterable

from bot.answers import Citation
from bot.texts import texts
from knowledge.guides import Statement
from knowledge.library import Library


def cite_statements(library: Library, language: str, statements: Iterable[Statement]) -> tuple[Citation, ...]:
    """Return one citation a statement: the guide's place, its outside source and that source's address."""
    return tuple(_cite(library, language, statement) for statement in statements)


def _cite(library: Library, language: str, statement: Statement) -> Citation:
    section = library.guide.by_id[statement.section]
    outside = [library.sources[ground] for ground in statement.grounds if ground in library.sources]
    cards = [
        library.catalogue.by_slug.get(ground[4:].split("#")[0]) for ground in statement.grounds if ground[:4] == "gpu:"
    ]
    named = [source.label for source in outside] + [card.name for card in cards if card is not None]
    place = f"knowledge/guides/{language}/{section.chapter}.md#{section.id}"
    return Citation(
        id=f"guide:{statement.id}",
        title=section.path[language],
        quote=statement.text[language],
        source="; ".join(dict.fromkeys(named)) or f"{texts(language).say('sources.guide')}, {place}",
        url=next((source.url for source in outside if source.url), None),
    )
