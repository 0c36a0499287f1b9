from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.ledger import Ledger, rounded
from bot.answers import Answer, Cell, Figure, Kind, Name, Table
from bot.intents import IntentKind
from bot.rendering.plain import part_text
from bot.verifying import verify
from knowledge.library import Library
from knowledge.tables import Tables, load_tables
from retrieval.scoring.candidates import Reason
from tests.makers import make_answer, make_intent, make_sentence
from tests.makers_prediction import Talk

SPEED = "speed:rtx-3090"
SCORED = frozenset({IntentKind.CHOOSE, IntentKind.MEMORY, IntentKind.PREDICT})


@pytest.fixture(scope="module")
def tables(library: Library) -> Tables:
    return load_tables(library.sources)


def speed(value: float = 830, **fields: Any) -> Figure:
    given: dict[str, Any] = {"unit": "images/s", "kind": Kind.PREDICTED, "evidence": SPEED}
    return Figure(value=value, **(given | fields))


def answer_of(*parts: Figure | Name | str, evidence: float = 832.5, **more: float) -> Answer:
    return make_answer(make_sentence(*parts), evidence={SPEED: evidence, **more})


def row_of(head: str, column: str, figure: Figure) -> Answer:
    table = Table(caption="a table", header=("card", column), rows=((Cell((Name(head),)), Cell((figure,))),))
    return make_answer(table, evidence={SPEED: 832.5})


# What is entered.


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (1534.2, 2, 1500),
        (1550.1, 2, 1600),
        (1534.2, 6, 1534.2),
        (0.01234, 2, 0.012),
        (9.96, 2, 10),
        (-34.5, 2, -34),
        (0, 2, 0),
        (255_000_000, 2, 260_000_000),
        (24, 6, 24),
    ],
)
def test_a_value_is_said_with_as_many_digits_as_count(value: float, digits: int, said: float) -> None:
    assert rounded(value, digits) == pytest.approx(said, rel=1e-12)


def test_a_figure_is_entered_as_it_was_and_said_rounded() -> None:
    ledger = Ledger()
    figure = ledger.figure(SPEED, 832.5, "images/s", kind=Kind.PREDICTED, digits=2, citation="fit:x")

    assert figure == speed(830, citation="fit:x")
    assert ledger.evidence == {SPEED: 832.5}


def test_a_reason_becomes_words_whose_numbers_are_entered_under_its_place() -> None:
    ledger = Ledger()
    values: dict[str, float | str] = {"usd": 1499, "date": "2020-09-24", "ratio": 1.2345, "yardstick": "RTX 3090"}
    parts = ledger.reason("en", Reason(key="score.price_launch", values=values), "why")

    assert "".join(part_text(part, "en") for part in parts) == (
        "$1,499 at launch (2020-09-24); speed for the money 1.2× the RTX 3090"
    )
    assert ledger.evidence == {"why/score.price_launch/usd": 1499, "why/score.price_launch/ratio": 1.2345}


def test_names_in_reasons_drop_what_the_maker_puts_before_them() -> None:
    values: dict[str, float | str] = {"name": "GeForce RTX 3090", "has": "NVIDIA", "wanted": "AMD"}
    parts = Ledger().reason("vi", Reason(key="relax.vendors", values=values), "relax")

    assert "".join(part_text(part, "vi") for part in parts) == "chấp nhận cả NVIDIA ngoài AMD thì dùng được RTX 3090"


# What the verifier makes of it.


@given(st.floats(min_value=1e-3, max_value=1e12), st.integers(2, 6))
def test_what_the_ledger_rounds_the_verifier_lets_pass(library: Library, value: float, digits: int) -> None:
    ledger = Ledger()
    figure = ledger.figure(SPEED, value, digits=digits, kind=Kind.PREDICTED)
    answer = make_answer(make_sentence(Name("RTX 3090"), figure), evidence=ledger.evidence)

    assert verify(answer, make_intent("rtx-3090"), library) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (answer_of(Name("RTX 3090"), speed(900)), "900 images/s is not what the scoring engine says of speed:rtx-3090"),
        (answer_of(Name("RTX 3090"), speed(780)), "780 images/s is not what the scoring engine says of speed:rtx-3090"),
        (answer_of(Name("RTX 3090"), speed(-830)), "-830 images/s is not what the scoring engine says"),
        (
            answer_of(Name("RTX 4090"), speed(evidence="speed:rtx-4090")),
            "830 images/s is bound to speed:rtx-4090, which the scoring engine did not say",
        ),
        (answer_of(Name("RTX 3090"), speed(evidence=None)), "830 images/s has no cell"),
        (answer_of(Name("RTX 3090"), speed(kind=Kind.VENDOR)), "claims to be the maker's"),
        (answer_of(Name("RTX 4090"), speed()), "speed:rtx-3090 stands in a sentence that does not name its card"),
        (answer_of("It does ", speed()), "speed:rtx-3090 stands in a sentence that does not name its card"),
        (
            answer_of(Name("RTX 3090"), speed(evidence="speed:rtx-9999"), **{"speed:rtx-9999": 832.5}),
            "speed:rtx-9999 stands in a sentence that does not name its card",
        ),
        (row_of("RTX 4090", "predicted", speed()), "speed:rtx-3090 stands under another card"),
        (row_of("predicted", "RTX 4090", speed()), "speed:rtx-3090 stands under another card"),
    ],
)
def test_a_figure_that_the_engine_did_not_say_so_of_this_card_is_refused(
    library: Library, answer: Answer, told: str
) -> None:
    problems = verify(answer, make_intent("rtx-3090"), library)

    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(Name("RTX 3090"), speed()),
        answer_of(Name("GeForce RTX 3090"), speed(800)),
        answer_of(Name("RTX 4090"), " beats the ", Name("RTX 3090"), speed()),
        answer_of("It takes ", speed(24, evidence="need"), need=23.7),
        row_of("RTX 3090", "predicted", speed()),
        row_of("predicted", "RTX 3090", speed()),
    ],
)
def test_a_figure_that_the_engine_said_of_this_card_passes(library: Library, answer: Answer) -> None:
    assert verify(answer, make_intent("rtx-3090"), library) == []


@pytest.mark.parametrize("key", ["speed", "speed_lo", "speed_hi", "price", "local/price"])
def test_whatever_is_of_one_card_needs_its_name(library: Library, key: str) -> None:
    figure = speed(evidence=f"{key}:rtx-3090")
    answer = make_answer(make_sentence(Name("RTX 4090"), figure), evidence={f"{key}:rtx-3090": 832.5})

    assert verify(answer, make_intent("rtx-3090"), library) == [
        f"{key}:rtx-3090 stands in a sentence that does not name its card"
    ]


# Whole answers.

THREADS = (
    ("best card for LSTM training under $1500", "what about AMD?", "and with 24 GB?", "why?", "why not the 4090?"),
    (
        "card nào train resnet50 dưới 40 triệu",
        "rẻ hơn thì sao?",
        "còn AMD thì sao?",
        "tại sao?",
        "sao không phải 4090?",
    ),
    ("under 300 W, 24 GB, $1500, LSTM training, CUDA only",),
    ("card nào train LSTM và VGG16 dưới 1000 USD, nguồn 650W",),
    ("two cards for a 70B model, 5000 dollars",),
    ("is a used 3090 at $700 a good deal for training",),
    ("3090 cũ 16 triệu có đáng mua không",),
    ("3090 or 4080 for training, $1200 budget",),
    ("recommend a card for LoRA under $1000",),
    ("CUDA only, no NVIDIA, under $900",),
    ("best card for running llama 70b under $800",),
    ("card CNN batch 4096 dưới 20 triệu",),
    ("how much vram does llama 7b need", "and with QLoRA?", "what about a 4090?"),
    ("train BERT-large cần bao nhiêu bộ nhớ", "3080 thì sao?"),
    ("how fast is a 3090 at resnet50 training", "and the 4090?", "with batch 1?"),
    ("3080 train LSTM nhanh cỡ nào",),
    ("4090 chạy llama 8b bao nhiêu token/s",),
)


@pytest.mark.parametrize("thread", THREADS)
def test_every_figure_of_a_scored_answer_passes(library: Library, tables: Tables, thread: tuple[str, ...]) -> None:
    talk = Talk(library, tables)
    told = [(*talk.ask(text), text) for text in thread]

    assert {text: problems for intent, answer, text in told if (problems := verify(answer, intent, library))} == {}
    assert [text for intent, _, text in told if intent.kind not in SCORED and intent.act is None] == []


@pytest.mark.parametrize("thread", THREADS[:8])
def test_a_scored_answer_with_any_other_figure_is_refused(
    library: Library, tables: Tables, thread: tuple[str, ...]
) -> None:
    intent, answer = Talk(library, tables).ask(thread[0])
    figures = [part for part in answer.parts() if isinstance(part, Figure) and part.evidence]
    wrong = make_answer(
        make_sentence(*(Name(name) for name in answer.gpus), *(replaced(figure) for figure in figures[:1])),
        evidence=answer.evidence,
        cards=answer.cards,
    )

    assert figures
    assert any("is not what the scoring engine says" in problem for problem in verify(wrong, intent, library))


def replaced(figure: Figure) -> Figure:
    return Figure(value=figure.value * 1.1, unit=figure.unit, kind=figure.kind, evidence=figure.evidence)
