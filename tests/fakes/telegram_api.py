"""A Bot API server on loopback that refuses what Telegram refuses."""

import asyncio
import html
import json
import re
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

TOKEN = "123456:SECRET"  # noqa: S105  # a made-up one
BOT = {"id": 42, "is_bot": True, "first_name": "gpuwise", "username": "gpu_bot", "can_join_groups": True}
_WAIT_S = 10
_TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


class FakeTelegram:
    """Serves getMe, getUpdates and sendMessage; what was sent stands in `sent`."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.conflicts = 0  #: how many polls are answered 409
        self.floods = 0  #: how many sends are answered 429
        self.refuse_html = False
        self._updates: list[dict[str, Any]] = []
        self._next = 1
        self._closing = False
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        await self._notify()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def unconfirmed(self) -> int:
        return len(self._updates)

    async def deliver(self, message: dict[str, Any], kind: str = "message") -> None:
        self._updates.append({"update_id": self._next, kind: message})
        self._next += 1
        await self._notify()

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until *condition* holds, which is asked again whenever something was sent or confirmed."""
        async with asyncio.timeout(_WAIT_S), self._changed:
            await self._changed.wait_for(condition)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _refuse(401, "Unauthorized")
        data = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        match request.match_info["method"].lower():
            case "getme":
                return _ok(BOT)
            case "deletewebhook":
                return _ok(True)  # noqa: FBT003
            case "getupdates":
                return await self._get_updates(int(data.get("offset", 0)), float(data.get("timeout", 0)))
            case "sendmessage":
                return await self._send_message(data)
            case _:
                return _refuse(404, "Not Found")

    async def _get_updates(self, offset: int, timeout_s: float) -> web.Response:
        if self.conflicts:
            self.conflicts -= 1
            return _refuse(409, "Conflict: terminated by other getUpdates request")
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        await self._notify()
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: bool(self._updates) or self._closing)
        except TimeoutError:
            pass
        return _ok(self._updates)

    async def _send_message(self, data: dict[str, str]) -> web.Response:
        text, problem = data.get("text", ""), None
        if data.get("parse_mode") == "HTML":
            text, problem = parse_html(text)
            problem = "can't parse entities: refused for the test" if self.refuse_html else problem
        if not text.strip():
            problem = problem or "message text is empty"
        if len(text.encode("utf-16-le")) // 2 > 4096:
            problem = problem or "message is too long"
        if data.get("message_thread_id") == "1":
            problem = problem or "message thread not found"
        if problem:
            self.refused.append(problem)
            return _refuse(400, f"Bad Request: {problem}")
        if self.floods:
            self.floods -= 1
            return _refuse(429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
        return await self._accept(data, text)

    async def _accept(self, data: dict[str, str], text: str) -> web.Response:
        reply = json.loads(data.get("reply_parameters", "{}"))
        self.sent.append({**data, "shown": text, "reply_to": reply.get("message_id")})
        await self._notify()
        chat = {"id": int(data["chat_id"]), "type": "private"}
        return _ok({"message_id": 1000 + len(self.sent), "date": 1, "chat": chat, "from": BOT, "text": text})


def parse_html(text: str) -> tuple[str, str | None]:
    """Return the text as shown and what Telegram would refuse it for."""
    open_tags: list[str] = []
    for match in re.finditer(r"<([^<>]*)(>?)", text):
        tag = re.fullmatch(r"(/?)([a-z-]+)( (?:href|class)=\"[^\"]*\")?", match[1])
        if not match[2] or tag is None or tag[2] not in _TAGS:
            return text, f"can't parse entities: Unsupported start tag at byte offset {match.start()}"
        if not tag[1]:
            open_tags.append(tag[2])
        elif not open_tags or open_tags.pop() != tag[2]:
            return text, f"can't parse entities: Unexpected end tag at byte offset {match.start()}"
    if open_tags:
        return text, "can't parse entities: Can't find end tag"
    return html.unescape(re.sub(r"<[^<>]*>", "", text)), None


def make_message(text: str = "", **fields: Any) -> dict[str, Any]:
    """Return a private message of Minh's; `fields` replace its own, `id` and `chat` being short for the longer ones."""
    number, chat = fields.pop("id", 1), fields.pop("chat", 7)
    chat_type = "private" if chat > 0 else "supergroup"
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": chat, "type": chat_type},
        "from": {"id": 7, "is_bot": False, "first_name": "Minh", "language_code": "vi-VN"},
    }
    if text:
        message["text"] = text
    words = [(match.start(), match.end()) for match in re.finditer(r"@\w+", text)]
    if words and not text.startswith("/"):
        message["entities"] = [{"type": "mention", "offset": a, "length": b - a} for a, b in words]
    return {**message, **fields}


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refuse(code: int, description: str, **more: Any) -> web.Response:
    return web.json_response({"ok": False, "error_code": code, "description": description, **more}, status=code)
