"""What the terminal chat decides: languages, commands, suggestions, history."""

from io import StringIO
from pathlib import Path

import pytest
from prompt_toolkit.history import FileHistory

from bot.answers import Action, Answer, Paragraph, Sentence
from bot.messages import Message
from bot.platforms.console import Chat, clean, completions, language_of, make_history, write_answers

NAMES = ("RTX 3090", "RTX 3090 Ti", "RX 6800 XT", "H100")


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
