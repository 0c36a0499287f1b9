"""Messages that are written while people read them, and that Slack ends after a while."""

import time
from typing import Any

from tests.fakes.slack.agents import Agents
from tests.fakes.slack.blocks import check_message_blocks
from tests.fakes.slack.calls import Call
from tests.fakes.slack.refusals import Refusal, invalid
from tests.fakes.slack.world import Shown, World
from tests.fakes.slack.writing import MOST_MARKDOWN, Tell, Writing, named

CHUNKS = {"markdown_text", "task_update", "plan_update", "blocks"}
ENDED = "message_not_in_streaming_state"


class Streams:
    """Starts, feeds and ends streams; one lives `lives_s` from its start however much it is fed."""

    def __init__(self, world: World, writing: Writing, agents: Agents, tell: Tell, *, lives_s: float) -> None:
        self._world, self._writing, self.lives_s = world, writing, lives_s
        self._agents, self._tell = agents, tell

    def start(self, call: Call) -> dict[str, Any]:
        given, _ = call.need("channel", "thread_ts")
        channel = self._world.enter(given)
        thread = self._writing.thread(call, channel)
        if channel.kind != "im":
            for name in ("recipient_team_id", "recipient_user_id"):
                if not call.get(name):
                    raise Refusal(f"missing_{name}")
        text, blocks = _fed(call)
        fields = {"thread_ts": thread, "streams_until": time.monotonic() + self.lives_s}
        shown = self._world.show(channel, self._world.bot, text, named(blocks), **fields)
        return {"channel": channel.id, "ts": shown.ts}

    def append(self, call: Call) -> dict[str, Any]:
        shown = self._streaming(call)
        text, blocks = _fed(call)
        if not text and not call.read("chunks"):
            raise Refusal("no_text")
        shown.show(shown.text + text, named(shown.blocks + blocks))
        return {"channel": shown.channel.id, "ts": shown.ts}

    def stop(self, call: Call) -> dict[str, Any]:
        shown = self._streaming(call)
        text, blocks = _fed(call)
        final = check_message_blocks(call.read("blocks")) if call.read("blocks") else ()
        if status := call.get("session_status"):
            self._agents.move(shown.channel, shown.root, status)
        shown.show(shown.text + text, named(shown.blocks + blocks + final))
        shown.streams_until = 0.0
        self._tell(shown, "")
        return {"channel": shown.channel.id, "ts": shown.ts, "message": shown.to_api()}

    def end_in(self, channel: str, thread: str) -> list[str]:
        """End the streams of a thread, as a pressed Stop does, and return their ts."""
        shown = [one for one in self._world.channels[channel].shown.values() if one.thread_ts == thread]
        running = [one for one in shown if one.streaming]
        for one in running:
            one.streams_until = 0.0
        return [one.ts for one in running]

    def _streaming(self, call: Call) -> Shown:
        given, ts = call.need("channel", "ts")
        shown = self._world.message(self._world.enter(given), ts)
        if shown.bot_id != self._world.bot.bot_id:
            raise Refusal("message_not_owned_by_app")
        if not shown.streaming:
            raise Refusal(ENDED)
        return shown


def _fed(call: Call) -> tuple[str, tuple[dict[str, Any], ...]]:
    text, chunks = call.get("markdown_text"), call.read("chunks") or []
    if not isinstance(chunks, list) or any(chunk.get("type") not in CHUNKS for chunk in chunks):
        raise invalid("invalid_chunks", "unsupported type of chunk")
    text += "".join(chunk.get("text", "") for chunk in chunks if chunk["type"] == "markdown_text")
    if len(text) > MOST_MARKDOWN:
        raise Refusal("msg_too_long")
    blocks = [block for chunk in chunks if chunk["type"] == "blocks" for block in chunk.get("blocks", [])]
    return text, check_message_blocks(blocks) if blocks else ()
