"""Builds the library's application, and what carries Slack's events to it: a socket, or an HTTP server."""

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms import PlatformError
from bot.platforms.slack.receiving import Receiving
from bot.platforms.slack.wiring import SlackWiring

LOGGERS = (
    "slack_bolt", "slack_bolt.AsyncApp", "slack_bolt.app.async_app", "slack_sdk.web.async_client",
    "slack_sdk.socket_mode.aiohttp", "slack_sdk.webhook.async_client", __name__,
)  # fmt: skip
PATH = "/slack/events"
_PATIENCE_S, _WINDOW_S, _MOST_BYTES = 20, 300, 1024**2
_SIGNATURE, _TIMESTAMP = re.compile(r"v0=[0-9a-f]{64}"), re.compile(r"[0-9]{1,12}")
_RETRIES, _FAILED = 2, 500  #: the library's own status for a body over which it stumbled
#: What the library and the reading of a body raise where it is no JSON, or none of the shapes that Slack sends.
_ODD = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
_log = logging.getLogger(__name__)


class Connector(Protocol):
    """Carries events from Slack to the application."""

    async def open(self) -> None:
        """Begin to carry."""
        ...

    async def is_open(self) -> bool:
        """Whether events can arrive."""
        ...

    async def close(self) -> None:
        """Let nothing in any more."""
        ...


def make_client(wiring: SlackWiring, *, retries: bool) -> AsyncWebClient:
    """Return a client; with *retries* it waits where Slack wants fewer calls, else the delivery does."""
    address = f"{wiring.api_url.rstrip('/')}/" if wiring.api_url else AsyncWebClient.BASE_URL
    handlers: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=_RETRIES)] if retries else []
    return AsyncWebClient(
        token=wiring.bot_token,
        base_url=address,
        timeout=_PATIENCE_S,
        retry_handlers=handlers,
        user_agent_prefix="gpuwise",
    )


def make_app(wiring: SlackWiring, client: AsyncWebClient, receiving: Receiving) -> AsyncApp:
    """Return the library's application, all of whose work begins in *receiving*.

    It stands before the library's authorization, which asks Slack and acknowledges what it could not ask about.
    """
    return AsyncApp(client=client, signing_secret=wiring.signing_secret, before_authorize=receiving)


def connector_of(wiring: SlackWiring, app: AsyncApp) -> Connector:
    """Return a socket where there is an app-level token, else an HTTP server."""
    if wiring.app_token:
        return Socket(app, wiring.app_token)
    if wiring.signing_secret:
        return Server(app, wiring.signing_secret, wiring.listen)
    raise PlatformError(
        "Slack needs SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET where Slack calls over HTTP."
    )


class Socket:
    """Socket Mode: no address of one's own is needed."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app, self._token = app, app_token
        self._handler: AsyncSocketModeHandler | None = None

    async def open(self) -> None:
        """Connect; the library connects again whenever the socket is closed."""
        self._handler = AsyncSocketModeHandler(self._app, self._token)
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # the library has no types here

    async def is_open(self) -> bool:
        """Whether the socket is connected."""
        return self._handler is not None and bool(await self._handler.client.is_connected())

    async def close(self) -> None:
        """Close the socket, and wait for what the library leaves running."""
        if self._handler is None:
            return
        client, self._handler = self._handler.client, None
        running = [client.message_processor, client.message_receiver, client.current_session_monitor]
        await client.close()  # type: ignore[no-untyped-call]  # the same
        await asyncio.wait([task for task in running if task is not None] or [asyncio.create_task(asyncio.sleep(0))])


class Server:
    """HTTP: Slack calls an address that leads here, and signs what it says."""

    def __init__(self, app: AsyncApp, secret: str, listen: str) -> None:
        self._app, self._secret, self._listen = app, secret, listen
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen."""
        application = web.Application(client_max_size=_MOST_BYTES)
        application.router.add_post(PATH, self._handle)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        host, _, port = self._listen.rpartition(":")
        try:
            await web.TCPSite(self._runner, host or "127.0.0.1", int(port)).start()
        except OSError as error:
            raise PlatformError(
                f"{self._listen} cannot be listened on: {error.strerror or error}. "
                "Set GPUWISE_SLACK_HTTP_LISTEN to another port."
            ) from error

    async def is_open(self) -> bool:
        """Whether the server listens."""
        return self._runner is not None

    async def close(self) -> None:
        """Listen no more; what is being taken in is taken in."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        raw = await request.read()
        status = check(self._secret, request.headers, raw, time.time())
        if status != 200:  # noqa: PLR2004 - good
            return web.Response(status=status)
        try:
            asked = _to_bolt(request, raw)
            found = await self._app.async_dispatch(asked) if asked.body else None
        except _ODD as error:  # signed, so whoever runs the bot ought to hear of it
            _log.warning("a signed body is not as Slack writes them: %r", error)
            found = None
        if found is None:
            return web.Response(status=400)
        kind = found.first_headers_without_set_cookie().get("content-type", "text/plain").split(";")[0]
        status = 400 if found.status == _FAILED else found.status
        return web.Response(status=status, text=found.body, content_type=kind)


def _to_bolt(request: web.Request, raw: bytes) -> AsyncBoltRequest:
    headers: dict[str, str | Sequence[str]] = {name: request.headers.getall(name) for name in request.headers}
    return AsyncBoltRequest(body=raw.decode(), query=request.query_string, headers=headers)


def check(secret: str, headers: Mapping[str, str], raw: bytes, now: float) -> int:
    """Return 200 for what Slack signed within five minutes, else 401: the library stumbles over signatures of no form.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    if not (_TIMESTAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(signature)) or abs(now - int(stamp)) > _WINDOW_S:
        return 401
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return 200 if hmac.compare_digest(f"v0={digest}", signature) else 401
