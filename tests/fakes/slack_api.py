"""A Slack workspace on loopback: the Web API, Socket Mode, and the refusals of both."""

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

BOT_TOKEN = "xoxb-SECRET"  # noqa: S105  # made-up ones
APP_TOKEN = "xapp-SECRET"  # noqa: S105
_WAIT_S = 10


class FakeSlack:
    """Serves one bot; what it posted stands in `posts`, what it acknowledged in `acks`."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []  #: to response_url
        self.acks: list[str] = []
        self.refused: list[str] = []
        self.floods = 0  #: how many posts are answered 429
        self.refuse_blocks = False
        self._sockets: list[web.WebSocketResponse] = []
        self._envelopes = 0
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/api/{method}", self._call)
        app.router.add_post("/response", self._respond)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"

    async def deliver_event(self, event: dict[str, Any], event_id: str, retry: int = 0) -> str:
        """Send an event, or send it again with *retry*; return the envelope that must be acknowledged."""
        body = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": event_id, "event": event}
        return await self._deliver("events_api", body, retry_attempt=retry, retry_reason="timeout" if retry else "")

    async def deliver_command(self, text: str, **fields: str) -> str:
        command = {"command": "/gpu", "text": text, "user_id": "U7", "channel_id": "C1", "team_id": "T1"}
        command |= {"trigger_id": f"{self._envelopes}.1", "response_url": f"{self.url}/response"}
        return await self._deliver("slash_commands", command | fields, accepts_response_payload=True)

    async def drop_socket(self) -> None:
        """Ask the bot to connect again, as Slack does every few hours."""
        await self._sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})

    @property
    def connections(self) -> int:
        return len(self._sockets)

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until *condition* holds, which is asked again whenever something arrived."""
        async with asyncio.timeout(_WAIT_S), self._changed:
            await self._changed.wait_for(condition)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _deliver(self, kind: str, payload: dict[str, Any], **more: Any) -> str:
        self._envelopes += 1
        envelope = f"envelope-{self._envelopes}"
        await self._sockets[-1].send_json({"type": kind, "envelope_id": envelope, "payload": payload, **more})
        return envelope

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})
        self._sockets.append(socket)
        await self._notify()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.acks.append(json.loads(message.data)["envelope_id"])
                await self._notify()
        return socket

    async def _call(self, request: web.Request) -> web.Response:
        method, token = request.match_info["method"], request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return _refuse("invalid_auth")
        match method:
            case "auth.test":
                return _ok(url="https://acme.slack.com/", team="Acme", team_id="T1", user_id="UBOT", bot_id="BBOT")
            case "apps.connections.open":
                return _ok(url=f"{self.url.replace('http', 'ws')}/socket")
            case "chat.postMessage":
                return await self._post(await _arguments(request))
            case _:
                return _refuse("unknown_method")

    async def _post(self, said: dict[str, Any]) -> web.Response:
        if self.floods:
            self.floods -= 1
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "0"})
        problem = "channel_not_found" if not said.get("channel") else self._problem(said)
        if problem:
            self.refused.append(problem)
            return _refuse(problem)
        self.posts.append(said)
        await self._notify()
        return _ok(channel=said["channel"], ts=f"9.{len(self.posts)}")

    async def _respond(self, request: web.Request) -> web.Response:
        said = await request.json()
        if problem := self._problem(said):
            self.refused.append(problem)
            return web.Response(status=400, text=problem)
        self.replies.append(said)
        await self._notify()
        return web.Response(text="ok")

    def _problem(self, said: dict[str, Any]) -> str | None:
        blocks = said.get("blocks") or []
        if not said.get("text"):
            return "no_text"
        if len(said["text"]) > 40_000:
            return "msg_too_long"
        if blocks and (self.refuse_blocks or not are_blocks_valid(blocks)):
            return "invalid_blocks"
        return None


def are_blocks_valid(blocks: list[dict[str, Any]]) -> bool:
    """Whether Slack would take these blocks: number, kinds, lengths, and no empty text."""
    return len(blocks) <= 50 and all(_is_block_valid(block) for block in blocks)


def _is_block_valid(block: dict[str, Any]) -> bool:
    match block.get("type"):
        case "section":
            texts = [block["text"]]
        case "context":
            texts = block["elements"]
        case _:
            return False
    return 0 < len(texts) <= 10 and all(text["type"] == "mrkdwn" and 0 < len(text["text"]) <= 3000 for text in texts)


def make_mention(text: str, ts: str = "1.0", **fields: Any) -> dict[str, Any]:
    return {"type": "app_mention", "user": "U7", "channel": "C1", "text": f"<@UBOT> {text}", "ts": ts, **fields}


def make_direct(text: str, ts: str = "1.0", **fields: Any) -> dict[str, Any]:
    return {"type": "message", "channel_type": "im", "user": "U7", "channel": "D1", "text": text, "ts": ts, **fields}


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    said: dict[str, Any] = dict(await request.post())
    if isinstance(said.get("blocks"), str):
        said["blocks"] = json.loads(said["blocks"])
    return said


def _ok(**more: Any) -> web.Response:
    return web.json_response({"ok": True, **more})


def _refuse(problem: str) -> web.Response:
    return web.json_response({"ok": False, "error": problem})
