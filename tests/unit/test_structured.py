import json

import pytest

from bot.answers import Given, Name, Quote
from bot.rendering.structured import to_json
from tests.makers import make_answer, make_figure, make_sentence

KEYS = [
    "question", "language", "intent", "answer", "abstained", "question_back", "confidence", "citations", "gpus",
    "numbers", "timings_ms",
]  # fmt: skip
TIMINGS = {"total": 3.0, "understand": 1.0, "retrieve": 1.0, "compose": 1.0}


def test_an_answer_has_the_keys_that_are_promised() -> None:
    told = to_json(make_answer(), TIMINGS)

    assert list(told) == KEYS
    assert list(told["citations"][0]) == ["id", "title", "quote", "source", "url"]
    assert list(told["numbers"][0]) == ["text", "kind", "citation"]
    assert told["timings_ms"] == TIMINGS


def test_an_answer_is_told_in_plain_values() -> None:
    told = to_json(make_answer(confidence=0.98765), TIMINGS)

    assert json.loads(json.dumps(told)) == told
    assert (told["intent"], told["answer"], told["confidence"]) == ("spec", "RTX 3090: 936 GB/s.", 0.988)
    assert (told["gpus"], told["abstained"], told["question_back"]) == (["GeForce RTX 3090"], False, None)


def test_a_footnote_counts_its_citations_from_one() -> None:
    answer = make_answer(make_sentence("It is fast.", cites=("gpu:rtx-3090#memory_bandwidth_gb_s",)))

    assert to_json(answer, TIMINGS)["answer"] == "It is fast [1]."


@pytest.mark.parametrize(
    ("part", "number"),
    [
        (
            make_figure(),
            {"text": "936 GB/s", "kind": "vendor", "citation": "gpu:rtx-3090#memory_bandwidth_gb_s"},
        ),
        (Quote("vram.what", "It has 1,024 parts."), {"text": "1,024", "kind": "guide", "citation": "guide:vram.what"}),
        (Given("RTX 9999"), {"text": "9999", "kind": "given", "citation": None}),
    ],
)
def test_every_number_says_what_it_rests_on(part: Given, number: dict[str, str | None]) -> None:
    assert to_json(make_answer(make_sentence(part)), TIMINGS)["numbers"] == [number]


def test_the_digits_of_a_name_are_no_number() -> None:
    assert to_json(make_answer(make_sentence(Name("RTX 3090"))), TIMINGS)["numbers"] == []
