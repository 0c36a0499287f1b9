"""response_url: an address for answers to one command or press, good for five uses in half an hour."""

import itertools
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.slack.refusals import Refusal
from tests.fakes.slack.world import Channel, Shown, World
from tests.fakes.slack.writing import Tell, Writing, named

USES = 5
UNSAID = "response_url: a press is answered without replace_original, and what Slack then does differs"


@dataclass(slots=True, kw_only=True, eq=False)
class ResponseUrl:
    """Where one person's command or press is answered."""

    user: str
    channel: Channel
    message: Shown | None  #: the message that was pressed
    at: float
    used: int = 0


class Responding:
    """Shows what comes to a response_url; the bot need not be in the channel."""

    def __init__(self, world: World, writing: Writing, tell: Tell, warnings: list[str], *, valid_s: float) -> None:
        self.valid_s = valid_s
        self.base = ""  #: set when the server listens
        self._world, self._writing, self._tell, self._warnings = world, writing, tell, warnings
        self._numbers = itertools.count(1)
        self._urls: dict[str, ResponseUrl] = {}

    def new(self, user: str, channel: Channel, message: Shown | None = None) -> str:
        """Return a new response_url."""
        number = str(next(self._numbers))
        self._urls[number] = ResponseUrl(user=user, channel=channel, message=message, at=time.monotonic())
        return f"{self.base}/{number}"

    async def read(self, request: web.Request) -> dict[str, Any]:
        """Return what a post to a response_url says."""
        try:
            said = await request.json()
        except ValueError:
            raise Refusal("invalid_payload", status=400) from None
        if not isinstance(said, dict):
            raise Refusal("invalid_payload", status=400)
        return said

    def respond(self, number: str, said: dict[str, Any]) -> dict[str, Any]:
        """Show one answer, or refuse it."""
        url = self._urls.get(number)
        if url is None:
            raise Refusal("invalid_url", status=404)
        if time.monotonic() - url.at > self.valid_s:
            raise Refusal("expired_url", status=404)
        if url.used >= USES:
            raise Refusal("used_url", status=404)
        try:
            self._show(url, said)
        except Refusal as refusal:
            refusal.status = 400
            raise
        url.used += 1
        return {}

    def answer(self, user: str, channel: Channel, said: dict[str, Any]) -> None:
        """Show what an acknowledgement carried, as the first answer to a command."""
        self._show(ResponseUrl(user=user, channel=channel, message=None, at=time.monotonic()), said)

    def _show(self, url: ResponseUrl, said: dict[str, Any]) -> None:
        if _is_true(said, "delete_original"):
            self._change(url, None)
            return
        text, blocks = self._writing.read_content("response_url", said)
        if _is_true(said, "replace_original") and url.message is not None:
            self._change(url, (text, blocks))
            return
        if url.message is not None and "replace_original" not in said:
            self._warnings.append(UNSAID)
        thread = str(
            said.get("thread_ts") or ""
        )  # without it the answer is in the channel, even to a press in a thread
        if said.get("response_type", "ephemeral") == "in_channel":
            shown = self._world.show(url.channel, self._world.bot, text, named(blocks), thread_ts=thread)
            self._tell(shown, "")
        else:
            self._writing.show_to(url.user, url.channel, text, blocks, thread)

    def _change(self, url: ResponseUrl, content: tuple[str, tuple[dict[str, Any], ...]] | None) -> None:
        if url.message is None or url.message.deleted:
            raise Refusal("message_not_found")
        if content is None:
            url.message.deleted = True
        else:
            url.message.show(content[0], named(content[1]))
        self._tell(url.message, "message_deleted" if content is None else "message_changed")


def _is_true(said: dict[str, Any], name: str) -> bool:
    return str(said.get(name, "")).lower() == "true"
