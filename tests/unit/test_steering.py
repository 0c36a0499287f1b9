import pytest

from bot.conversations import Thread
from bot.intents import Act, IntentKind
from bot.steering import First, scored_turn, steer
from bot.understanding.wishes import ReadWishes
from knowledge.library import Library
from knowledge.tables import Tables, load_tables
from retrieval.scoring.needs import Method, Mode
from tests.makers import make_answer, make_gpu, make_intent
from tests.makers_prediction import Talk

ENGLISH = "best card for resnet50 training under $1500"
VIETNAMESE = "card nào train resnet50 dưới 40 triệu"


@pytest.fixture(scope="module")
def tables(library: Library) -> Tables:
    return load_tables(library.sources)


@pytest.fixture
def talk(library: Library, tables: Tables) -> Talk:
    return Talk(library, tables)


@pytest.mark.parametrize(
    ("first", "follow_up"), [(ENGLISH, "what about AMD?"), (ENGLISH, "AMD?"), (VIETNAMESE, "còn AMD thì sao?")]
)
def test_another_maker_keeps_budget_and_network(talk: Talk, first: str, follow_up: str) -> None:
    before, after = talk.told(first), talk.told(follow_up)

    assert after.kind is IntentKind.CHOOSE
    assert after.wishes.vendors == {"AMD"}
    assert after.wishes.budget == before.wishes.budget
    assert [mention.network for mention in after.networks] == ["resnet50"]


@pytest.mark.parametrize(
    ("first", "follow_up"), [(ENGLISH, "and with 24 GB?"), (ENGLISH, "24 GB"), (VIETNAMESE, "24GB thì sao?")]
)
def test_more_memory_keeps_what_was_said_before(talk: Talk, first: str, follow_up: str) -> None:
    before, after = talk.told(first), talk.told(follow_up)

    assert after.kind is IntentKind.CHOOSE
    assert after.wishes.memory is not None
    assert (after.wishes.memory.value, after.wishes.memory.unit) == (24, "GB")
    assert after.wishes.budget == before.wishes.budget


@pytest.mark.parametrize(("first", "follow_up"), [(ENGLISH, "cheaper?"), (VIETNAMESE, "rẻ hơn thì sao?")])
def test_cheaper_means_below_the_card_that_came_first(talk: Talk, tables: Tables, first: str, follow_up: str) -> None:
    _, answer = talk.ask(first)
    usd = (talk.first_of(answer).launch_price_usd or 0) - 1
    after, cheaper = talk.ask(follow_up)

    assert after.wishes.budget is not None
    spoken = ("USD", usd) if first == ENGLISH else ("VND", usd * tables.rates["VND"].per_usd)
    assert (after.wishes.budget.unit, after.wishes.budget.value) == spoken
    assert answer.cards[0] not in cheaper.cards


def test_wishes_add_up_over_a_thread(talk: Talk) -> None:
    after = talk.told(ENGLISH, "what about AMD?", "and with 16 GB?", "under 250 W")

    assert after.wishes.budget is not None
    assert after.wishes.memory is not None
    assert after.wishes.watts is not None
    assert (after.wishes.budget.value, after.wishes.memory.value, after.wishes.watts.value) == (1500, 16, 250)
    assert after.wishes.vendors == {"AMD"}


def test_the_newest_of_two_budgets_holds(talk: Talk) -> None:
    after = talk.told(ENGLISH, "and under $900?")

    assert after.wishes.budget is not None
    assert after.wishes.budget.value == 900


def test_another_network_takes_the_place_of_the_one_before(talk: Talk) -> None:
    after = talk.told(ENGLISH, "and for vgg16?")

    assert after.kind is IntentKind.CHOOSE
    assert [mention.network for mention in after.networks] == ["vgg16"]
    assert after.wishes.budget is not None


@pytest.mark.parametrize(
    ("first", "follow_up"),
    [(ENGLISH, "why not the 4090?"), (VIETNAMESE, "sao không phải 4090?"), (VIETNAMESE, "4090 thì sao?")],
)
def test_why_not_a_card_says_where_it_stands_among_all(talk: Talk, first: str, follow_up: str) -> None:
    _, before = talk.ask(first)
    after, answer = talk.ask(follow_up)

    assert (after.kind, after.only) == (IntentKind.CHOOSE, ())
    assert after.cards == ("rtx-4090", "rtx-4090-laptop")
    assert {"rtx-4090", before.cards[0]} <= set(answer.cards)


def test_after_asking_why_not_a_card_the_list_is_of_all_cards_again(talk: Talk) -> None:
    after, answer = [talk.ask(text) for text in (ENGLISH, "why not the 4090?", "and with 16 GB?")][-1]

    assert after.only == ()
    assert len(answer.cards) == 5


def test_two_cards_named_after_a_shortlist_are_ranked_among_themselves(talk: Talk) -> None:
    after, answer = [talk.ask(text) for text in (ENGLISH, "what about the 3090 or the 4070 Ti?")][-1]

    assert after.only == ("rtx-3090", "rtx-4070-ti")
    assert set(answer.cards) == {"rtx-3090", "rtx-4070-ti"}


def test_why_asks_about_the_list_and_leaves_it_to_go_on_from(talk: Talk) -> None:
    (why, reasons), (after, _) = [talk.ask(text) for text in (ENGLISH, "why?", "what about AMD?")][1:]

    assert (why.act, reasons.intent) == (Act.WHY, IntentKind.CHOOSE)
    assert after.kind is IntentKind.CHOOSE
    assert after.wishes.vendors == {"AMD"}
    assert after.wishes.budget is not None


@pytest.mark.parametrize("between", ["what is memory bandwidth", "băng thông bộ nhớ là gì", "RTX 3090"])
def test_another_question_in_between_ends_the_shortlist(talk: Talk, between: str) -> None:
    after = talk.told(ENGLISH, between, "what about AMD?")

    assert after.kind is not IntentKind.CHOOSE
    assert after.wishes.budget is None


@pytest.mark.parametrize(
    "question",
    [
        "what is memory bandwidth",
        "RTX 3090 vs RTX 4090",
        "how much vram does llama 7b need",
        "RTX 3095?",
        "băng thông của 3090 là bao nhiêu",
    ],
)
def test_a_question_that_stands_on_its_own_is_left_as_it_is(talk: Talk, question: str) -> None:
    talk.ask(ENGLISH)
    intent = talk.reader.read(question)

    assert talk.scored.complete(intent, talk.thread) is intent


def test_without_a_thread_nothing_is_added(talk: Talk) -> None:
    intent = talk.reader.read("what about AMD?")

    assert talk.scored.complete(intent, talk.thread) is intent


# After a memory need or a prediction.


def test_a_memory_need_goes_on_with_another_method_size_and_card(talk: Talk) -> None:
    talk.ask("how much vram does llama 7b need")
    method = talk.told("and with QLoRA?")
    size = talk.told("and 13B?")
    card, answer = talk.ask("what about a 4090?")

    assert [one.kind for one in (method, size, card)] == [IntentKind.MEMORY] * 3
    assert (method.wishes.method, [item.network for item in method.networks]) == (Method.QLORA, ["llama_7b"])
    assert [item.parameters_b for item in size.networks] == [13.0]
    assert (card.wishes.method, [item.parameters_b for item in card.networks]) == (Method.QLORA, [13.0])
    assert answer.cards[0] == "rtx-4090"


def test_a_prediction_goes_on_with_another_card_and_batch(talk: Talk) -> None:
    talk.ask("how fast is a 3090 at resnet50 training")
    card = talk.told("and the 4090?")
    batch, answer = talk.ask("with batch 1?")

    assert (card.kind, card.cards[0]) == (IntentKind.PREDICT, "rtx-4090")
    assert (batch.kind, batch.cards[0], batch.wishes.batch) == (IntentKind.PREDICT, "rtx-4090", 1)
    assert batch.wishes.mode is Mode.TRAINING
    assert answer.cards[0] == "rtx-4090"


# What "more memory", "cooler" and "faster" are measured against.


def measured(read: ReadWishes) -> ReadWishes:
    shortlist = make_intent(kind=IntentKind.CHOOSE)
    thread = Thread().remember(shortlist, make_answer(intent=IntentKind.CHOOSE))
    first = First(card=make_gpu(memory_gb=24, tdp_w=300), usd=1000, per_usd={"USD": 1.0})
    return steer(make_intent(kind=IntentKind.EXPLAIN, wishes=read), thread, first).wishes


def test_comparatives_become_limits_beside_the_first_card() -> None:
    cheaper, bigger, cooler, faster = (
        measured(read)
        for read in (
            ReadWishes(cheaper=True),
            ReadWishes(more_memory=True),
            ReadWishes(cooler=True),
            ReadWishes(faster=True),
        )
    )

    assert cheaper.budget is not None
    assert bigger.memory is not None
    assert cooler.watts is not None
    assert (cheaper.budget.value, bigger.memory.value, cooler.watts.value) == (999, 25, 299)
    assert faster.weights == (("speed", 3.0),)


def test_the_last_scored_turn_is_found_behind_what_only_speaks_of_it() -> None:
    scored = make_intent(kind=IntentKind.MEMORY)
    thread = Thread().remember(scored, make_answer()).remember(make_intent(act=Act.WHY), make_answer())
    other = thread.remember(make_intent(kind=IntentKind.SPEC), make_answer())

    found = scored_turn(thread)
    assert found is not None
    assert found.intent is scored
    assert scored_turn(other) is None
    assert scored_turn(Thread()) is None
