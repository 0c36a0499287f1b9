import pytest

from bot.answers import Table
from bot.rendering.telegram import to_html, to_messages
from tests.fakes.responder import make_answer, say
from tests.makers_rendering import make_cell, make_narrow_table, make_shortlist
from tests.telegram_parser import marked_text, shown

# Text.


def test_a_table_that_fits_a_phone_keeps_its_columns() -> None:
    piece = to_html(make_answer(make_narrow_table(1), citations=()), "")[0]

    assert piece == "<b>Cards &amp; memory</b>\n<pre>Card     GB\n───────  ──\nRTX &lt;0&gt;  0</pre>"


def test_a_long_table_is_cut_between_rows_and_each_message_has_its_header() -> None:
    pieces = [shown(piece).split("\n") for piece in to_html(make_answer(make_narrow_table(400), citations=()), "")]

    rows = [line for piece in pieces for line in piece if line.startswith("RTX")]
    assert [row.split()[1] for row in rows] == [f"<{number}>" for number in range(400)]
    assert [piece[0] for piece in pieces[1:]] == ["Card       GB"] * (len(pieces) - 1)
    assert len(pieces) > 1


def test_a_table_too_wide_for_a_phone_becomes_a_list_that_names_its_columns() -> None:
    (piece,) = to_messages(make_answer(make_shortlist(2), citations=()), "")

    assert shown(piece.html).split("\n") == [
        "Shortlist",
        "RTX 9000 SUPER",
        "predicted: 1,000 images/s",
        "memory: 24 GB · TDP: 300 W",
        "price: $1,499",
        "RTX 9001 SUPER",
        "predicted: 1,001 images/s",
        "memory: 24 GB · TDP: 300 W",
        "price: $1,499",
    ]
    assert marked_text(piece.html, "Bold") == ["RTX 9000 SUPER", "RTX 9001 SUPER"]


def test_two_columns_too_wide_for_a_phone_become_a_list_of_names_with_values() -> None:
    long = "FP16 tensor rate, dense, FP32 accumulate"
    rows = (
        (make_cell("memory"), make_cell("GB", 24)),
        (make_cell("link"), make_cell("")),
        (make_cell(long), make_cell("TFLOPS", 71)),
    )
    sheet = Table(caption="RTX 3090 (Ampere)", header=("Field", "RTX 3090"), rows=rows)
    other = Table(caption="Sheet", header=("Field", "RTX 3090"), rows=rows)

    lines = ["memory: 24 GB", "link", f"{long}: 71 TFLOPS"]
    assert [shown(piece).split("\n") for piece in to_html(make_answer(sheet, citations=()), "")] == [
        ["RTX 3090 (Ampere)", *lines]
    ]
    assert [shown(piece).split("\n") for piece in to_html(make_answer(other, citations=()), "")] == [
        ["Sheet", "Field: RTX 3090", *lines]
    ]


def test_a_row_of_a_list_stands_in_one_message() -> None:
    pieces = to_messages(make_answer(make_shortlist(200), citations=()), "")

    for piece in pieces[1:]:
        assert shown(piece.html).startswith("RTX 9")
    names = [name for piece in pieces for name in marked_text(piece.html, "Bold")]
    assert names == [f"RTX {9000 + row} SUPER" for row in range(200)]


def test_no_line_of_a_table_is_wider_than_a_phone() -> None:
    answer = make_answer(make_shortlist(5), make_narrow_table(3), citations=())

    assert max(len(line) for piece in to_messages(answer, "") for line in shown(piece.html).split("\n")) <= 40


# Pictures.


def test_a_wide_table_of_numbers_has_a_picture_that_says_the_same() -> None:
    (piece,) = to_messages(make_answer(say("First."), make_shortlist(2), say("Last."), citations=()), "")

    assert piece.picture is not None
    assert piece.picture.caption == "Shortlist"
    assert piece.picture.grid.rows[0] == ("RTX 9000 SUPER", "1,000 images/s", "24 GB", "300 W", "$1,499")
    assert piece.picture.alt == (
        "Table. Shortlist. RTX 9000 SUPER: predicted 1,000 images/s, memory 24 GB, TDP 300 W, price $1,499; "
        "RTX 9001 SUPER: predicted 1,001 images/s, memory 24 GB, TDP 300 W, price $1,499."
    )


def test_each_message_has_one_picture_at_most_and_none_is_lost() -> None:
    tables = [make_shortlist(2, f"Table {number}") for number in range(3)]

    pieces = to_messages(make_answer(say("First."), *tables, citations=()), "")

    assert [piece.picture and piece.picture.caption for piece in pieces] == ["Table 0", "Table 1", "Table 2"]


def test_a_table_over_several_messages_has_one_picture() -> None:
    cells = tuple((make_cell("n" * 400), *[make_cell("GB", 4)] * 2) for _ in range(20))
    table = Table(caption="Long", header=("Card", "memory", "more"), rows=cells)

    pieces = to_messages(make_answer(table, citations=()), "")

    assert [piece.picture is not None for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    assert len(pieces) > 1


@pytest.mark.parametrize(
    "table",
    [
        make_narrow_table(3),
        Table(
            caption="c", header=("a", "b", "c"), rows=((make_cell("x" * 40), make_cell("y"), make_cell("W", 1)),) * 9
        ),
        Table(caption="c", header=("a", "b"), rows=((make_cell("x" * 40), make_cell("W", 1)),) * 9),
        make_shortlist(1),
        make_shortlist(31),
    ],
    ids=["narrow", "words", "two columns", "one row", "too long"],
)
def test_other_tables_have_no_picture(table: Table) -> None:
    assert {piece.picture for piece in to_messages(make_answer(table, citations=()), "")} == {None}
