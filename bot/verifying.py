"""Refuses an answer whose numbers, names or quotes are not bound to what they claim. Every answer passes here."""

import re
from collections.abc import Iterator

from bot.answering.cards import short_name
from bot.answers import Answer, Cell, Figure, Kind, Name, Paragraph, Part, Points, Quote, Sentence, Table
from bot.intents import Intent
from bot.rendering.numbers import say_figure
from bot.rendering.plain import part_text
from knowledge.library import Library
from knowledge.specs import GpuSpec, unit_of

_DIGIT = re.compile(r"\d")
#: How far a rounded figure may lie from its evidence: half a unit in the second significant digit.
_ROUNDING = 0.051
#: Evidence of one card: the sentence or the row must name it.
_OF_A_CARD = frozenset({"speed", "speed_lo", "speed_hi", "price", "total"})
_MARK = re.compile(r"\[\d+\]")


def verify(answer: Answer, intent: Intent, library: Library) -> list[str]:
    """Return what is wrong with *answer*, empty when every number is bound to the card, field and kind it claims."""
    problems: list[str] = []
    for part in answer.parts():
        problems.extend(_check_part(part, answer, library))
    for sentence in _sentences(answer):
        problems.extend(_check_subject(sentence.parts, library))
    for block in answer.blocks:
        if isinstance(block, Table):
            problems.extend(_check_table(block, library))
    known = {citation.id for citation in answer.citations}
    cites = [cite for sentence in _sentences(answer) for cite in sentence.cites]
    cites += [cite for cell in _cells(answer) for cite in cell.cites]
    problems.extend(f"{cite} is cited but not listed" for cite in cites if cite not in known)
    if intent.cards and answer.cards and not set(intent.cards) & set(answer.cards):
        problems.append("the cards of the answer are not those that were asked about")
    return problems


def verify_text(text: str, answer: Answer) -> list[str]:
    """Return the numbers of a rephrased *text* that the verified *answer* does not hold; whoever wrote the text."""
    allowed = " ".join(part_text(part, answer.language) for part in answer.parts())
    numbers = re.findall(r"\d+(?:[.,]\d+)*", _MARK.sub("", text))
    held = set(re.findall(r"\d+(?:[.,]\d+)*", allowed))
    return [f"{number} is bound to nothing" for number in numbers if number not in held]


def _check_part(part: Part, answer: Answer, library: Library) -> Iterator[str]:
    match part:
        case str() if _DIGIT.search(part):
            yield f"{part!r} holds a number that is bound to nothing"
        case Quote(statement=statement, text=text):
            stated = library.guide.statements.get(statement)
            if stated is None or stated.text[answer.language].lower() != text.lower():
                yield f"the quote of {statement} is not what the guide says"
        case Figure():
            yield from _check_figure(part, answer, library)


def _check_figure(figure: Figure, answer: Answer, library: Library) -> Iterator[str]:
    said = say_figure(figure, answer.language)
    if figure.operands:
        first, second = (_cell(library, operand) for operand in figure.operands)
        if first is None or second is None or abs(round((first / second - 1) * 100)) != figure.value:
            yield f"{said} is not what its cells give"
        return
    if figure.evidence is not None:
        yield from _check_evidence(figure, said, answer)
        return
    if figure.kind not in {Kind.VENDOR, Kind.COMPUTED} or not figure.citation:
        yield f"{said} has no cell"
        return
    card, field = _split(figure.citation)
    if _cell(library, figure.citation) != figure.value:
        yield f"{said} is not what {figure.citation} says"
    if figure.unit != unit_of(field):
        yield f"{said} has another unit than {field}"
    if card not in answer.cards or field not in answer.fields:
        yield f"{said} is of {figure.citation}, which the answer is not about"


def _check_evidence(figure: Figure, said: str, answer: Answer) -> Iterator[str]:
    """Yield what is wrong with a figure of the scoring engine: it must be its evidence, rounded, and of its kind."""
    held = answer.evidence.get(figure.evidence or "")
    if held is None:
        yield f"{said} is bound to {figure.evidence}, which the scoring engine did not say"
    elif abs(held - figure.value) > _ROUNDING * abs(held):
        yield f"{said} is not what the scoring engine says of {figure.evidence}"
    if figure.kind is Kind.VENDOR:
        yield f"{said} claims to be the maker's and is the scoring engine's"


def _check_subject(parts: tuple[Part, ...], library: Library) -> Iterator[str]:
    """Yield figures of a card in a sentence that does not name this card."""
    named = {part.text for part in parts if isinstance(part, Name)}
    for part in parts:
        if isinstance(part, Figure) and (slug := _subject(part)):
            card = library.catalogue.by_slug.get(slug)
            if card is None or not named & _names(card):
                yield f"{part.citation or part.evidence} stands in a sentence that does not name its card"


def _check_table(table: Table, library: Library) -> Iterator[str]:
    """Yield figures of a card in a row and a column that neither is headed by this card."""
    for row in table.rows:
        head = {part.text for part in row[0].parts if isinstance(part, Name)}
        for column, cell in enumerate(row):
            for part in cell.parts:
                if isinstance(part, Figure) and (slug := _subject(part)):
                    card = library.catalogue.by_slug.get(slug)
                    if card is None or not _names(card) & {*head, table.header[column]}:
                        yield f"{part.citation or part.evidence} stands under another card"


def _subject(figure: Figure) -> str | None:
    """Return the slug of the card that a figure is of, None where it is of none."""
    if figure.evidence is not None:
        name, colon, slug = figure.evidence.partition(":")
        return slug if colon and name.removeprefix("local/") in _OF_A_CARD else None
    return _split(figure.citation)[0] if figure.citation else None


def _names(card: GpuSpec) -> set[str]:
    return {card.name, short_name(card)}


def _split(citation: str) -> tuple[str, str]:
    slug, _, field = citation.removeprefix("gpu:").partition("#")
    return slug, field


def _cell(library: Library, citation: str) -> float | None:
    slug, field = _split(citation)
    card = library.catalogue.by_slug.get(slug)
    value = getattr(card, field, None) if card else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _sentences(answer: Answer) -> Iterator[Sentence]:
    for block in answer.blocks:
        if isinstance(block, Paragraph):
            yield from block.sentences
        elif isinstance(block, Points):
            yield from block.items


def _cells(answer: Answer) -> Iterator[Cell]:
    for block in answer.blocks:
        if isinstance(block, Table):
            for row in block.rows:
                yield from row
