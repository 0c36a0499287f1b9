"""Answers as rich renderables, and the bar of the first build; imported for people's terminals only."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.style import Style
from rich.syntax import Syntax
from rich.table import Table as Grid
from rich.text import Text

from bot.answers import Action, Answer, Block, Cell, Code, Figure, Paragraph, Points, Sentence, Table
from bot.rendering.plain import cell_text, sentence_text

#: Footnote marks where the plain rendering puts them: last, or before the final stop.
_MARKS = r"(?:\[\d+\])+(?=[.!?]?$)"
_LEXERS = {"keras": "python", "pytorch": "python"}


def make_console() -> Console:
    """Return a console on stdout that prints what it is given: no markup, no guessed highlights, no emoji codes."""
    return Console(highlight=False, markup=False, emoji=False)


def to_renderable(answer: Answer, heading: str) -> Group:
    """Return the answer's blocks, its sources under *heading*, and its next steps."""
    sections = [block_renderable(answer, block) for block in answer.blocks]
    if answer.citations:
        sections.append(sources_renderable(answer, heading))
    if answer.actions:
        sections.append(suggestions_renderable(answer.actions))
    return Group(*_spaced(sections))


def block_renderable(answer: Answer, block: Block) -> RenderableType:
    """Return one block."""
    match block:
        case Paragraph(sentences=sentences):
            return Text(" ").join(_sentence(answer, sentence) for sentence in sentences)
        case Points(items=items):
            return _listed([(Text("•"), _sentence(answer, item)) for item in items])
        case Table():
            return _table(answer, block)
        case Code():
            code = Syntax(
                block.text.rstrip("\n"),
                _LEXERS.get(block.name, block.name),
                theme="ansi_dark",
                background_color="default",
                word_wrap=True,
            )
            return Padding(code, (0, 0, 0, 2))


def sources_renderable(answer: Answer, heading: str) -> RenderableType:
    """Return the footnotes, those of one origin together, each address shown and linked."""
    groups: dict[tuple[str, str | None], list[tuple[int, str]]] = {}
    for number, citation in enumerate(answer.citations, 1):
        groups.setdefault((citation.source, citation.url), []).append((number, citation.title))
    notes = []
    for (source, url), members in groups.items():
        note = Text("".join(f"[{number}]" for number, _ in members) + " ", style="dim")
        note.append("; ".join(dict.fromkeys(title for _, title in members)) + " · ")
        note.append(source, Style(link=url))
        if url:
            note.append(" ").append(url, Style(link=url, underline=True))
        notes.append(Padding(note, (0, 0, 0, 2)))
    return Group(Text(heading, style="dim"), *notes)


def suggestions_renderable(actions: Sequence[Action]) -> RenderableType:
    """Return the next steps by the number that asks them."""
    return _listed([(Text(f"{number}.", style="cyan"), Text(item.label)) for number, item in enumerate(actions, 1)])


@contextmanager
def show_progress(console: Console, title: str, *, at_once: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Draw a bar a step under *title* while the body runs; *at_once* before the first step is reported."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        waiting = bars.add_task(title, total=None, visible=at_once)
        steps: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            bars.update(waiting, visible=False)
            if step not in steps:
                steps[step] = bars.add_task(f"{title}: {step}")
            bars.update(steps[step], completed=done, total=total)

        yield report


def _sentence(answer: Answer, sentence: Sentence) -> Text:
    return _dim_marks(Text(sentence_text(answer, sentence)), sentence.cites)


def _dim_marks(text: Text, cites: Sequence[str]) -> Text:
    if cites:
        text.highlight_regex(_MARKS, "dim")
    return text


def _table(answer: Answer, table: Table) -> Grid:
    grid = Grid(title=table.caption, title_justify="left", title_style="dim italic", header_style="bold")
    for column, header in enumerate(table.header):
        of_figures = any(_is_figure(row[column]) for row in table.rows)
        grid.add_column(Text(header, justify="right" if of_figures else "left"), overflow="fold")
    for row in table.rows:
        grid.add_row(*(_cell(answer, cell) for cell in row))
    return grid


def _cell(answer: Answer, cell: Cell) -> Text:
    text = Text(cell_text(answer, cell), justify="right" if _is_figure(cell) else "left")
    return _dim_marks(text, cell.cites)


def _is_figure(cell: Cell) -> bool:
    return any(isinstance(part, Figure) for part in cell.parts)


def _listed(items: Sequence[tuple[Text, Text]]) -> Grid:
    """Return marks and texts; a long text is wrapped beside its mark, not under it."""
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for mark, text in items:
        grid.add_row(mark, text)
    return grid


def _spaced(sections: Sequence[RenderableType]) -> Iterator[RenderableType]:
    for number, section in enumerate(sections):
        if number:
            yield Text()
        yield section
