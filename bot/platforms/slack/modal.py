"""The modal of `/gpu pick` on its way back: what Slack is told at once, and the question that it asks. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from bot.messages import Message
from bot.platforms.slack.content import Back
from bot.platforms.slack.reading import MODAL, NAME, Heard, Way, hidden_thread
from bot.rendering.slack_modal import read_pick_modal, to_pick_modal


def view_of(heard: Heard, language: str | None) -> dict[str, Any]:
    """Return the modal; it keeps what is needed to answer the command that opened it."""
    url = heard.back.response_url if heard.back else None
    kept = json.dumps({"chat": heard.message.chat, "url": url, "language": language})
    return to_pick_modal(language or "en", kept)


def refusal_of(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return which fields of a submitted modal are wrong; None where nothing is, or nothing was submitted."""
    if not _is_pick(body):
        return None
    read = read_pick_modal(body["view"])
    return {"response_action": "errors", "errors": read} if isinstance(read, dict) else None


def to_heard(body: Mapping[str, Any]) -> Heard | None:
    """Return what a submitted modal asks; None for another view."""
    read = read_pick_modal(body["view"]) if _is_pick(body) else None
    if not isinstance(read, str):
        return None
    kept, user = json.loads(body["view"].get("private_metadata") or "{}"), str(body["user"]["id"])
    message = Message(
        text=read,
        platform=NAME,
        chat=str(kept.get("chat") or user),
        thread=hidden_thread(user),
        user=user,
        id=str(body["view"]["id"]),
        language_hint=kept.get("language"),
        starts_runs=True,
    )
    back = Back(user=user, response_url=kept.get("url"))
    return Heard(message=message, way=Way.COMMAND, back=back)


def is_wanted(heard: Heard, typed: str) -> bool:
    """Whether a command asks for the modal: pick without any wish."""
    return heard.way is Way.COMMAND and heard.order is None and typed.strip().lower() in {"pick", "chon", "chọn"}


def _is_pick(body: Mapping[str, Any]) -> bool:
    return body.get("type") == "view_submission" and body.get("view", {}).get("callback_id") == MODAL
