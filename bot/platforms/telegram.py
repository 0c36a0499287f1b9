"""Telegram: private chats, and mentions, replies and commands in groups, over long polling."""

import asyncio
import logging
import warnings
from collections.abc import Awaitable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import telegram
from telegram import LinkPreviewOptions, MessageEntity, ReplyParameters, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, BaseUpdateProcessor, CallbackContext, MessageHandler, filters
from telegram.warnings import PTBDeprecationWarning

from bot.messages import Message
from bot.platforms import PlatformError, Redaction, Responder, Seen, Turns, failed_text, may_ask, stranger_text
from bot.rendering.telegram import to_html, to_plain
from bot.texts import texts

SETTING = "GPUWISE_TELEGRAM_ALLOW"
_LOGGERS = ("httpx", "httpcore", "telegram", "telegram.ext.Application", "telegram.ext.Updater", "telegram.ext.ExtBot")
_COMMANDS = frozenset({"start", "help", "ask"})
_PARALLEL = 256
_LONGEST_WAIT_S = 60.0
_TRIES = 3
_DRAIN_S = 8.0  #: stays below the ten seconds Docker gives
_GENERAL_TOPIC = 1
_KINDS = ("photo", "voice", "audio", "video", "video_note", "animation", "document", "sticker", "location", "contact")
_log = logging.getLogger(__name__)


class TelegramPlatform:
    """Carries questions from Telegram to the bot and its answers back to where they were asked."""

    def __init__(
        self,
        responder: Responder,
        *,
        token: str,
        allow: frozenset[str],
        api_url: str | None = None,
    ) -> None:
        self._responder = responder
        self._allow = frozenset(name.lower() for name in allow)
        self._seen = Seen()
        self._redaction = Redaction([token])
        self._guard_logs()  # before the library is built: it logs the address with the token at once
        self._app = _build(token, api_url)
        self._app.add_handler(MessageHandler(filters.UpdateType.MESSAGE, self._on_message))
        self._app.add_error_handler(self._on_error)

    async def __aenter__(self) -> Self:
        try:
            await self._app.initialize()
            await self._app.start()
            await self._updater.start_polling(
                timeout=timedelta(seconds=10), bootstrap_retries=5, allowed_updates=[Update.MESSAGE]
            )
        except TelegramError as error:
            await self._close()
            raise _explained(error) from error
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def run(self) -> None:
        """Serve until cancelled; what is being answered then is still sent."""
        async with self:
            await asyncio.get_running_loop().create_future()

    @property
    def is_polling(self) -> bool:
        """Whether updates are being fetched."""
        return bool(self._updater.running)

    @property
    def _updater(self) -> telegram.ext.Updater:
        updater = self._app.updater
        if updater is None:
            raise PlatformError("Telegram was built without polling; this is a fault of the program, please report it.")
        return updater

    async def _close(self) -> None:
        if self._updater.running:
            await self._updater.stop()
        if self._app.running:
            try:
                await asyncio.wait_for(self._app.stop(), _DRAIN_S)
            except TimeoutError:
                _log.warning("stopped with answers still under way after %g s", _DRAIN_S)
        await self._app.shutdown()
        await self._app.bot.shutdown()  # the line above leaves the connections open when the start had failed
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._redaction)

    def _guard_logs(self) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._redaction)

    async def _on_message(self, update: Update, _context: Any) -> None:
        incoming = update.message
        if incoming is None or not self._seen.is_new((incoming.chat_id, incoming.message_id)):
            return
        message = to_message(incoming, self._app.bot.bot)
        if message is None:
            return
        if not may_ask(self._allow, _names(incoming)):
            await self._say(incoming, stranger_text(f"id {message.user}", SETTING, message.language_hint))
            return
        answer = await asyncio.to_thread(self._responder.respond, message)
        heading = texts(answer.language).say("sources.heading")
        for piece in to_html(answer, heading):
            await self._send(incoming, piece)

    async def _send(self, asked: telegram.Message, piece: str) -> None:
        try:
            await self._say(asked, piece, ParseMode.HTML)
        except BadRequest as error:
            if "parse entities" not in error.message:
                raise
            _log.warning("Telegram refused the HTML of an answer, sent as plain text: %s", error.message)
            await self._say(asked, to_plain(piece))

    async def _say(self, asked: telegram.Message, text: str, parse_mode: str | None = None) -> None:
        for left in reversed(range(_TRIES)):
            try:
                await self._app.bot.send_message(asked.chat_id, text, parse_mode=parse_mode, **_place(asked))
            except RetryAfter as error:
                wait_s = _wait_s(error)
                if not left or wait_s > _LONGEST_WAIT_S:
                    raise
                await asyncio.sleep(wait_s)
            else:
                return

    async def _on_error(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        error = context.error
        _log.error("a Telegram message was not answered: %s", self._redaction.clean(repr(error)), exc_info=error)
        if isinstance(error, TelegramError) or not isinstance(update, Update) or update.message is None:
            return
        user = update.message.from_user
        await self._say(update.message, failed_text(_language(user.language_code if user else None)))


class _InTurn(BaseUpdateProcessor):
    """Chats side by side, one chat in order; PTB alone gives either a queue for all or no order."""

    def __init__(self) -> None:
        super().__init__(_PARALLEL)
        self._turns = Turns()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run the handlers of one update when the earlier ones of its chat are done."""
        chat = update.effective_chat.id if isinstance(update, Update) and update.effective_chat else None
        async with self._turns.take(chat):
            await coroutine

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def to_message(incoming: telegram.Message, bot: telegram.User) -> Message | None:
    """Return what a person asked the bot; None where they speak to others or say nothing."""
    user = incoming.from_user
    if user is None or user.is_bot:
        return None
    text, is_addressed = _addressed(incoming, bot)
    if not is_addressed and incoming.chat.type != ChatType.PRIVATE:
        return None
    attachments = tuple("file" if kind == "document" else kind for kind in _KINDS if getattr(incoming, kind))
    if incoming.animation:  # Telegram repeats an animation as a document
        attachments = ("animation",)
    quoted = incoming.reply_to_message
    if not text and not attachments and quoted is not None:
        text = quoted.text or quoted.caption or ""
    if not text and not attachments:
        if not is_addressed:
            return None  # somebody joined, a message was pinned …
        text = "help"
    return Message(
        text=text,
        platform="telegram",
        chat=str(incoming.chat_id),
        thread=str(incoming.message_thread_id or "") if incoming.is_topic_message else "",
        user=str(user.id),
        id=str(incoming.message_id),
        language_hint=_language(user.language_code),
        attachments=attachments,
    )


def _addressed(incoming: telegram.Message, bot: telegram.User) -> tuple[str, bool]:
    """Return the text without the words that only call the bot, and whether it was called."""
    text = incoming.text or incoming.caption or ""
    if text.startswith("/"):
        return _command(text, (bot.username or "").lower(), is_private=incoming.chat.type == ChatType.PRIVATE)
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    entities = incoming.parse_entities(kinds) if incoming.text else incoming.parse_caption_entities(kinds)
    called = False
    for entity, word in entities.items():
        if word.lower() == f"@{bot.username}".lower() or (entity.user is not None and entity.user.id == bot.id):
            text, called = text.replace(word, "", 1), True
    quoted = incoming.reply_to_message
    if quoted is not None and quoted.from_user is not None and quoted.forum_topic_created is None:
        called = called or quoted.from_user.id == bot.id
    return " ".join(text.split(" ")).strip(), called


def _command(text: str, username: str, *, is_private: bool) -> tuple[str, bool]:
    word, _, rest = text[1:].partition(" ") if " " in text else text[1:].partition("\n")
    name, _, addressee = word.lower().partition("@")
    is_ours = addressee == username if addressee else is_private or name in _COMMANDS
    if not is_ours:
        return "", False
    if name == "ask":
        return rest.strip(), True
    if name in _COMMANDS:
        return "help", True
    return f"{name} {rest}".strip(), True


def _names(incoming: telegram.Message) -> list[str]:
    """Return what the list may name somebody by: id, @name, name, or the chat they ask in."""
    user = incoming.from_user
    names = [str(incoming.chat_id)]
    if user is not None:
        names.append(str(user.id))
        if user.username:
            names += [user.username.lower(), f"@{user.username.lower()}"]
    return names


def _place(asked: telegram.Message) -> dict[str, Any]:
    """Return where an answer goes: the topic it was asked in, as a reply in groups."""
    place: dict[str, Any] = {"link_preview_options": LinkPreviewOptions(is_disabled=True)}
    if asked.is_topic_message and asked.message_thread_id != _GENERAL_TOPIC:  # naming it is refused by Telegram
        place["message_thread_id"] = asked.message_thread_id
    if asked.chat.type != ChatType.PRIVATE:
        place["reply_parameters"] = ReplyParameters(asked.message_id, allow_sending_without_reply=True)
    return place


def _language(code: str | None) -> str | None:
    short = (code or "")[:2].lower()
    return short if short in {"en", "vi"} else None


def _wait_s(error: RetryAfter) -> float:
    with warnings.catch_warnings():  # the library warns that this number becomes a timedelta; both are read here
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _explained(error: TelegramError) -> PlatformError:
    if isinstance(error, InvalidToken):
        return PlatformError("Telegram refuses the token. Set TELEGRAM_BOT_TOKEN to the one @BotFather shows.")
    return PlatformError(
        "Telegram cannot be reached. Check the network and GPUWISE_TELEGRAM_API_URL, then start again."
    )


def _build(token: str, api_url: str | None) -> Application[Any, Any, Any, Any, Any, Any]:
    builder = ApplicationBuilder().token(token).concurrent_updates(_InTurn()).job_queue(None)
    if api_url:
        builder = builder.base_url(f"{api_url.rstrip('/')}/bot").base_file_url(f"{api_url.rstrip('/')}/file/bot")
    # Answers and polling have pools of their own, so a long poll never holds an answer back.
    return builder.connection_pool_size(32).pool_timeout(10).get_updates_connection_pool_size(2).build()
