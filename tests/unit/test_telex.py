import pytest

from retrieval.telex import decode, untelex

SYLLABLES = {"băng", "thông", "bộ", "nhớ", "là", "gì", "mạng", "vậy"}


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("bawng", "băng"),
        ("thoong", "thông"),
        ("booj", "bộ"),
        ("nhows", "nhớ"),
        ("gif", "gì"),
        ("vaayj", "vậy"),
        ("duowngf", "dường"),
        ("quar", "quả"),
        ("hoanf", "hoàn"),
    ],
)
def test_telex_keys_spell_a_syllable(keys: str, syllable: str) -> None:
    assert decode(keys) == syllable


def test_a_question_in_telex_keys_becomes_vietnamese() -> None:
    text = untelex("bawng thoong booj nhows laf gif", SYLLABLES.__contains__, {"laf"}.__contains__)

    assert text == "băng thông bộ nhớ laf gì"


def test_one_chance_word_is_left_alone() -> None:
    assert untelex("convert to gif please", SYLLABLES.__contains__, lambda _: False) == "convert to gif please"
