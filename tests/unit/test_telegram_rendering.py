import html

import pytest

from bot.answers import Answer, Cell, Citation, Code, Paragraph, Points, Sentence, Table
from bot.rendering.telegram import LIMIT, to_html, to_plain, utf16_units
from tests.fakes.responder import make_answer, say
from tests.fakes.telegram_api import parse_html


def make_long_answers() -> list[Answer]:
    citations = tuple(
        Citation(
            id=f"c{number}", title=f"Title & {number}" * 9, quote="q", source="s", url="https://example.org/a?b=1&c=2"
        )
        for number in range(60)
    )
    return [
        make_answer(say("A sentence of <some> length & more. " * 400)),
        make_answer(say("&" * 9000)),
        make_answer(say("🚀" * 9000)),
        make_answer(Code("keras", "\n".join(f"x[{row}] < 'y' & z" for row in range(900)))),
        make_answer(Code("keras", "<" * 9000)),
        make_answer(*[say(f"Paragraph {number}. ") for number in range(700)]),
        make_answer(Points(tuple(Sentence((f"point <{number}>",)) for number in range(600))), citations=citations),
    ]


def make_table(rows: int) -> Table:
    cells = tuple((Cell((f"RTX <{row}>",)), Cell((str(row),))) for row in range(rows))
    return Table(caption="Cards & memory", header=("Card", "GB"), rows=cells)


def test_signs_of_markup_are_escaped_and_quotes_stay() -> None:
    pieces = to_html(make_answer(say("a < b & \"c\" 'd' > e.")), "Sources:")

    assert pieces[0].split("\n")[0] == "a &lt; b &amp; \"c\" 'd' &gt; e [1]."


def test_sources_are_links_under_their_heading() -> None:
    piece = to_html(make_answer(say("Text.")), "Nguồn:")[0]

    assert piece.split("\n")[2:] == [
        "<b>Nguồn:</b>",
        '[1] <a href="https://example.org/?a=1&amp;b=2">R&amp;D &lt;one&gt;</a> · guide',
    ]


def test_a_source_that_is_no_web_address_is_not_linked() -> None:
    script = Citation(id="guide:one", title="t", quote="q", source="s", url="javascript:alert(1)")

    assert to_html(make_answer(say("Text."), citations=(script,)), "S:")[0].endswith("[1] t · s")


def test_tables_and_code_keep_their_columns() -> None:
    piece = to_html(make_answer(make_table(1), Code("keras", "if a < b:\n    pass"), citations=()), "")[0]

    assert piece == (
        "<b>Cards &amp; memory</b>\n<pre>Card     GB\n───────  ──\nRTX &lt;0&gt;  0</pre>"
        "\n\n<pre>if a &lt; b:\n    pass</pre>"
    )


@pytest.mark.parametrize("answer", make_long_answers())
def test_every_piece_of_a_long_answer_fits_is_valid_and_nothing_is_lost(answer: Answer) -> None:
    pieces = to_html(answer, "Sources:")

    assert max(utf16_units(piece) for piece in pieces) <= LIMIT
    assert [parse_html(piece)[1] for piece in pieces] == [None] * len(pieces)
    shown = "".join(parse_html(piece)[0] for piece in pieces)
    block = answer.blocks[0]
    text = "".join(str(part) for part in block.sentences[0].parts) if isinstance(block, Paragraph) else ""
    text = block.text if isinstance(block, Code) else text
    assert "".join(text.split()).rstrip(".") in "".join(shown.split())


def test_a_long_table_is_cut_between_rows_and_opened_again() -> None:
    pieces = to_html(make_answer(make_table(400), citations=()), "")

    rows = [line for piece in pieces for line in parse_html(piece)[0].split("\n") if line.startswith("RTX")]
    assert [row.split()[1] for row in rows] == [f"<{number}>" for number in range(400)]
    assert [piece.count("<pre>") for piece in pieces] == [1] * len(pieces)


@pytest.mark.parametrize("answer", make_long_answers())
def test_the_plain_twin_of_a_piece_shows_the_same_and_fits(answer: Answer) -> None:
    for piece in to_html(answer, "Sources:"):
        plain = to_plain(piece)

        assert utf16_units(plain) <= LIMIT
        assert (
            plain.replace(" <https://example.org/a?b=1&c=2>", "").replace(" <https://example.org/?a=1&b=2>", "")
            == parse_html(piece)[0]
        )


def test_the_plain_twin_shows_addresses() -> None:
    assert to_plain('<b>S</b> <a href="https://e.org/?a=1&amp;b=2">R&amp;D</a>') == "S R&D <https://e.org/?a=1&b=2>"
    assert to_plain(html.escape("a < b & <pre>", quote=False)) == "a < b & <pre>"
