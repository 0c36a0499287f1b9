"""Methods about the bot itself, its chats and its menus."""

import json
import time
from typing import Any

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.formatting import utf16
from tests.fakes.telegram.people import People
from tests.fakes.telegram.refusals import QUERY_TOO_OLD, bad_request
from tests.fakes.telegram.rules import MAX_ALERT, read_commands
from tests.fakes.telegram.world import Chat, User, World

RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
DESCRIPTIONS = {"setmydescription": 512, "setmyshortdescription": 120, "setmyname": 64}
#: the menu of a chat is the first of these that is set, for the person's language and then for all
SCOPES = {
    "private": ("all_private_chats", "default"),
    "group": ("all_group_chats", "default"),
    "supergroup": ("all_group_chats", "default"),
}


class Asking:
    """Answers about the bot and keeps what it says of itself."""

    def __init__(self, world: World, people: People, *, callback_valid_s: float) -> None:
        self._world, self._people, self._callback_valid_s = world, people, callback_valid_s
        self.menus: dict[tuple[str, str], list[dict[str, str]]] = {}  #: by scope and language, "" for all
        self.described: dict[tuple[str, str], str] = {}  #: by method and language

    def get_me(self, call: Call) -> dict[str, Any]:
        can = {"can_join_groups": True, "can_read_all_group_messages": not self._people.privacy}
        return self._world.bot.to_api() | can | {"supports_inline_queries": False}

    def get_chat(self, call: Call) -> dict[str, Any]:
        chat = self._world.find(call.get("chat_id"))
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
        return chat.to_api() | full

    def get_chat_member(self, call: Call) -> dict[str, Any]:
        chat, number = self._world.find(call.get("chat_id")), call.number("user_id")
        user = self._world.bot if number == self._world.bot.id else chat.members.get(number or 0)
        if user is None:
            known = [member for other in self._world.chats.values() for member in other.members.values()]
            user = next((member for member in known if member.id == number), None)
            if user is None:
                raise bad_request("invalid user_id specified")
            return {"status": "left", "user": user.to_api()}
        if user.id in chat.admins:
            return {"status": "administrator", "user": user.to_api(), **dict.fromkeys(RIGHTS, True)}
        return {"status": "member", "user": user.to_api()}

    def answer_callback_query(self, call: Call) -> bool:
        press, text = self._people.presses.get(call.get("callback_query_id") or ""), call.get("text") or ""
        if press is None or time.monotonic() - press.at > self._callback_valid_s:
            raise bad_request(QUERY_TOO_OLD)
        if utf16(text) > MAX_ALERT:
            raise bad_request("MESSAGE_TOO_LONG")
        press.answer, press.is_alert = text, call.is_true("show_alert")
        return True

    def set_my_commands(self, call: Call) -> bool:
        self.menus[self._scope(call)] = read_commands(call.get("commands"))
        return True

    def get_my_commands(self, call: Call) -> list[dict[str, str]]:
        return self.menus.get(self._scope(call), [])

    def delete_my_commands(self, call: Call) -> bool:
        self.menus.pop(self._scope(call), None)
        return True

    def describe(self, call: Call) -> bool:
        """Keep a name or description of the bot."""
        key = {"setmyname": "name", "setmydescription": "description"}.get(call.name, "short_description")
        text = call.get(key) or ""
        if utf16(text) > DESCRIPTIONS[call.name]:
            raise bad_request(f"{key} is too long")
        self.described[call.name, _language(call)] = text
        return True

    def menu(self, chat: Chat, user: User) -> list[dict[str, str]]:
        """Return the commands that one person sees in one chat."""
        named = [f"chat_member:{chat.id}:{user.id}", f"chat_administrators:{chat.id}", f"chat:{chat.id}"]
        general = ["all_chat_administrators", *SCOPES.get(chat.type, ("default",))]
        scopes = [scope for scope in (*named, *general) if "administrators" not in scope or user.id in chat.admins]
        keys = [(scope, language) for scope in scopes for language in (user.language_code or "", "")]
        return next((self.menus[key] for key in keys if self.menus.get(key)), [])

    def _scope(self, call: Call) -> tuple[str, str]:
        scope = json.loads(call.get("scope") or '{"type": "default"}')
        if "chat_id" in scope:
            self._world.find(scope["chat_id"])
        name = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
        return name or "default", _language(call)


def _language(call: Call) -> str:
    language = call.get("language_code") or ""
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    return language
