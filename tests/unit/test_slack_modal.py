from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from slack_sdk.models.views import View

from bot.intents import IntentKind
from bot.rendering.slack_limits import problems
from bot.rendering.slack_modal import CURRENCIES, PURPOSES, VENDORS, WORKS, read_pick_modal, to_pick_modal
from bot.understanding.reading import QuestionReader
from bot.wishing import to_asked
from knowledge.library import Library
from knowledge.tables import Tables, load_tables
from retrieval.scoring.needs import Wishes
from tests.fakes.slack.blocks import check_view
from tests.makers_prediction import make_reader
from tests.makers_rendering import TEXTS

LANGUAGES = ("en", "vi")
SELECTS = frozenset({"workload", "purpose", "currency", "vendor"})
ALL: dict[str, str] = {
    "workload": "VGG16", "purpose": "fine-tuning", "budget": "1500", "currency": "usd", "memory": "16",
    "watts": "350", "vendor": "no_nvidia",
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(library: Library) -> Tables:
    return load_tables(library.sources)


@pytest.fixture(scope="module")
def reader(library: Library, tables: Tables) -> QuestionReader:
    return make_reader(library, tables)


def submitted(language: str = "en", **fields: str) -> dict[str, Any]:
    """Return what Slack gives back when the modal is submitted with these fields; the others are empty."""
    view = to_pick_modal(language, "C1|1700.1")
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        name, element = block["block_id"], block["element"]
        text = fields.get(name)
        state: dict[str, Any] = {"type": element["type"], "value": text}
        if name in SELECTS:
            option = next((one for one in element["options"] if one["value"] == text), element.get("initial_option"))
            state = {"type": element["type"], "selected_option": option}
        values[name] = {element["action_id"]: state}
    return view | {"state": {"values": values}}


def asked(language: str = "en", **fields: str) -> str | dict[str, str]:
    return read_pick_modal(submitted(language, **fields))


def understood(question: str | dict[str, str], reader: QuestionReader, tables: Tables) -> tuple[str, Wishes]:
    """Return the language and the wishes that the reader finds in a question for a choice."""
    assert isinstance(question, str)
    intent = reader.read(question)
    assert intent.kind is IntentKind.CHOOSE, question
    found = to_asked(intent.wishes, intent.networks, tables.networks, tables.rates, (), choosing=True)
    return intent.language, found.wishes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_modal_is_taken_and_keeps_what_it_was_given(language: str) -> None:
    view = to_pick_modal(language, "x" * 3000)

    assert problems(view["blocks"], "", "modal") == ()
    check_view(view, "modal")
    assert View(**view).to_dict()["private_metadata"] == "x" * 3000
    assert all(block["optional"] for block in view["blocks"])


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "which GPU for fine-tuning VGG16, at most $1,500, at least 16 GB, under 350 W, not NVIDIA"),
        ("vi", "card nào để tinh chỉnh VGG16, tối đa 1.500 USD, ít nhất 16 GB, dưới 350 W, không lấy NVIDIA"),
    ],
)
def test_all_fields_are_one_question_in_the_language_of_the_modal(language: str, question: str) -> None:
    assert asked(language, **ALL) == question


@pytest.mark.parametrize(("language", "question"), [("en", "at most $40"), ("vi", "tối đa 40 triệu đồng")])
def test_a_budget_is_in_the_usual_currency_unless_another_is_chosen(language: str, question: str) -> None:
    assert str(asked(language, budget="40")).endswith(question)


@pytest.mark.parametrize(
    ("fields", "question"),
    [
        ({"workload": "LSTM"}, "which GPU for LSTM"),
        ({"purpose": "inference"}, "which GPU to buy for inference"),
        ({"watts": "75"}, "which GPU, under 75 W"),
        ({"budget": "15.5", "currency": "vnd"}, "which GPU, at most 15,500,000 VND"),
        ({"vendor": "amd", "more": "  used is\nfine "}, "which GPU, only AMD, used is fine"),
    ],
)
def test_fields_that_are_empty_are_not_spoken_of(fields: dict[str, str], question: str) -> None:
    assert asked(**fields) == question


@pytest.mark.parametrize(("language", "work", "purpose"), list(product(LANGUAGES, WORKS, (*PURPOSES, ""))))
def test_every_network_and_purpose_is_understood(
    reader: QuestionReader, tables: Tables, language: str, work: str, purpose: str
) -> None:
    alone = reader.read(work).networks
    found, wishes = understood(asked(language, workload=work, purpose=purpose), reader, tables)
    (told,) = wishes.works

    assert found == language
    assert [(told.network, told.parameters_b)] == [(item.network, item.parameters_b) for item in alone]
    if purpose:
        assert told.mode.value == ("inference" if purpose == "inference" else "training")


@pytest.mark.parametrize(("language", "purpose"), list(product(LANGUAGES, PURPOSES)))
def test_a_purpose_alone_asks_for_a_choice(reader: QuestionReader, tables: Tables, language: str, purpose: str) -> None:
    found, wishes = understood(asked(language, purpose=purpose), reader, tables)

    assert (found, wishes.purpose) == (language, purpose)


@pytest.mark.parametrize(("language", "vendor"), list(product(LANGUAGES, VENDORS)))
def test_makers_are_wanted_or_turned_down(reader: QuestionReader, tables: Tables, language: str, vendor: str) -> None:
    limits = understood(asked(language, vendor=vendor), reader, tables)[1].limits
    found = {name.lower() for name in limits.vendors} | {f"no_{name.lower()}" for name in limits.not_vendors}

    assert found == {vendor}


@pytest.mark.parametrize(
    ("language", "budget", "currency"),
    list(product(LANGUAGES, ("1", "25", "999.5", "1500", "12000"), CURRENCIES)),
)
def test_a_budget_comes_out_in_dollars(
    reader: QuestionReader, tables: Tables, language: str, budget: str, currency: str
) -> None:
    limits = understood(asked(language, **ALL | {"budget": budget, "currency": currency}), reader, tables)[1].limits
    per_usd = {"usd": 1.0} | {code: tables.rates[code.upper()].per_usd for code in ("vnd", "eur")}
    millions = 1e6 if currency == "vnd" else 1.0

    assert limits.budget_usd == pytest.approx(float(budget) * millions / per_usd[currency])


@pytest.mark.parametrize(
    ("language", "memory", "watts"),
    list(product(LANGUAGES, ("1", "8", "24", "80", "141"), ("30", "75", "350", "1000", "1400"))),
)
def test_memory_and_watts_come_out_as_limits(
    reader: QuestionReader, tables: Tables, language: str, memory: str, watts: str
) -> None:
    limits = understood(asked(language, memory=memory, watts=watts), reader, tables)[1].limits

    assert (limits.min_memory_gb, limits.max_watts) == (float(memory), float(watts))


@pytest.mark.parametrize("value", ["abc", "0", "-5", "nan", "inf", "1e99", "1,5,0", "$5"])
def test_what_is_no_amount_is_said_below_its_field(value: str) -> None:
    assert asked("vi", budget=value, memory=value, watts="350") == {
        "budget": "Bạn ghi một số lớn hơn 0, ví dụ 40.",
        "memory": "Bạn ghi một số lớn hơn 0, ví dụ 16.",
    }


def test_an_empty_modal_asks_for_something() -> None:
    assert asked() == {"workload": "Choose what shall run on it, or state a limit."}
    assert asked(more=" \n ") == {"workload": "Choose what shall run on it, or state a limit."}


def test_more_than_the_field_takes_is_refused() -> None:
    assert asked(more="x" * 501) == {"more": "Write at most 500 signs."}


@settings(deadline=None, derandomize=True, database=None, max_examples=100)
@given(text=TEXTS)
def test_any_input_is_a_question_or_errors(text: str) -> None:
    read = asked(budget=text, memory=text, more=text)

    assert isinstance(read, str) or set(read) <= {"budget", "memory", "more", "workload"}
