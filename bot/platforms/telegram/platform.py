"""Joins Telegram to the inbox, the conversation and the outbox; starts, stops and picks up what was left."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import CallbackContext, TypeHandler, Updater

from bot.chatting.allowance import Allowance
from bot.chatting.conversing import Conversing, Question
from bot.chatting.delivery import Delivery
from bot.chatting.ordering import Ordering, Rights
from bot.chatting.pacing import Budget, Pacer
from bot.chatting.pressing import SLOW, Press, Pressing
from bot.chatting.wording import slow_down
from bot.platforms import PlatformError, Redaction, may_ask, stranger_text
from bot.platforms.telegram.building import LOGGERS, build, explained, quiet_httpx
from bot.platforms.telegram.buttons import read_button
from bot.platforms.telegram.dialect import TelegramDialect
from bot.platforms.telegram.menu import publish
from bot.platforms.telegram.more import TelegramMore
from bot.platforms.telegram.reading import NAME, Heard, language_of, names_of, thread_of, to_heard
from bot.platforms.telegram.receiving import InboxQueue, left_over
from bot.platforms.telegram.sending import TelegramCarrier
from bot.platforms.telegram.wiring import TelegramWiring
from bot.store import memory, outbox, people
from bot.store.outbox import Place

SETTING = "GPUWISE_TELEGRAM_ALLOW"
#: Telegram's figures are 30 a second over all, 1 a second in a chat and 20 a minute in a group. The windows are a bit
#: longer, since what leaves a second apart may arrive closer together; the short one over all keeps a busy machine from
#: making bursts of which two fall into one second.
_OVERALL = (Budget(calls=8, seconds=0.27), Budget(calls=29, seconds=1.04))
_PRIVATE, _GROUP = (Budget(calls=1, seconds=1.04),), (Budget(calls=1, seconds=1.04), Budget(calls=20, seconds=61.0))
_TYPING_AFTER_S = 0.4
_LATE_S = 60.0  #: after which an answer says when it was asked
_UPDATER_S, _HANDLERS_S, _DRAIN_S = 1.5, 3.5, 2.0  #: together below the eight seconds that a stop may take
_CARDS_S = 5.5  #: after the stop began, until which benchmarks may end and be told; they end within five
_ADMINS = frozenset({ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER})
_log = logging.getLogger(__name__)


class TelegramPlatform:
    """Carries questions from Telegram to the bot and its answers back to where they were asked."""

    def __init__(self, wiring: TelegramWiring) -> None:
        self._wiring, self._database = wiring, wiring.database
        self._allow = frozenset(name.lower() for name in wiring.allow)
        self._redaction = Redaction(filter(None, [wiring.token, wiring.webhook_secret]))
        self._guard_logs()  # before the library is built: it logs the address with the token at once
        self._queue = InboxQueue(self._database)
        self._app = build(wiring.token, wiring.api_url, self._queue)
        self._app.add_handler(TypeHandler(Update, self._on_update))
        self._app.add_error_handler(self._on_error)
        self.pacer = Pacer(_OVERALL, lambda chat: _GROUP if chat.startswith("-") else _PRIVATE)
        self.delivery = Delivery(self._database, TelegramCarrier(self._app.bot), self.pacer)
        dialect = TelegramDialect(rich=wiring.rich)
        self.conversing = Conversing(
            self._database,
            wiring.responder,
            dialect,
            wiring.executor,
            index_version=wiring.index_version,
        )
        self._allowance = Allowance(wiring.questions)
        self._pressing = Pressing(self._database, self.conversing, wiring.measuring, TelegramMore())
        if wiring.measuring is not None:
            self.conversing.propose = wiring.measuring.propose
            wiring.measuring.join(NAME, dialect, self.delivery.wake)
        rights = Rights(admins=wiring.admins, is_chat_admin=self._is_chat_admin)
        self._ordering = Ordering(self._database, self.conversing, wiring.responder, wiring.measuring, rights)
        self._late: dict[int, datetime] = {}  #: when what is picked up again was accepted, by update
        self._delivering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._app.initialize()
            self._queue.bot_id = self._app.bot.id
            await self._pick_up()
            await self._app.start()
            self._delivering = asyncio.create_task(self.delivery.run())
            self.pacer.note(time.monotonic())
            await self._listen()
            await publish(self._app.bot, lambda: self.pacer.note(time.monotonic()))
        except TelegramError as error:
            await self._close()
            raise explained(error) from error
        except OSError as error:
            await self._close()
            raise PlatformError(
                f"{self._wiring.webhook_listen} cannot be listened on: {error.strerror or error}. "
                "Set GPUWISE_TELEGRAM_WEBHOOK_LISTEN to another port."
            ) from error
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def run(self) -> None:
        """Serve until cancelled; what is being answered then is still sent, as far as eight seconds allow."""
        async with self:
            await asyncio.get_running_loop().create_future()

    async def is_connected(self) -> bool:
        """Whether updates are being fetched, or can be posted to the webhook."""
        return bool(self._updater.running)

    @property
    def _updater(self) -> Updater:
        updater = self._app.updater
        if updater is None:
            raise PlatformError("Telegram was built without polling; this is a fault of the program, please report it.")
        return updater

    async def _listen(self) -> None:
        kinds = [Update.MESSAGE, Update.CALLBACK_QUERY]
        wiring = self._wiring
        if wiring.webhook_url is None:
            await self._updater.start_polling(timeout=timedelta(seconds=10), bootstrap_retries=5, allowed_updates=kinds)
            return
        host, _, port = wiring.webhook_listen.rpartition(":")
        path = wiring.webhook_url.split("/", 3)[3] if wiring.webhook_url.count("/") > 2 else ""  # noqa: PLR2004 - scheme, host, path
        await self._updater.start_webhook(
            listen=host,
            port=int(port),
            url_path=path,
            webhook_url=wiring.webhook_url,
            secret_token=wiring.webhook_secret,
            allowed_updates=kinds,
            bootstrap_retries=5,
        )

    async def _pick_up(self) -> None:
        """Take up what the process before this one accepted, and what it was sending when it died."""
        await self.delivery.recover()
        for update, received in await left_over(self._database, self._app.bot):
            self._late[update.update_id] = received
            await self._queue.put_again(update)

    async def _close(self) -> None:
        deadline = time.monotonic() + _CARDS_S
        if self._updater.running:
            await _within(_UPDATER_S, self._updater.stop(), "Telegram's connections did not close in time")
        if self._app.running:
            late = "stopped with answers still under way; they are taken up at the next start"
            await _within(_HANDLERS_S, self._app.stop(), late)
        if self._delivering is not None:
            self._delivering.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivering
            if self._wiring.measuring is not None:
                await self._wiring.measuring.settle(max(deadline - time.monotonic(), 0.0))
            await self.delivery.drain(_DRAIN_S)
        with suppress(RuntimeError):  # of an updater that did not stop in time
            await self._app.shutdown()
        await self._app.bot.shutdown()  # the line above leaves the connections open when the start had failed
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self._redaction)

    def _guard_logs(self) -> None:
        quiet_httpx()
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self._redaction)

    async def _on_update(self, update: Update, _context: Any) -> None:
        key = f"{NAME}:{self._app.bot.id}:{update.update_id}"
        received = self._late.pop(update.update_id, None)
        if update.callback_query is not None:
            await self._on_press(update.callback_query, key, received or datetime.now(UTC))
        elif update.message is not None and update.message.migrate_to_chat_id is not None:
            await self._move(key, str(update.message.chat_id), str(update.message.migrate_to_chat_id))
        elif update.message is None or (heard := to_heard(update.message, self._app.bot.bot)) is None:
            await self.conversing.pass_over(key)
        else:
            await self._on_heard(heard, key, received)
        self.delivery.wake()

    async def _on_heard(self, heard: Heard, key: str, received: datetime | None) -> None:
        age_s = (datetime.now(UTC) - heard.date).total_seconds()
        asked = received or heard.date
        is_late = received is not None or age_s > _LATE_S
        question = Question(key=key, message=heard.message, received=asked, is_late=is_late)
        if not may_ask(self._allow, heard.names):
            text = stranger_text(f"id {heard.message.user}", SETTING, heard.message.language_hint)
            await self.conversing.say(question, text)
            return
        await self._database.write(
            lambda connection: people.see(connection, NAME, heard.message.user, heard.called, datetime.now(UTC))
        )
        if (wait_s := self._allowance.wait_s(heard.message.user, time.monotonic())) > 0:
            await self.conversing.say(question, slow_down(question, self._wiring.questions, wait_s))
        elif heard.order is None or not await self._ordering.serve(question, heard.order):
            await self._answer(question)

    async def _answer(self, question: Question) -> None:
        """Answer, and show that somebody is at it where that takes longer than a moment."""
        answering = asyncio.ensure_future(self.conversing.answer(question))
        done, _ = await asyncio.wait({answering}, timeout=_TYPING_AFTER_S)
        chat = question.message.chat
        if not done and self.pacer.wait_s(chat, time.monotonic()) == 0:
            self.pacer.spend(chat, time.monotonic())
            with suppress(TelegramError):
                await self._app.bot.send_chat_action(int(chat), "typing")
        await answering

    async def _on_press(self, query: CallbackQuery, key: str, received: datetime) -> None:
        message, button = query.message, read_button(query.data)
        if message is None or button is None:
            await self._pop_up(query, "")
            await self.conversing.pass_over(key)
            return
        language = language_of(query.from_user) or "en"
        if not may_ask(self._allow, names_of(query.from_user, message.chat)):
            await self._pop_up(query, stranger_text(f"id {query.from_user.id}", SETTING, language))
            await self.conversing.pass_over(key)
            return
        thread = thread_of(message) if isinstance(message, Message) else ""
        press = Press(
            key=key,
            verb=button.verb,
            subject=button.subject,
            detail=button.detail,
            place=Place(platform=NAME, chat=str(message.chat.id), thread=thread),
            message_id=str(message.message_id),
            user=str(query.from_user.id),
            language=language,
            received=received,
        )
        if button.verb in SLOW:
            await self._pop_up(query, "")
            await self._pressing.serve(press)
        else:
            await self._pop_up(query, await self._pressing.serve(press))

    async def _pop_up(self, query: CallbackQuery, text: str) -> None:
        """End the button's waiting; one that is too old to be answered was served all the same."""
        self.pacer.note(time.monotonic())
        with suppress(TelegramError):
            await query.answer(text[:200] or None)

    async def _move(self, key: str, old: str, new: str) -> None:
        def work(connection: Any) -> None:
            outbox.move_chat(connection, NAME, old, new)
            memory.move_chat(connection, NAME, old, new)

        await self._database.write(work)
        await self.conversing.pass_over(key)

    async def _is_chat_admin(self, question: Question) -> bool:
        with suppress(TelegramError):
            member = await self._app.bot.get_chat_member(int(question.message.chat), int(question.message.user))
            return member.status in _ADMINS
        return False

    async def _on_error(self, _update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Log what no handler caught; the update stays unsettled in the inbox and is taken up at the next start."""
        error = context.error
        _log.error("a Telegram update was not served: %s", self._redaction.clean(repr(error)), exc_info=error)


async def _within(seconds: float, work: Awaitable[None], otherwise: str) -> None:
    """Wait for *work*, and log *otherwise* where it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        _log.warning(otherwise)
