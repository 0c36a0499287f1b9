"""What the buttons under an answer do."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.chatting.conversing import Conversing, Question
from bot.chatting.measuring import COMPARE, VERBS, WATCH, Measuring
from bot.messages import Message
from bot.platforms.telegram import buttons
from bot.platforms.telegram.buttons import Button
from bot.platforms.telegram.content import Content
from bot.platforms.telegram.dialect import reasons_keyboard, sources_contents, text_content, why_content
from bot.platforms.telegram.reading import NAME
from bot.rendering.splitting import shortened
from bot.rendering.tables import Grid, draw_table, grid_alt_text
from bot.rendering.telegram import CAPTION_LIMIT
from bot.rendering.telegram_markup import escape, utf16_units
from bot.store import answered, inbox, outbox
from bot.store.answered import Answered, Opinion
from bot.store.database import Connection, Database
from bot.store.outbox import Place, Post
from bot.texts import texts
from knowledge.errors import GpuwiseError

#: Buttons that are answered before their work is done: the others say how it ended, and take a moment of the database.
SLOW = frozenset({buttons.ACT, buttons.PICTURE, COMPARE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that somebody pressed."""

    key: str  #: of its delivery
    button: Button
    place: Place
    message_id: int  #: of the message that has the button
    user: str
    language: str
    received: datetime


class Pressing:
    """Serves the buttons under answers; what is said back pops up where the button was pressed."""

    def __init__(self, database: Database, conversing: Conversing, measuring: Measuring | None) -> None:
        self._database, self._conversing, self._measuring = database, conversing, measuring

    async def serve(self, press: Press) -> str:
        """Do what a button says and return the words that pop up."""
        say = texts(press.language).say
        if press.button.verb == buttons.SHOW:
            return await self._show(press)
        if press.button.verb in VERBS:
            return await self._measure(press)
        found = await self._database.read(
            lambda connection: answered.find(connection, press.button.subject, NAME, press.place.chat)
        )
        if found is None:
            await self._conversing.pass_over(press.key)
            return say("telegram.forgotten")
        return await self._serve(press, found)

    async def _serve(self, press: Press, found: Answered) -> str:
        verb, reply = press.button.verb, press.message_id
        if verb in {buttons.UP, buttons.DOWN, buttons.REASON}:
            return await self._judge(press, found)
        if verb == buttons.ACT:
            return await self._act(press, found)
        more = {
            buttons.SOURCES: lambda: sources_contents(found, reply),
            buttons.WHY: lambda: [why_content(found, reply)],
            buttons.PICTURE: lambda: _pictures(found, reply),
        }
        if verb in more:
            return await self._add(press, found, await asyncio.to_thread(more[verb]))
        await self._conversing.pass_over(press.key)
        return texts(press.language).say("telegram.unknown_button")

    async def _measure(self, press: Press) -> str:
        """Serve a button of a benchmark's card."""
        say, name = texts(press.language).say, press.button.subject
        if self._measuring is None:
            text = say("cards.none_here")
        elif press.button.verb == WATCH:
            text = "" if await self._measuring.watch(name, press.place) else say("cards.watch_none", id=name)
        else:
            user = f"{NAME}:{press.user}"
            text = await self._measuring.press(press.button.verb, name, user, press.place, press.language)
        await self._conversing.pass_over(press.key)
        return text

    async def _show(self, press: Press) -> str:
        """Show an answer that was held back, since it might have arrived before the bot was restarted."""

        def work(connection: Connection) -> bool:
            inbox.settle(connection, press.key, datetime.now(UTC))
            return outbox.release(connection, int(press.button.subject), press.place.chat)

        is_there = press.button.subject.isdigit() and await self._database.write(work)
        return "" if is_there else texts(press.language).say("telegram.forgotten")

    async def _judge(self, press: Press, found: Answered) -> str:
        """Keep an opinion; a thumb down asks for the reason."""
        is_up, reason = press.button.verb == buttons.UP, press.button.detail or None
        mark = answered.UP if is_up else answered.DOWN
        opinion = Opinion(answer_id=found.id, user=press.user, mark=mark, reason=reason)
        ask = text_content(
            texts(found.language).say("telegram.why_bad"),
            keyboard=reasons_keyboard(found.id, found.language),
            reply_to=press.message_id,
            language=found.language,
        )

        def work(connection: Connection) -> None:
            now = datetime.now(UTC)
            inbox.settle(connection, press.key, now)
            answered.judge(connection, opinion, now)
            if not is_up and reason is None:
                outbox.put(connection, _post(press, found, f"reasons:{found.id}:{press.user}", ask), now)

        await self._database.write(work)
        return texts(press.language).say("telegram.thanks")

    async def _add(self, press: Press, found: Answered, contents: Sequence[Content]) -> str:
        """Put more about an answer below it, once."""
        posts = [
            _post(press, found, f"{press.button.verb}:{found.id}:{number}", content)
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
        return "" if is_new else texts(press.language).say("telegram.shown_already")

    async def _act(self, press: Press, found: Answered) -> str:
        """Ask what the button says, as if it had been typed."""
        actions = found.evidence["actions"]
        if not press.button.detail.isdigit() or int(press.button.detail) >= len(actions):
            await self._conversing.pass_over(press.key)
            return texts(press.language).say("telegram.forgotten")
        message = Message(
            text=actions[int(press.button.detail)],
            platform=NAME,
            chat=press.place.chat,
            thread=press.place.thread,
            user=press.user,
            id=str(press.message_id),
            language_hint=found.language,
            starts_runs=True,
        )
        await self._conversing.answer(Question(key=press.key, message=message, received=press.received))
        return ""


def _post(press: Press, found: Answered, key: str, content: Content) -> Post:
    asked = replace(content, asked=press.received.isoformat())
    return Post(key=key, place=press.place, content=asked.to_json(), subject=found.id)


def _pictures(found: Answered, reply: int) -> list[Content]:
    """Return the wide tables of an answer as pictures; their text is in the answer itself."""
    grids = [
        Grid(
            caption=item["caption"],
            header=tuple(item["header"]),
            rows=tuple(map(tuple, item["rows"])),
            numbers=frozenset(item["numbers"]),
            language=item["language"],
        )
        for item in found.evidence["grids"]
    ]
    return [_picture(grid, reply) for grid in grids]


def _picture(grid: Grid, reply: int) -> Content:
    caption = shortened(grid.caption, CAPTION_LIMIT, utf16_units)
    try:
        picture = base64.b64encode(draw_table(grid)).decode()
    except GpuwiseError as error:  # the extra that draws is not installed
        return text_content(str(error), reply_to=reply, language=grid.language)
    twin = grid_alt_text(grid)
    return Content(
        html=escape(twin), plain=twin, picture=picture, caption=caption, reply_to=reply, language=grid.language
    )
