"""Answers single questions: as text, as JSON, or a JSON line for each line read."""

import json
from typing import Any, BinaryIO, TextIO

from bot.messages import Message
from bot.rendering.plain import sources_text, to_text
from bot.rendering.structured import to_json
from bot.responding import Bot
from bot.texts import texts


def ask_once(bot: Bot, question: str, *, as_json: bool, out: TextIO) -> None:
    """Print the answer to one question."""
    response = bot.respond_timed(Message(text=question))
    if as_json:
        out.write(json.dumps(to_json(response.answer, response.timings_ms), ensure_ascii=False) + "\n")
        return
    answer = response.answer
    sources = sources_text(answer, texts(answer.language).say("sources.heading"))
    out.write("\n\n".join(part for part in (to_text(answer), sources) if part) + "\n")


def answer_lines(bot: Bot, lines: BinaryIO, out: TextIO) -> None:
    """Print one JSON answer for each line, in order, flushed; a bad line gets {"error"} in its place."""
    for number, raw in enumerate(lines):
        line = raw.decode("utf-8", "replace").removeprefix("\ufeff").strip()
        out.write(json.dumps(_answer_line(bot, line, number), ensure_ascii=False) + "\n")
        out.flush()


def _answer_line(bot: Bot, line: str, number: int) -> dict[str, Any]:
    message = _message(line, number)
    if isinstance(message, str):
        return {"error": message}
    response = bot.respond_timed(message)
    return to_json(response.answer, response.timings_ms)


def _message(line: str, number: int) -> Message | str:
    """Return the message of one line, or what is wrong with it. Plain text is a thread of its own."""
    if not line.startswith("{"):
        return Message(text=line, chat="jsonl", thread=f"line {number}")
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return 'This line begins with "{" but is no JSON object; send {"question": "…"} or plain text.'
    question, thread, language = given.get("question"), given.get("thread"), given.get("language")
    if not isinstance(question, str):
        return 'The object needs a text under "question".'
    if language is not None and (not isinstance(language, str) or language not in {"en", "vi"}):
        return '"language" must be "en" or "vi".'
    if thread is not None and (isinstance(thread, bool) or not isinstance(thread, (str, int))):
        return '"thread" must be a text or a number.'
    key = f"line {number}" if thread is None else f"thread {thread}"
    question = question.encode("utf-8", "replace").decode("utf-8")
    return Message(text=question, chat="jsonl", thread=key, language_hint=language)
