"""A bot that says what it is told to, and remembers what it was asked."""

import threading

from bot.answers import Answer, Block, Citation, Name, Paragraph, Sentence
from bot.messages import Message


class ScriptedResponder:
    """Repeats a question with a source; scripted texts get their own blocks, gated ones wait for their gate."""

    def __init__(self) -> None:
        self.asked: list[Message] = []
        self.threads: list[int] = []
        self.blocks: dict[str, tuple[Block, ...]] = {}
        self.gates: dict[str, threading.Event] = {}
        self.scripted: dict[str, Answer] = {}
        self.known: set[tuple[str, str, str]] = set()

    def respond(self, message: Message) -> Answer:
        self.asked.append(message)
        self.threads.append(threading.get_ident())
        if message.text in self.gates:
            self.gates[message.text].wait(5)
        if message.text == "fail":
            raise RuntimeError("scripted")
        self.known.add(message.conversation)
        if message.text in self.scripted:
            return self.scripted[message.text]
        blocks = self.blocks.get(message.text) or (say("You asked: ", Name(message.text)),)
        return make_answer(*blocks)

    def knows(self, message: Message) -> bool:
        return message.conversation in self.known

    def forget(self, platform: str, chat: str) -> None:
        self.known = {key for key in self.known if key[:2] != (platform, chat)}


def say(*parts: str | Name) -> Paragraph:
    return Paragraph((Sentence(parts, ("guide:one",)),))


def make_answer(*blocks: Block, citations: tuple[Citation, ...] | None = None) -> Answer:
    one = Citation(id="guide:one", title="R&D <one>", quote="q", source="guide", url="https://example.org/?a=1&b=2")
    return Answer(
        question="q",
        language="en",
        intent="explain",
        blocks=blocks,
        citations=(one,) if citations is None else citations,
    )
