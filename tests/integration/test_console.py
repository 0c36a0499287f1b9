"""The terminal chat, through real pipes and a real pseudo-terminal."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory

from bot.config import Settings
from bot.platforms.console import make_history
from tests.makers_terminal import GPUWISE, TIMEOUT, chat_in_terminal


def piped(lines: bytes, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [GPUWISE, "chat", *arguments],
        input=lines,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        env={**os.environ, **(env or {})},
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of its own with a copy of the index that is built, so that nothing is written to the person's."""
    index = Settings.from_environ(os.environ).home / "index"
    if index.is_dir():
        shutil.copytree(index, tmp_path / "index")
    return tmp_path


def test_a_piped_conversation_is_one_thread() -> None:
    done = piped(b"How much VRAM does the RTX 3090 have?\nwhat about the RTX 4090?\n")

    first, second = done.stdout.decode().split("Sources:")[:2]
    assert done.returncode == 0
    assert "24 GB" in first
    assert "RTX 4090" in second
    assert "24 GB" in second


def test_questions_are_not_echoed_and_answers_stand_apart() -> None:
    done = piped(b"hello\nthanks\n")

    assert done.stdout.decode().splitlines()[1:] == ["", "You're welcome."]


def test_what_the_locale_cannot_write_is_replaced() -> None:
    done = piped("cảm ơn\n".encode(), env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})

    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert b"?" in done.stdout


def test_invalid_utf8_is_replaced() -> None:
    done = piped(b"\xff\xfe\xc3 what is VRAM?\nhello\n")

    assert done.returncode == 0
    assert "Hello!" in done.stdout.decode()


@pytest.mark.parametrize("lines", [b"", b"\n", b" \r\n\t\n\n"])
def test_input_without_words_prints_nothing(lines: bytes) -> None:
    done = piped(lines)

    assert (done.returncode, done.stdout) == (0, b"")


def test_the_last_line_needs_no_end() -> None:
    assert piped(b"thanks").stdout == b"You're welcome.\n"


def test_an_unknown_flag_is_wrong_usage() -> None:
    done = piped(b"hello\n", "--loud")

    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--loud" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_ends_the_chat_quietly() -> None:
    process = subprocess.Popen([GPUWISE, "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    _, stderr = process.communicate(b"hello\n" * 50, timeout=TIMEOUT)

    assert (process.returncode, stderr) == (0, b"")


def test_an_answer_comes_before_the_next_line_is_read() -> None:
    with subprocess.Popen([GPUWISE, "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"thanks\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], TIMEOUT)
        answer = process.stdout.readline() if ready else b""
        process.stdin.close()

        assert answer == b"You're welcome.\n"
        assert process.wait(TIMEOUT) == 0


def test_pipes_import_nothing_for_terminals() -> None:
    program = (
        "import sys; from bot.cli import main; code = main(['chat']); "
        "print(sorted({'rich', 'prompt_toolkit'} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=b"hello\n", capture_output=True, timeout=TIMEOUT, check=True
    )

    assert done.stderr.decode().splitlines()[-1] == "[]"


def test_a_person_asks_clears_the_line_and_leaves(home: Path) -> None:
    with chat_in_terminal({"GPUWISE_HOME": str(home)}) as terminal:
        terminal.wait_for("Ctrl-D")
        terminal.wait_for("›")
        terminal.type(b"How much VRAM does the RTX 3090 have?\r")
        terminal.wait_for("24 GB")
        terminal.read_for(1)
        before = len(terminal.shown)
        terminal.type(b"never sent")
        terminal.wait_for("never sent", before)
        cleared = len(terminal.shown)
        terminal.type(b"\x03")
        terminal.wait_for("›", cleared)
        terminal.type(b"thanks\r")
        terminal.wait_for("You're welcome.", before)

        assert terminal.leave("You're welcome.") == 0
        assert "Traceback" not in terminal.shown
    assert "+thanks\n" in (home / "history").read_text(encoding="utf-8")
    assert "never sent" not in (home / "history").read_text(encoding="utf-8")


def test_the_number_of_a_suggestion_asks_it(home: Path) -> None:
    with chat_in_terminal({"GPUWISE_HOME": str(home)}) as terminal:
        terminal.wait_for("›")
        terminal.type(b"/help\r")
        terminal.wait_for("3. Compare")
        before = len(terminal.shown)
        terminal.type(b"2\r")
        terminal.wait_for("RTX 3080 12GB", before)
        terminal.type(b"/quit\r")

        assert terminal.wait_until_left() == 0


def test_ctrl_c_right_after_a_question_leaves_the_chat_running(home: Path) -> None:
    with chat_in_terminal({"GPUWISE_HOME": str(home)}) as terminal:
        terminal.wait_for("›")
        for _ in range(5):
            terminal.type(b"what is memory bandwidth?\r")
            terminal.read_for(0.02)
            terminal.type(b"\x03")
            terminal.read_for(0.5)
        before = len(terminal.shown)
        terminal.type(b"thanks\r")
        terminal.wait_for("You're welcome.", before)

        assert terminal.leave("You're welcome.") == 0
        assert "Traceback" not in terminal.shown


def test_a_vietnamese_locale_is_welcomed_in_vietnamese(home: Path) -> None:
    with chat_in_terminal({"GPUWISE_HOME": str(home), "LC_ALL": "vi_VN.UTF-8"}) as terminal:
        terminal.wait_for("Ctrl-D để thoát")

        assert terminal.leave("Ctrl-D để thoát") == 0


def test_a_history_that_cannot_be_written_is_kept_in_memory(home: Path) -> None:
    (home / "history").mkdir()

    with chat_in_terminal({"GPUWISE_HOME": str(home)}) as terminal:
        terminal.wait_for("›")
        terminal.type(b"thanks\r")
        terminal.wait_for("You're welcome.")

        assert terminal.leave("You're welcome.") == 0
        assert "Traceback" not in terminal.shown
    assert isinstance(make_history(home / "history"), InMemoryHistory)
