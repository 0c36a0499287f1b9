import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering.splitting import Chunk, cut, pack, packed, shortened
from tests.makers_rendering import TEXTS


def words(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("one two three", 20, ["one two three"]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("First one. Second one goes on", 16, ["First one.", "Second one goes", "on"]),
        ("A. very long sentence that goes on", 20, ["A. very long", "sentence that goes", "on"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("   abcdef", 4, ["   a", "bcde", "f"]),
        ("ae\u0301e\u0301", 2, ["a", "e\u0301", "e\u0301"]),
        ("👩‍🚀👩‍🚀", 4, ["👩‍🚀", "👩‍🚀"]),
    ],
)
def test_a_text_is_cut_after_sentences_else_words_else_whole_letters(text: str, limit: int, pieces: list[str]) -> None:
    assert cut(text, limit) == pieces


@given(text=TEXTS, limit=st.integers(1, 60))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_cut_text_fits_and_loses_only_white_space(text: str, limit: int) -> None:
    text = text[:2000]
    pieces = cut(text, limit)

    assert max(map(len, pieces)) <= limit
    assert words("".join(pieces)) == words(text)


def test_a_letter_with_more_marks_than_fit_is_torn_rather_than_never_cut() -> None:
    assert cut("a" + "\u0301" * 50, 20) == ["a" + "\u0301" * 19, "\u0301" * 20, "\u0301" * 11]


def test_a_shortened_text_ends_in_whole_words_and_an_ellipsis() -> None:
    assert shortened("What is memory bandwidth?", 16) == "What is memory…"
    assert shortened("What is it?", 16) == "What is it?"


def test_a_later_piece_of_a_table_begins_with_its_header_again() -> None:
    chunk = Chunk(lines=("name", "----", "a", "b", "c"), opening="[", closing="]", head="T", again=("name", "----"))

    assert pack([chunk], 16) == ["T\n[name\n----\na]", "[name\n----\nb\nc]"]


def test_a_chunk_that_starts_a_piece_shares_none_with_what_is_before_it() -> None:
    chunks = [Chunk(lines=("a",)), Chunk(lines=("b",), starts_piece=True), Chunk(lines=("c",))]

    assert [(piece.text, piece.chunks) for piece in packed(chunks, 100)] == [("a", (0,)), ("b\n\nc", (1, 2))]
