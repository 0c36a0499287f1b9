"""Buttons of Slack: whose they are, where they stand, and where what is said back appears."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.chatting import verbs
from bot.chatting.conversing import Conversing, Question
from bot.chatting.measuring import WATCH
from bot.chatting.pressing import Press, Pressing
from bot.messages import Message
from bot.platforms.slack.content import Back, read_content, shared
from bot.platforms.slack.dialect import share_note
from bot.platforms.slack.helping import Helper
from bot.platforms.slack.reading import NAME, hidden_thread
from bot.rendering.slack_buttons import read_press
from bot.rendering.slack_home import example_of
from bot.rendering.slack_markup import escape
from bot.store import inbox, outbox
from bot.store.answered import Answered
from bot.store.database import Connection, Database
from bot.store.inbox import Accepted
from bot.store.outbox import Place, Post
from bot.texts import texts

_PATIENCE_S = 10
_log = logging.getLogger(__name__)
#: What adds to an answer for whoever presses alone.
_FOR_ONE = frozenset({verbs.WHY, verbs.DOWN, verbs.REASON, verbs.SEE})


class Presses:
    """Serves what was pressed."""

    def __init__(
        self,
        database: Database,
        conversing: Conversing,
        pressing: Pressing,
        helper: Helper,
        client: AsyncWebClient,
    ) -> None:
        self._database, self._conversing, self._pressing = database, conversing, pressing
        self._helper, self._client = helper, client

    async def serve(self, accepted: Accepted, language: str) -> None:
        """Serve one press and tell whoever pressed what there is to say."""
        body = accepted.payload
        pressed = read_press(body["actions"][0].get("value"))
        if pressed is None:
            await self._conversing.pass_over(accepted.key)
            return
        if (question := example_of(pressed)) is not None:
            await self._ask_example(accepted, question, pressed.subject)
            return
        press = await self._press_of(accepted, language)
        words = await self._serve(press)
        if words:
            await self.tell(body, words)

    async def tell(self, body: Mapping[str, Any], words: str) -> None:
        """Say something to whoever pressed, and to nobody else."""
        thread, text = body.get("container", {}).get("thread_ts"), escape(words)
        try:
            if body.get("response_url"):
                where = {"thread_ts": thread} if thread else {}
                hook = AsyncWebhookClient(str(body["response_url"]), timeout=_PATIENCE_S)
                await hook.send_dict({"text": text, "response_type": "ephemeral", "replace_original": False, **where})
            else:  # a press in the Home tab
                await self._client.chat_postMessage(channel=str(body["user"]["id"]), text=text)
        except (SlackClientError, ClientError, TimeoutError) as error:
            _log.warning("what a press is answered with was not shown: %s", type(error).__name__)

    async def _serve(self, press: Press) -> str:
        if press.verb in {verbs.RIGHT, verbs.WRONG}:
            return await self._helper.judge(press, is_right=press.verb == verbs.RIGHT)
        if press.verb not in {verbs.SHARE, verbs.HELPED, verbs.HUMAN, verbs.SEE}:
            return await self._pressing.serve(press)
        found = await self._pressing.find(press)
        if found is None:
            await self._conversing.pass_over(press.key)
            return texts(press.language).say("chats.forgotten")
        serve = {
            verbs.SHARE: self._share,
            verbs.HELPED: self._helper.helped,
            verbs.HUMAN: self._helper.call_humans,
            verbs.SEE: self._see,
        }
        return await serve[press.verb](press, found)

    async def _press_of(self, accepted: Accepted, language: str) -> Press:
        body, pressed = accepted.payload, read_press(accepted.payload["actions"][0].get("value"))
        container, user = body.get("container", {}), str(body["user"]["id"])
        channel = str(container.get("channel_id") or body.get("channel", {}).get("id") or user)
        thread, is_hidden = str(container.get("thread_ts") or ""), bool(container.get("is_ephemeral"))
        verb = pressed.verb if pressed else ""
        back = Back(user=user, response_url=body.get("response_url"), thread=thread)
        place = await self._place(channel, str(container.get("message_ts") or ""), thread)
        if is_hidden:
            place = replace(place, thread=hidden_thread(user))
        if verb == WATCH and (is_hidden or container.get("type") == "view"):
            place = Place(platform=NAME, chat=user)
        return Press(
            key=accepted.key,
            verb=verb,
            subject=pressed.subject if pressed else "",
            detail=pressed.detail if pressed else "",
            place=place,
            message_id=str(container.get("message_ts") or ""),
            user=user,
            language=language,
            received=accepted.received,
            back=back.to_json() if is_hidden or verb in _FOR_ONE else {},
        )

    async def _place(self, channel: str, ts: str, thread: str) -> Place:
        """Return where a message stands, as it was put there: a card may be put to a person instead of a channel."""
        known = await self._database.read(lambda connection: outbox.place_of(connection, NAME, f"{channel}:{ts}"))
        return known or Place(platform=NAME, chat=channel, thread=thread)

    async def _share(self, press: Press, found: Answered) -> str:
        """Show everybody in the channel what its asker saw alone, once."""
        dues = await self._database.read(lambda connection: outbox.about(connection, found.id))
        said = [due for due in dues if due.key.startswith("answer:")]
        back = Back(**press.back) if press.back else Back(user=press.user)
        posts = []
        for number, due in enumerate(said):
            note = share_note(found) if number == 0 else ()
            content = shared(read_content(due.content), back, note).to_json()
            key = f"share:{found.id}:{number}"
            posts.append(Post(key=key, place=press.place, content=content, subject=found.id))

        def work(connection: Connection) -> bool:
            now = datetime.now(UTC)
            inbox.settle(connection, press.key, now)
            known = {due.key for due in dues}
            for post in posts:
                outbox.put(connection, post, now)
            return any(post.key not in known for post in posts)

        is_new = await self._database.write(work)
        return "" if is_new else texts(press.language).say("slack.shared_already")

    async def _see(self, press: Press, found: Answered) -> str:
        """Answer to one person alone what was not sure enough for everybody."""
        await self._ask(press, found.question, found.language)
        return ""

    async def _ask_example(self, accepted: Accepted, text: str, language: str) -> None:
        """Answer an example of the Home tab in the conversation with the bot."""
        user = str(accepted.payload["user"]["id"])
        message = Message(text=text, platform=NAME, chat=user, user=user, language_hint=language, starts_runs=True)
        await self._conversing.answer(Question(key=accepted.key, message=message, received=accepted.received))

    async def _ask(self, press: Press, text: str, language: str) -> None:
        message = Message(
            text=text,
            platform=NAME,
            chat=press.place.chat,
            thread=hidden_thread(press.user),
            user=press.user,
            id=press.message_id,
            language_hint=language,
        )
        question = Question(key=press.key, message=message, received=press.received, back=press.back)
        await self._conversing.answer(question)
