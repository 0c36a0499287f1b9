import html

import pytest
from hypothesis import HealthCheck, given, settings

from bot.answers import Action, Answer, Code, Paragraph, Points, Sentence
from bot.rendering.plain import to_text
from bot.rendering.telegram import (
    LABEL_COLUMNS,
    Piece,
    labels,
    sources_messages,
    to_html,
    to_messages,
    to_plain,
)
from bot.rendering.telegram_markup import LIMIT, escape, fullness, shown_signs, utf16_units
from tests.fakes.responder import make_answer, say
from tests.makers_rendering import TEXTS, make_citation, make_quoting_answer
from tests.telegram_parser import RefusedError, marked_text, shown

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONG = [
    make_answer(say("A sentence of <some> length & more. " * 400)),
    make_answer(say("&" * 9000)),
    make_answer(say("🚀" * 9000)),
    make_answer(say("`x` " * 1500)),
    make_answer(say("ế" * 20_000)),
    make_answer(Code("keras", "\n".join(f"x[{row}] < 'y' & z" for row in range(900)))),
    make_answer(Code("keras", "<" * 9000)),
    make_answer(*[say(f"Paragraph {number}. ") for number in range(700)]),
    make_answer(
        Points(tuple(Sentence((f"point <{number}>",)) for number in range(600))),
        citations=tuple(make_citation(number, title=f"Title & {number}" * 9) for number in range(1, 150)),
    ),
]


def words(text: str) -> str:
    """Return *text* as far as it can be seen: no white space, and no backticks, which make code of a text."""
    return "".join(shown_signs(text).split()).replace("`", "")


def shown_words(pieces: tuple[Piece, ...]) -> str:
    return words("".join(shown(piece.html) for piece in pieces))


# Markup.


def test_signs_of_markup_are_escaped_and_quotes_stay() -> None:
    pieces = to_html(make_answer(say("a < b & \"c\" 'd' > e.")), "Sources:")

    assert pieces[0].split("\n")[0] == "a &lt; b &amp; \"c\" 'd' &gt; e [1]."


def test_what_stands_between_backticks_is_code() -> None:
    (piece,) = to_html(make_answer(say("Type `gpuwise bench <x>` now."), citations=()), "")

    assert marked_text(piece, "Code") == ["gpuwise bench <x>"]
    assert to_plain(piece) == "Type gpuwise bench <x> now."


def test_a_half_pair_and_signs_that_turn_the_text_round_are_not_sent() -> None:
    assert escape("a\ud83d\u202eb\0\x1b[0m\nc\td") == "a\ufffdb[0m\nc\td"


def test_code_names_its_library_and_its_language() -> None:
    (piece,) = to_html(make_answer(Code("keras", "if a < b:\n    pass"), citations=()), "")

    assert piece == '<b>Keras</b>\n<pre><code class="language-python">if a &lt; b:\n    pass</code></pre>'
    assert marked_text(piece, "PreCode") == ["if a < b:\n    pass"]


@pytest.mark.parametrize(
    ("piece", "full"),
    [("abc", 3), ("🚀", 2), ("&amp;", 2), ("<b>a</b>" * 100, 4096), ("ế" * 4096, 4096), ("&amp;" * 3276, 4095)],
)
def test_a_message_is_as_full_as_its_text_its_entities_or_its_bytes_make_it(piece: str, full: int) -> None:
    assert fullness(piece) == full


def test_the_parser_refuses_what_telegram_refuses() -> None:
    for refused in ("a < b", "<b>a", "<table>a</table>", " \n", "a" * (LIMIT + 1), "<b>a</b> " * 101):
        with pytest.raises(RefusedError):
            shown(refused)


# Nothing is lost.


@pytest.mark.parametrize("answer", LONG)
def test_a_long_answer_is_sent_whole_in_messages_that_telegram_takes(answer: Answer) -> None:
    pieces = to_messages(answer, "Sources:", "button")

    heads = {"Keras" * isinstance(block, Code) for block in answer.blocks}
    assert shown_words(pieces) == words("".join(heads) + to_text(answer))


@pytest.mark.parametrize("answer", LONG)
def test_the_plain_twin_of_a_message_says_the_same_and_fits(answer: Answer) -> None:
    for piece in to_messages(answer, "Sources:"):
        assert utf16_units(piece.plain) <= LIMIT
        assert words(piece.plain).startswith(words(shown(piece.html))[:20])
        assert html.escape(piece.plain, quote=False) == escape(piece.plain)


def test_words_are_not_cut_in_two() -> None:
    answer = make_answer(say("bandwidth " * 2000), citations=())

    pieces = [shown(piece.html).split() for piece in to_messages(answer, "")]

    assert len(pieces) > 4
    assert {word for piece in pieces for word in piece} == {"bandwidth"}


@given(text=TEXTS)
@SETTINGS
def test_whatever_is_said_back_is_sent_whole_in_messages_that_telegram_takes(text: str) -> None:
    paragraph = Paragraph((Sentence(("You asked: ", text)),))
    answer = make_answer(paragraph, Points((Sentence((text,)),)), Code("", text), citations=())

    pieces = to_messages(answer, "")

    unseen = str.maketrans("", "", "\u2800\u200b\u200d\ufeff")  # a message of these alone is left out
    assert shown_words(pieces).translate(unseen) == words(f"You asked: {text}• {text}{text}").translate(unseen)


@given(text=TEXTS)
@SETTINGS
def test_every_place_for_data_takes_any_text(text: str) -> None:
    answer = make_quoting_answer(text)

    for piece in (*to_messages(answer, text), *sources_messages(answer, text)):
        assert shown(piece.html)
        assert 0 < utf16_units(piece.plain) <= LIMIT


def test_no_message_is_empty() -> None:
    answer = make_answer(say("\u200b" * 9000), say(""), say("Seen."), citations=())

    assert ["Seen." in shown(piece.html) for piece in to_messages(answer, "")] == [True]


def test_an_answer_that_shows_nothing_is_still_a_message() -> None:
    assert to_messages(make_answer(say("\u200b"), citations=()), "") == (Piece(html="…", plain="…"),)


# Buttons.


def test_labels_fit_a_row_of_a_phone() -> None:
    long = "What is memory bandwidth and why does it matter?"
    actions = tuple(Action(label, "m") for label in ("Why?", long, "🚀" * 50))

    found = labels(Answer(question="q", language="en", intent="help", blocks=(), actions=actions))

    assert found[:2] == ("Why?", "What is memory bandwidth and why…")
    assert [utf16_units(label) <= LABEL_COLUMNS for label in found] == [True] * 3
