"""Benchmarks from the terminal chat: real workers on this machine, a home of its own."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.config import Settings
from tests.integration.test_console import piped
from tests.makers_terminal import chat_in_terminal


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own with a copy of the index that is built."""
    index = Settings.from_environ(os.environ).home / "index"
    if index.is_dir():
        shutil.copytree(index, tmp_path / "index")
    return tmp_path


def states(home: Path) -> list[str]:
    """Return how the jobs in the database stand."""
    with sqlite3.connect(home / "gpuwise.db") as connection:
        return [state for (state,) in connection.execute("SELECT state FROM jobs ORDER BY created")]


def test_a_piped_chat_measures_and_lists_the_result(home: Path) -> None:
    lines = b"benchmark lstm quick for 1 second\nwhat did we measure?\n"

    done = piped(lines, env={"GPUWISE_HOME": str(home)})

    said, progress = done.stdout.decode(), done.stderr.decode()
    announced, outcome, listed = said.split("\n\n", 2)
    assert done.returncode == 0
    assert "LSTM training (FP32, batch 32, length 50, 64 units) on local" in announced
    assert "It starts now" in announced
    assert "sequences/s (95 % interval" in outcome
    assert "The run is " in outcome
    kept = outcome.rstrip(".").rsplit(" ", 1)[1]
    assert f"• {kept}, " in listed
    assert "gpuwise: warming up …\ngpuwise: measuring …\n" in progress
    assert "\r" not in said + progress
    assert states(home) == ["done"]


@pytest.mark.soak
def test_a_piped_chat_measures_in_vietnamese(home: Path) -> None:
    done = piped("đo lstm nhanh trong 1 giây\nket qua do lstm\n".encode(), env={"GPUWISE_HOME": str(home)})

    announced, outcome, listed = done.stdout.decode().split("\n\n", 2)
    assert "tốc độ train LSTM (FP32, batch 32, độ dài 50, 64 unit) trên máy local" in announced
    assert "chuỗi/s (khoảng tin cậy 95 %" in outcome
    assert "Kết quả lưu với mã r-" in outcome
    assert listed.startswith("Các kết quả mới nhất của LSTM:")
    assert "gpuwise: đang đo …" in done.stderr.decode()


def test_a_follow_up_measures_again_with_what_changed_and_other_questions_measure_nothing(home: Path) -> None:
    lines = "đo lstm nhanh trong 1 giây bằng CPU\ncòn GRU thì sao?\nGRU là gì?\n"

    said = piped(lines.encode(), env={"GPUWISE_HOME": str(home)}).stdout.decode()

    work = "(FP32, batch 32, độ dài 50, 64 unit)"
    assert states(home) == ["done", "done"]
    assert said.count(f"Mình đo tốc độ train LSTM {work} trên máy local, chạy bằng CPU") == 1
    assert said.count(f"Mình đo tốc độ train GRU {work} trên máy local, chạy bằng CPU") == 1
    assert said.count(f"Train GRU {work} bằng CPU (") == 1


@pytest.mark.soak
def test_the_last_run_is_run_again_on_request(home: Path) -> None:
    said = piped("đo gru nhanh trong 1 giây bằng CPU\nchạy lại\n".encode(), env={"GPUWISE_HOME": str(home)}).stdout

    assert states(home) == ["done", "done"]
    assert said.decode().count("Mình đo tốc độ train GRU") == 2


def test_a_gpu_that_is_not_there_is_told_in_vietnamese_and_the_cpu_is_one_reply_away(home: Path) -> None:
    lines = "đo lstm nhanh trong 1 giây trên GPU số 97\nbằng CPU\n"

    done = piped(lines.encode(), env={"GPUWISE_HOME": str(home)})

    assert "Chạy lỗi: Máy local không có GPU" in done.stdout.decode()
    assert "gpuwise: xem máy local có gì\ngpuwise: chạy bằng CPU (" in done.stderr.decode()
    assert states(home) == ["done"]


def test_what_the_worker_refuses_is_told_in_vietnamese(home: Path) -> None:
    done = piped("đo lstm tf32 nhanh bằng CPU\n".encode(), env={"GPUWISE_HOME": str(home)})

    assert (
        "Chạy lỗi: CPU không có TF32: chọn fp32 hoặc bf16, hoặc dùng GPU từ đời Ampere trở đi." in done.stdout.decode()
    )
    assert states(home) == ["failed"]


def test_nothing_was_measured_yet(home: Path) -> None:
    done = piped(b"show the benchmark results\n", env={"GPUWISE_HOME": str(home)})

    assert done.stdout.decode().startswith("Nothing was measured yet.")
    assert not (home / "gpuwise.db").exists()


@pytest.mark.soak
def test_a_run_is_not_started_again_by_what_is_said_of_it(home: Path) -> None:
    lines = b"benchmark lstm quick for 1 second\nin Vietnamese please\nundo\n"

    done = piped(lines, env={"GPUWISE_HOME": str(home)})

    assert "Mình sẽ đo tốc độ train LSTM" in done.stdout.decode()
    assert states(home) == ["done"]


def test_ctrl_c_while_the_host_is_looked_at_queues_nothing(home: Path) -> None:
    with chat_in_terminal({"GPUWISE_HOME": str(home)}) as terminal:
        terminal.wait_for("›")
        terminal.type("đo lstm trong 60 giây\r".encode())
        terminal.wait_for("xem máy local có gì")
        terminal.type(b"\x03")
        terminal.wait_for("Đã hủy")
        terminal.wait_for("›", terminal.shown.rindex("Đã hủy"))
        terminal.type(b"thanks\r")
        terminal.wait_for("You're welcome.")

        assert terminal.leave("You're welcome.") == 0
        assert "Traceback" not in terminal.shown
    assert states(home) == []


def test_ctrl_c_cancels_the_run_and_the_prompt_comes_back(home: Path) -> None:
    with chat_in_terminal({"GPUWISE_HOME": str(home)}) as terminal:
        terminal.wait_for("›")
        terminal.type("đo lstm trong 60 giây\r".encode())
        terminal.wait_for("ms mỗi bước")
        before = len(terminal.shown)
        terminal.type(b"\x03")
        terminal.wait_for("Đã hủy", before)
        terminal.wait_for("›", terminal.shown.rindex("Đã hủy"))
        terminal.type(b"thanks\r")
        terminal.wait_for("You're welcome.", before)

        assert terminal.leave("You're welcome.") == 0
        assert "Traceback" not in terminal.shown
    assert states(home) == ["cancelled"]
