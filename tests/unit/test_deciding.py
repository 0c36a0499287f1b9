import pytest

from bot.intents import Frame, IntentKind
from bot.understanding.deciding import Named, decide
from bot.understanding.reading import QuestionReader
from bot.understanding.wishes import ReadWishes
from knowledge.library import Library
from knowledge.tables import load_tables
from retrieval.words import fold
from tests.makers_prediction import make_reader

CHOICES = (
    "which gpu should i buy for training under $1500",
    "best gpu under 1000 usd for LSTM training",
    "under 300 W, 24 GB, $1500, LSTM training, CUDA only",
    "recommend a card for fine-tuning llama 7b",
    "recommend a GPU",
    "I have $800, what card should I get for ResNet-50?",
    "which card can train BERT within 250 W",
    "what is the best GPU for Stable Diffusion under $600?",
    "3090 or 4080 for training, $1200 budget",
    "should I buy a 3090 or a 4070 Ti for vgg16",
    "is a used 3090 at $700 a good deal for training",
    "need a gpu with 48 GB for a workstation",
    "laptop with a GPU for learning deep learning, $1500",
    "two cards for a 70B model, 5000 dollars",
    "mua card nào để train dưới 30 triệu",
    "nên mua card nào để train",
    "card nào tốt nhất để chạy LLM 7B dưới 20 triệu",
    "tư vấn card train LSTM tầm 25 củ",
    "tu van card train lstm tam 25 cu",
    "nen mua 3090 hay 4070 ti de train vgg16",
    "mình có 40 triệu, muốn card 24GB",
    "em có 15tr thì mua card gì để học deep learning",
    "em co 15tr thi mua card gi de hoc deep learning",
    "3090 cũ 16 triệu có đáng mua không",
    "cần một con card 16GB chạy pytorch, nguồn 650W",
    "card AMD nào train được pytorch dưới 600 USD",
    "laptop nào để học deep learning dưới 35 triệu",
    "gợi ý card cho server 1U chạy suy luận",
    "chọn card nào để fine-tune llama 13b",
    "which gpu for LSTM training",
    "I want to train LSTMs, 300 W max, 24 GB, at most $1500",
    "any AMD cards for pytorch under $700?",
    "cần card chạy llama 13b, dưới 20 triệu",
    "card 24gb duoi 20 trieu",
    "cho mình xin card train cnn tầm 8tr",
    "4090 giá 45 triệu có đáng mua không",
    "is the 4090 worth $1800",
)

NEEDS = (
    "how much vram does llama 7b need",
    "how much memory do I need to train BERT-large",
    "does a 13B model fit in 24 GB",
    "can a 3060 run a 13B model",
    "will llama 70b fit on an A100",
    "can I fine-tune a 7B model with QLoRA on a 4060 Ti",
    "vram needed for QLoRA of a 13B model",
    "is 12 GB enough for Stable Diffusion XL",
    "can the 3080 hold VGG16 at batch 64",
    "llama 7b cần bao nhiêu vram",
    "llama 7b can bao nhieu vram",
    "train BERT-large cần bao nhiêu bộ nhớ",
    "train bert large can bao nhieu bo nho",
    "3060 chạy được mô hình 13B không",
    "3060 chay dc model 13b ko",
    "12GB có đủ để fine-tune llama 7b không",
    "24gb du de chay llama 30b khong",
    "A100 có load nổi llama 70b không",
    "fine-tune 7B bằng QLoRA trên 4060 Ti được không",
    "vgg16 batch 64 có vừa 3080 không",
    "can a 3060 train vgg16",
    "cần bao nhiêu vram để chạy llama 7b",
    "sdxl cần mấy gb",
)

SPEEDS = (
    "how fast is a 3090 at ResNet-50 training",
    "images per second of VGG16 on the A100",
    "throughput of BERT-large on an H100",
    "predict llama 7b tokens/s on a 4090",
    "how many tokens per second does a 4090 do with llama 8b",
    "estimate LSTM training speed on a 3060",
    "3090 train resnet50 nhanh cỡ nào",
    "3090 train resnet50 nhanh co nao",
    "tốc độ train BERT trên A100",
    "toc do train bert tren a100",
    "4090 chạy llama 8b bao nhiêu token/s",
    "4090 chay llama 8b bao nhieu token/s",
    "ước tính tốc độ LSTM trên 3060",
    "dự đoán ResNet-50 trên H100 được mấy ảnh mỗi giây",
    "how fast can a 3090 train vgg16",
)

COMPARISONS = (
    "3090 vs 4090 for ResNet-50 training",
    "is the 4090 faster than the 3090 for BERT",
    "so sánh 3090 và 4090 khi train resnet50",
    "so sanh 3090 va 4090 khi train resnet50",
    "4090 nhanh hơn 3090 bao nhiêu khi train BERT",
    "A100 hay H100 nhanh hơn khi chạy llama 70b",
    "7900 XTX vs 4080 for llama 13b",
)

EXPLANATIONS = (
    "Laptop gaming có card RTX thì train ổn không hay phải mua máy bàn?",
    "rent or buy for a 70b finetune",
    "which GPU generation is Turing?",
    "cuda vs rocm",
    "what is VGG16",
    "lstm với gru khác gì nhau",
    "how do I choose a gpu",
    "should I rent or buy",
    "should I rent a 4090 or buy one for $1600",
    "what is memory bandwidth",
    "why does training need more memory than inference",
    "what takes memory when training VGG16",
    "why is my LSTM slow on a 4090",
    "what should I look for when buying a gpu",
    "explain QLoRA",
    "how does LoRA save memory",
    "which card has the most memory",
    "highest bandwidth card",
    "is a second-hand card risky",
    "how much vram does the 3080 have",
    "what is the price of the 4090",
    "băng thông bộ nhớ là gì",
    "bang thong bo nho la gi",
    "vgg16 là gì",
    "lstm voi gru khac gi nhau",
    "tại sao train cần nhiều vram hơn suy luận",
    "tai sao train can nhieu vram hon suy luan",
    "nên thuê hay mua card",
    "nen thue hay mua card",
    "cách chọn card đồ họa",
    "mua card cũ cần lưu ý gì",
    "mua card cu can luu y gi",
    "card nào băng thông cao nhất",
    "giải thích QLoRA",
    "3080 có bao nhiêu vram",
    "card cũ trâu cày có nên mua không",
    "đời gpu nào có tensor core",
    "which is better for deep learning, AMD or NVIDIA",
    "nên mua AMD hay NVIDIA",
    "explain why LSTM is slow",
    "what gpu does google use",
    "có nên mua GPU bây giờ không",
    "so sánh LSTM và GRU",
    "mua máy hay thuê cloud để train",
)
SCORED = frozenset({IntentKind.CHOOSE, IntentKind.MEMORY, IntentKind.PREDICT, IntentKind.COMPARE})


@pytest.fixture(scope="module")
def reader(library: Library) -> QuestionReader:
    return make_reader(library, load_tables(library.sources))


@pytest.mark.parametrize("question", CHOICES)
def test_who_wants_a_card_gets_a_shortlist(reader: QuestionReader, question: str) -> None:
    assert reader.read(question).kind is IntentKind.CHOOSE


@pytest.mark.parametrize("question", NEEDS)
def test_who_asks_what_a_network_needs_or_whether_it_fits_gets_a_memory_need(
    reader: QuestionReader, question: str
) -> None:
    assert reader.read(question).kind is IntentKind.MEMORY


@pytest.mark.parametrize("question", SPEEDS)
def test_who_asks_how_fast_a_named_card_is_gets_a_prediction(reader: QuestionReader, question: str) -> None:
    assert reader.read(question).kind is IntentKind.PREDICT


@pytest.mark.parametrize("question", COMPARISONS)
def test_two_cards_beside_a_network_are_compared(reader: QuestionReader, question: str) -> None:
    assert reader.read(question).kind is IntentKind.COMPARE


@pytest.mark.parametrize("question", EXPLANATIONS)
def test_what_the_guide_or_a_sheet_answers_is_not_scored(reader: QuestionReader, question: str) -> None:
    assert reader.read(question).kind not in SCORED


@pytest.mark.parametrize("question", [*CHOICES, *NEEDS, *SPEEDS, *COMPARISONS, *EXPLANATIONS])
def test_a_question_means_the_same_without_its_marks(reader: QuestionReader, question: str) -> None:
    assert reader.read(fold(question)).kind is reader.read(question).kind


def test_half_of_the_questions_are_vietnamese(reader: QuestionReader) -> None:
    asked = [*CHOICES, *NEEDS, *SPEEDS, *COMPARISONS, *EXPLANATIONS]
    vietnamese = [question for question in asked if reader.read(question).language == "vi"]

    assert len(asked) >= 100
    assert 0.45 <= len(vietnamese) / len(asked) <= 0.55


def named(**fields: int) -> Named:
    given = {"cards": 0, "networks": 0, "sized": False, "fields": 0, "words": 8}
    return Named(**(given | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "frame", "kind"),
    [
        ("how much vram does it need", Frame.OPEN, IntentKind.MEMORY),
        ("how much vram does it need", Frame.WHY, None),
        ("how much vram does it need", Frame.DIFFERENCE, None),
    ],
)
def test_why_and_what_differs_are_explained(text: str, frame: Frame, kind: IntentKind | None) -> None:
    assert decide(text, ReadWishes(), named(networks=1, sized=True), frame) is kind


def test_a_language_model_without_a_size_has_no_need_to_say() -> None:
    assert decide("how much vram does an llm need", ReadWishes(), named(networks=1), Frame.OPEN) is None


def test_a_speed_is_of_a_card() -> None:
    text, network = "how fast is vgg16", {"networks": 1, "sized": True}

    assert decide(text, ReadWishes(), named(**network), Frame.OPEN) is None
    assert decide(text, ReadWishes(), named(cards=1, **network), Frame.OPEN) is IntentKind.PREDICT
