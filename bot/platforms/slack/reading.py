"""What a body from Slack says: pure, from its JSON to the bot's own."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.chatting.commands import HELP, ORDERS, QUESTIONS
from bot.chatting.ordering import Order
from bot.messages import Message
from bot.platforms.slack.content import Back
from bot.rendering.slack_typed import read_text
from bot.store.inbox import Delivery

NAME = "slack"
SHORTCUT, MODAL = "ask_about_message", "pick"
#: Kinds of event that are taken up.
HOME, STOPPED = "app_home_opened", "agent_session_stopped"
#: What may follow a command where it stands among other words: more than that is a question.
_MOST_WORDS = {"cancel": 2, "lang": 3, "forget": 2}
_HIDDEN_THREAD = "command:"  #: conversations of one person that others do not see


class Way(StrEnum):
    """How somebody spoke to the bot, which decides where it answers."""

    DIRECT = "direct"
    MENTION = "mention"
    COMMAND = "command"  #: only the asker sees the answer
    SHORTCUT = "shortcut"  #: the same
    FOLLOW_UP = "follow_up"  #: in a thread, without a mention
    OPEN = "open"  #: in a channel, to nobody in particular


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said to the bot."""

    message: Message
    way: Way
    order: Order | None = None
    back: Back | None = None
    called: str = ""  #: what a person calls the asker, where Slack says so
    trigger_id: str = ""  #: to open a modal with, within three seconds


def to_delivery(body: Mapping[str, Any], bot_user: str) -> Delivery | None:
    """Return a body as the inbox keeps it; None for what is never answered: bots, edits, talk of others."""
    team = _id(body.get("team") or body.get("team_id"))
    match body.get("type"):
        case "event_callback":
            return _event(body, team, bot_user)
        case "block_actions" | "message_action" | "view_submission":
            return _interaction(body, team)
    return _command(body, team) if "command" in body else None


def to_heard(body: Mapping[str, Any], bot_user: str) -> Heard | None:
    """Return what a person said to the bot; None for presses and for events that say nothing."""
    if "command" in body:
        return _of_command(body)
    if body.get("type") == "message_action":
        return _of_shortcut(body)
    event = body.get("event", {})
    return _of_event(event, bot_user) if event.get("type") in {"message", "app_mention"} else None


def hidden_thread(user: str) -> str:
    """Return what the conversation of one person is called that others do not see."""
    return f"{_HIDDEN_THREAD}{user}"


def is_hidden(thread: str) -> bool:
    """Whether a thread is such a conversation, and no thread of Slack's."""
    return thread.startswith(_HIDDEN_THREAD)


def is_direct(chat: str) -> bool:
    """Whether a chat is one person's: their conversation with the bot, or they themselves."""
    return chat[:1] in {"D", "U", "W"}


def _event(body: Mapping[str, Any], team: str, bot_user: str) -> Delivery | None:
    event = body["event"]
    kind, chat, user = event.get("type"), _id(event.get("channel")), _id(event.get("user"))
    if kind in {HOME, STOPPED}:
        if kind == HOME and event.get("tab", "home") != "home":
            return None
        return _delivery(f"{team}:{body['event_id']}", None, chat or user, user, body)
    if kind not in {"message", "app_mention"} or not _is_of_person(event, bot_user):
        return None
    return _delivery(f"{team}:{body['event_id']}", f"{team}:{chat}:{event['ts']}", chat, user, body)


def _is_of_person(event: Mapping[str, Any], bot_user: str) -> bool:
    said_by_bot = event.get("bot_id") or event.get("bot_profile") or event.get("user") == bot_user
    return bool(event.get("user")) and not said_by_bot and event.get("subtype") in _SAID


_SAID = frozenset({None, "file_share", "thread_broadcast", "me_message"})


def _command(body: Mapping[str, Any], team: str) -> Delivery:
    return _delivery(f"{team}:command:{body['trigger_id']}", None, body["channel_id"], body["user_id"], body)


def _interaction(body: Mapping[str, Any], team: str) -> Delivery:
    user = _id(body.get("user"))
    chat = _id(body.get("channel")) or user
    kind = body["type"]
    if kind == "block_actions":
        action = body["actions"][0]
        key = f"{action.get('action_ts')}:{action.get('action_id')}:{_digest(action.get('value'))}:{user}"
    elif kind == "view_submission":
        key = f"{body['view']['id']}:{_digest(body['view'].get('state'))}"
    else:
        key = f"{body.get('action_ts')}:{body.get('message_ts')}:{user}"
    return _delivery(f"{team}:{kind}:{key}", None, chat, user, body)


def _delivery(key: str, twin: str | None, chat: str, user: str, body: Mapping[str, Any]) -> Delivery:
    payload = {name: value for name, value in body.items() if name != "token"}
    return Delivery(
        key=f"{NAME}:{key}",
        twin=f"{NAME}:{twin}" if twin else None,
        platform=NAME,
        chat=chat,
        user=user,
        payload=payload,
    )


#: A person or a group of people: what is said to them is not for the bot.
_SOMEBODY = re.compile(r"<@[UW]|<!subteam")


def _of_event(event: Mapping[str, Any], bot_user: str) -> Heard | None:
    raw, thread = str(event.get("text") or ""), str(event.get("thread_ts") or "")
    is_private = event.get("channel_type") == "im" or str(event["channel"]).startswith("D")
    is_mention = event["type"] == "app_mention" or f"<@{bot_user}" in raw
    way = Way.DIRECT if is_private else Way.MENTION if is_mention else Way.FOLLOW_UP if thread else Way.OPEN
    if way in {Way.FOLLOW_UP, Way.OPEN} and _SOMEBODY.search(raw):
        return None
    attachments = tuple(_kind(file) for file in event.get("files", ()))
    text = read_text(raw)
    order = _order(text) if way in {Way.DIRECT, Way.MENTION} else None
    message = Message(
        text=text or ("" if attachments else "help"),
        platform=NAME,
        chat=str(event["channel"]),
        thread=thread or ("" if is_private else str(event["ts"])),
        user=str(event["user"]),
        id=str(event["ts"]),
        attachments=attachments,
        starts_runs=True,
    )
    return Heard(message=message, way=way, order=order)


def _of_command(body: Mapping[str, Any]) -> Heard:
    user, chat = str(body["user_id"]), str(body["channel_id"])
    text, order = _typed(read_text(str(body.get("text") or "")), is_group=not is_direct(chat))
    message = Message(
        text=text,
        platform=NAME,
        chat=chat,
        thread=hidden_thread(user),
        user=user,
        id=str(body["trigger_id"]),
        starts_runs=True,
    )
    return Heard(
        message=message,
        way=Way.COMMAND,
        order=order,
        back=Back(user=user, response_url=body.get("response_url")),
        called=str(body.get("user_name") or ""),
        trigger_id=str(body["trigger_id"]),
    )


def _of_shortcut(body: Mapping[str, Any]) -> Heard:
    user, chat, about = _id(body["user"]), _id(body["channel"]), body["message"]
    thread = str(about.get("thread_ts") or "")
    message = Message(
        text=read_text(str(about.get("text") or "")) or "help",
        platform=NAME,
        chat=chat,
        thread=hidden_thread(user),
        user=user,
        id=str(about.get("ts", "")),
        starts_runs=False,  # what somebody else wrote starts nothing
    )
    back = Back(user=user, response_url=body.get("response_url"), thread=thread)
    return Heard(message=message, way=Way.SHORTCUT, back=back, called=_called(body["user"]))


def _typed(text: str, *, is_group: bool) -> tuple[str, Order | None]:
    """Return what was typed after the command as the bot reads it, and the order where it is one."""
    word, _, rest = text.partition(" ")
    name = word.lower()
    if name in ORDERS:
        return text, Order(name=ORDERS[name], rest=rest.strip(), is_group=is_group)
    if name in HELP or not name:
        return QUESTIONS.get(name) or "help", None
    if name in QUESTIONS:
        return f"{QUESTIONS[name]} {rest.strip()}".strip(), None
    return text, None


def _order(text: str) -> Order | None:
    """Return the order that stands alone in a message; among other words it is no order."""
    words = text.lower().split()
    if not words or words[0] not in ORDERS or len(words) > _MOST_WORDS.get(ORDERS[words[0]], 1):
        return None
    return Order(name=ORDERS[words[0]], rest=" ".join(text.split()[1:]), is_group=True)


def _kind(file: Mapping[str, Any]) -> str:
    major = str(file.get("mimetype", "")).partition("/")[0]
    return {"image": "photo", "audio": "voice", "video": "video"}.get(major, "file")


def _called(user: Mapping[str, Any]) -> str:
    return str(user.get("name") or user.get("username") or "")


def _id(given: Any) -> str:
    """Return the id of what Slack gives as an id here and as an object there."""
    return str(given.get("id") or "") if isinstance(given, Mapping) else str(given or "")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
