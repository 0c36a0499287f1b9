"""What people do in chats, turned into the updates that Telegram would make of it."""

import time
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.formatting import Formatted, find_entities, spans
from tests.fakes.telegram.updates import Updates
from tests.fakes.telegram.world import GENERAL_TOPIC, Chat, Shown, User, World, make_version, thread_of

MINH = User(id=7, first_name="Minh", username="minh", language_code="vi")
LAN = User(id=8, first_name="Lan", username="lan", language_code="vi")
ALICE = User(id=9, first_name="Alice", username="alice", language_code="en")


@dataclass(slots=True, kw_only=True)
class Press:
    """A pressed button, and the answer that its presser saw."""

    id: str
    update_id: int
    data: str
    user: User
    at: float
    answer: str | None = None  #: None until it is answered, "" for an answer without words
    is_alert: bool = False


class People:
    """Chats and the people in them; each act returns the id of its update, None where the bot hears nothing."""

    def __init__(self, world: World, updates: Updates) -> None:
        self._world, self._updates = world, updates
        self.privacy = True  #: as BotFather sets it: groups show the bot only what is meant for it
        self.presses: dict[str, Press] = {}

    def private(self, user: User = MINH) -> Chat:
        """Return the chat of one who has started the bot."""
        chat = Chat(id=user.id, type="private", title=user.first_name, members={user.id: user})
        return self._world.chats.get(user.id) or self._world.add(chat)

    def group(self, title: str = "Lab", *members: User) -> Chat:
        """Return a new basic group."""
        return self._room("group", -(len(self._world.chats) + 100), title, members)

    def supergroup(self, title: str = "GPU lab", *members: User, topics: dict[int, str] | None = None) -> Chat:
        """Return a new supergroup; with `topics` (General not among them) it is a forum."""
        chat = self._room("supergroup", -1_001_000_000_000 - len(self._world.chats), title, members)
        chat.is_forum, chat.topics = topics is not None, dict(topics or {})
        return chat

    def channel(self, title: str = "News") -> Chat:
        return self._room("channel", -1_002_000_000_000 - len(self._world.chats), title, ())

    def say(self, chat: Chat, user: User, text: str = "", **fields: Any) -> int | None:
        """Write a message; `reply_to` and `topic` are read here, other fields go into the update as they are."""
        reply_to, topic = fields.pop("reply_to", None), fields.pop("topic", None)
        replied = reply_to.id if isinstance(reply_to, Shown) else reply_to
        entities = fields.pop("entities", None)
        formatted = Formatted(text, tuple(find_entities(text) if entities is None else entities))
        earlier = chat.shown.get(replied or 0)
        in_topic = topic not in {None, GENERAL_TOPIC} or (earlier is not None and earlier.in_topic)
        thread = topic if topic not in {None, GENERAL_TOPIC} else earlier and thread_of(earlier)
        version = make_version(formatted, text, [])
        chat.members.setdefault(user.id, user)
        message = self._world.show(
            chat, user, version, reply_to=replied, thread=thread, in_topic=in_topic, extra=fields
        )
        return self._tell(message, "channel_post" if chat.type == "channel" else "message")

    def edit(self, chat: Chat, message_id: int, text: str) -> int | None:
        """Change one's own earlier message."""
        message = chat.shown[message_id]
        message.show(Formatted(text, tuple(find_entities(text))), text, [])
        return self._tell(message, "edited_channel_post" if chat.type == "channel" else "edited_message")

    def photo(self, chat: Chat, user: User, caption: str = "", **fields: Any) -> int | None:
        size = {"file_id": "photo", "file_unique_id": "photo", "width": 90, "height": 60}
        return self.say(chat, user, caption, photo=[size], **fields)

    def voice(self, chat: Chat, user: User, **fields: Any) -> int | None:
        return self.say(chat, user, voice={"file_id": "voice", "file_unique_id": "voice", "duration": 3}, **fields)

    def document(self, chat: Chat, user: User, name: str = "run.log", **fields: Any) -> int | None:
        return self.say(chat, user, document={"file_id": name, "file_unique_id": name, "file_name": name}, **fields)

    def sticker(self, chat: Chat, user: User, emoji: str = "👍", **fields: Any) -> int | None:
        kind = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        sticker = {"file_id": "sticker", "file_unique_id": "sticker", "emoji": emoji, **kind}
        return self.say(chat, user, sticker=sticker, **fields)

    def joins(self, chat: Chat, user: User) -> int | None:
        """Let someone join: a service message that every bot of the group sees."""
        chat.members[user.id] = user
        message = self._world.show(
            chat, user, make_version(Formatted(""), "", []), extra={"new_chat_members": [user.to_api()]}
        )
        return self._updates.push("message", message.to_api())

    def press(self, message: Shown, label_or_data: str, user: User = MINH, *, forged: bool = False) -> int:
        """Press a button by its label or data; only a forged press may carry data that no button has."""
        keyboards = [version.keyboard for version in message.versions] if forged else [message.keyboard]
        buttons = [button for keyboard in keyboards for row in keyboard for button in row]
        found = [b for b in buttons if label_or_data in {b["text"], b.get("callback_data")}]
        if not (found or forged):
            raise LookupError(f"{label_or_data!r} is none of {message.labels}")
        data = found[0]["callback_data"] if found else label_or_data
        query_id = str(4_000_000 + len(self.presses))
        query = {"id": query_id, "from": user.to_api(), "data": data, "chat_instance": str(message.chat.id)}
        number = self._updates.push("callback_query", query | {"message": message.to_api()})
        self.presses[query_id] = Press(id=query_id, update_id=number, data=data, user=user, at=time.monotonic())
        return number

    def pressed(self, update_id: int | None) -> Press:
        """Return what became of a press."""
        return next(press for press in self.presses.values() if press.update_id == update_id)

    def block(self, user: User) -> int:
        """Block the bot."""
        return self._moved(self.private(user), user, "blocked", blocked=True)

    def unblock(self, user: User) -> int:
        return self._moved(self.private(user), user, "blocked", blocked=False)

    def kick(self, chat: Chat, by: User = MINH) -> int:
        """Remove the bot from a group."""
        return self._moved(chat, by, "kicked", blocked=True)

    def migrate(self, chat: Chat) -> Chat:
        """Turn a basic group into a supergroup, which has another id, and return that."""
        new = self.supergroup(chat.title, *chat.members.values())
        chat.migrated_to = new.id
        empty, by = make_version(Formatted(""), "", []), next(iter(chat.members.values()), MINH)
        old = self._world.show(chat, by, empty, extra={"migrate_to_chat_id": new.id})
        self._updates.push("message", old.to_api())
        arrived = self._world.show(new, by, empty, extra={"migrate_from_chat_id": chat.id})
        self._updates.push("message", arrived.to_api())
        return new

    def _room(self, kind: str, number: int, title: str, members: tuple[User, ...]) -> Chat:
        return self._world.add(Chat(id=number, type=kind, title=title, members={user.id: user for user in members}))

    def _moved(self, chat: Chat, by: User, flag: str, *, blocked: bool) -> int:
        setattr(chat, flag, blocked)
        bot: dict[str, Any] = {"user": self._world.bot.to_api()}
        there, gone = bot | {"status": "member"}, bot | {"status": "kicked", "until_date": 0}
        old, new = (there, gone) if blocked else (gone, there)
        fields = {"chat": chat.to_api(), "from": by.to_api(), "date": int(time.time())}
        return self._updates.push("my_chat_member", {**fields, "old_chat_member": old, "new_chat_member": new})

    def _tell(self, message: Shown, kind: str) -> int | None:
        return self._updates.push(kind, message.to_api()) if self._hears(message) else None

    def _hears(self, message: Shown) -> bool:
        chat, bot = message.chat, self._world.bot
        if chat.blocked or chat.kicked or chat.migrated_to:
            return False
        if chat.type in {"private", "channel"} or not self.privacy or bot.id in chat.admins:
            return True
        entities = list(message.entities)
        name = f"@{bot.username}".lower()
        replied = chat.shown.get(message.reply_to or 0)
        commands = [word.lower().partition("@")[2] for word in spans(message.text, entities, "bot_command")]
        return (
            any(at in {"", name[1:]} for at in commands)
            or name in {word.lower() for word in spans(message.text, entities, "mention")}
            or (replied is not None and replied.sender.id == bot.id)
        )
