"""What the buttons under answers and on cards do, on every platform."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.chatting import verbs
from bot.chatting.conversing import Conversing, Question
from bot.chatting.measuring import COMPARE, VERBS, WATCH, Measuring
from bot.messages import Message
from bot.store import answered, inbox, outbox
from bot.store.answered import Answered, Opinion
from bot.store.database import Connection, Database
from bot.store.outbox import Place, Post
from bot.texts import texts

#: Buttons that are answered before their work is done: the others say how it ended, and take a moment of the database.
SLOW = frozenset({verbs.ACT, verbs.PICTURE, COMPARE})

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that somebody pressed."""

    key: str  #: of its delivery
    verb: str
    subject: str
    detail: str = ""
    place: Place
    message_id: str  #: of the message that has the button
    user: str
    language: str
    received: datetime
    back: Mapping[str, Any] = field(default_factory=dict)  #: what the platform needs to answer where it was pressed


class PressDialect(Protocol):
    """How a platform writes what a button adds to an answer."""

    def of_more(self, verb: str, found: Answered, press: Press) -> Sequence[Content]:
        """Return the messages for sources, what an answer rests on, or its pictures; none for a verb it has not."""
        ...

    def of_reasons(self, found: Answered, press: Press) -> Content:
        """Return the question what was wrong with an answer, a button a reason."""
        ...


class Pressing:
    """Serves the buttons; what is said back pops up where the button was pressed."""

    def __init__(
        self, database: Database, conversing: Conversing, measuring: Measuring | None, dialect: PressDialect
    ) -> None:
        self._database, self._conversing, self._measuring, self._dialect = database, conversing, measuring, dialect

    async def serve(self, press: Press) -> str:
        """Do what a button says and return the words that pop up."""
        if press.verb == verbs.SHOW:
            return await self._show(press)
        if press.verb in VERBS:
            return await self._measure(press)
        found = await self.find(press)
        if found is None:
            await self._conversing.pass_over(press.key)
            return texts(press.language).say("chats.forgotten")
        return await self._serve(press, found)

    async def find(self, press: Press) -> Answered | None:
        """Return the answer that a button belongs to, where it was given in this chat."""
        place, subject = press.place, press.subject
        return await self._database.read(
            lambda connection: answered.find(connection, subject, place.platform, place.chat)
        )

    async def _serve(self, press: Press, found: Answered) -> str:
        if press.verb in {verbs.UP, verbs.DOWN, verbs.REASON}:
            return await self._judge(press, found)
        if press.verb == verbs.ACT:
            return await self._act(press, found)
        contents = await asyncio.to_thread(self._dialect.of_more, press.verb, found, press)
        if contents:
            return await self._add(press, found, contents)
        await self._conversing.pass_over(press.key)
        return texts(press.language).say("chats.unknown_button")

    async def _measure(self, press: Press) -> str:
        """Serve a button of a benchmark's card."""
        say, name = texts(press.language).say, press.subject
        if self._measuring is None:
            text = say("cards.none_here")
        elif press.verb == WATCH:
            text = "" if await self._measuring.watch(name, press.place) else say("cards.watch_none", id=name)
        else:
            user = f"{press.place.platform}:{press.user}"
            text = await self._measuring.press(press.verb, name, user, press.place, press.language)
        await self._conversing.pass_over(press.key)
        return text

    async def _show(self, press: Press) -> str:
        """Show an answer that was held back, since it might have arrived before the bot was restarted."""

        def work(connection: Connection) -> bool:
            inbox.settle(connection, press.key, datetime.now(UTC))
            return outbox.release(connection, int(press.subject), press.place.chat)

        is_there = press.subject.isdigit() and await self._database.write(work)
        return "" if is_there else texts(press.language).say("chats.forgotten")

    async def _judge(self, press: Press, found: Answered) -> str:
        """Keep an opinion; a thumb down asks for the reason."""
        is_up, reason = press.verb == verbs.UP, press.detail or None
        mark = answered.UP if is_up else answered.DOWN
        opinion = Opinion(answer_id=found.id, user=press.user, mark=mark, reason=reason)
        ask = self._dialect.of_reasons(found, press)

        def work(connection: Connection) -> None:
            now = datetime.now(UTC)
            inbox.settle(connection, press.key, now)
            answered.judge(connection, opinion, now)
            if not is_up and reason is None:
                outbox.put(connection, _post(press, found, f"reasons:{found.id}:{press.user}", ask), now)

        await self._database.write(work)
        return texts(press.language).say("chats.thanks")

    async def _add(self, press: Press, found: Answered, contents: Sequence[Content]) -> str:
        """Put more about an answer below it, once."""
        mine = f":{press.key}" if press.back else ""  # what one person sees alone is shown to each, and again
        posts = [
            _post(press, found, f"{press.verb}:{found.id}:{number}{mine}", content)
            for number, content in enumerate(contents)
        ]

        def work(connection: Connection) -> bool:
            now = datetime.now(UTC)
            inbox.settle(connection, press.key, now)
            known = {due.key for due in outbox.about(connection, found.id)}
            for post in posts:
                outbox.put(connection, post, now)
            return any(post.key not in known for post in posts)

        is_new = await self._database.write(work)
        return "" if is_new else texts(press.language).say("chats.shown_already")

    async def _act(self, press: Press, found: Answered) -> str:
        """Ask what the button says, as if it had been typed."""
        actions = found.evidence["actions"]
        if not press.detail.isdigit() or int(press.detail) >= len(actions):
            await self._conversing.pass_over(press.key)
            return texts(press.language).say("chats.forgotten")
        message = Message(
            text=actions[int(press.detail)],
            platform=press.place.platform,
            chat=press.place.chat,
            thread=press.place.thread,
            user=press.user,
            id=press.message_id,
            language_hint=found.language,
            starts_runs=True,
        )
        question = Question(key=press.key, message=message, received=press.received, back=press.back)
        await self._conversing.answer(question)
        return ""


def _post(press: Press, found: Answered, key: str, content: Content) -> Post:
    return Post(key=key, place=press.place, content=content, subject=found.id)
