"""Events: who hears what, and in which words."""

import re
import time
from collections.abc import Set as AbstractSet
from typing import Any

from tests.fakes.slack.deliveries import EVENTS as EVENTS_API
from tests.fakes.slack.deliveries import Deliveries, Delivery
from tests.fakes.slack.scopes import EVENTS, event_name
from tests.fakes.slack.world import APP, TEAM, Channel, Shown, World

_MARKUP = re.compile(r"(<[@#!][^<>]+>|<(?:https?|mailto):[^<>]+>)")
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


class Telling:
    """Sends events that the app subscribed to and has the scope for; the rest is listed in `unheard`."""

    def __init__(
        self, world: World, deliveries: Deliveries, subscribed: AbstractSet[str], scopes: AbstractSet[str]
    ) -> None:
        self.unheard: list[str] = []
        self.echo = True  #: whether the bot hears its own messages, as Slack lets it
        self._world, self._deliveries, self._subscribed, self._scopes = world, deliveries, subscribed, scopes

    def tell(self, event: dict[str, Any]) -> Delivery | None:
        """Send one event."""
        name = event_name(event)
        scope = EVENTS[name]
        if name not in self._subscribed or (scope and scope not in self._scopes):
            self.unheard.append(name)
            return None
        bot = {"enterprise_id": None, "team_id": TEAM, "user_id": self._world.bot.id, "is_bot": True}
        body: dict[str, Any] = {"token": "verification", "team_id": TEAM, "api_app_id": APP, "type": "event_callback"}
        body |= {"event_id": self._deliveries.event_id(), "event_time": int(time.time()), "event": event}
        return self._deliveries.push(EVENTS_API, body | {"authorizations": [bot], "is_ext_shared_channel": False})

    def tell_message(self, shown: Shown, subtype: str = "") -> None:
        """Tell of a new, changed or deleted message; a mention is told twice, under two event ids."""
        channel = shown.channel
        is_own = shown.bot_id == self._world.bot.bot_id
        if self._world.bot.id not in channel.members or shown.ephemeral_to or (is_own and not self.echo):
            return
        if subtype:
            self.tell(self._change(shown, subtype))
            return
        event = said(shown)
        # a mention with a file comes as a message alone: https://github.com/slackapi/bolt-python/issues/925
        mentioned = f"<@{self._world.bot.id}>" in shown.text or f"<@{self._world.bot.id}|" in shown.text
        if mentioned and channel.kind != "im" and not is_own and not shown.extra.get("subtype"):
            self.tell(
                {name: value for name, value in event.items() if name != "channel_type"} | {"type": "app_mention"}
            )
        self.tell(event)

    def _change(self, shown: Shown, subtype: str) -> dict[str, Any]:
        now, before = self._world.ts(), shown.versions[-2 if len(shown.versions) > 1 else -1]
        event = {"type": "message", "subtype": subtype, "hidden": True, **_where(shown.channel, now)}
        old = shown.to_api() | {"text": before.text}
        if subtype == "message_deleted":
            return event | {"deleted_ts": shown.ts, "previous_message": old}
        return event | {"message": shown.to_api(), "previous_message": old}


def said(shown: Shown) -> dict[str, Any]:
    """Return the event of a new message."""
    event = shown.to_api() | _where(shown.channel, shown.ts)
    event = {name: value for name, value in event.items() if name not in {"reply_count", "latest_reply"}}
    if not shown.bot_id:
        event["client_msg_id"] = f"client-{shown.ts}"
    if shown.extra.get("subtype") == "bot_message":
        event.pop("user", None)
    if shown.thread_ts and shown.thread_ts in shown.channel.shown:
        event["parent_user_id"] = shown.channel.shown[shown.thread_ts].user
    return event


def escape(text: str) -> str:
    """Return what someone typed as Slack passes it on: `&`, `<` and `>` escaped, mentions and links left alone."""
    parts = _MARKUP.split(text)
    for number in range(0, len(parts), 2):
        for sign, escaped in _ESCAPES:
            parts[number] = parts[number].replace(sign, escaped)
    return "".join(parts)


def _where(channel: Channel, ts: str) -> dict[str, Any]:
    return {"channel": channel.id, "channel_type": channel.type, "ts": ts, "event_ts": ts}
