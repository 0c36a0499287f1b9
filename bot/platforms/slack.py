"""Slack over Socket Mode: mentions, direct messages and /gpu, answered where they were asked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.answers import Answer
from bot.messages import Message
from bot.platforms import PlatformError, Redaction, Responder, Seen, Turns, failed_text, may_ask, stranger_text
from bot.rendering.slack import from_slack_text, to_blocks, to_fallback_text
from bot.texts import texts

SETTING = "GPUWISE_SLACK_ALLOW"
_LOGGERS = ("slack_bolt", "slack_bolt.AsyncApp", "slack_sdk.web.async_client", "slack_sdk.socket_mode.aiohttp")
_BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
_CLOSE_S = 5.0
_DRAIN_S = 8.0  #: stays below the ten seconds Docker gives
_log = logging.getLogger(__name__)

Reply = Callable[[dict[str, Any]], Awaitable[None]]


class SlackPlatform:
    """Carries questions from Slack to the bot and its answers back to the thread they came from."""

    def __init__(
        self,
        responder: Responder,
        *,
        bot_token: str,
        app_token: str,
        allow: frozenset[str],
        api_url: str | None = None,
    ) -> None:
        self._responder = responder
        self._app_token = app_token
        self._allow = allow
        self._client = _client(bot_token, api_url)
        self._redaction = Redaction([bot_token, app_token])
        self._seen = Seen()
        self._turns = Turns()
        self._tasks: set[asyncio.Task[None]] = set()  # Bolt keeps no reference to what it started
        self._handler: AsyncSocketModeHandler | None = None

    async def __aenter__(self) -> Self:
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._redaction)
        await self._check_token()
        self._handler = AsyncSocketModeHandler(self._build(), self._app_token)
        try:
            await self._handler.connect_async()  # type: ignore[no-untyped-call]
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def run(self) -> None:
        """Serve until cancelled; what is being answered then is still sent."""
        async with self:
            await asyncio.get_running_loop().create_future()

    async def is_connected(self) -> bool:
        """Whether events can arrive."""
        return self._handler is not None and await self._handler.client.is_connected()

    async def on_event(self, body: dict[str, Any]) -> None:
        """Take one mention or direct message; Bolt has acknowledged it already."""
        event = body["event"]
        if not self._seen.is_new(("event", body.get("event_id")), (event.get("channel"), event.get("ts"))):
            return
        message = to_message(event)
        if message is not None:
            self._start(self._answer(message, lambda said: self._post(event, said)))

    async def on_command(self, ack: Callable[[], Awaitable[Any]], command: dict[str, Any]) -> None:
        """Take one /gpu: acknowledge within Slack's three seconds, then work."""
        await ack()
        if self._seen.is_new(("command", command.get("trigger_id"))):
            hook = AsyncWebhookClient(command["response_url"])
            self._start(self._answer(to_command_message(command), lambda said: _answer_hook(hook, said)))

    async def _check_token(self) -> None:
        try:
            await self._client.auth_test()
        except SlackApiError as error:
            raise PlatformError(
                f"Slack refuses the token ({error.response['error']}). "
                "Set SLACK_BOT_TOKEN to the one under OAuth & Permissions."
            ) from error
        except (SlackClientError, ClientError, TimeoutError) as error:
            raise PlatformError("Slack cannot be reached. Check the network and GPUWISE_SLACK_API_URL.") from error

    def _build(self) -> AsyncApp:
        app = AsyncApp(client=self._client)
        app.event("app_mention")(self.on_event)
        app.event("message")(self.on_event)
        app.command("/gpu")(self.on_command)
        return app

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._handler is not None:
            await _close_handler(self._handler)
            self._handler = None
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._redaction)

    async def _answer(self, message: Message, reply: Reply) -> None:
        async with self._turns.take(message.conversation):
            try:
                await self._respond(message, reply)
            except Exception as error:  # noqa: BLE001  # one failed answer must not end the others
                reason = self._redaction.clean(repr(error))
                _log.error("a Slack message was not answered: %s", reason)  # a traceback may show tokens
                if not isinstance(error, SlackClientError | ClientError):
                    with suppress(SlackClientError, ClientError, TimeoutError):
                        await reply({"text": failed_text(message.language_hint)})

    async def _respond(self, message: Message, reply: Reply) -> None:
        if not may_ask(self._allow, (message.user, message.chat)):
            await reply({"text": stranger_text(message.user, SETTING, message.language_hint)})
            return
        answer = await asyncio.to_thread(self._responder.respond, message)
        await reply(_said(answer))

    async def _post(self, event: Mapping[str, Any], said: dict[str, Any]) -> None:
        place = {"channel": event["channel"], "thread_ts": thread_of(event) or None}
        try:
            await self._client.chat_postMessage(**place, **said, unfurl_links=False, unfurl_media=False)
        except SlackApiError as error:
            if error.response["error"] not in _BAD_BLOCKS or "blocks" not in said:
                raise
            _log.warning("Slack refused the blocks of an answer, sent as text: %s", error.response["error"])
            await self._client.chat_postMessage(**place, text=said["text"], unfurl_links=False, unfurl_media=False)


def to_message(event: Mapping[str, Any]) -> Message | None:
    """Return what a person asked the bot; None for bots, edits, and talk in channels that does not mention it."""
    is_direct = event.get("type") == "message" and event.get("channel_type") == "im"
    if not is_direct and event.get("type") != "app_mention":
        return None
    if event.get("bot_id") or not event.get("user") or event.get("subtype") not in {None, "file_share"}:
        return None
    attachments = tuple(_kind(file) for file in event.get("files", ()))
    text = from_slack_text(event.get("text") or "")
    return Message(
        text=text or ("" if attachments else "help"),
        platform="slack",
        chat=event["channel"],
        thread=thread_of(event),
        user=event["user"],
        id=event["ts"],
        attachments=attachments,
    )


def to_command_message(command: Mapping[str, Any]) -> Message:
    """Return what was typed after /gpu; each person has a conversation of their own there, since only they see it."""
    text = from_slack_text(command.get("text") or "")
    first, _, rest = text.partition(" ")
    return Message(
        text=(rest.strip() if first == "ask" else text) or "help",
        platform="slack",
        chat=command["channel_id"],
        thread=f"command:{command['user_id']}",
        user=command["user_id"],
        id=command.get("trigger_id", ""),
    )


def thread_of(event: Mapping[str, Any]) -> str:
    """Return the thread to answer in: the message's own in a channel, empty in a direct message outside threads."""
    if event.get("channel_type") == "im":
        return str(event.get("thread_ts") or "")
    return str(event.get("thread_ts") or event["ts"])


def _kind(file: Mapping[str, Any]) -> str:
    major = str(file.get("mimetype", "")).partition("/")[0]
    return {"image": "photo", "audio": "voice", "video": "video"}.get(major, "file")


def _said(answer: Answer) -> dict[str, Any]:
    heading = texts(answer.language).say("sources.heading")
    return {"text": to_fallback_text(answer, heading), "blocks": to_blocks(answer, heading)}


async def _answer_hook(hook: AsyncWebhookClient, said: dict[str, Any]) -> None:
    response = await hook.send(**said, response_type="ephemeral")
    if response.status_code != 200 and "blocks" in said:  # noqa: PLR2004
        _log.warning("Slack refused the answer to a command, sent as text: %s", response.body)
        await hook.send(text=said["text"], response_type="ephemeral")


async def _close_handler(handler: AsyncSocketModeHandler) -> None:
    client = handler.client
    workers = [client.message_processor, client.message_receiver, client.current_session_monitor]
    try:
        await asyncio.wait_for(handler.close_async(), _CLOSE_S)  # type: ignore[no-untyped-call]
    except TimeoutError:
        _log.warning("Slack did not close the socket within %g s", _CLOSE_S)
    running = [worker for worker in workers if worker is not None]
    await asyncio.wait(running, timeout=_CLOSE_S)


def _client(token: str, api_url: str | None) -> AsyncWebClient:
    client = AsyncWebClient(token=token, base_url=f"{api_url.rstrip('/')}/") if api_url else AsyncWebClient(token=token)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    return client
