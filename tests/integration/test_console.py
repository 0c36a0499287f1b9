"""The terminal chat, through real pipes and a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from prompt_toolkit.history import FileHistory, InMemoryHistory

from bot.answers import Action, Answer, Paragraph, Sentence
from bot.config import Settings
from bot.messages import Message
from bot.platforms.console import Chat, clean, completions, language_of, make_history, write_answers

TIMEOUT = 120
GPUWISE = Path(sys.executable).with_name("gpuwise")
CONTROL = re.compile(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;?]*[A-Za-z]")
NAMES = ("RTX 3090", "RTX 3090 Ti", "RX 6800 XT", "H100")


def piped(lines: bytes, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [GPUWISE, "chat", *arguments],
        input=lines,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        env={**os.environ, **(env or {})},
    )


class Responder:
    """Repeats what it hears and suggests to go on."""

    def __init__(self, language: str = "en") -> None:
        self.heard: list[Message] = []
        self.language = language

    def __call__(self, message: Message) -> Answer:
        self.heard.append(message)
        return Answer(
            question=message.text,
            language=self.language,
            intent="explain",
            blocks=(Paragraph((Sentence((f"You said {message.text}.",)),)),),
            actions=(Action("Why?", "why"), Action("More", "more")),
        )


@dataclass
class Terminal:
    """A chat in a pseudo-terminal; `shown` is all that it has drawn, without control sequences."""

    process: subprocess.Popen[bytes]
    master: int
    raw: bytes = b""

    @property
    def shown(self) -> str:
        return CONTROL.sub("", self.raw.decode("utf-8", "replace"))

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def wait_for(self, text: str, after: int = 0) -> None:
        """Read until *text* is shown beyond position *after*."""
        end = time.monotonic() + TIMEOUT
        while text not in self.shown[after:]:
            assert time.monotonic() < end, f"{text!r} never came; shown: {self.shown[-2000:]}"
            assert self._read(), f"the chat ended before {text!r}; shown: {self.shown[-2000:]}"

    def leave(self, last: str) -> int:
        """Press Ctrl-D at the prompt that follows the text *last*; return the exit status."""
        self.wait_for("›", self.shown.rindex(last))  # before that the keys would go to a terminal that is not raw yet
        self.type(b"\x04")
        return self.wait_until_left()

    def read_for(self, seconds: float) -> None:
        """Read on, as a terminal does; a chat whose output nobody reads stands still."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._read(end - time.monotonic()):
            pass

    def wait_until_left(self) -> int:
        end = time.monotonic() + TIMEOUT
        while self._read() and time.monotonic() < end:
            pass
        return self.process.wait(timeout=10)

    def _read(self, patience: float = 0.2) -> bool:
        """Read what is there; False once the other end is closed."""
        if not select.select([self.master], [], [], max(patience, 0))[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        if b"\x1b[6n" in data:
            os.write(self.master, b"\x1b[1;1R")  # a terminal says where its cursor is
        self.raw += data
        return bool(data)


@contextmanager
def chat_in_terminal(env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_OWN_TERMINAL, GPUWISE],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})},
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


#: Makes the pseudo-terminal the controlling one, so that Ctrl-C is a signal as in a shell.
_IN_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], [sys.argv[1], 'chat'])"
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


def test_history_keeps_what_utf8_cannot(tmp_path: Path) -> None:
    history = make_history(tmp_path / "history")

    history.store_string("bad \udcff")

    assert isinstance(history, FileHistory)
    assert list(history.load_history_strings()) == ["bad \ufffd"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_ALL": "", "LC_MESSAGES": "vi_VN"}, "vi"),
    ],
)
def test_the_locale_tells_the_language(environ: dict[str, str], expected: str) -> None:
    assert language_of(environ) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("/", [("/help", "/"), ("/sources", "/"), ("/undo", "/"), ("/quit", "/")]),
        ("/U", [("/undo", "/U")]),
        ("compare rtx 309", [("RTX 3090", "rtx 309"), ("RTX 3090 Ti", "rtx 309")]),
        ("is the 680", [("RX 6800 XT", "680")]),
        ("is (h1", [("H100", "h1")]),
        ("what is a r", []),
        ("", []),
    ],
)
def test_commands_and_card_names_are_completed(before: str, expected: list[tuple[str, str]]) -> None:
    assert completions(before, NAMES) == expected


def test_what_could_steer_a_terminal_is_taken_out() -> None:
    assert clean(" a\x1b[2Jb\x00\tc\x9b\udcff\n") == "a [2Jb \tc \ufffd"


def test_a_number_asks_a_suggestion_only_where_there_is_one() -> None:
    chat = Chat(Responder())

    assert chat.message("2") == "2"
    chat.answer("hello")
    assert [chat.message(typed) for typed in ("1", "2", "3", "0", "12", "²")] == ["why", "more", "3", "0", "12", "²"]


def test_commands_are_said_in_the_language_of_the_thread() -> None:
    chat = Chat(Responder("vi"), "en")

    assert chat.message("/SOURCES") == "sources"
    chat.answer("nguồn")
    assert chat.message("/sources") == "nguồn"


def test_the_language_of_the_last_answer_is_the_hint_for_the_next() -> None:
    responder = Responder("vi")
    chat = Chat(responder, "en")

    chat.answer("VRAM là gì?")
    chat.answer("3090?")

    assert [message.language_hint for message in responder.heard] == ["en", "vi"]


def test_quit_ends_piped_input_and_a_byte_order_mark_is_no_text() -> None:
    responder, out = Responder(), StringIO()

    write_answers(responder, [b"\xef\xbb\xbfone\r\n", b"two\n", b"/quit\n", b"three\n"], out)

    assert [message.text for message in responder.heard] == ["one", "two"]
    assert out.getvalue() == "You said one.\n\nYou said two.\n"
