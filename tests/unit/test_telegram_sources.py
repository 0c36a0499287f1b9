import html

import pytest

from bot.rendering.telegram import sources_messages, to_html, to_messages, to_plain
from tests.fakes.responder import make_answer, say
from tests.makers_rendering import make_citation
from tests.telegram_parser import marked_text, parse, shown


def test_sources_are_links_under_their_heading() -> None:
    piece = to_html(make_answer(say("Text.")), "Nguồn:")[0]

    assert piece.split("\n")[2:] == [
        "<b>Nguồn:</b>",
        '[1] <a href="https://example.org/?a=1&amp;b=2">R&amp;D &lt;one&gt;</a> · guide',
    ]


def test_a_source_that_is_no_web_address_is_not_linked() -> None:
    script = make_citation(title="t", source="s", url="javascript:alert(1)")

    assert to_html(make_answer(say("Text."), citations=(script,)), "S:")[0].endswith("[1] t · s")


def test_sources_of_one_origin_share_a_line_that_names_a_card_once() -> None:
    same = {"source": "Maker: a sheet", "url": "https://example.org/"}
    titles = ("RTX 3090, memory", "RTX 3090, launch price", "RTX 4090, memory", "RTX 3090, memory")
    citations = [make_citation(number, title=title, **same) for number, title in enumerate(titles, 1)]
    answer = make_answer(say("Text."), citations=(*citations[:2], make_citation(9, title="Other"), *citations[2:]))

    assert shown(sources_messages(answer, "S:")[0].html).split("\n") == [
        "S:",
        "[1][2][4][5] RTX 3090, memory; launch price; RTX 4090, memory · Maker: a sheet",
        "[3] Other · Source 9",
    ]


@pytest.mark.parametrize(("count", "folded"), [(3, 0), (4, 1), (300, 5)])
def test_more_than_a_few_sources_are_folded(count: int, folded: int) -> None:
    citations = tuple(make_citation(number) for number in range(1, count + 1))

    pieces = to_messages(make_answer(say("Text."), citations=citations), "S:")

    assert sum(len(marked_text(piece.html, "ExpandableBlockQuote")) for piece in pieces) == folded
    links = [entity.url for piece in pieces for entity in parse(piece.html)[1] if entity.kind == "TextUrl"]
    assert links == [citation.url for citation in citations]


def test_behind_a_button_sources_are_messages_of_their_own() -> None:
    answer = make_answer(say("Text."))

    assert [shown(piece.html) for piece in to_messages(answer, "S:", "button")] == ["Text [1]."]
    assert [shown(piece.html) for piece in sources_messages(answer, "S:")] == ["S:\n[1] R&D <one> · guide"]
    assert sources_messages(make_answer(say("Text."), citations=()), "S:") == ()


def test_the_plain_twin_shows_addresses() -> None:
    assert to_plain('<b>S</b> <a href="https://e.org/?a=1&amp;b=2">R&amp;D</a>') == "S R&D <https://e.org/?a=1&b=2>"
    assert to_plain(html.escape("a < b & <pre>", quote=False)) == "a < b & <pre>"


def test_the_plain_twin_of_sources_has_a_line_an_origin() -> None:
    answer = make_answer(say("Text."), citations=tuple(make_citation(number) for number in (1, 2)))

    assert sources_messages(answer, "S:")[0].plain.split("\n") == [
        "S:",
        "[1] Title 1 <https://example.org/1?a=1&b=2> · Source 1",
        "[2] Title 2 <https://example.org/2?a=1&b=2> · Source 2",
    ]


def test_a_source_too_long_for_a_message_is_cut_and_loses_its_link_only() -> None:
    answer = make_answer(say("Text."), citations=(make_citation(title="word " * 2000, source="end"),))

    said = " ".join(shown(piece.html) for piece in sources_messages(answer, ""))

    assert said.split() == ["[1]", *["word"] * 2000, "·", "end"]
