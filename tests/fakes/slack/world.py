"""The workspace: people, channels and everything that was shown in them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import Any

from tests.fakes.slack.refusals import Refusal

TEAM, APP = "T1", "A1"
Block = dict[str, Any]
CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
PREFIXES = {"public": "C", "private": "C", "im": "D", "mpim": "G"}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: str
    name: str
    is_bot: bool = False
    bot_id: str = ""
    locale: str = "en-US"

    def to_api(self) -> dict[str, Any]:
        profile = {"real_name": self.name.title(), "display_name": self.name} | (
            {"bot_id": self.bot_id, "api_app_id": APP} if self.is_bot else {}
        )
        user = {"id": self.id, "team_id": TEAM, "name": self.name, "deleted": False, "real_name": self.name.title()}
        return user | {"tz": "Asia/Ho_Chi_Minh", "profile": profile, "is_bot": self.is_bot, "is_app_user": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What was uploaded."""

    id: str
    name: str
    data: bytes
    title: str = ""
    alt_text: str = ""

    def to_api(self) -> dict[str, Any]:
        kind, mime = self.name.rpartition(".")[2], guess_type(self.name)[0] or "application/octet-stream"
        known = {"id": self.id, "name": self.name, "title": self.title, "size": len(self.data)}
        return known | {"filetype": kind, "mimetype": mime}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one message showed from a moment on."""

    text: str
    blocks: tuple[dict[str, Any], ...]
    at: float  #: monotonic seconds


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """A place where messages are shown."""

    id: str
    name: str
    kind: str  #: public, private, im or mpim
    members: set[str] = field(default_factory=set)  #: ids, the bot's among them where it was invited
    is_archived: bool = False
    shown: dict[str, "Shown"] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The channel_type of its message events."""
        return CHANNEL_TYPES[self.kind]

    @property
    def told_name(self) -> str:
        """The name that commands and presses call it by: that of a private place is not told."""
        return {"im": "directmessage", "private": "privategroup"}.get(self.kind, self.name)

    def to_api(self, bot: str) -> dict[str, Any]:
        kinds = {"is_im": self.kind == "im", "is_mpim": self.kind == "mpim", "is_private": self.kind != "public"}
        told = {"id": self.id, "is_channel": self.kind == "public", "is_group": self.kind == "private", **kinds}
        told |= {"is_archived": self.is_archived, "is_member": bot in self.members, "created": 1}
        if self.kind == "im":
            return told | {"user": next((one for one in self.members if one != bot), bot)}
        return told | {"name": self.name, "num_members": len(self.members)}


@dataclass(slots=True, kw_only=True, eq=False)
class Shown:
    """One message in a channel, whoever wrote it; `versions` hold what it showed, newest last."""

    ts: str
    channel: Channel
    user: str
    versions: list[Version]
    chosen: dict[str, dict[str, Any]] = field(default_factory=dict)  #: in its menus, by block_id and action_id
    bot_id: str = ""
    thread_ts: str = ""
    ephemeral_to: str = ""  #: the only one who sees it
    files: tuple[File, ...] = ()
    reactions: dict[str, set[str]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)  #: fields that are not read here, such as a subtype
    edited: str = ""
    deleted: bool = False
    streams_until: float = 0.0  #: monotonic seconds, 0 for what is no stream or ended

    @property
    def streaming(self) -> bool:
        """Whether it is a stream that still takes text."""
        return time.monotonic() < self.streams_until

    @property
    def text(self) -> str:
        """The text as shown now, or announced where blocks are shown."""
        return self.versions[-1].text

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.versions[-1].blocks

    @property
    def edits(self) -> list[Version]:
        """What it showed before, oldest first."""
        return self.versions[:-1]

    @property
    def at(self) -> float:
        """When it was sent, in monotonic seconds."""
        return self.versions[0].at

    @property
    def root(self) -> str:
        """The thread it belongs to or would start."""
        return self.thread_ts or self.ts

    @property
    def elements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What can be pressed, each with its block_id."""
        return pressable(self.blocks)

    @property
    def labels(self) -> list[str]:
        return [label_of(element) for _, element in self.elements]

    def show(self, text: str, blocks: tuple[dict[str, Any], ...]) -> None:
        self.versions.append(Version(text=text, blocks=blocks, at=time.monotonic()))

    def to_api(self) -> dict[str, Any]:
        """Return the message as the Web API and interactions tell it."""
        told: dict[str, Any] = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        told |= {"bot_id": self.bot_id, "app_id": APP} if self.bot_id else {}
        told |= {"blocks": list(self.blocks)} if self.blocks else {}
        told |= {"thread_ts": self.thread_ts} if self.thread_ts else {}
        told |= {"files": [file.to_api() for file in self.files]} if self.files else {}
        told |= {"edited": {"user": self.user, "ts": self.edited}} if self.edited else {}
        return told | self._counted() | self.extra

    def _counted(self) -> dict[str, Any]:
        replies = [one for one in self.channel.shown.values() if one.thread_ts == self.ts and not one.deleted]
        counted: dict[str, Any] = {}
        if replies and not self.ephemeral_to:
            counted = {"thread_ts": self.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
        if self.reactions:
            counted["reactions"] = [
                {"name": name, "users": sorted(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        return counted


def pressable(blocks: tuple[Block, ...]) -> Iterator[tuple[str, Block]]:
    """Yield each element with an action_id, with its block_id; a pair of feedback buttons is two."""
    for block in blocks:
        inside = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                halves = [element[name] for name in ("positive_button", "negative_button") if name in element]
                known = {"type": element["type"], "action_id": element["action_id"]}
                yield from ((block.get("block_id", ""), one) for one in [known | half for half in halves] or [element])
        yield from pressable(tuple(block.get("child_blocks") or ()))


def label_of(element: dict[str, Any]) -> str:
    return str((element.get("text") or element.get("placeholder") or {}).get("text", ""))


class World:
    """All channels, and the one clock that numbers what happens in them."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.users: dict[str, User] = {bot.id: bot}
        self.channels: dict[str, Channel] = {}
        self._last = 0

    def ts(self) -> str:
        """Return a timestamp that is later than every earlier one."""
        self._last = max(time.time_ns() // 1000, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def add(self, kind: str, name: str, members: set[str]) -> Channel:
        number = f"{PREFIXES[kind]}{len(self.channels) + 1:04d}"
        self.channels[number] = Channel(id=number, name=name, kind=kind, members=members)
        return self.channels[number]

    def dm(self, user: str) -> Channel:
        """Return the conversation of one person with the bot."""
        known = (one for one in self.channels.values() if one.kind == "im" and user in one.members)
        return next(known, None) or self.add("im", user, {user, self.bot.id})

    def find(self, given: str) -> Channel:
        """Return a channel that the bot can see: a private one only from within."""
        named = (one for one in self.channels.values() if given == f"#{one.name}" and one.kind != "im")
        channel = self.channels.get(given) or next(named, None)
        if channel is None or (channel.kind != "public" and self.bot.id not in channel.members):
            raise Refusal("channel_not_found")
        return channel

    def enter(self, given: str) -> Channel:
        """Return a channel that the bot is in."""
        channel = self.find(given)
        if channel.is_archived:
            raise Refusal("is_archived")
        if self.bot.id not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def message(self, channel: Channel, ts: str, error: str = "message_not_found") -> Shown:
        """Return a message that all can see."""
        shown = channel.shown.get(ts)
        if shown is None or shown.deleted or shown.ephemeral_to:
            raise Refusal(error)
        return shown

    def show(self, channel: Channel, user: User, text: str, blocks: Any = (), **fields: Any) -> Shown:
        """Show one more message."""
        version = Version(text=text, blocks=tuple(blocks), at=time.monotonic())
        bot = {"bot_id": user.bot_id} if user.is_bot else {}
        shown = Shown(ts=self.ts(), channel=channel, user=user.id, versions=[version], **(bot | fields))
        channel.shown[shown.ts] = shown
        return shown
