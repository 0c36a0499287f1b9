"""What a footnote of a guide statement opens."""

from collections.abc import Iterable

from bot.answers import Block, Citation, Paragraph, Points, Table
from bot.texts import texts
from knowledge.guides import Statement
from knowledge.library import Library
from retrieval.scoring.fits import Fit


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


def cite_fit(library: Library, fit: Fit) -> Citation:
    """Return the citation of a fit: what rows it was made from, and how wrong it is for an unseen architecture."""
    sources = [library.sources[key] for key in fit.sources if key in library.sources]
    error = f", off by {100 * fit.errors['ours']:.0f} % on architectures left out" if fit.errors else ""
    return Citation(
        id=fit.id,
        title=f"gpuwise fit {fit.network}, {fit.mode}, {fit.precision}",
        quote=f"fitted to {fit.rows} published rows of {fit.cards} cards{error}",
        source="; ".join(source.label for source in sources) or "gpuwise",
        url=next((source.url for source in sources if source.url), None),
    )


def used(citations: Iterable[Citation], blocks: Iterable[Block]) -> tuple[Citation, ...]:
    """Return the citations that some sentence or cell refers to, each once, in their order."""
    wanted: set[str] = set()
    for block in blocks:
        if isinstance(block, Paragraph):
            wanted |= {cite for item in block.sentences for cite in item.cites}
        elif isinstance(block, Points):
            wanted |= {cite for item in block.items for cite in item.cites}
        elif isinstance(block, Table):
            wanted |= {cite for row in block.rows for cell in row for cite in cell.cites}
    return tuple({item.id: item for item in citations if item.id in wanted}.values())
