"""What went wrong with a run, in the language of the asker."""

import re
from pathlib import Path

import pytest

import bench
import bot.benching
from bench.asker import UnheardError
from bench.errors import QuietError, RequestError
from bench.locking import BusyError
from bench.request import read_request
from bot.answering.problems import FORMS, error_text, problem_text
from bot.benching.devices import DeviceError
from bot.benching.hosts import HostError
from bot.texts import texts

OOM = (
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 1.06 GiB is free."
)
#: English words that no Vietnamese text of ours keeps.
ENGLISH = re.compile(r"\b(?:the|is|was|ask|again|of|and|run it)\b")


@pytest.mark.parametrize(
    ("kind", "message", "english", "vietnamese"),
    [
        (
            "oom",
            OOM,
            "another 2.00 GiB did not fit into its 23.69 GiB",
            "cần thêm 2,00 GiB mà cả card chỉ có 23,69 GiB",
        ),
        (
            "oom",
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8589934592 bytes.",
            "another 8.6 GB",
            "cần thêm 8,6 GB",
        ),
        ("oom", "std::bad_alloc", "ask for a smaller batch", "Giảm batch"),
        ("busy", str(BusyError("cpu")), "Another run is on CPU", "lượt đo khác trên CPU"),
        (
            "busy",
            str(BusyError("GPU-1", "Process 77 of somebody else")),
            "Process 77",
            "Tiến trình 77 của người khác đang chạy trên GPU-1",
        ),
        ("quiet", str(QuietError("18:30")), "until 18:30 its time", "trước 18:30 (giờ của máy đó)"),
        ("unsupported", "A CPU has no TF32: take fp32 or bf16, or a GPU.", "no TF32", "CPU không có TF32"),
        (
            "unsupported",
            "torch 2.9.1 has no kernels for sm_61, only for sm_80, sm_90: install a build.",
            "sm_61, only for sm_80, sm_90",
            "kernel cho sm_61, chỉ có cho sm_80, sm_90",
        ),
        (
            "killed",
            "The run's process was killed by signal 9: the system may have been short of memory.",
            "signal 9",
            "signal 9",
        ),
        ("yielded", "Process 4242 of somebody else began to compute on the GPU, so", "Process 4242", "Tiến trình 4242"),
        ("hung", "The run said nothing for 300 seconds.", "300 seconds", "300 giây"),
        ("timeout", "The run took longer than its limit.", "smaller batch", "giảm batch"),
        (
            "gone",
            "The worker ended or fell silent without a word.",
            "check that the host is up",
            "kiểm tra máy còn bật không",
        ),
        ("host", "lab did not answer within 60 s: look at its load.", "within 60 s", "trong 60 giây"),
        ("host", "lab (10.0.0.7, port 22) did not answer within 10 s: is it up?", "firewall", "firewall"),
        (
            "host",
            "Nothing listens at lab (10.0.0.7, port 22): start the host's SSH server.",
            "lab (10.0.0.7, port 22)",
            "lab (10.0.0.7, port 22)",
        ),
        ("host", "The connection to lab was lost (reset): run it again.", "to lab was lost", "Mất kết nối tới máy lab"),
    ],
)
def test_an_error_says_what_happened_with_its_numbers(kind: str, message: str, english: str, vietnamese: str) -> None:
    assert english.lower() in problem_text(kind, message, "en").lower()
    assert vietnamese.lower() in problem_text(kind, message, "vi").lower()
    assert not ENGLISH.search(problem_text(kind, message, "vi"))


def kinds() -> set[str]:
    """Return the kinds of errors that the sources name."""
    files = [file for package in (bench, bot.benching) for file in Path(package.__path__[0]).glob("*.py")]
    named = re.compile(r'(?:_fail\(\s*|"class": |^    kind = |\(kind=)"([a-z-]+)"', re.MULTILINE)
    return {kind for file in files for kind in named.findall(file.read_text(encoding="utf-8"))}


def test_every_kind_of_error_has_a_text_in_both_languages() -> None:
    found = kinds()

    assert found >= {"busy", "quiet", "timeout", "hung", "killed", "yielded", "unheard", "died", "gone", "host"}
    missing = [kind for kind in found for language in ("en", "vi") if not texts(language).has(f"bench.problems.{kind}")]
    assert missing == []


@pytest.mark.parametrize("kind", ["timeout", "hung", "killed", "yielded", "left-over", "died", "gone", "lost", "busy"])
def test_a_known_kind_is_vietnamese_whatever_its_message(kind: str) -> None:
    assert "Something odd" not in problem_text(kind, "Something odd.", "vi")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_text_takes_just_what_its_form_finds(language: str) -> None:
    forms = [form for of_kind in FORMS.values() for form in of_kind]
    found = {key: set(re.compile(form).groupindex) for key, form in forms}
    taken = {key: set(re.findall(r"\{(\w+)\}", texts(language).raw(f"bench.problems.{key}"))) for key, _ in forms}

    assert taken == found


def test_an_unknown_kind_is_told_in_its_own_words_after_a_sentence_in_the_language_of_the_asker() -> None:
    assert problem_text("novel", "Something odd.", "vi") == "Máy báo lỗi, nguyên văn tiếng Anh: Something odd."
    assert problem_text("novel", "Something odd.", "en") == "What the worker says: Something odd."


@pytest.mark.parametrize(
    ("asked", "vietnamese"),
    [
        ({"case": "lstm", "batch": 99_999}, "Batch phải là số nguyên từ 1 đến 8192."),
        ({"case": "lstm", "max_seconds": 0}, "Thời gian đo tính bằng giây phải là số nguyên từ 1 đến 3600."),
        ({"case": "lstm", "precision": "fp8"}, "Độ chính xác phải là một trong: fp32, tf32, fp16, bf16."),
        ({"case": "cnn", "length": 9}, "CNN không có tham số độ dài chuỗi."),
        ({"case": "gru", "layout": "channels_last"}, "GRU không có tensor ảnh nên không dùng channels-last được."),
        ({"case": "gru", "sweep": list(range(1, 20))}, "Mỗi lần quét tối đa 8 batch."),
        ({"case": "gru", "gpu": "0"}, "GPU phải ghi bằng UUID như `gpuwise hosts` hiển thị."),
        ({"case": "gru", "version": 9}, "Máy chỉ đọc được yêu cầu phiên bản 1: cài cùng một bản gpuwise ở cả hai bên."),
    ],
)
def test_a_request_out_of_bounds_is_refused_in_vietnamese(asked: dict[str, object], vietnamese: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_request(asked)

    assert error_text(caught.value, "vi") == vietnamese


def test_what_kept_a_run_from_starting_is_told_by_what_it_is() -> None:
    assert error_text(DeviceError("none", host="lab"), "vi").startswith("Máy lab không có GPU.")
    assert error_text(HostError("lab did not answer within 60 s: look at its load."), "vi").startswith("lab không")
    assert error_text(UnheardError(30), "vi").startswith("Máy đo mất liên lạc")
    assert error_text(ValueError("odd"), "vi") == "Máy báo lỗi, nguyên văn tiếng Anh: odd"
