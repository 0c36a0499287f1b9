"""Methods that show messages."""

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.formatting import Formatted, parse, utf16
from tests.fakes.telegram.refusals import bad_request, not_found
from tests.fakes.telegram.rules import (
    MAX_DOCUMENT_BYTES,
    MAX_RICH_TEXT,
    MAX_TEXT,
    REACTIONS,
    check_caption,
    check_photo,
    check_text,
    read_keyboard,
)
from tests.fakes.telegram.world import GENERAL_TOPIC, Chat, File, Shown, World, make_version, thread_of

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is still being written, as a private chat shows it."""

    chat: int
    id: int
    text: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message goes: chat, topic and the message it answers."""

    chat: Chat
    reply_to: int | None
    thread: int | None
    in_topic: bool


class Writing:
    """Shows what the bot sends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.rich_messages = False
        self.actions: list[tuple[int, str]] = []
        self.drafts: list[Draft] = []
        self.dropped_entities = 0  #: of all texts, those beyond the hundredth

    def send_message(self, call: Call) -> dict[str, Any]:
        text = self.shown(call, "text")
        place = self._place(call)
        check_text(text)
        return self._show(call, place, text, call.get("text") or "")

    def send_photo(self, call: Call) -> dict[str, Any]:
        text, file = self.shown(call, "caption"), _uploaded(call, "photo")
        place = self._place(call)
        check_caption(text)
        photo = File(name=file.name, data=file.data, size=check_photo(file.data))
        return self._show(call, place, text, call.get("caption") or "", photo=photo)

    def send_document(self, call: Call) -> dict[str, Any]:
        text, file = self.shown(call, "caption"), _uploaded(call, "document")
        place = self._place(call)
        check_caption(text)
        if not file.data:
            raise bad_request("file must be non-empty")
        if len(file.data) > MAX_DOCUMENT_BYTES:
            raise bad_request("file is too big")
        return self._show(call, place, text, call.get("caption") or "", document=file)

    def send_rich_message(self, call: Call) -> dict[str, Any]:
        """Show a rich message as it came; its blocks are not laid out here."""
        if not self.rich_messages:
            raise not_found()
        place, rich = self._place(call), call.read("rich_message")
        words = str(rich.get("html") or rich.get("markdown") or rich.get("blocks") or "")
        if not words:
            raise bad_request("message text is empty")
        if len(words) > MAX_RICH_TEXT:
            raise bad_request("message is too long")
        return self._show(call, place, Formatted(words), words, rich=rich)

    def send_message_draft(self, call: Call) -> bool:
        text, place = self.shown(call, "text"), self._place(call)
        if place.chat.type != "private":
            raise bad_request("TEXTDRAFT_PEER_INVALID")
        if not call.number("draft_id"):
            raise bad_request("draft_id must be non-zero")
        if utf16(text.text) > MAX_TEXT:
            raise bad_request("message is too long")
        number = call.number("draft_id") or 0
        self.drafts.append(Draft(chat=place.chat.id, id=number, text=text.text, at=time.monotonic()))
        return True

    def send_chat_action(self, call: Call) -> bool:
        """Take a chat action; unlike a message it may name the General topic."""
        chat, action = self._world.find(call.get("chat_id")), call.get("action") or ""
        if action not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        self.actions.append((chat.id, action))
        return True

    def delete_message(self, call: Call) -> bool:
        message = find_message(self._world, call, "delete")
        is_admin = self._world.bot.id in message.chat.admins or message.chat.type == "private"
        if message.sender.id != self._world.bot.id and not is_admin:
            raise bad_request("message can't be deleted")
        message.deleted = True
        return True

    def set_message_reaction(self, call: Call) -> bool:
        message = find_message(self._world, call, "react")
        given = json.loads(call.get("reaction") or "[]")
        emoji = tuple(reaction.get("emoji", "") for reaction in given)
        if len(emoji) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        if not REACTIONS.issuperset(emoji):
            raise bad_request("REACTION_INVALID")
        message.reactions = emoji
        return True

    def shown(self, call: Call, name: str) -> Formatted:
        """Return the text or caption of a call as it is shown."""
        entities = call.get("entities" if name == "text" else "caption_entities")
        text = parse(call.get(name) or "", call.get("parse_mode"), entities)
        self.dropped_entities += text.dropped
        return text

    def _show(self, call: Call, place: Place, text: Formatted, source: str, **files: Any) -> dict[str, Any]:
        version = make_version(text, source, read_keyboard(call.get("reply_markup")))
        fields = {"reply_to": place.reply_to, "thread": place.thread, "in_topic": place.in_topic, **files}
        mode = call.get("parse_mode")
        return self._world.show(place.chat, self._world.bot, version, parse_mode=mode, **fields).to_api()

    def _place(self, call: Call) -> Place:
        chat, topic = self._world.find(call.get("chat_id")), call.number("message_thread_id")
        if topic and (chat.is_forum or chat.type == "private") and topic not in chat.topics:
            raise bad_request("message thread not found")
        replied = _replied(chat, call)
        if topic and topic != GENERAL_TOPIC and topic in chat.topics:
            return Place(chat=chat, reply_to=replied.id if replied else None, thread=topic, in_topic=True)
        if replied is None:
            return Place(chat=chat, reply_to=None, thread=None, in_topic=False)
        return Place(chat=chat, reply_to=replied.id, thread=thread_of(replied), in_topic=replied.in_topic)


def find_message(world: World, call: Call, purpose: str) -> Shown:
    """Return the message that a call names, or say like Telegram that there is none to do this with."""
    chat = world.find(call.get("chat_id"))
    message = chat.shown.get(call.number("message_id") or 0)
    if message is None or message.deleted:
        raise bad_request(f"message to {purpose} not found")
    return message


def _replied(chat: Chat, call: Call) -> Shown | None:
    reply = call.read("reply_parameters")
    number = reply.get("message_id") or call.number("reply_to_message_id")
    if not number:
        return None
    message = chat.shown.get(int(number))
    if message is not None and not message.deleted:
        return message
    if reply.get("allow_sending_without_reply") or call.is_true("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _uploaded(call: Call, name: str) -> File:
    given = call.get(name) or ""
    file = call.files.get(given.removeprefix("attach://") if given.startswith("attach://") else name)
    if file is None:
        problem = "wrong file identifier/HTTP URL specified" if given else f"there is no {name} in the request"
        raise bad_request(problem)
    return file
