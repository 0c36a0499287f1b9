"""The commands that are no questions: language, forgetting, how things stand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.benching.desk import Verb
from bot.chatting.conversing import Conversing, Question, place_of
from bot.chatting.measuring import Measuring
from bot.platforms import Responder
from bot.platforms.telegram.reading import NAME, Heard
from bot.store import forgetting, inbox, outbox, people
from bot.store.database import Connection, Database
from bot.texts import texts

_LANGUAGES = {
    "en": "en", "english": "en", "anh": "en", "tiếng anh": "en", "tieng anh": "en",
    "vi": "vi", "vn": "vi", "vietnamese": "vi", "việt": "vi", "viet": "vi", "tiếng việt": "vi", "tieng viet": "vi",
}  # fmt: skip
_AUTOMATIC = frozenset({"auto", "off", "tự động", "tu dong"})
_CHAT = frozenset({"chat", "group", "nhóm", "nhom", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Who administers what."""

    admins: frozenset[str]  #: of the bot, such as "telegram:42"
    is_chat_admin: Callable[[Heard], Awaitable[bool]]  #: of the group that a message stands in


class Ordering:
    """Serves these commands; each is answered with one sentence."""

    def __init__(
        self,
        database: Database,
        conversing: Conversing,
        responder: Responder,
        measuring: Measuring | None,
        rights: Rights,
    ) -> None:
        self._database, self._conversing, self._responder = database, conversing, responder
        self._measuring, self._rights = measuring, rights

    async def language(self, question: Question, rest: str) -> None:
        """Answer in the language that was chosen, wherever a question does not tell its own."""
        wanted, message = rest.strip().lower(), question.message
        language = _LANGUAGES.get(wanted)
        if language is None and wanted not in _AUTOMATIC:
            await self._say(question, "telegram.lang_which")
            return

        def work(connection: Connection) -> None:
            people.choose_language(connection, NAME, message.user, language, datetime.now(UTC))

        await self._database.write(work)
        key = "telegram.lang_set" if language else "telegram.lang_auto"
        await self._conversing.say(question, texts(language or spoken(question)).say(key))

    async def forget(self, question: Question, heard: Heard) -> None:
        """Delete what a person asked, or with the word chat all that was said here."""
        message = question.message
        is_chat = bool(heard.order and heard.order.rest.strip().lower() in _CHAT)
        if is_chat and heard.is_group and not await self._may_forget_chat(heard):
            await self._say(question, "telegram.forget_admins")
            return

        def work(connection: Connection) -> int:
            count = forgetting.forget_person(connection, NAME, message.user) if not is_chat else 0
            if is_chat or not heard.is_group:
                count += forgetting.forget_chat(connection, NAME, message.chat)
            return count

        count = await self._database.write(work)
        self._responder.forget(NAME, message.chat)
        await self._say(question, "telegram.forgot_chat" if is_chat else "telegram.forgot", count=str(count))

    async def jobs(self, question: Question) -> None:
        """List the queued and running benchmarks."""
        if self._measuring is None:
            await self._say(question, "cards.none_here")
            return
        place = place_of(question.message)
        await self._conversing.post(question, await self._measuring.jobs(spoken(question), place))

    async def cancel(self, question: Question, rest: str) -> None:
        """Cancel the benchmark that is named."""
        if self._measuring is None or not rest.strip():
            await self._say(question, "cards.none_here" if self._measuring is None else "cards.cancel_which")
            return
        message, language = question.message, spoken(question)
        place = place_of(message)
        text = await self._measuring.press(Verb.CANCEL, rest.split(maxsplit=1)[0], message.asker, place, language)
        await self._conversing.say(question, text)

    async def hosts(self, question: Question) -> None:
        """List where benchmarks can run, as the hosts answer now."""
        if self._measuring is None:
            await self._say(question, "cards.none_here")
            return
        await self._conversing.say(question, await self._measuring.hosts(spoken(question)))

    async def status(self, question: Question) -> None:
        """Tell an administrator how things stand."""
        if question.message.asker not in self._rights.admins:
            await self._say(question, "telegram.admins_only")
            return

        def look(connection: Connection) -> tuple[int, int]:
            return inbox.count_unsettled(connection), outbox.count_waiting(connection)

        waiting, unsent = await self._database.read(look)
        active = await self._database.jobs.list(active=True)
        await self._say(
            question,
            "telegram.status",
            waiting=str(max(waiting - 1, 0)),
            unsent=str(unsent),
            jobs=str(len(active)),
            running=str(sum(job.is_running for job in active)),
        )

    async def _may_forget_chat(self, heard: Heard) -> bool:
        return heard.message.asker in self._rights.admins or await self._rights.is_chat_admin(heard)

    async def _say(self, question: Question, key: str, **values: str) -> None:
        await self._conversing.say(question, texts(spoken(question)).say(key, **values))


def spoken(question: Question) -> str:
    """Return the language in which a command is answered."""
    return question.message.language_hint or "en"
