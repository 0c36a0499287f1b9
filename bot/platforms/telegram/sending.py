"""Shows one message in Telegram, and says what became of it in the words of the delivery."""

import base64
import logging
import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.warnings import PTBDeprecationWarning

from bot.chatting.delivery import GoneError, LimitedError, MovedError, UnreachableError, UnsureError
from bot.platforms.telegram.content import Content, read_content
from bot.platforms.telegram.dialect import notice_of
from bot.platforms.telegram.reading import GENERAL_TOPIC, NAME
from bot.store.outbox import Due

_log = logging.getLogger(__name__)
#: What httpx raises before anything left this machine.
_NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
_ARRIVED = ("message is not modified",)
_NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")


class TelegramCarrier:
    """Sends and edits; every refusal of a form is answered with a simpler form."""

    platform = NAME

    def __init__(self, bot: telegram.Bot) -> None:
        self._bot = bot
        self._plainer: set[str] = set()  #: chats in which a rich message was refused

    async def show(self, due: Due) -> str:
        """Send *due*, or edit the message that shows an older version of it, and return the message's id."""
        content = read_content(due.content)
        try:
            if due.message_id is not None:
                return await self._edit(due, content)
            return await self._send(due, content)
        except RetryAfter as error:
            raise LimitedError(_wait_s(error)) from error
        except ChatMigrated as error:
            raise MovedError(str(error.new_chat_id)) from error
        except (Forbidden, BadRequest) as error:
            raise GoneError(error.message) from error
        except (TimedOut, NetworkError) as error:
            if type(error.__cause__).__name__ in _NOT_SENT or error.__cause__ is None:
                raise UnreachableError(error.message) from error  # without a cause Telegram itself answered: a 5xx
            raise UnsureError from error
        except TelegramError as error:
            raise UnreachableError(error.message) from error

    def notice(self, due: Due) -> Mapping[str, Any] | None:
        """Return an offer to show an answer that may have arrived; a benchmark's card is sent again."""
        if due.key.startswith("card:"):
            return None
        return notice_of(read_content(due.content), due.id).to_json()

    async def _send(self, due: Due, content: Content) -> str:
        place = _place(due, content)
        try:
            return await self._send_form(due, content, place)
        except BadRequest as error:
            if "message_thread_id" not in place or not _is(error, _NO_TOPIC):
                raise
            del place["message_thread_id"]
            return await self._send_form(due, content, place)

    async def _send_form(self, due: Due, content: Content, place: dict[str, Any]) -> str:
        chat, markup = int(due.place.chat), _markup(content)
        if content.rich and due.place.chat not in self._plainer:
            try:
                return await self._send_rich(chat, content.rich, {**place, "reply_markup": markup})
            except (BadRequest, EndPointNotFound) as error:
                _log.warning("Telegram refused a rich message, sent as HTML from now on: %s", error.message)
                self._plainer.add(due.place.chat)
        if content.document:
            file = InputFile(base64.b64decode(content.document), filename=content.name)
            sent = await self._bot.send_document(chat, file, caption=content.caption, reply_markup=markup, **place)
            return str(sent.message_id)
        if content.picture:
            png = base64.b64decode(content.picture)
            said: dict[str, Any] = {"caption": content.caption}
            if content.is_captioned:
                said = {"caption": content.html, "parse_mode": ParseMode.HTML}
            try:
                sent = await self._bot.send_photo(chat, png, reply_markup=markup, **said, **place)
            except BadRequest as error:
                _log.warning("Telegram refused a picture, sent as text: %s", error.message)
            else:
                return str(sent.message_id)
        place["link_preview_options"] = LinkPreviewOptions(is_disabled=True)
        try:
            sent = await self._bot.send_message(
                chat, content.html, parse_mode=ParseMode.HTML, reply_markup=markup, **place
            )
        except BadRequest as error:
            if not _is_form(error):
                raise
            _log.warning("Telegram refused the HTML of a message, sent as plain text: %s", error.message)
            sent = await self._bot.send_message(chat, content.plain, reply_markup=markup, **place)
        return str(sent.message_id)

    async def _send_rich(self, chat: int, rich: dict[str, Any], place: dict[str, Any]) -> str:
        """Call what the library does not know yet; it gives the answer back as it came."""
        given = {"chat_id": chat, "rich_message": rich, **{name: value for name, value in place.items() if value}}
        sent: Any = await self._bot.do_api_request("sendRichMessage", api_kwargs=given)
        return str(sent["message_id"])

    async def _edit(self, due: Due, content: Content) -> str:
        chat, message, markup = int(due.place.chat), int(due.message_id or 0), _markup(content)
        preview = LinkPreviewOptions(is_disabled=True)
        for text, mode in ((content.html, ParseMode.HTML), (content.plain, None)):
            try:
                await self._bot.edit_message_text(
                    text, chat, message, parse_mode=mode, reply_markup=markup, link_preview_options=preview
                )
            except BadRequest as error:
                if _is(error, _ARRIVED):
                    break
                if mode is None or not _is_form(error):
                    raise
            else:
                break
        return str(message)


def _place(due: Due, content: Content) -> dict[str, Any]:
    """Return where a message goes: the topic it was asked in, as a reply where it answers something."""
    place: dict[str, Any] = {}
    if due.place.thread and int(due.place.thread) != GENERAL_TOPIC:
        place["message_thread_id"] = int(due.place.thread)
    if content.reply_to is not None:
        place["reply_parameters"] = ReplyParameters(content.reply_to, allow_sending_without_reply=True)
    return place


def _markup(content: Content) -> InlineKeyboardMarkup | None:
    if not content.keyboard:
        return None
    rows = [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in content.keyboard]
    return InlineKeyboardMarkup(rows)


def _is(error: BadRequest, words: tuple[str, ...]) -> bool:
    return any(word in error.message.lower() for word in words)


def _is_form(error: BadRequest) -> bool:
    """Whether a simpler form of the same message may be taken."""
    return _is(error, ("parse entities", "entities_too_long", "too long", "text is empty", "entity"))


def _wait_s(error: RetryAfter) -> float:
    with warnings.catch_warnings():  # the library warns that this number becomes a timedelta; both are read here
        warnings.simplefilter("ignore", PTBDeprecationWarning)
        wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
