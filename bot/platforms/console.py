"""The terminal: a chat for people; for pipes, lines in and answers out."""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.answers import Action, Answer
from bot.app import App
from bot.messages import Message
from bot.platforms import interrupts
from bot.rendering.plain import sources_text, to_text
from bot.texts import texts

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import History

Respond = Callable[[Message], Answer]
#: Starts the benchmark of an answer that has one, and returns how it ended.
Start = Callable[[Answer], Answer | None]

COMMANDS = ("/help", "/sources", "/undo", "/quit")
#: What a command says to the bot, in the language of the thread so that the answer stays in it.
_SPOKEN: Mapping[str, Mapping[str, str]] = {
    "en": {"/help": "help", "/sources": "sources", "/undo": "undo"},
    "vi": {"/help": "trợ giúp", "/sources": "nguồn", "/undo": "hoàn tác"},
}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WORD_START = re.compile(r"(?<![^\s(\"'])\S")
_PROMPT = "› "
_log = logging.getLogger(__name__)


def talk(app: App) -> None:
    """Talk until the input ends: with a person when stdin and stdout are terminals, else line by line."""
    if sys.stdin is None or sys.stdout is None:
        return
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if sys.stdin.isatty() and sys.stdout.isatty():
        # The locale is no setting of gpuwise's, and Python's own reading needs the locale to be installed.
        with interrupts.silent_in_finalizers():
            _talk_to_person(app, language_of(os.environ))
        return
    app.prepare(_report_progress)
    write_answers(app.bot.respond, sys.stdin.buffer, sys.stdout, lambda answer: _run_of(app, answer))


def language_of(environ: Mapping[str, str]) -> str:
    """Return `vi` for a Vietnamese locale, else `en`."""
    names = (environ.get(variable, "") for variable in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "vi" if next(filter(None, names), "").startswith("vi") else "en"


def clean(text: str) -> str:
    """Return *text* without what could steer a terminal when it is said back, or cannot be encoded."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text)).strip()


class Chat:
    """One thread: what the last answer suggested, and the language it was in."""

    def __init__(self, respond: Respond, language: str | None = None, *, starts_runs: bool = False) -> None:
        self._respond = respond
        self._starts_runs = starts_runs
        self._language = language
        self._suggestions: Sequence[Action] = ()

    def message(self, typed: str) -> str:
        """Return what *typed* asks: a suggestion by its number, what a command says, or itself."""
        if typed.isascii() and typed.isdigit() and len(typed) == 1 and 0 < int(typed) <= len(self._suggestions):
            return self._suggestions[int(typed) - 1].message
        return _SPOKEN[self._language or "en"].get(typed.lower(), typed)

    def answer(self, text: str) -> Answer:
        """Return the answer to a message."""
        answer = self._respond(Message(text=text, language_hint=self._language, starts_runs=self._starts_runs))
        self._language = answer.language
        self._suggestions = answer.actions
        return answer


def write_answers(respond: Respond, lines: Iterable[bytes], out: TextIO, start: Start | None = None) -> None:
    """Answer each line as a message of one thread; answers are plain text, an empty line between two."""
    chat = Chat(respond, starts_runs=start is not None)
    between = ""
    for text in _texts(lines):
        answer: Answer | None = chat.answer(chat.message(text))
        while answer is not None:
            sources = sources_text(answer, texts(answer.language).say("sources.heading"))
            out.write(between + "\n\n".join(part for part in (to_text(answer), sources) if part) + "\n")
            out.flush()
            between = "\n"
            answer = start(answer) if start else None


def _run_of(app: App, answer: Answer) -> Answer | None:
    """Run the benchmark of an answer that has one."""
    if answer.run is None:
        return None
    from bot.platforms.benching import run_now  # noqa: PLC0415  # SQLAlchemy is for benchmarks only

    return run_now(app, answer)


def _texts(lines: Iterable[bytes]) -> Iterator[str]:
    for raw in lines:
        text = clean(raw.decode("utf-8", "replace").removeprefix("\ufeff"))
        if text.lower() == "/quit":
            return
        if text:
            yield text


def _report_progress(step: str, done: int, total: int) -> None:
    if sys.stderr is not None and done in {0, total}:
        sys.stderr.write(f"gpuwise: building the index: {step} {done}/{total}\n")
        sys.stderr.flush()


def _talk_to_person(app: App, language: str) -> None:
    from bot.rendering.terminal import make_console, show_progress, to_renderable  # noqa: PLC0415  # rich, for people

    console, say = make_console(), texts(language).say
    missing = not (app.settings.home / "index").exists()
    with show_progress(console, say("chat.building"), at_once=missing) as progress:
        built = app.prepare(progress)
    if built:
        console.print(say("chat.ready"))

    def show(answer: Answer) -> None:
        heading = texts(answer.language).say("sources.heading")
        console.print(to_renderable(answer, heading), end="\n\n")

    chat = Chat(app.bot.respond, language, starts_runs=True)
    session = make_session(app.settings.home, tuple(app.library.catalogue.families))
    console.print(say("chat.welcome"))
    while True:
        try:
            with interrupts.ignored():
                typed = clean(session.prompt(_PROMPT))
            if typed.lower() == "/quit":
                return
            if typed:
                _reply(chat, typed, show, lambda answer: _run_of(app, answer))
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        except OSError as error:  # the terminal is gone
            _log.error("the terminal cannot be read: %s", error)
            return


def _reply(chat: Chat, typed: str, show: Callable[[Answer], None], start: Start) -> None:
    """Show the answer to what was typed, then how its run ended; the chat outlives an answer that fails."""
    try:
        answer: Answer | None = chat.answer(chat.message(typed))
        while answer is not None:
            show(answer)
            answer = start(answer)
    except Exception as error:  # noqa: BLE001  # the loop that must outlive one message, and no traceback for people
        _log.error("no answer to %r: %s", typed, error)


def make_session(home: Path, names: Sequence[str]) -> "PromptSession[str]":
    """Return a prompt with history kept in *home* and completion of *names* and commands."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415  # for people only

    return PromptSession(history=make_history(home / "history"), completer=make_completer(names))


def make_history(file: Path) -> "History":
    """Return history kept in *file*, or in memory where that cannot be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415  # for people only

    class KeptHistory(FileHistory):
        """A file of what was typed; a full disk loses history, never the chat."""

        def store_string(self, string: str) -> None:
            try:
                super().store_string(clean(string))
            except OSError as error:
                _log.debug("history is not kept: %s", error)

    try:
        with file.open("a+b"):
            pass
    except OSError:
        return InMemoryHistory()
    return KeptHistory(str(file))


def make_completer(names: Sequence[str]) -> "Completer":
    """Return completion of commands and of card names."""
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion  # noqa: PLC0415  # for people only
    from prompt_toolkit.document import Document  # noqa: PLC0415

    class NameCompleter(Completer):
        """Offers what `completions` finds."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
            for text, typed in completions(document.text_before_cursor, names):
                yield Completion(text, start_position=-len(typed))

    return NameCompleter()


def completions(before: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return commands or names that what stands before the cursor may become, each with the end it replaces."""
    if before.startswith("/"):
        return [(command, before) for command in COMMANDS if command.startswith(before.lower())]
    for match in _WORD_START.finditer(before):
        typed = before[match.start() :]
        found = [name for name in names if _begins(name.lower(), typed.lower())]
        if len(typed) > 1 and found:
            return [(name, typed) for name in found]
    return []


def _begins(name: str, typed: str) -> bool:
    """Whether *typed* begins the name, or its number: "309" is enough for RTX 3090."""
    return name.startswith(typed) or (typed[0].isdigit() and f" {typed}" in name)
