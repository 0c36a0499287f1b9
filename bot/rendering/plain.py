"""Plain text: what the JSON carries, what a pipe gets, and the last step of every platform's ladder."""

from collections.abc import Sequence

from wcwidth import wcswidth

from bot.answers import Answer, Block, Cell, Code, Figure, Given, Name, Paragraph, Part, Points, Quote, Sentence, Table
from bot.rendering.numbers import say_figure


def to_text(answer: Answer) -> str:
    """Return the answer's body with footnote marks, without the list of sources."""
    return "\n\n".join(block_text(answer, block) for block in answer.blocks)


def sources_text(answer: Answer, heading: str) -> str:
    """Return the sources by footnote number, those of one origin on one line; empty when nothing is cited."""
    if not answer.citations:
        return ""
    groups: dict[tuple[str, str | None], list[tuple[int, str]]] = {}
    for number, citation in enumerate(answer.citations, 1):
        groups.setdefault((citation.source, citation.url), []).append((number, citation.title))
    lines = [heading]
    for (source, url), members in groups.items():
        marks = "".join(f"[{number}]" for number, _ in members)
        titles = "; ".join(dict.fromkeys(title for _, title in members))
        lines.append(f"  {marks} {titles} · {source}" + (f" <{url}>" if url else ""))
    return "\n".join(lines)


def block_text(answer: Answer, block: Block) -> str:
    """Return one block as text."""
    match block:
        case Paragraph(sentences=sentences):
            return " ".join(sentence_text(answer, sentence) for sentence in sentences)
        case Points(items=items):
            return "\n".join(f"• {sentence_text(answer, item)}" for item in items)
        case Table():
            return _table_text(answer, block)
        case Code(text=text):
            return text


def sentence_text(answer: Answer, sentence: Sentence) -> str:
    """Return a sentence with its footnote marks before the final stop."""
    return _with_marks("".join(part_text(part, answer.language) for part in sentence.parts), answer, sentence.cites)


def cell_text(answer: Answer, cell: Cell) -> str:
    """Return a cell with its footnote marks."""
    return _with_marks("".join(part_text(part, answer.language) for part in cell.parts), answer, cell.cites)


def part_text(part: Part, language: str) -> str:
    """Return one part as text."""
    match part:
        case Figure():
            return say_figure(part, language)
        case Name(text=text) | Given(text=text):
            return text
        case Quote(text=text, lead=lead):
            return f"{lead}{text}"
        case _:
            return part


def _with_marks(text: str, answer: Answer, cites: Sequence[str]) -> str:
    numbers = [number for number in (answer.footnote(citation) for citation in cites) if number]
    marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
    if not marks:
        return text
    if text.endswith((".", "!", "?")):
        return f"{text[:-1]} {marks}{text[-1]}"
    return f"{text} {marks}"


def _table_text(answer: Answer, table: Table) -> str:
    rows = [list(table.header)] + [[cell_text(answer, cell) for cell in row] for row in table.rows]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(table.header))]
    lines = ["  ".join(_pad(text, width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def _width(text: str) -> int:
    return max(wcswidth(text), 0) or len(text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
