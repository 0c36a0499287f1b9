import pytest

from bench.backlog import Permissions
from bench.errors import RequestError
from bot.answering.results import reason_text
from bot.answers import Answer
from bot.benched import Benches
from bot.conversations import Thread, Turn
from bot.intents import Frame, Intent, IntentKind
from bot.messages import Message
from bot.rendering.plain import to_text
from bot.store.results import Result
from bot.texts import texts
from bot.understanding.benching import BenchAsk, read_bench, read_results
from tests.makers_bench import make_blocks, make_run

RUNS = (
    ("benchmark vgg16 on the lab box", BenchAsk(case="vgg16", host="lab")),
    (
        "run the lstm benchmark on local, batch 64, bf16",
        BenchAsk(case="lstm", host="local", batch=64, precision="bf16"),
    ),
    ("measure GRU inference quick", BenchAsk(case="gru", mode="inference", quick=True)),
    ("đo LSTM trên máy gpu1", BenchAsk(case="lstm", host="gpu1")),
    (
        "chạy benchmark vgg16 transfer batch 32 fp16 trên máy lab",
        BenchAsk(case="vgg16-transfer", batch=32, precision="fp16", host="lab"),
    ),
    ("do lstm tren may local", BenchAsk(case="lstm", host="local")),
    ("benchmark cnn nhanh", BenchAsk(case="cnn", quick=True)),
    (
        "@gpuwise run vgg16 on lab1 bs64 fp16, is it free?",
        BenchAsk(case="vgg16", host="lab1", batch=64, precision="fp16"),
    ),
    ("could you benchmark the cnn on this machine?", BenchAsk(case="cnn", host="local")),
    ("measure the head of vgg16 on cached features", BenchAsk(case="vgg16-head")),
    ("đo vgg16 đóng băng", BenchAsk(case="vgg16-transfer")),
    ("benchmark lstm quick for 5 seconds", BenchAsk(case="lstm", quick=True, max_seconds=5)),
    ("đo lstm nhanh trong 5 giây", BenchAsk(case="lstm", quick=True, max_seconds=5)),
    ("do lstm nhanh trong 5 giay", BenchAsk(case="lstm", quick=True, max_seconds=5)),
    ("đo thử CNN trên Máy-3 batch 256 trong 2 phút", BenchAsk(case="cnn", host="Máy-3", batch=256, max_seconds=120)),
    ("đo tốc độ LSTM trên máy lab được không?", BenchAsk(case="lstm", host="lab")),
    ("bạn đo giúp mình GRU suy luận batch 16 với", BenchAsk(case="gru", mode="inference", batch=16)),
    (
        "run lstm inference on the Lab-2 machine with hidden 128 and length 100",
        BenchAsk(case="lstm", mode="inference", host="Lab-2", hidden=128, length=100),
    ),
    ("benchmark cnn channels last", BenchAsk(case="cnn", channels_last=True)),
    ("đo LSTM bằng GPU", BenchAsk(case="lstm", wish="gpu")),
    ("run a benchmark", BenchAsk()),
    ("chạy benchmark", BenchAsk()),
    ("benchmark resnet50 on local", BenchAsk(host="local")),
    ("benchmark lstm and gru", BenchAsk()),
)
NO_RUNS = (
    "what is a benchmark?",
    "how fast is a 3090 at vgg16 training?",
    "how do I read GPU benchmarks",
    "đọc bài benchmark card cho AI thì cần soi những gì",
    "doc bai benchmark card cho AI thi can soi nhung gi",
    "measure of memory bandwidth",
    "đo băng thông bộ nhớ",
    "do LSTMs need a lot of memory",
    "do LSTM nhớ lâu hơn RNN",
    "run vgg16",
    "run llama 7b on a 3090",
    "chạy vgg16 batch 64 trên 3080 được không",
    "chạy lstm cần card gì",
    "train lstm trên 3060",
    "can a 3060 train vgg16",
    "benchmark card cho AI",
    "cách đo tốc độ train LSTM",
    "nên đo LSTM bằng batch bao nhiêu",
    "Cho xem code học chuyển giao với VGG16",
    "benchmark results",
)
RESULTS = (
    ("what did we measure?", None),
    ("show the benchmark results", None),
    ("kết quả đo gần đây", None),
    ("ket qua do gan day", None),
    ("ket qua benchmark lstm", "lstm"),
    ("cho mình xem kết quả đo GRU", "gru"),
    ("can you show me the results of the vgg16 benchmark", "vgg16"),
    ("what have we benchmarked so far", None),
    ("đã đo được gì rồi?", None),
)
NO_RESULTS = (
    "are benchmark results reliable?",
    "how to read benchmark results",
    "where can I find benchmark results online",
    "kết quả benchmark có đáng tin không",
    "cách đọc kết quả benchmark",
    "what is a benchmark?",
)
REASONS = (
    "foreign-cpu 37 %",
    "foreign-cpu unknown",
    "steal 6 %",
    "steal unknown",
    "noisy 12 %",
    "few-blocks 3",
    "watcher-dead",
    "watcher-errors 4",
    "loss-nan",
    "output-nan",
    "loss-not-falling 2.3 to 2.4",
    "throttle thermal 1.5 s",
    "throttle unknown",
    "foreign-gpu 2",
    "foreign-gpu unknown",
    "rejected 60 %",
    "unchecked",
)


class Canned:
    """Results as the database would give them."""

    def __init__(self, *results: Result) -> None:
        self.results = results
        self.asked: list[tuple[str | None, int]] = []

    def newest(self, case: str | None, limit: int) -> tuple[Result, ...]:
        self.asked.append((case, limit))
        return self.results


def answer(text: str, message: Message | None = None, *, language: str = "en", runners: str = "") -> Answer:
    benches = Benches(Permissions(runners=frozenset(runners.split())), lambda: ("local", "lab"), Canned())
    intent = Intent(kind=IntentKind.BENCH, language=language, text=text, bench=read_bench(text))
    return benches.answer(intent, message or Message(text=text, starts_runs=True))


@pytest.mark.parametrize(("text", "expected"), RUNS)
def test_a_wish_for_a_run_is_read(text: str, expected: BenchAsk) -> None:
    assert read_bench(text) == expected


@pytest.mark.parametrize("text", NO_RUNS)
def test_what_only_speaks_of_measuring_starts_nothing(text: str) -> None:
    assert read_bench(text) is None


@pytest.mark.parametrize(("text", "case"), RESULTS)
def test_a_wish_for_results_is_read(text: str, case: str | None) -> None:
    assert read_results(text) == BenchAsk(case=case)
    assert read_bench(text) is None


@pytest.mark.parametrize("text", NO_RESULTS)
def test_a_question_about_results_in_general_is_none_for_ours(text: str) -> None:
    assert read_results(text) is None


def test_what_was_said_becomes_the_request() -> None:
    ask = BenchAsk(case="vgg16-transfer", batch=64, precision="fp16", quick=True, max_seconds=5, channels_last=True)

    request = ask.request()

    assert (request.case, request.batch, request.precision) == ("vgg16-transfer", 64, "fp16")
    assert (request.quick, request.max_seconds, request.layout) == (True, 5, "channels_last")


def test_what_is_out_of_bounds_is_refused() -> None:
    with pytest.raises(RequestError):
        BenchAsk(case="lstm", batch=99_999).request()


def test_the_command_line_says_what_was_asked() -> None:
    ask = BenchAsk(case="lstm", batch=64, precision="bf16", host="lab", quick=True, mode="inference")

    assert ask.options() == "--host lab --mode inference --precision bf16 --batch 64 --quick"


def test_the_chat_says_what_runs_and_starts_it() -> None:
    said = answer("benchmark lstm quick on the lab box")

    text = to_text(said)
    assert "LSTM training (FP32, batch 32, length 50, 64 units) on lab" in text
    assert "under two minutes" in text
    assert said.run is not None
    assert (said.run.host, said.run.request.case, said.run.request.quick) == ("lab", "lstm", True)


def test_the_chat_says_it_in_vietnamese() -> None:
    said = answer("đo lstm trong 30 giây", language="vi")

    assert "tốc độ train LSTM (FP32, batch 128, độ dài 50, 64 unit) trên máy local" in to_text(said)
    assert "tối đa 2 phút" in to_text(said)


def test_a_single_question_starts_nothing_and_says_how() -> None:
    text = "benchmark lstm quick, batch 64"

    said = answer(text, Message(text=text))

    assert said.run is None
    assert "`gpuwise bench run lstm --batch 64 --quick`" in to_text(said)


@pytest.mark.parametrize("runners", ["", "telegram:42", "*"])
def test_other_platforms_start_nothing_yet(runners: str) -> None:
    text = "benchmark lstm quick"

    said = answer(text, Message(text=text, platform="telegram", user="42"), runners=runners)

    assert said.run is None
    assert "from the terminal" in to_text(said)
    assert ("gpuwise bench run lstm --quick" in to_text(said)) == bool(runners)


def test_a_missing_case_is_asked_back_with_what_else_was_said() -> None:
    said = answer("benchmark quick on local")

    assert said.question_back == "Which of these shall I measure?"
    assert [action.label for action in said.actions][:4] == ["cnn", "rnn", "lstm", "gru"]
    assert read_bench(said.actions[4].message) == BenchAsk(case="vgg16-transfer", quick=True, host="local")


@pytest.mark.parametrize(
    ("text", "frame", "case"),
    [("gru", Frame.OPEN, "gru"), ("what is gru", Frame.WHAT, None), ("hmm", Frame.OPEN, None)],
)
def test_a_case_alone_completes_what_was_asked_before(text: str, frame: Frame, case: str | None) -> None:
    before = Intent(kind=IntentKind.BENCH, language="en", text="benchmark quick", bench=BenchAsk(quick=True))
    thread = Thread(turns=(Turn(intent=before, answer=answer("benchmark quick")),))
    intent = Intent(kind=IntentKind.EXPLAIN, language="en", text=text, frame=frame)

    completed = Benches(Permissions(), lambda: ("local",), Canned()).complete(intent, thread)

    assert completed.bench == (BenchAsk(case=case, quick=True) if case else None)


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("benchmark lstm batch 99999", "en", "the batch must be a whole number from 1 to 8,192, you said 99,999"),
        ("đo lstm batch 99999", "vi", "batch phải là số nguyên từ 1 đến 8.192, bạn đặt 99.999"),
        ("benchmark cnn length 10", "en", "cnn has no such size as the length"),
        ("benchmark lstm for 0 seconds", "en", "the measuring time in seconds must be a whole number from 1 to 3,600"),
        ("đo lstm fp8", "vi", "không đo ở FP8"),
        ("benchmark gru nhwc", "en", "gru has no image tensors"),
        ("benchmark gru on mars", "en", "I know no host called “mars”. Known: local and lab"),
    ],
)
def test_what_cannot_run_is_said_in_the_language_of_the_asker(text: str, language: str, part: str) -> None:
    said = answer(text, language=language)

    assert said.run is None
    assert part in to_text(said)


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_a_verdict_is_said_in_words(reason: str, language: str) -> None:
    said = reason_text(reason, language)

    assert said != reason
    assert "{" not in said


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("r-7k3, 2026-11-24 08:44 UTC: CNN training (FP32, batch 128):", "images/s (95 %:", "clean")),
        ("vi", ("r-7k3, 24/11/2026 08:44 UTC: train CNN (FP32, batch 128):", "ảnh/s (95 %:", "sạch")),
    ],
)
def test_results_are_listed_in_the_language_of_the_asker(language: str, parts: tuple[str, ...]) -> None:
    record = make_run(make_blocks(*[10.0, 10.1] * 20))
    stored = Canned(Result(id="r-7k3", job_id="b-7k3", created="2026-11-24T08:44:00.000000+00:00", records=(record,)))
    benches = Benches(Permissions(), lambda: ("local",), stored)
    intent = Intent(kind=IntentKind.RESULTS, language=language, text="kết quả", bench=BenchAsk(case="cnn"))

    said = to_text(benches.answer(intent, Message(text="kết quả")))

    assert stored.asked == [("cnn", 5)]
    assert [part for part in parts if part not in said] == []


def test_both_languages_name_every_state_that_a_run_may_end_in() -> None:
    for language in ("en", "vi"):
        assert all(
            texts(language).has(f"bench.ended.{state}") for state in ("cancelled", "failed", "timed_out", "lost")
        )
