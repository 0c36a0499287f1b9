"""The commands that are no questions: language, forgetting, benchmarks that run, how things stand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.benching.desk import Verb
from bot.chatting.conversing import Conversing, Question, place_of
from bot.chatting.measuring import Measuring
from bot.chatting.wording import say, spoken
from bot.platforms import Responder
from bot.store import forgetting, inbox, outbox, people
from bot.store.database import Connection, Database
from bot.texts import texts

_LANGUAGES = {
    "en": "en", "english": "en", "anh": "en", "tiếng anh": "en", "tieng anh": "en",
    "vi": "vi", "vn": "vi", "vietnamese": "vi", "việt": "vi", "viet": "vi", "tiếng việt": "vi", "tieng viet": "vi",
}  # fmt: skip
_AUTOMATIC = frozenset({"auto", "off", "tự động", "tu dong"})
_CHAT = frozenset({"chat", "group", "channel", "nhóm", "nhom", "kênh", "kenh", "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command that is no question."""

    name: str  #: jobs, cancel, lang, forget, hosts, status
    rest: str
    is_group: bool  #: whether others read along where it was given


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Who administers what."""

    admins: frozenset[str]  #: of the bot, such as "telegram:42"
    is_chat_admin: Callable[[Question], Awaitable[bool]]  #: of the group that a message stands in


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

    async def serve(self, question: Question, order: Order) -> bool:
        """Serve a command; False where it is none of these."""
        match order.name:
            case "lang":
                await self._language(question, order.rest)
            case "forget":
                await self._forget(question, order)
            case "status":
                await self._status(question)
            case "jobs":
                await self._jobs(question)
            case "cancel":
                await self._cancel(question, order.rest)
            case "hosts":
                await self._hosts(question)
            case _:
                return False
        return True

    async def _language(self, question: Question, rest: str) -> None:
        """Answer in the language that was chosen, wherever a question does not tell its own."""
        wanted, message = rest.strip().lower(), question.message
        language = _LANGUAGES.get(wanted)
        if language is None and wanted not in _AUTOMATIC:
            await self._say(question, "lang_which")
            return

        def work(connection: Connection) -> None:
            people.choose_language(connection, message.platform, message.user, language, datetime.now(UTC))

        await self._database.write(work)
        key = "chats.lang_set" if language else "chats.lang_auto"
        await self._conversing.say(question, texts(language or spoken(question)).say(key))

    async def _forget(self, question: Question, order: Order) -> None:
        """Delete what a person asked, or with the word chat all that was said here."""
        message, is_chat = question.message, order.rest.strip().lower() in _CHAT
        if is_chat and order.is_group and not await self._may_forget_chat(question):
            await self._say(question, "forget_admins")
            return

        def work(connection: Connection) -> int:
            count = forgetting.forget_person(connection, message.platform, message.user) if not is_chat else 0
            if is_chat or not order.is_group:
                count += forgetting.forget_chat(connection, message.platform, message.chat)
            return count

        count = await self._database.write(work)
        self._responder.forget(message.platform, message.chat)
        await self._say(question, "forgot_chat" if is_chat else "forgot", count=str(count))

    async def _jobs(self, question: Question) -> None:
        """List the queued and running benchmarks."""
        if self._measuring is None:
            await self._conversing.say(question, texts(spoken(question)).say("cards.none_here"))
            return
        place = place_of(question.message)
        await self._conversing.post(question, await self._measuring.jobs(spoken(question), place, question.back))

    async def _cancel(self, question: Question, rest: str) -> None:
        """Cancel the benchmark that is named."""
        if self._measuring is None:
            await self._conversing.say(question, texts(spoken(question)).say("cards.none_here"))
        elif not rest.strip():
            await self._say(question, "cancel_which")
        else:
            message, language = question.message, spoken(question)
            name, place = rest.split(maxsplit=1)[0], place_of(message)
            text = await self._measuring.press(Verb.CANCEL, name, message.asker, place, language)
            await self._conversing.say(question, text)

    async def _hosts(self, question: Question) -> None:
        """List where benchmarks can run, as the hosts answer now."""
        if self._measuring is None:
            await self._conversing.say(question, texts(spoken(question)).say("cards.none_here"))
            return
        await self._conversing.say(question, await self._measuring.hosts(spoken(question)))

    async def _status(self, question: Question) -> None:
        """Tell an administrator how things stand."""
        if question.message.asker not in self._rights.admins:
            await self._say(question, "admins_only")
            return

        def look(connection: Connection) -> tuple[int, int]:
            return inbox.count_unsettled(connection), outbox.count_waiting(connection)

        waiting, unsent = await self._database.read(look)
        active = await self._database.jobs.list(active=True)
        await self._say(
            question,
            "status",
            waiting=str(max(waiting - 1, 0)),
            unsent=str(unsent),
            jobs=str(len(active)),
            running=str(sum(job.is_running for job in active)),
        )

    async def _may_forget_chat(self, question: Question) -> bool:
        return question.message.asker in self._rights.admins or await self._rights.is_chat_admin(question)

    async def _say(self, question: Question, key: str, **values: str) -> None:
        await self._conversing.say(question, say(question.message.platform, spoken(question), key, **values))
