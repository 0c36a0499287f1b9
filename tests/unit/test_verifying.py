import pytest

from bot.answering.compare import answer_compare
from bot.answering.specs import answer_spec
from bot.answers import Answer, Cell, Kind, Name, Paragraph, Quote, Sentence, Table
from bot.intents import IntentKind
from bot.understanding.reading import QuestionReader
from bot.verifying import verify, verify_text
from knowledge.library import Library
from knowledge.tables import load_tables
from retrieval.scoring.networks import NetworkReader
from tests.makers import make_answer, make_citation, make_figure, make_intent, make_sentence

CELLS = ("gpu:rtx-3090#memory_bandwidth_gb_s", "gpu:rtx-4090#memory_bandwidth_gb_s")


def table(header: str, *, rows: str = "memory bandwidth") -> Table:
    cells = (Cell((Name(rows),)), Cell((make_figure(),)))
    return Table(caption="a table", header=("field", header), rows=(cells,))


def percentage(value: float) -> Paragraph:
    figure = make_figure(value, unit="%", kind=Kind.COMPUTED, citation=None, operands=CELLS)
    return make_sentence(Name("RTX 3090"), " ", figure)


def test_an_answer_that_says_what_the_sheet_says_passes(library: Library) -> None:
    assert verify(make_answer(), make_intent("rtx-3090"), library) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (make_answer(make_sentence(Name("RTX 3090"), make_figure(937))), "937 GB/s is not what"),
        (make_answer(make_sentence(Name("RTX 3090"), make_figure(unit="GB"))), "936 GB has another unit"),
        (
            make_answer(make_sentence(Name("RTX 4090"), make_figure(citation=CELLS[1]))),
            "936 GB/s is not what gpu:rtx-4090#memory_bandwidth_gb_s says",
        ),
        (
            make_answer(make_sentence(Name("RTX 3090"), make_figure(24, unit="GB", citation="gpu:rtx-3090#memory_gb"))),
            "24 GB is of gpu:rtx-3090#memory_gb, which the answer is not about",
        ),
        (
            make_answer(make_sentence(Name("RTX 3090"), make_figure(citation="gpu:rtx-3090#memory_gb"))),
            "936 GB/s is not what gpu:rtx-3090#memory_gb says",
        ),
        (make_answer(make_sentence(Name("RTX 3090"), make_figure(citation=None))), "936 GB/s has no cell"),
        (make_answer(make_sentence(Name("RTX 3090"), make_figure(kind=Kind.GUIDE))), "936 GB/s has no cell"),
        (make_answer(make_sentence(Name("RTX 4090"), make_figure())), "does not name its card"),
        (make_answer(make_sentence("It has 936 of them")), "holds a number that is bound to nothing"),
        (make_answer(table("RTX 4090")), "stands under another card"),
        (make_answer(percentage(99)), "99% is not what its cells give"),
        (make_answer(make_sentence(cites=("gpu:rtx-3090#tdp_w",))), "gpu:rtx-3090#tdp_w is cited but not listed"),
        (make_answer(make_sentence(Quote("no.such", "text"))), "the quote of no.such is not what the guide says"),
    ],
)
def test_a_number_that_is_bound_to_something_else_is_refused(library: Library, answer: Answer, told: str) -> None:
    problems = verify(answer, make_intent("rtx-3090"), library)

    assert any(told in problem for problem in problems), problems


def test_a_figure_under_its_own_card_passes(library: Library) -> None:
    assert verify(make_answer(table("RTX 3090")), make_intent("rtx-3090"), library) == []


def test_a_percentage_that_its_cells_give_passes(library: Library) -> None:
    assert verify(make_answer(percentage(7)), make_intent("rtx-3090"), library) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_only_the_very_words_of_the_guide_pass_as_a_quote(library: Library, language: str) -> None:
    said = library.guide.statements["bandwidth.what"].text[language]
    true, changed = (
        make_answer(Paragraph((Sentence((Quote("bandwidth.what", text),)),)), language=language)
        for text in (said, said.replace("GPU", "CPU") + " ")
    )

    assert verify(true, make_intent(), library) == []
    assert verify(changed, make_intent(), library) == ["the quote of bandwidth.what is not what the guide says"]


def test_an_answer_about_another_card_than_asked_is_refused(library: Library) -> None:
    problems = verify(make_answer(), make_intent("rtx-4090"), library)

    assert problems == ["the cards of the answer are not those that were asked about"]


@pytest.mark.parametrize(
    "question",
    [
        "RTX 3090",
        "băng thông của 3090 là bao nhiêu",
        "memory bandwidth of the RTX 4090",
        "giá ra mắt RTX 3080",
        "rtx 3090 vs 4090",
        "so sánh A100 và H100",
        "RTX 3095 bandwidth",
        "RX 7900 XTX vs RTX 4080 tdp",
    ],
)
def test_real_answers_of_sheets_pass(library: Library, question: str) -> None:
    intent = QuestionReader(library.catalogue, NetworkReader(load_tables(library.sources).networks)).read(question)
    answer = (answer_compare if intent.kind is IntentKind.COMPARE else answer_spec)(intent, library)

    assert verify(answer, intent, library) == []


def test_every_whole_sheet_passes(library: Library) -> None:
    wrong = {
        card.slug: problems
        for card in library.catalogue.cards
        if (problems := verify(answer_spec(make_intent(card.slug), library), make_intent(card.slug), library))
    }

    assert wrong == {}


def test_a_rephrased_text_may_hold_only_numbers_of_the_answer() -> None:
    answer = make_answer(citations=(make_citation(),))

    assert verify_text("The card moves 936 GB/s [1].", answer) == []
    assert verify_text("The card moves 1,008 GB/s.", answer) == ["1,008 is bound to nothing"]
