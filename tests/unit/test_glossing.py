import pytest

from knowledge.glossary import Term
from retrieval.glossing import Glosser

TERMS = (
    Term(en="memory bandwidth", vi=("băng thông bộ nhớ", "băng thông"), kind="field"),
    Term(en="memory", vi=("bộ nhớ",), kind="field"),
    Term(en="what is", vi=("là gì",), kind="question"),
    Term(en="", vi=("của", "nhé"), kind="chat"),
)


@pytest.mark.parametrize(
    ("text", "rendering"),
    [
        ("băng thông bộ nhớ là gì", "what is memory bandwidth"),
        ("bang thong bo nho la gi", "what is memory bandwidth"),
        ("Bộ nhớ của RTX 3090 nhé", "memory rtx 3090"),
        ("what is VRAM", "what is vram"),
        ("", ""),
    ],
)
def test_a_question_is_said_in_english_question_words_first(text: str, rendering: str) -> None:
    assert Glosser(TERMS).render(text).text == rendering


def test_the_longest_term_wins_and_is_counted_once() -> None:
    assert Glosser(TERMS).render("băng thông bộ nhớ").field_terms == 1


def test_a_marked_word_without_a_term_is_unknown() -> None:
    assert Glosser(TERMS).render("băng thông của thời tiết").unknown == ("thời", "tiết")


def test_without_terms_words_pass_through() -> None:
    assert Glosser(()).render("vram la gi").text == "vram la gi"
