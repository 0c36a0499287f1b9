import re
from typing import Any

import pytest

from bot.answers import Answer, Cell, Code, Points, Sentence, Table
from bot.rendering.slack_limits import BLOCKS, TOTAL, problems, texts_of
from bot.rendering.slack_pieces import SPARE_BLOCKS, SPARE_CHARACTERS, SlackPiece, to_pieces
from bot.rendering.tables import to_grid
from tests.fakes.responder import make_answer, say
from tests.makers_rendering import make_citation, make_narrow_table, make_shortlist

HEADING = "Sources:"


def pieces_of(*blocks: Any, **fields: Any) -> tuple[SlackPiece, ...]:
    return to_pieces(make_answer(*blocks, **fields), HEADING)


def kinds(piece: SlackPiece) -> list[list[str]]:
    """Return the types of the blocks of each form."""
    return [[block["type"] for block in form] for form in piece.forms]


def mrkdwn_of(piece: SlackPiece, form: int = -1) -> list[str]:
    """Return the mrkdwn of each block that has some."""
    blocks = [block.get("elements", [block.get("text")])[0] for block in piece.forms[form]]
    return [block["text"] for block in blocks if block]


def make_wide(rows: int = 2, caption: str = "Wide") -> Table:
    """Return a table whose lines may be broken where they are preformatted."""
    header = ("Card", "predicted throughput", "memory bandwidth", "board power")
    cells = tuple((Cell((f"Card {row}",)), *(Cell(("x" * 20,)),) * 3) for row in range(rows))
    return Table(caption=caption, header=header, rows=cells)


def make_wordy(number: int) -> Points:
    return Points(tuple(Sentence((f"point <{number}.{line}> & more",)) for line in range(120)))


def test_an_answer_without_tables_has_one_form_with_its_sources_last() -> None:
    (piece,) = pieces_of(say("a < b."), Points((Sentence(("one",)), Sentence(("two",)))))

    assert kinds(piece) == [["section", "section", "context"]]
    assert mrkdwn_of(piece) == [
        "a &lt; b [1].",
        "• one\n• two",
        "Sources:\n[1] <https://example.org/?a=1&amp;b=2|R&amp;D &lt;one&gt;> · guide",
    ]


def test_the_text_twin_says_all_of_it() -> None:
    (piece,) = to_pieces(make_answer(say("a < b."), make_narrow_table(1)), HEADING, "Late.")

    assert piece.text == (
        "Late.\n\na &lt; b [1].\n\nCards &amp; memory\nCard     GB\n───────  ──\nRTX &lt;0&gt;  0\n\n"
        "Sources:\n[1] R&amp;D &lt;one&gt; &lt;https://example.org/?a=1&amp;b=2&gt; · guide"
    )


def test_a_note_stands_first_in_italics() -> None:
    (piece,) = to_pieces(make_answer(say("Text."), citations=()), HEADING, "I was restarted, *late* (09:12).")

    assert kinds(piece) == [["context", "section"]]
    assert mrkdwn_of(piece)[0] == "_I was restarted, ∗late∗ (09:12)._"


def test_a_table_steps_down_from_native_to_preformatted() -> None:
    (piece,) = pieces_of(say("Text."), make_shortlist(1), citations=())

    assert kinds(piece) == [["section", "data_table"], ["section", "section", "table"], ["section", "section"]]
    assert mrkdwn_of(piece, 1)[1] == "*Shortlist*"
    assert mrkdwn_of(piece)[1].startswith("*Shortlist*\n```\nCard            predicted")


def test_only_the_first_of_narrow_tables_is_native_and_all_stand_in_one_message() -> None:
    (piece,) = pieces_of(make_narrow_table(2), say("Between."), make_narrow_table(3), citations=())

    assert kinds(piece) == [
        ["data_table", "section", "section"],
        ["section", "table", "section", "section"],
        ["section", "section", "section"],
    ]


def test_a_wide_table_is_native_rather_than_a_narrow_one() -> None:
    (piece,) = pieces_of(make_narrow_table(2), make_wide(), citations=())

    assert kinds(piece)[0] == ["section", "data_table"]
    assert kinds(piece)[2] == ["section", "section"]


def test_a_second_wide_table_has_a_message_of_its_own_where_it_is_native() -> None:
    first, second = pieces_of(make_wide(), say("Then:"), make_wide(3, "Later"), citations=())

    assert kinds(first)[0] == ["data_table", "section"]
    assert kinds(second)[0] == ["data_table"]
    assert second.forms[0][0]["caption"] == "Later"


def test_tables_of_many_numbers_are_worth_a_picture() -> None:
    answer = make_answer(make_narrow_table(), make_shortlist(), citations=())
    (piece,) = to_pieces(answer, HEADING)

    assert piece.grids == (to_grid(answer, make_shortlist()),)


@pytest.mark.parametrize(
    "table",
    [
        make_narrow_table(100),
        Table(caption="Wide", header=("x",) * 21, rows=((Cell(("x",)),) * 21,)),
        Table(caption="Long", header=("x",), rows=((Cell(("word " * 2001,)),),)),
        Table(caption="Empty", header=("x",), rows=()),
    ],
)
def test_a_table_that_slack_does_not_take_is_preformatted(table: Table) -> None:
    pieces = pieces_of(table, citations=())

    assert {kind for piece in pieces for form in kinds(piece) for kind in form} == {"section"}
    assert {len(piece.forms) for piece in pieces} == {1}


def test_every_row_of_a_table_that_is_cut_stands_below_its_header() -> None:
    rows = tuple((Cell((f"Card {row:03}",)), Cell(("word " * 12,))) for row in range(150))
    pieces = pieces_of(Table(caption="Cards", header=("Card", "Words"), rows=rows), citations=())
    sections = [text for piece in pieces for text in mrkdwn_of(piece)]

    assert re.findall(r"Card \d{3}", "".join(sections)) == [f"Card {row:03}" for row in range(150)]
    assert [section.count("Card      Words") for section in sections] == [1] * len(sections)
    assert [section.count("*Cards*") for section in sections] == [1] + [0] * (len(sections) - 1)


def test_code_is_preformatted_below_its_name() -> None:
    (piece,) = pieces_of(Code("keras", "x = '```'"), citations=())

    assert mrkdwn_of(piece) == ["*Keras*\n```\nx = '''''\n```"]


def test_more_paragraphs_than_blocks_are_several_messages_and_none_is_lost() -> None:
    pieces = pieces_of(*[say(f"Paragraph {number}.") for number in range(120)], citations=())

    assert [len(piece.forms[0]) for piece in pieces] == [46, 46, 28]
    assert [text for piece in pieces for text in mrkdwn_of(piece)] == [f"Paragraph {number}." for number in range(120)]


def test_a_long_answer_is_cut_between_lines_and_none_is_lost() -> None:
    pieces = pieces_of(*map(make_wordy, range(6)), citations=())
    lines = [line for piece in pieces for text in mrkdwn_of(piece) for line in text.split("\n")]

    assert lines == [f"• point &lt;{block}.{line}&gt; &amp; more" for block in range(6) for line in range(120)]
    assert len(pieces) == 2


def test_sources_that_do_not_fit_begin_a_message_of_their_own() -> None:
    cited = tuple(make_citation(number, title="Title " * 20) for number in range(60))
    answer = make_answer(*map(make_wordy, range(2)), citations=cited)
    first, second = to_pieces(answer, HEADING)

    assert set(kinds(first)[0]) == {"section"}
    assert set(kinds(second)[0]) == {"context"}
    assert [text.startswith(HEADING) for text in mrkdwn_of(second)] == [True] + [False] * (len(second.forms[0]) - 1)
    assert re.findall(r"example\.org/(\d+)", "".join(mrkdwn_of(second))) == [str(number) for number in range(60)]


def test_sources_of_one_origin_are_one_link() -> None:
    cited = tuple(make_citation(number, url="https://e.org", source="Sheet") for number in (1, 2))
    (piece,) = pieces_of(say("Text."), citations=cited)

    assert mrkdwn_of(piece)[-1] == "Sources:\n[1][2] <https://e.org|Title 1; Title 2> · Sheet"


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "https://e.org/" + "x" * 3000])
def test_a_source_without_an_address_that_can_be_opened_is_named(url: str | None) -> None:
    (piece,) = pieces_of(say("Text."), citations=(make_citation(1, title="*A* <b>", url=url),))

    assert mrkdwn_of(piece)[-1] == "Sources:\n[1] ∗A∗ &lt;b&gt; · Source 1"


@pytest.mark.parametrize("text", ["", " ", "\u200b\u2800", "\0"])
def test_an_answer_that_shows_nothing_is_an_ellipsis(text: str) -> None:
    (piece,) = pieces_of(Code("", text), citations=())

    assert mrkdwn_of(piece) == ["…"]
    assert piece.text == "…"


def test_a_caption_that_is_too_long_is_shortened_in_the_text_too() -> None:
    (piece,) = pieces_of(Table(caption="word " * 100, header=("x",), rows=((Cell(("y",)),),)), citations=())

    assert piece.text == f"{'word ' * 38}word…\nx\n─\ny"


@pytest.mark.parametrize(
    "answer",
    [
        make_answer(say("word & <more> " * 900)),
        make_answer(say("&" * 20_000)),
        make_answer(Code("keras", "<" * 9000)),
        make_answer(Code("keras", "\n".join(f"row {row} & more" for row in range(900)))),
        make_answer(make_shortlist(99), make_shortlist(99), make_narrow_table(99)),
        make_answer(Table(caption="&" * 500, header=("&" * 400,) * 5, rows=((Cell(("&" * 300,)),) * 5,) * 4)),
        make_answer(*[say(f"`{'code ' * 100}` {number}.") for number in range(60)], make_shortlist(30)),
    ],
)
def test_every_form_of_a_long_answer_leaves_room_for_buttons(answer: Answer) -> None:
    for piece in to_pieces(answer, HEADING, "Late. " * 200):
        for form in piece.forms:
            assert problems(form, piece.text) == ()
            assert len(form) <= BLOCKS["message"] - SPARE_BLOCKS
            assert sum(map(len, texts_of(form))) < TOTAL - SPARE_CHARACTERS
