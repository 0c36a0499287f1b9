"""How an answer looks in a terminal."""

from io import StringIO

from rich.console import Console, RenderableType

from bot.answers import (
    Action,
    Answer,
    Block,
    Cell,
    Citation,
    Code,
    Figure,
    Given,
    Kind,
    Paragraph,
    Points,
    Sentence,
    Table,
)
from bot.rendering.terminal import show_progress, to_renderable

MEMORY = Citation(id="gpu:a#memory_gb", title="Card A, memory", quote="24 GB", source="Sheet A", url="https://a.test/")
POWER = Citation(id="gpu:a#tdp_w", title="Card A, power", quote="350 W", source="Sheet A", url="https://a.test/")
GUIDE = Citation(id="guide:vram", title="VRAM", quote="…", source="gpuwise guide", url=None)


def make_answer(
    *blocks: Block, citations: tuple[Citation, ...] = (), actions: tuple[Action, ...] = (), language: str = "en"
) -> Answer:
    return Answer(question="?", language=language, intent="spec", blocks=blocks, citations=citations, actions=actions)


def make_figure(value: float, unit: str = "GB", citation: Citation | None = None) -> Figure:
    return Figure(value=value, unit=unit, kind=Kind.VENDOR, citation=citation.id if citation else None)


def make_table(*rows: tuple[Cell, ...]) -> Table:
    return Table(caption="Two cards", header=("Card", "memory"), rows=rows)


def drawn(renderable: RenderableType, *, width: int = 60, styled: bool = False) -> str:
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=styled,
        color_system="truecolor" if styled else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(renderable)
    return out.getvalue()


def lines_of(answer: Answer, width: int = 60) -> list[str]:
    return [line.rstrip() for line in drawn(to_renderable(answer, "Sources:"), width=width).splitlines()]


def test_a_paragraph_keeps_its_words_figures_and_marks() -> None:
    sentence = Sentence(("It has ", make_figure(24, citation=MEMORY), "."), (MEMORY.id,))

    assert lines_of(make_answer(Paragraph((sentence,)), citations=(MEMORY,)))[0] == "It has 24 GB [1]."


def test_footnote_marks_are_dim_and_the_words_are_not() -> None:
    sentence = Sentence(("It has [2] ways.",), (MEMORY.id,))

    answer = make_answer(Paragraph((sentence,)), citations=(MEMORY,))

    assert "It has [2] ways \x1b[2m[1]\x1b[0m." in drawn(to_renderable(answer, "Sources:"), styled=True)


def test_brackets_of_a_sentence_that_cites_nothing_stay_bright() -> None:
    answer = make_answer(Paragraph((Sentence(("Take the list [1]",)),)))

    assert drawn(to_renderable(answer, "Sources:"), styled=True) == "Take the list [1]\n"


def test_what_the_asker_wrote_is_never_markup() -> None:
    answer = make_answer(Paragraph((Sentence(("You said ", Given("[bold]hi[/] :smile:"))),)))

    assert drawn(to_renderable(answer, "Sources:"), styled=True) == "You said [bold]hi[/] :smile:\n"


def test_figures_are_aligned_to_the_right_and_words_to_the_left() -> None:
    table = make_table(
        (Cell(("Card A",)), Cell((make_figure(8),))),
        (Cell(("Card BB",)), Cell((make_figure(141),))),
        (Cell(("C",)), Cell(("none",))),
    )

    rows = [line.split("│")[1:3] for line in lines_of(make_answer(table)) if line.startswith("│")]

    assert rows == [[" Card A  ", "   8 GB "], [" Card BB ", " 141 GB "], [" C       ", " none   "]]


def test_the_header_of_a_column_of_figures_is_aligned_with_them() -> None:
    table = make_table((Cell(("Card A",)), Cell((make_figure(141_000),))))

    header = next(line for line in lines_of(make_answer(table)) if line.startswith("┃"))

    assert header.split("┃")[1:3] == [" Card   ", "     memory "]


def test_numbers_are_written_as_the_language_writes_them() -> None:
    answer = make_answer(Paragraph((Sentence((make_figure(35.6, "TFLOPS"),)),)), language="vi")

    assert lines_of(answer) == ["35,6 TFLOPS"]


def test_code_is_indented_whole_and_highlighted() -> None:
    code = Code("keras", "import keras\n\nlayer = keras.Input()\n")

    assert lines_of(make_answer(code)) == ["  import keras", "", "  layer = keras.Input()"]
    assert "\x1b[94" in drawn(to_renderable(make_answer(code), "Sources:"), styled=True)


def test_a_long_point_is_wrapped_beside_its_bullet() -> None:
    answer = make_answer(Points((Sentence(("one two three four",)),)))

    assert lines_of(answer, width=12) == ["• one two", "  three four"]


def test_sources_of_one_origin_share_a_footnote_and_link_to_it() -> None:
    answer = make_answer(Paragraph((Sentence(("Yes.",)),)), citations=(MEMORY, GUIDE, POWER))

    assert lines_of(answer, width=100)[2:] == [
        "Sources:",
        "  [1][3] Card A, memory; Card A, power · Sheet A https://a.test/",
        "  [2] VRAM · gpuwise guide",
    ]
    assert ";https://a.test/\x1b\\" in drawn(to_renderable(answer, "Sources:"), width=100, styled=True)


def test_next_steps_are_numbered() -> None:
    answer = make_answer(
        Paragraph((Sentence(("Yes.",)),)), actions=(Action("Why?", "why"), Action("Example", "example"))
    )

    assert lines_of(answer) == ["Yes.", "", "1. Why?", "2. Example"]


def test_a_narrow_terminal_loses_no_words() -> None:
    table = make_table((Cell(("Card Averylongname",)), Cell((make_figure(24, citation=MEMORY),), (MEMORY.id,))))

    text = "".join(lines_of(make_answer(table, citations=(MEMORY,)), width=20))

    assert "GB" in text
    assert "…" not in text


def test_the_bar_names_the_step_of_the_build() -> None:
    out = StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system=None)

    with show_progress(console, "Building", at_once=False) as progress:
        progress("embed", 0, 2)
        progress("embed", 2, 2)

    assert "Building: embed" in out.getvalue()
    assert "2/2" in out.getvalue()


def test_the_bar_says_nothing_when_nothing_is_built() -> None:
    out = StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system=None)

    with show_progress(console, "Building", at_once=False):
        pass

    assert "Building" not in out.getvalue()
