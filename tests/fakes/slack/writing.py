"""Methods that show messages and change them."""

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.slack.blocks import check_message_blocks, words_of
from tests.fakes.slack.calls import Call
from tests.fakes.slack.refusals import Refusal
from tests.fakes.slack.world import APP, Channel, Shown, World

MOST_TEXT, MOST_UPDATED, MOST_MARKDOWN = 40_000, 4000, 12_000
NO_TEXT_BESIDE = "{method}: no text beside the blocks, so nothing to notify or to read aloud"
PINGS = "{method}: it calls everyone: {pings}"
CUT = "{method}: text cut at 40000 characters"
NOT_A_ROOT = "{method}: thread_ts is that of a reply, not of the thread's first message"
_EVERYONE = re.compile(r"<!(?:channel|here|everyone)[^>]*>")

Tell = Callable[[Shown, str], None]


class Writing:
    """Shows what the bot sends; `tell` lets people's side know what happened to a message."""

    def __init__(self, world: World, warnings: list[str], tell: Tell) -> None:
        self._world, self._warnings, self._tell = world, warnings, tell

    def post_message(self, call: Call) -> dict[str, Any]:
        (given,) = call.need("channel")
        is_person = given in self._world.users and given != self._world.bot.id
        channel = self._world.dm(given) if is_person else self._world.enter(given)
        text, blocks = self.content(call)
        shown = self._show(channel, text, blocks, thread_ts=self.thread(call, channel), extra=_dressed(call))
        return {"channel": channel.id, "ts": shown.ts, "message": shown.to_api()}

    def post_ephemeral(self, call: Call) -> dict[str, Any]:
        given, user = call.need("channel", "user")
        channel = self._world.enter(given)
        if user not in channel.members:
            raise Refusal("user_not_in_channel")
        text, blocks = self.content(call)
        thread = self.thread(call, channel)
        return {"message_ts": self.show_to(user, channel, text, blocks, thread).ts}

    def update(self, call: Call) -> dict[str, Any]:
        shown = self._own(call, "cant_update_message")
        if shown.streaming:
            raise Refusal("streaming_state_conflict")
        if len(call.get("text")) > MOST_UPDATED:
            raise Refusal("msg_too_long")
        text, blocks = self.content(call, shown)
        shown.show(text, blocks)
        shown.edited = "" if blocks else self._world.ts()
        self._tell(shown, "message_changed")
        return {"channel": shown.channel.id, "ts": shown.ts, "text": text, "message": shown.to_api()}

    def delete(self, call: Call) -> dict[str, Any]:
        shown = self._own(call, "cant_delete_message")
        shown.deleted = True
        self._tell(shown, "message_deleted")
        return {"channel": shown.channel.id, "ts": shown.ts}

    def get_permalink(self, call: Call) -> dict[str, Any]:
        given, ts = call.need("channel", "message_ts")
        shown = self._world.message(self._world.find(given), ts)
        link = f"https://acme.slack.com/archives/{shown.channel.id}/p{ts.replace('.', '')}"
        return {"channel": shown.channel.id, "permalink": link}

    def add_reaction(self, call: Call) -> dict[str, Any]:
        users = self._reacted(call)
        if self._world.bot.id in users:
            raise Refusal("already_reacted")
        users.add(self._world.bot.id)
        return {}

    def remove_reaction(self, call: Call) -> dict[str, Any]:
        users = self._reacted(call)
        if self._world.bot.id not in users:
            raise Refusal("no_reaction")
        users.remove(self._world.bot.id)
        return {}

    def content(self, call: Call, before: Shown | None = None) -> tuple[str, tuple[dict[str, Any], ...]]:
        """Return the text and blocks of a call, or refuse what Slack would not show."""
        return self.read_content(call.method, call.args | {"blocks": call.read("blocks")}, before)

    def read_content(
        self, method: str, said: dict[str, Any], before: Shown | None = None
    ) -> tuple[str, tuple[dict[str, Any], ...]]:
        """Return what a message says; one that is changed keeps its text where only blocks are given."""
        text, blocks, markdown = str(said.get("text") or ""), said.get("blocks"), str(said.get("markdown_text") or "")
        if markdown:
            if text or blocks:
                raise Refusal("markdown_text_conflict")
            if len(markdown) > MOST_MARKDOWN:
                raise Refusal("msg_too_long")
            return markdown, ()
        checked = check_message_blocks(blocks) if blocks else ()
        if pings := _EVERYONE.findall(" ".join((text, markdown, *words_of(list(checked))))):
            self._warnings.append(PINGS.format(method=method, pings=" ".join(pings)))
        if checked and not text.strip():
            self._warnings.append(NO_TEXT_BESIDE.format(method=method))
            text = before.text if before else ""
        elif not checked and not text.strip():
            raise Refusal("no_text")
        if len(text) > MOST_TEXT:
            self._warnings.append(CUT.format(method=method))
        return text[:MOST_TEXT], checked

    def thread(self, call: Call, channel: Channel) -> str:
        """Return the thread that a call names, empty for none."""
        given = call.get("thread_ts")
        if not given:
            return ""
        root = self._world.message(channel, given, "thread_not_found")
        if root.thread_ts and root.thread_ts != root.ts:
            self._warnings.append(NOT_A_ROOT.format(method=call.method))
        return root.root

    def show_to(
        self, user: str, channel: Channel, text: str, blocks: tuple[dict[str, Any], ...], thread: str = ""
    ) -> Shown:
        """Show a message that one person sees."""
        fields = {"thread_ts": thread, "ephemeral_to": user}
        return self._world.show(channel, self._world.bot, text, named(blocks), **fields)

    def _show(self, channel: Channel, text: str, blocks: tuple[dict[str, Any], ...], **fields: Any) -> Shown:
        shown = self._world.show(channel, self._world.bot, text, named(blocks), **fields)
        self._tell(shown, "")
        return shown

    def _own(self, call: Call, error: str) -> Shown:
        given, ts = call.need("channel", "ts")
        shown = self._world.message(self._world.find(given), ts)
        if shown.bot_id != self._world.bot.bot_id:
            raise Refusal(error)
        return shown

    def _reacted(self, call: Call) -> set[str]:
        given, ts, name = call.need("channel", "timestamp", "name")
        if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
            raise Refusal("invalid_name")
        return self._world.message(self._world.enter(given), ts).reactions.setdefault(name, set())


def named(blocks: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Return blocks with the block_id that Slack gives to those without one."""
    return tuple({**block, "block_id": block.get("block_id") or f"b{number}"} for number, block in enumerate(blocks))


def _dressed(call: Call) -> dict[str, Any]:
    return {"app_id": APP} | {name: call.get(name) for name in ("username", "icon_emoji") if call.get(name)}
