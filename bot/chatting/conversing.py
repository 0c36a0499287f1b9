"""Answers what was accepted: once, with what the conversation said before, and written down before it is sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.answers import Answer
from bot.messages import Message
from bot.platforms import Responder, failed_text
from bot.rendering.plain import to_text
from bot.rendering.tables import Grid, read_grid
from bot.store import answered, inbox, memory, outbox, people
from bot.store.answered import Answered
from bot.store.database import Connection, Database
from bot.store.memory import Asked
from bot.store.outbox import Place, Post

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message as it was accepted."""

    key: str  #: of its delivery
    message: Message
    received: datetime
    is_late: bool = False  #: whether the process that accepted it died before it was answered
    back: Mapping[str, Any] = field(default_factory=dict)  #: what the platform needs to answer where it was asked


class Dialect(Protocol):
    """How a platform writes: pure functions from what is said to what its adapter sends."""

    def of_answer(self, answer: Answer, answer_id: str, question: Question) -> Sequence[Mapping[str, Any]]:
        """Return the messages that carry an answer, in order."""
        ...

    def of_text(self, text: str, question: Question) -> Mapping[str, Any]:
        """Return a message of plain text."""
        ...

    def grids_of(self, answer: Answer) -> Sequence[Grid]:
        """Return the tables of which a picture is drawn when somebody asks for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What follows from an answer, before it is put down."""

    posts: Sequence[Post]
    answer_id: str = ""  #: empty where the answer itself need not be kept
    is_remembered: bool = True  #: whether the conversation goes on from here


#: Decides what follows from an answer, whose id is given.
Writing = Callable[[Answer, str, Question], Awaitable[Written]]
#: Returns the messages for a benchmark that an answer starts, instead of the answer's own.
Proposing = Callable[[Answer, Question], Awaitable[Sequence[Post]]]


class Conversing:
    """Joins the inbox, the bot, what is remembered and the outbox."""

    def __init__(
        self, database: Database, responder: Responder, dialect: Dialect, executor: Executor, *, index_version: str
    ) -> None:
        self._database, self._responder, self._dialect = database, responder, dialect
        self._executor, self._index_version = executor, index_version
        self.propose: Proposing | None = None  #: where benchmarks can be started

    async def answer(self, question: Question, write: Writing | None = None) -> bool:
        """Answer and settle a question, its messages put into the outbox; False where that was done before.

        *write* decides what is said where that is not simply the answer.
        """
        question = await self._prepared(question)
        try:
            answer = await self._run(self._responder.respond, question.message)
            written = await (write or self._write)(answer, answered.new_answer_id(), question)
        except Exception:  # noqa: BLE001 - nobody is left without a word, whatever is wrong with the program
            _log.exception("question %s was not answered", question.key)
            if write is not None:  # nobody called the bot, so nobody is told
                await self.pass_over(question.key)
                return False
            return await self.say(question, failed_text(question.message.language_hint))
        return await self._database.write(lambda connection: self._keep(connection, question, answer, written))

    async def say(self, question: Question, text: str) -> bool:
        """Settle a question with a sentence; False where it was settled before."""
        return await self.post(question, self._dialect.of_text(text, question))

    async def post(self, question: Question, content: Mapping[str, Any]) -> bool:
        """Settle a question with a message that a dialect made; False where it was settled before."""
        post = self._post(question, 0, content, None)

        def work(connection: Connection) -> bool:
            now = datetime.now(UTC)
            if not inbox.settle(connection, question.key, now):
                return False
            outbox.put(connection, post, now)
            return True

        return await self._database.write(work)

    async def pass_over(self, key: str) -> None:
        """Settle what needs no word, and keep none of it."""
        now = datetime.now(UTC)
        await self._database.write(lambda connection: inbox.settle(connection, key, now, keeps_words=False))

    async def _prepared(self, question: Question) -> Question:
        """Return the question in the language that its asker chose, once its conversation is known again."""
        message, place = question.message, place_of(question.message)

        def look(connection: Connection) -> tuple[str | None, tuple[Asked, ...]]:
            known = self._responder.knows(message)
            chosen = people.language_of(connection, message.platform, message.user)
            return chosen, () if known else memory.recall(connection, place)

        chosen, earlier = await self._database.read(look)
        for asked in earlier:
            again = replace(
                message, text=asked.text, user=asked.user, language_hint=asked.language_hint, attachments=()
            )
            await self._run(self._responder.respond, replace(again, starts_runs=False))
        return replace(question, message=replace(message, language_hint=chosen)) if chosen else question

    async def _write(self, answer: Answer, answer_id: str, question: Question) -> Written:
        if answer.run is not None and self.propose is not None:
            return Written(posts=await self.propose(answer, question))
        contents = self._dialect.of_answer(answer, answer_id, question)
        posts = [self._post(question, number, content, answer_id) for number, content in enumerate(contents)]
        return Written(posts=posts, answer_id=answer_id)

    def _keep(self, connection: Connection, question: Question, answer: Answer, written: Written) -> bool:
        now, message = datetime.now(UTC), question.message
        if not inbox.settle(connection, question.key, now, keeps_words=bool(written.posts)):
            return False
        if written.answer_id:
            answered.keep(connection, self._answered(answer, written.answer_id, message), now)
        if message.text and written.is_remembered:
            asked = Asked(text=message.text, user=message.user, language_hint=message.language_hint)
            memory.remember(connection, place_of(message), asked, now)
        for post in written.posts:
            outbox.put(connection, post, now)
        return True

    def _answered(self, answer: Answer, answer_id: str, message: Message) -> Answered:
        return Answered(
            id=answer_id,
            place=place_of(message),
            user=message.user,
            language=answer.language,
            question=message.text,
            answer=to_text(answer),
            evidence=evidence_of(answer, self._dialect.grids_of(answer)),
            index_version=self._index_version,
        )

    def _post(self, question: Question, number: int, content: Mapping[str, Any], subject: str | None) -> Post:
        key, place = f"answer:{question.key}:{number}", place_of(question.message)
        return Post(key=key, place=place, content=content, subject=subject)

    async def _run(self, work: Callable[[Message], Answer], message: Message) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, message)


def place_of(message: Message) -> Place:
    """Return where a message stands."""
    return Place(platform=message.platform, chat=message.chat, thread=message.thread)


def grids_in(evidence: Mapping[str, Any]) -> list[Grid]:
    """Return the tables that evidence keeps for pictures."""
    return [read_grid(item) for item in evidence["grids"]]


def evidence_of(answer: Answer, grids: Sequence[Grid] = ()) -> dict[str, Any]:
    """Return what an answer rests on, as JSON."""
    return {
        "intent": str(answer.intent),
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "sections": list(answer.sections),
        "statements": list(answer.statements),
        "cards": list(answer.cards),
        "actions": [action.message for action in answer.actions],
        "grids": [grid.to_json() for grid in grids],
        "citations": [asdict(citation) for citation in answer.citations],
    }
