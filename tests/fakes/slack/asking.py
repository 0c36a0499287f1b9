"""Methods about the bot, its conversations and the people in them."""

from typing import Any

from tests.fakes.slack.calls import Call
from tests.fakes.slack.refusals import Refusal
from tests.fakes.slack.world import APP, TEAM, Channel, Shown, World

MOST_LISTED = 999
SITE = "https://acme.slack.com/"


class Asking:
    """Answers what the bot asks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def auth_test(self, call: Call) -> dict[str, Any]:
        bot = self._world.bot
        told = {"url": SITE, "team": "Acme", "team_id": TEAM, "user": bot.name, "user_id": bot.id}
        return told | {"bot_id": bot.bot_id, "is_enterprise_install": False}

    def team_info(self, call: Call) -> dict[str, Any]:
        return {"team": {"id": TEAM, "name": "Acme", "domain": "acme", "url": SITE}}

    def users_info(self, call: Call) -> dict[str, Any]:
        (given,) = call.need("user")
        user = self._world.users.get(given)
        if user is None:
            raise Refusal("user_not_found")
        locale = {"locale": user.locale} if call.is_true("include_locale") else {}
        return {"user": user.to_api() | locale}

    def bots_info(self, call: Call) -> dict[str, Any]:
        given = call.get("bot") or self._world.bot.bot_id
        bot = next((user for user in self._world.users.values() if user.bot_id == given), None)
        if bot is None:
            raise Refusal("bot_not_found")
        return {"bot": {"id": bot.bot_id, "deleted": False, "name": bot.name, "app_id": APP, "user_id": bot.id}}

    def info(self, call: Call) -> dict[str, Any]:
        return {"channel": self._channel(call).to_api(self._world.bot.id)}

    def members(self, call: Call) -> dict[str, Any]:
        return {"members": sorted(self._channel(call).members), "response_metadata": {"next_cursor": ""}}

    def open(self, call: Call) -> dict[str, Any]:
        """Open the conversation with one person, or with several."""
        if given := call.get("channel"):
            return {"channel": {"id": self._world.find(given).id}}
        (listed,) = call.need("users")
        users = [user.strip() for user in listed.split(",")]
        if any(user not in self._world.users for user in users):
            raise Refusal("user_not_found")
        if users == [self._world.bot.id]:
            raise Refusal("cannot_dm_bot" if self._world.users[users[0]].is_bot else "invalid_user_combination")
        if len(users) == 1:
            return {"channel": {"id": self._world.dm(users[0]).id}}
        inside = {*users, self._world.bot.id}
        known = (one for one in self._world.channels.values() if one.kind == "mpim" and one.members == inside)
        channel = next(known, None) or self._world.add("mpim", f"mpdm-{'--'.join(users)}", inside)
        return {"channel": {"id": channel.id}}

    def history(self, call: Call) -> dict[str, Any]:
        channel = self._inside(call)
        roots = [one for one in _seen(channel) if one.root == one.ts]
        return self._page(call, roots[::-1])

    def replies(self, call: Call) -> dict[str, Any]:
        channel = self._inside(call)
        (ts,) = call.need("ts")
        root = self._world.message(channel, ts, "thread_not_found").root
        return self._page(call, [one for one in _seen(channel) if one.root == root])

    def _page(self, call: Call, found: list[Shown]) -> dict[str, Any]:
        oldest, latest = call.get("oldest") or "0", call.get("latest") or "9" * 12
        inclusive = call.is_true("inclusive")
        edges = {oldest, latest} if inclusive else set()
        found = [one for one in found if float(oldest) < float(one.ts) < float(latest) or one.ts in edges]
        limit = call.number("limit", 100)
        if not 1 <= limit <= MOST_LISTED:
            raise Refusal("invalid_limit")
        start = call.number("cursor", 0)
        end = start + limit
        cursor = {"next_cursor": str(end) if len(found) > end else ""}
        told = [one.to_api() for one in found[start:end]]
        return {"messages": told, "has_more": len(found) > end, "response_metadata": cursor}

    def _channel(self, call: Call) -> Channel:
        (given,) = call.need("channel")
        return self._world.find(given)

    def _inside(self, call: Call) -> Channel:
        channel = self._channel(call)
        if self._world.bot.id not in channel.members:
            raise Refusal("not_in_channel")
        return channel


def _seen(channel: Channel) -> list[Shown]:
    return [one for one in channel.shown.values() if not one.deleted and not one.ephemeral_to]
