"""Who is there and what was shown: people, chats and their messages."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.formatting import Formatted
from tests.fakes.telegram.refusals import Refusal, bad_request, forbidden
from tests.fakes.telegram.rules import Keyboard

GENERAL_TOPIC = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False

    def to_api(self) -> dict[str, Any]:
        known = {"username": self.username, "language_code": self.language_code}
        more = {name: value for name, value in known.items() if value}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name, **more}


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """A place where messages are shown."""

    id: int
    type: str  #: private, group, supergroup or channel
    title: str
    topics: dict[int, str] = field(default_factory=dict)  #: without General; of a forum or a private chat
    is_forum: bool = False
    members: dict[int, User] = field(default_factory=dict)
    admins: set[int] = field(default_factory=set)
    blocked: bool = False  #: by the person of a private chat
    kicked: bool = False  #: the bot was removed
    migrated_to: int | None = None
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    shown: dict[int, "Shown"] = field(default_factory=dict)

    def to_api(self) -> dict[str, Any]:
        name = "first_name" if self.type == "private" else "title"
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": self.type, name: self.title, **forum}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What was uploaded."""

    name: str
    data: bytes
    size: tuple[int, int] | None = None  #: width and height of a photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one message showed from a moment on."""

    text: str
    entities: tuple[dict[str, Any], ...]
    source: str  #: the markup as it was sent
    keyboard: Keyboard
    at: float  #: monotonic seconds


@dataclass(slots=True, kw_only=True, eq=False)
class Shown:
    """One message in a chat, whoever wrote it; `versions` hold what it showed, newest last."""

    id: int
    chat: Chat
    sender: User
    versions: list[Version]
    date: int
    reply_to: int | None = None
    thread: int | None = None
    in_topic: bool = False
    photo: File | None = None
    document: File | None = None
    parse_mode: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)  #: fields of the Bot API that are not read here
    rich: dict[str, Any] | None = None
    reactions: tuple[str, ...] = ()
    edited: int | None = None
    deleted: bool = False

    @property
    def text(self) -> str:
        """The text or caption as shown now."""
        return self.versions[-1].text

    @property
    def entities(self) -> tuple[dict[str, Any], ...]:
        return self.versions[-1].entities

    @property
    def html(self) -> str:
        """The markup as it was sent last."""
        return self.versions[-1].source

    @property
    def keyboard(self) -> Keyboard:
        return self.versions[-1].keyboard

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]

    @property
    def at(self) -> float:
        """When it was sent, in monotonic seconds."""
        return self.versions[0].at

    @property
    def edits(self) -> list[Version]:
        """What it showed before, oldest first."""
        return self.versions[:-1]

    def show(self, text: Formatted, source: str, keyboard: Keyboard) -> None:
        self.versions.append(make_version(text, source, keyboard))
        self.edited = int(time.time())

    def to_api(self, *, nested: bool = False) -> dict[str, Any]:
        """Return the Bot API's Message; a replied-to message does not carry its own reply."""
        message: dict[str, Any] = {"message_id": self.id, "date": self.date, "chat": self.chat.to_api()}
        message |= (
            {"sender_chat": self.chat.to_api()} if self.chat.type == "channel" else {"from": self.sender.to_api()}
        )
        message |= self._content() | self.extra
        if self.thread:
            message |= {"message_thread_id": self.thread}
        if self.in_topic:
            message |= {"is_topic_message": True}
        if self.edited:
            message |= {"edit_date": self.edited}
        if self.keyboard:
            message |= {"reply_markup": {"inline_keyboard": self.keyboard}}
        if self.reply_to in self.chat.shown and not nested:
            message |= {"reply_to_message": self.chat.shown[self.reply_to].to_api(nested=True)}
        return message

    def _content(self) -> dict[str, Any]:
        name = f"{self.chat.id}-{self.id}"
        content: dict[str, Any] = {}
        if self.photo and self.photo.size:
            width, height = self.photo.size
            size = {"file_id": name, "file_unique_id": name, "width": width, "height": height}
            content["photo"] = [size | {"file_size": len(self.photo.data)}]
        if self.document:
            content["document"] = {"file_id": name, "file_unique_id": name, "file_name": self.document.name}
        words = "caption" if content or self.extra.keys() & {"photo", "voice", "document"} else "text"
        if self.text:
            content[words] = self.text
        if self.entities:
            content["entities" if words == "text" else "caption_entities"] = list(self.entities)
        return content


def make_version(text: Formatted, source: str, keyboard: Keyboard) -> Version:
    return Version(text=text.text, entities=text.entities, source=source, keyboard=keyboard, at=time.monotonic())


def thread_of(earlier: Shown) -> int | None:
    """Return the thread that an answer to *earlier* belongs to; General and basic groups have none."""
    if earlier.in_topic or (earlier.chat.type == "supergroup" and not earlier.chat.is_forum):
        return earlier.thread or earlier.id
    return None


class World:
    """All chats; private chats and basic groups share one counter of message ids, as one account does."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self._ids = itertools.count(1)

    def add(self, chat: Chat) -> Chat:
        if chat.type in {"private", "group"}:
            chat.ids = self._ids
        self.chats[chat.id] = chat
        return chat

    def find(self, chat_id: str | int | None) -> Chat:
        """Return a chat that the bot may write to, or raise why it may not."""
        if chat_id in {None, ""}:
            raise bad_request("chat_id is empty")
        try:
            chat = self.chats.get(int(chat_id or 0))
        except ValueError:
            chat = None
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(words, migrate_to_chat_id=chat.migrated_to)
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if chat.kicked:
            raise forbidden(f"bot was kicked from the {'group' if chat.type == 'group' else chat.type} chat")
        return chat

    def show(self, chat: Chat, sender: User, version: Version, **fields: Any) -> Shown:
        """Show one more message."""
        message = Shown(
            id=next(chat.ids), chat=chat, sender=sender, versions=[version], date=int(time.time()), **fields
        )
        chat.shown[message.id] = message
        return message
