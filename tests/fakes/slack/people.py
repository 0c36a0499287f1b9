"""What people do in Slack, turned into the events, commands and interactions that Slack would make of it."""

from typing import Any

from tests.fakes.slack import pressing
from tests.fakes.slack.deliveries import COMMANDS, INTERACTIVE, Deliveries, Delivery
from tests.fakes.slack.responding import Responding
from tests.fakes.slack.streams import Streams
from tests.fakes.slack.telling import Telling, escape
from tests.fakes.slack.views import View, Views
from tests.fakes.slack.world import APP, TEAM, Channel, File, Shown, User, World, label_of, pressable

MINH = User(id="U7", name="minh", locale="en-US")
LAN = User(id="U8", name="lan")
ALICE = User(id="U9", name="alice")
OTHER_BOT = User(id="U99", name="ci-bot", is_bot=True, bot_id="B99")


class People:
    """Channels, the people in them, and what they do."""

    world: World
    deliveries: Deliveries
    telling: Telling
    responding: Responding
    viewing: Views
    streams: Streams
    sessions: dict[tuple[str, str], Any]

    def channel(self, name: str, *members: User, kind: str = "public", invited: bool = True) -> Channel:
        """Return a new channel; the bot is in it when it was *invited*."""
        bot = {self.world.bot.id} if invited else set()
        self.know(*members)
        return self.world.add(kind, name, {user.id for user in members} | bot)

    def know(self, *users: User) -> None:
        self.world.users.update({user.id: user for user in users})

    def dm(self, user: User, text: str | None = None, **fields: Any) -> Channel:
        """Return the conversation of one person with the bot, after saying *text* there."""
        self.know(user)
        channel = self.world.dm(user.id)
        if text is not None:
            self.say(channel, user, text, **fields)
        return channel

    def say(
        self,
        channel: Channel,
        user: User,
        text: str = "",
        *,
        thread: Shown | str | None = None,
        files: tuple[File, ...] = (),
        **fields: Any,
    ) -> Shown:
        """Write a message as typed; other *fields* (such as `subtype`) go into the event as they are."""
        self.know(user)
        if user.id not in channel.members and "subtype" not in fields:
            raise LookupError(f"{user.name} is not in {channel.name}")
        root = thread.root if isinstance(thread, Shown) else thread or ""
        extra = ({"subtype": "file_share"} if files and "subtype" not in fields else {}) | fields
        shown = self.world.show(channel, user, escape(text), thread_ts=root, files=files, extra=extra)
        self.telling.tell_message(shown)
        return shown

    def mention(self, channel: Channel, user: User, text: str, **fields: Any) -> Shown:
        """Write to the bot by its name."""
        return self.say(channel, user, f"<@{self.world.bot.id}> {text}", **fields)

    def edit(self, message: Shown, text: str) -> None:
        """Change one's own earlier message."""
        message.show(escape(text), message.blocks)
        message.edited = self.world.ts()
        self.telling.tell_message(message, "message_changed")

    def remove(self, message: Shown) -> None:
        message.deleted = True
        self.telling.tell_message(message, "message_deleted")

    def joins(self, channel: Channel, user: User) -> Shown:
        """Let someone join, which is an event and a message of its own kind."""
        self.know(user)
        channel.members.add(user.id)
        where = {"channel": channel.id, "channel_type": channel.type[0].upper(), "team": TEAM}
        self.telling.tell({"type": "member_joined_channel", "user": user.id, **where, "event_ts": self.world.ts()})
        return self.say(channel, user, f"<@{user.id}> has joined the channel", subtype="channel_join")

    def command(self, command: str, text: str, user: User, channel: Channel) -> Delivery:
        """Type a slash command; it works wherever the person is, and never inside a thread."""
        self._may("commands")
        self.know(user)
        where = {"channel_id": channel.id, "channel_name": channel.told_name, "team_id": TEAM, "team_domain": "acme"}
        who = {"user_id": user.id, "user_name": user.name, "command": command, "text": text, "api_app_id": APP}
        answers = {"response_url": self.responding.new(user.id, channel), "trigger_id": self.viewing.trigger(user.id)}
        return self.deliveries.push(COMMANDS, {"token": "verification", **where, **who, **answers})

    def press(
        self, shown: Shown | View, button: str, user: User, *, which: int | None = None, confirmed: bool = False
    ) -> Delivery:
        """Press a button by its label or action_id; one that asks first is only pressed when *confirmed*."""
        self._sees(shown, user)
        block, element = pressing.find(shown.blocks, button, which)
        pressing.ask(element, confirmed=confirmed)
        return self._act(shown, user, block, element)

    def press_again(self, shown: Shown, button: str, user: User) -> Delivery:
        """Press what is no longer shown, as a slow phone or a forger does; nothing is asked before it."""
        self.know(user)
        blocks = tuple(block for version in shown.versions for block in version.blocks)
        last = sum(button in {label_of(one), one["action_id"]} for _, one in pressable(blocks)) - 1
        return self._act(shown, user, *pressing.find(blocks, button, last))

    def choose(self, shown: Shown | View, menu: str, *options: str, user: User, confirmed: bool = False) -> Delivery:
        """Choose from a menu, named by its placeholder or action_id, by the text or value of an option."""
        self._sees(shown, user)
        block, element = pressing.find(shown.blocks, menu)
        pressing.ask(element, confirmed=confirmed)
        selected = pressing.select(element, *options)
        shown.chosen.setdefault(block, {})[element["action_id"]] = selected
        return self._act(shown, user, block, element, **selected)

    def shortcut(self, message: Shown, user: User, callback_id: str = "ask_about_message") -> Delivery:
        """Use a message shortcut."""
        self._may("commands")
        self._sees(message, user)
        channel = message.channel
        about = {"message": message.to_api(), "message_ts": message.ts, "callback_id": callback_id}
        where = {"channel": {"id": channel.id, "name": channel.told_name}, "action_ts": self.world.ts()}
        answers = {"response_url": self.responding.new(user.id, channel, message)}
        payload = {"type": "message_action", **about, **where, **answers, **self._actor(user)}
        return self.deliveries.push(INTERACTIVE, payload)

    def submit(self, view: View, values: dict[str, Any], user: User) -> Delivery:
        """Submit a modal; *values* are by block_id and action_id, as Slack's `state.values` are."""
        view.check_filled(values)
        told = view.to_api() | {"state": {"values": values}}
        payload = {"type": "view_submission", "view": told, "response_urls": [], **self._actor(user)}
        return self.deliveries.push(INTERACTIVE, payload)

    def dismiss(self, view: View, user: User) -> Delivery | None:
        """Close a modal, which is told only where the modal asked for it."""
        view.is_open = False
        if not view.content.get("notify_on_close"):
            return None
        payload = {"type": "view_closed", "view": view.to_api(), "is_cleared": False, **self._actor(user)}
        return self.deliveries.push(INTERACTIVE, payload)

    def open_home(self, user: User, tab: str = "home") -> Delivery | None:
        """Open the app's Home or Messages tab."""
        channel = self.dm(user)
        home = [view for view in self.viewing.shown if view.user == user.id and view.content["type"] == "home"]
        view = {"view": home[-1].to_api()} if home else {}
        event = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab, **view}
        return self.telling.tell(event | {"event_ts": self.world.ts()})

    def stop_session(self, channel: Channel, thread: Shown | str, user: User) -> Delivery | None:
        """Press the native Stop, which is shown while a session is processing."""
        root = thread.root if isinstance(thread, Shown) else thread
        session = self.sessions.get((channel.id, root))
        if session is None or session.status != "processing":
            raise LookupError("no Stop is shown: the session is not processing")
        stopped = self.streams.end_in(channel.id, root)
        event = {"type": "agent_session_stopped", "channel": channel.id, "thread_ts": root, "user": user.id}
        return self.telling.tell(event | {"streaming_message_ts": stopped, "event_ts": self.world.ts()})

    def _sees(self, shown: Shown | View, user: User) -> None:
        self.know(user)
        if isinstance(shown, View):
            is_seen = shown.is_open and shown.user == user.id
        else:
            is_inside = shown.channel.kind == "public" or user.id in shown.channel.members
            is_seen = is_inside and not shown.deleted and shown.ephemeral_to in {"", user.id}
        if not is_seen:
            raise LookupError(f"{user.name} does not see this")

    def _act(self, shown: Shown | View, user: User, block: str, element: dict[str, Any], **more: Any) -> Delivery:
        action = pressing.action(block, element, self.world.ts(), **more)
        payload = {"type": "block_actions", "actions": [action], "state": pressing.state(shown), **self._actor(user)}
        return self.deliveries.push(INTERACTIVE, payload | self._shown_in(shown, user))

    def _may(self, scope: str) -> None:
        if scope not in self.telling._scopes:
            raise LookupError(f"the app is not installed with {scope}")

    def _actor(self, user: User) -> dict[str, Any]:
        who = {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM}
        team = {"id": TEAM, "domain": "acme"}
        trigger = {"trigger_id": self.viewing.trigger(user.id)}
        return {"user": who, "team": team, "api_app_id": APP, "token": "verification", "enterprise": None} | trigger

    def _shown_in(self, shown: Shown | View, user: User) -> dict[str, Any]:
        if isinstance(shown, View):
            return {"container": {"type": "view", "view_id": shown.id}, "view": shown.to_api()}
        channel, hidden = shown.channel, bool(shown.ephemeral_to)
        container = {"type": "message", "message_ts": shown.ts, "channel_id": channel.id, "is_ephemeral": hidden}
        container |= {"thread_ts": shown.thread_ts} if shown.thread_ts else {}
        message = {} if hidden else {"message": shown.to_api()}
        where = {"container": container, "channel": {"id": channel.id, "name": channel.told_name}}
        return where | message | {"response_url": self.responding.new(user.id, channel, shown)}
