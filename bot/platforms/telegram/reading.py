"""What a Telegram update says: pure, from the library's objects to the bot's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import telegram
from telegram import MessageEntity, Update
from telegram.constants import ChatType

from bot.chatting.commands import HELP, ORDERS, QUESTIONS
from bot.chatting.ordering import Order
from bot.messages import Message
from bot.store.inbox import Delivery

NAME = "telegram"
GENERAL_TOPIC = 1  #: naming it in an answer is refused by Telegram
_KINDS = ("photo", "voice", "audio", "video", "video_note", "animation", "document", "sticker", "location", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said to the bot."""

    message: Message
    order: Order | None
    names: tuple[str, ...]  #: what a list may call the asker or the chat
    called: str  #: what a person calls the asker
    message_id: int
    date: datetime


def to_delivery(update: Update, bot_id: int) -> Delivery | None:
    """Return an update as the inbox keeps it; None for what is never answered: edits, channels, other bots."""
    user, chat = update.effective_user, update.effective_chat
    message, pressed = update.message, update.callback_query
    if chat is None or (message is None and pressed is None):
        return None
    return Delivery(
        key=f"{NAME}:{bot_id}:{update.update_id}",
        twin=f"{NAME}:{chat.id}:{message.message_id}" if message else None,
        platform=NAME,
        chat=str(chat.id),
        user=str(user.id) if user else "",
        payload=update.to_dict(),
    )


def to_heard(incoming: telegram.Message, bot: telegram.User) -> Heard | None:
    """Return what a person asked the bot; None where they speak to others or say nothing."""
    user = incoming.from_user
    if user is None or user.is_bot:
        return None
    said = _said(incoming, bot)
    attachments = tuple("file" if kind == "document" else kind for kind in _KINDS if getattr(incoming, kind))
    if incoming.animation:  # Telegram repeats an animation as a document
        attachments = ("animation",)
    if said is None or not (said.text or attachments or said.is_called):
        return None  # spoken to others; somebody joined, a message was pinned …
    text = said.text or ("" if attachments else _quoted(incoming) or "help")
    if text == QUESTIONS["help"] and language_of(user) == "vi":  # a command tells no language
        text = QUESTIONS["trogiup"]
    message = Message(
        text=text,
        platform=NAME,
        chat=str(incoming.chat_id),
        thread=thread_of(incoming),
        user=str(user.id),
        id=str(incoming.message_id),
        language_hint=language_of(user),
        attachments=attachments,
        starts_runs=True,
    )
    return Heard(
        message=message,
        order=said.order,
        names=names_of(user, incoming.chat),
        called=user.full_name,
        message_id=incoming.message_id,
        date=incoming.date,
    )


def thread_of(incoming: telegram.Message) -> str:
    """Return the topic that a message stands in; empty outside topics."""
    return str(incoming.message_thread_id or "") if incoming.is_topic_message else ""


def names_of(user: telegram.User, chat: telegram.Chat) -> tuple[str, ...]:
    """Return what a list may name somebody by: id, name with or without @, or the chat they ask in."""
    names = [str(chat.id), str(user.id)]
    if user.username:
        names += [user.username.lower(), f"@{user.username.lower()}"]
    return tuple(names)


def language_of(user: telegram.User | None) -> str | None:
    """Return the language of somebody's Telegram, where the bot speaks it."""
    short = ((user.language_code if user else None) or "")[:2].lower()
    return short if short in {"en", "vi"} else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    text: str
    is_called: bool = False  #: whether the bot was named, answered or commanded
    order: Order | None = None


def _said(incoming: telegram.Message, bot: telegram.User) -> _Said | None:
    """Return the text without the words that only call the bot; None where others are spoken to."""
    text = incoming.text or incoming.caption or ""
    is_private = incoming.chat.type == ChatType.PRIVATE
    if text.startswith("/"):
        return _command(text, (bot.username or "").lower(), is_private=is_private)
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    entities = incoming.parse_entities(kinds) if incoming.text else incoming.parse_caption_entities(kinds)
    is_called = False
    for entity, word in entities.items():
        if word.lower() == f"@{bot.username}".lower() or (entity.user is not None and entity.user.id == bot.id):
            text, is_called = text.replace(word, "", 1), True
    quoted = incoming.reply_to_message
    if quoted is not None and quoted.from_user is not None and quoted.forum_topic_created is None:
        is_called = is_called or quoted.from_user.id == bot.id
    if not is_called and not is_private:
        return None
    return _Said(text=text.strip(), is_called=is_called)


def _command(text: str, username: str, *, is_private: bool) -> _Said | None:
    word, *rest = text[1:].split(maxsplit=1)[:2] if len(text) > 1 else ("",)
    name, _, addressee = word.lower().partition("@")
    is_known = name in QUESTIONS or name in ORDERS
    is_ours = addressee == username if addressee else is_private or is_known
    if not is_ours:
        return None
    said = rest[0].strip() if rest else ""
    if name in ORDERS:
        return _Said(text=text, is_called=True, order=Order(name=ORDERS[name], rest=said, is_group=not is_private))
    if name in QUESTIONS:
        return _Said(text=f"{QUESTIONS[name]} {said}".strip() if name not in HELP else QUESTIONS[name], is_called=True)
    return _Said(text=f"{name} {said}".strip(), is_called=True)


def _quoted(incoming: telegram.Message) -> str:
    quoted: Any = incoming.reply_to_message
    return (quoted.text or quoted.caption or "") if quoted is not None else ""
