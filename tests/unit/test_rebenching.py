"""What shall be different in a benchmark that was asked for before."""

import pytest

from bot.understanding.benching import BenchAsk
from bot.understanding.rebenching import changed, read_change

HOSTS = ("local", "lab", "Lab-2")
CHANGES = (
    ("what about GRU?", BenchAsk(case="gru")),
    ("còn GRU thì sao?", BenchAsk(case="gru")),
    ("con gru thi sao", BenchAsk(case="gru")),
    ("try gru instead", BenchAsk(case="gru")),
    ("and in fp16?", BenchAsk(precision="fp16")),
    ("in fp16", BenchAsk(precision="fp16")),
    ("ở fp16 thì sao", BenchAsk(precision="fp16")),
    ("đổi sang bf16", BenchAsk(precision="bf16")),
    ("with batch 256", BenchAsk(batch=256)),
    ("batch 256", BenchAsk(batch=256)),
    ("with batch 0", BenchAsk(batch=0)),
    ("dùng CPU thôi", BenchAsk(wish="cpu")),
    ("run it on the second gpu", BenchAsk(wish="1")),
    ("với batch 64 thì sao?", BenchAsk(batch=64)),
    ("with 512 units and 100 steps", BenchAsk(hidden=512, length=100)),
    ("how about batch 64 in bf16?", BenchAsk(batch=64, precision="bf16")),
    ("again", BenchAsk()),
    ("run it again", BenchAsk()),
    ("benchmark it again", BenchAsk()),
    ("chạy lại", BenchAsk()),
    ("chay lai di", BenchAsk()),
    ("đo lại lần nữa", BenchAsk()),
    ("run it again in bf16", BenchAsk(precision="bf16")),
    ("đo lại với batch 256", BenchAsk(batch=256)),
    ("same on lab", BenchAsk(host="lab")),
    ("trên máy lab thì sao?", BenchAsk(host="lab")),
    ("tren may lab thi sao", BenchAsk(host="lab")),
    ("what about lab-2?", BenchAsk(host="Lab-2")),
    ("same on mars", BenchAsk(host="mars")),
    ("on this machine", BenchAsk(host="local")),
    ("on the cpu", BenchAsk(wish="cpu")),
    ("bằng CPU thì sao?", BenchAsk(wish="cpu")),
    ("không dùng gpu", BenchAsk(wish="cpu")),
    ("what about the cpu?", BenchAsk(wish="cpu")),
    ("on gpu 1", BenchAsk(wish="1")),
    ("GPU số 1 thì sao", BenchAsk(wish="1")),
    ("on the 3090", BenchAsk(wish="3090")),
    ("chạy lại bằng CPU trên máy lab", BenchAsk(wish="cpu", host="lab")),
    ("what about inference?", BenchAsk(mode="inference")),
    ("thế còn vgg16 suy luận thì sao", BenchAsk(case="vgg16", mode="inference")),
    ("for 10 seconds", BenchAsk(max_seconds=10)),
)
NO_CHANGES = (
    "why is it slow?",
    "what is GRU?",
    "GRU là gì?",
    "why not gru?",
    "gru",
    "fp16",
    "cpu?",
    "lstm or gru",
    "so sánh với gru",
    "is it the same on the cpu?",
    "is fp16 faster?",
    "what about memory?",
    "what about a bigger batch?",
    "what about the 3090?",
    "what about on windows?",
    "còn card khác thì sao",
    "GPU nào nhanh hơn",
    "sao chậm thế?",
    "and?",
    "rồi sao",
    "thanks",
    "what does batch 256 change?",
    "tại sao lại ở fp16?",
)
BEFORE = BenchAsk(case="lstm", batch=64, length=100, host="lab", quick=True)


@pytest.mark.parametrize(("text", "expected"), CHANGES)
def test_what_changes_is_read(text: str, expected: BenchAsk) -> None:
    assert read_change(text, HOSTS) == expected


@pytest.mark.parametrize("text", NO_CHANGES)
def test_whatever_else_is_said_starts_nothing(text: str) -> None:
    assert read_change(text, HOSTS) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (BenchAsk(), BEFORE),
        (
            BenchAsk(precision="fp16"),
            BenchAsk(case="lstm", batch=64, length=100, host="lab", quick=True, precision="fp16"),
        ),
        (BenchAsk(case="gru"), BenchAsk(case="gru", batch=64, length=100, host="lab", quick=True)),
        (BenchAsk(case="cnn"), BenchAsk(case="cnn", batch=64, host="lab", quick=True)),
        (BenchAsk(case="cnn", length=9), BenchAsk(case="cnn", batch=64, length=9, host="lab", quick=True)),
    ],
)
def test_the_rest_stays_and_sizes_of_another_case_go(change: BenchAsk, expected: BenchAsk) -> None:
    assert changed(BEFORE, change) == expected


def test_a_size_that_nothing_takes_is_refused_rather_than_left_out() -> None:
    assert changed(BEFORE, BenchAsk(batch=0)).batch == 0


def test_a_batch_that_the_new_case_does_not_take_goes() -> None:
    assert changed(BenchAsk(case="lstm", batch=4096), BenchAsk(case="vgg16")).batch is None


@pytest.mark.parametrize(("wish", "expected"), [("cpu", "cpu"), ("gpu", "gpu"), ("1", "auto"), ("3090", "auto")])
def test_another_host_need_not_have_the_gpu_of_the_one_before(wish: str, expected: str) -> None:
    assert changed(BenchAsk(case="lstm", wish=wish), BenchAsk(host="lab")).wish == expected
    assert changed(BenchAsk(case="lstm", wish=wish), BenchAsk(batch=2)).wish == wish
