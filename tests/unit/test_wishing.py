import pytest

from bot.intents import Intent, IntentKind
from bot.understanding.amounts import Amount
from bot.understanding.reading import QuestionReader
from bot.understanding.wishes import ReadWishes
from bot.wishing import ASSUMED_LORA, Asked, domain_of, to_asked
from knowledge.library import Library
from knowledge.tables import Tables, load_tables
from retrieval.scoring.needs import Method, Mode, Precision, Purpose, Work
from tests.makers_prediction import make_reader


@pytest.fixture(scope="module")
def tables(library: Library) -> Tables:
    return load_tables(library.sources)


@pytest.fixture(scope="module")
def reader(library: Library, tables: Tables) -> QuestionReader:
    return make_reader(library, tables)


def asked(text: str, reader: QuestionReader, tables: Tables) -> Asked:
    """Return the wishes of one question, as a shortlist or a memory need takes them."""
    intent: Intent = reader.read(text)
    return to_asked(
        intent.wishes,
        intent.networks,
        tables.networks,
        tables.rates,
        intent.cards if intent.wishes.quoted else (),
        choosing=intent.kind is IntentKind.CHOOSE,
    )


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("card for LSTM training under $1500", [Work(network="lstm")]),
        ("card nào train LSTM và VGG16 dưới 1000 USD", [Work(network="lstm"), Work(network="vgg16")]),
        ("how much memory does BERT-large need for inference", [Work(network="bert_large", mode=Mode.INFERENCE)]),
        ("train resnet50 batch 512 fp16 trên 3090 cần bao nhiêu vram", [
            Work(network="resnet50", precision=Precision.FP16, batch=512),
        ]),
        ("how much vram does llama 7b need", [Work(network="llama_7b", mode=Mode.INFERENCE)]),
        ("how much vram does llama 7b need with 8-bit weights", [
            Work(network="llama_7b", mode=Mode.INFERENCE, precision=Precision.INT8),
        ]),
        ("how much vram to train a 13B model with LoRA", [
            Work(network="llm", method=Method.LORA, parameters_b=13.0),
        ]),
        ("card to train vgg16 and later run a 13B model, $900", [
            Work(network="vgg16"),
            Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, parameters_b=13.0),
        ]),
        ("mua card train vgg16, sau này chạy llm 13b, 18 củ", [
            Work(network="vgg16"),
            Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, parameters_b=13.0),
        ]),
        ("which card to run a 13B model and train BERT, $900", [
            Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, parameters_b=13.0),
            Work(network="bert_base"),
        ]),
        ("best card under $900", []),
    ],
)  # fmt: skip
def test_what_is_said_of_a_network_becomes_its_work(
    reader: QuestionReader, tables: Tables, text: str, works: list[Work]
) -> None:
    assert list(asked(text, reader, tables).wishes.works) == works


@pytest.mark.parametrize(
    ("text", "precision", "is_assumed"),
    [
        ("best card for running llama 7b under $800", Precision.INT4, True),
        ("card nào chạy llama 7b dưới 20 triệu", Precision.INT4, True),
        ("best card for running llama 7b in fp16 under $2000", Precision.FP16, False),
        ("how much vram does llama 7b need", None, False),
        ("best card for fine-tuning llama 7b under $800", None, False),
    ],
)
def test_a_shortlist_counts_a_model_that_is_only_run_in_4_bits_and_a_memory_need_does_not(
    reader: QuestionReader,
    tables: Tables,
    text: str,
    precision: Precision | None,
    is_assumed: bool,  # noqa: FBT001
) -> None:
    found = asked(text, reader, tables)

    assert [work.precision for work in found.wishes.works] == [precision]
    assert ("precision_int4" in found.assumed) is is_assumed


@pytest.mark.parametrize(
    ("text", "method", "is_assumed"),
    [
        ("best card for fine-tuning llama 7b under $800", Method.QLORA, True),
        ("best card for LoRA fine-tuning of llama 7b under $800", Method.LORA, False),
        ("best card for full fine-tuning of llama 7b under $80000", Method.FULL, False),
    ],
)
def test_a_language_model_is_tuned_by_qlora_unless_another_way_is_said(
    reader: QuestionReader,
    tables: Tables,
    text: str,
    method: Method,
    is_assumed: bool,  # noqa: FBT001
) -> None:
    found = asked(text, reader, tables)

    assert [work.method for work in found.wishes.works] == [method]
    assert ("method_qlora" in found.assumed) is is_assumed


@pytest.mark.parametrize("text", ["recommend a card for LoRA under $1000", "tư vấn card chạy LoRA dưới 25 triệu"])
def test_lora_without_a_model_is_qlora_of_a_7b_model_and_says_so(
    reader: QuestionReader, tables: Tables, text: str
) -> None:
    found = asked(text, reader, tables)

    assert found.wishes.works == (Work(network="llm", parameters_b=7.0, method=Method.QLORA),)
    assert found.wishes.works == (ASSUMED_LORA,)
    assert "method_lora" in found.assumed
    assert "method_qlora" not in found.assumed


def test_lora_beside_a_cnn_is_no_way_to_train_the_cnn(reader: QuestionReader, tables: Tables) -> None:
    found = asked("recommend a card for LoRA and resnet50 under $1000", reader, tables)

    assert found.wishes.works == (Work(network="resnet50", method=Method.FULL), ASSUMED_LORA)


def test_lora_beside_a_model_that_it_adapts_assumes_no_other(reader: QuestionReader, tables: Tables) -> None:
    found = asked("recommend a card for LoRA of BERT-base and resnet50 under $1000", reader, tables)

    assert [(work.network, work.method) for work in found.wishes.works] == [
        ("bert_base", Method.LORA),
        ("resnet50", Method.FULL),
    ]
    assert "method_lora" not in found.assumed


def test_transfer_learning_is_of_the_network_named(reader: QuestionReader, tables: Tables) -> None:
    (work,) = asked("best card for VGG16 transfer learning under $900", reader, tables).wishes.works

    assert work.method is Method.TRANSFER or work.network == "vgg16-transfer"
    assert work.mode is Mode.TRAINING


# Prices that were quoted.


def test_a_quoted_price_goes_to_the_card_named_and_is_the_budget_of_its_rivals(
    reader: QuestionReader, tables: Tables
) -> None:
    found = asked("is a used 3090 at $700 a good deal for training", reader, tables)

    assert found.wishes.quoted_usd == (("rtx-3090", 700.0),)
    assert found.wishes.limits.budget_usd == 700
    assert found.assumed == ("budget_quoted",)


def test_a_price_quoted_in_dong_is_turned_into_dollars_at_a_rate_that_is_said(
    reader: QuestionReader, tables: Tables
) -> None:
    found = asked("3090 cũ 16 triệu có đáng mua không", reader, tables)
    usd = 16e6 / tables.rates["VND"].per_usd

    assert dict(found.wishes.quoted_usd) == pytest.approx({"rtx-3090": usd})
    assert found.assumed == ("budget_quoted", "rate:VND")


def quoted(budget: float | None, count: int | None, tables: Tables) -> Asked:
    read = ReadWishes(
        quoted=Amount(value=700, unit="USD"),
        budget=None if budget is None else Amount(value=budget, unit="USD"),
        count=count,
    )
    return to_asked(read, (), tables.networks, tables.rates, ("rtx-3090",))


def test_a_quoted_price_is_a_cards_and_a_budget_that_was_said_holds(tables: Tables) -> None:
    two, said = quoted(None, 2, tables), quoted(1000, None, tables)

    assert (two.wishes.limits.budget_usd, two.assumed) == (1400, ("budget_quoted",))
    assert said.wishes.limits.budget_usd == 1000
    assert "budget_quoted" not in said.assumed


def test_a_quoted_price_without_a_card_is_nobodys(tables: Tables) -> None:
    read = ReadWishes(quoted=Amount(value=700, unit="USD"))
    found = to_asked(read, (), tables.networks, tables.rates)

    assert (found.wishes.quoted_usd, found.wishes.limits.budget_usd) == ((), None)


# What else is assumed.


def test_several_cards_split_a_language_model_and_nothing_else(reader: QuestionReader, tables: Tables) -> None:
    model = asked("two cards for a 70B model, 5000 dollars", reader, tables)
    picture = asked("two cards for vgg16, 5000 dollars", reader, tables)

    assert model.wishes.limits.count == picture.wishes.limits.count == 2
    assert "split" in model.assumed
    assert "split" not in picture.assumed


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("best gpu for computer vision", "resnet50"),
        ("card cho thị giác máy tính", "resnet50"),
        ("card cho xu ly anh", "resnet50"),
        ("a card for NLP", "bert_base"),
        ("card xử lý ngôn ngữ tự nhiên", "bert_base"),
        ("a card for image generation", "sd15"),
        ("card để vẽ ảnh", "sd15"),
        ("a card for LLMs", "llm"),
        ("card chạy chatbot", "llm"),
        ("a card for training", None),
        ("card để train", None),
    ],
)
def test_a_field_of_work_stands_for_a_network_of_it(text: str, network: str | None) -> None:
    assert [mention.network for mention in domain_of(text)] == ([network] if network else [])


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("card to train a 13B model with QLoRA, $900", Purpose.FINE_TUNING),
        ("card to train resnet50 and a 13B model with QLoRA, $900", Purpose.TRAINING),
    ],
)
def test_who_trains_by_adapters_alone_fine_tunes(
    reader: QuestionReader, tables: Tables, text: str, purpose: Purpose
) -> None:
    assert asked(text, reader, tables).wishes.purpose is purpose


@pytest.mark.parametrize("text", ["card for yolo training, $600", "card train object detection", "phát hiện vật thể"])
def test_seeing_is_stood_for_by_resnet50(text: str) -> None:
    assert [mention.network for mention in domain_of(text)] == ["resnet50"]
