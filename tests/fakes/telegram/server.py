"""The Bot API on loopback: carries calls to the methods, and faults and limits to the caller."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram.asking import DESCRIPTIONS, Asking
from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.editing import Editing
from tests.fakes.telegram.faults import Break, Fault, Faults
from tests.fakes.telegram.flood import Limits, Meter
from tests.fakes.telegram.people import People, Press
from tests.fakes.telegram.reading import read_call
from tests.fakes.telegram.refusals import UNAUTHORIZED, Refusal, not_found, too_many
from tests.fakes.telegram.rules import MAX_DOCUMENT_BYTES
from tests.fakes.telegram.updates import Signal, Updates
from tests.fakes.telegram.world import Chat, Shown, User, World
from tests.fakes.telegram.writing import Writing

TOKEN = "123456:SECRET"  # noqa: S105  # a made-up one
BOT = User(id=42, first_name="gpuwise", username="gpu_bot", is_bot=True)
_HUGE_BYTES = MAX_DOCUMENT_BYTES + 1024**2


class FakeTelegram(People):
    """One bot's Telegram; `async with` starts the server on loopback, acts of people come from `People`."""

    def __init__(
        self,
        *,
        port: int = 0,
        token: str = TOKEN,
        limits: Limits | None = None,
        callback_valid_s: float = 15.0,
        webhook_retry_s: float = 0.1,
    ) -> None:
        self._changed = Signal()
        self.world, self.updates = World(BOT), Updates(self._changed, webhook_retry_s=webhook_retry_s)
        super().__init__(self.world, self.updates)
        self.faults = Faults()
        self.writing = Writing(self.world)
        self.editing = Editing(self.world, self.writing)
        self.asking = Asking(self.world, self, callback_valid_s=callback_valid_s)
        self.calls: list[Call] = []
        self.floods = 0  #: calls that came faster than the limits allow
        self.limits = limits
        self._meter = Meter(limits or Limits())
        self._token, self._port = token, port
        self._closing = asyncio.Event()
        self._runner: web.AppRunner
        self._methods = self._table()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_HUGE_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self.extend(app)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self.updates.close()
        await self._runner.cleanup()

    def extend(self, app: web.Application) -> None:
        """Add routes of one's own; none here."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def rich_messages(self) -> bool:
        """Whether this server knows sendRichMessage."""
        return self.writing.rich_messages

    @rich_messages.setter
    def rich_messages(self, value: bool) -> None:
        self.writing.rich_messages = value

    @property
    def refused(self) -> list[str]:
        """Why calls were refused, oldest first."""
        return [call.description for call in self.calls if call.description]

    def messages(self, chat: Chat | int) -> list[Shown]:
        """Return what the bot has shown in a chat and not deleted, oldest first."""
        return [shown for shown in self.history(chat) if shown.sender.id == BOT.id and not shown.deleted]

    def history(self, chat: Chat | int) -> list[Shown]:
        """Return every message of a chat, people's and deleted ones among them."""
        return list(self.world.chats[chat if isinstance(chat, int) else chat.id].shown.values())

    @property
    def sent(self) -> list[Shown]:
        """Return what the bot has sent to any chat, deleted messages among it, oldest first."""
        shown = [message for chat in self.world.chats.values() for message in chat.shown.values()]
        return sorted((message for message in shown if message.sender.id == BOT.id), key=lambda message: message.at)

    def called(self, method: str) -> list[Call]:
        """Return the calls of one method."""
        return [call for call in self.calls if call.name == method.lower()]

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until *condition* holds; it is asked again after every call and every act."""
        if not await self._changed.wait_for(condition, timeout_s):
            raise TimeoutError(f"nothing of the kind in {timeout_s:g} s; refused: {self.refused[-5:]}")

    async def wait_for_messages(self, chat: Chat | int, count: int, timeout_s: float = 10.0) -> list[Shown]:
        """Wait until the bot has shown so many messages in a chat and return them."""
        await self.wait_for(lambda: len(self.messages(chat)) >= count, timeout_s)
        return self.messages(chat)

    async def wait_for_answer(self, update_id: int, timeout_s: float = 10.0) -> Press:
        """Wait until a press is answered."""
        await self.wait_for(lambda: self.pressed(update_id).answer is not None, timeout_s)
        return self.pressed(update_id)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        call = Call(method=method, data={}, at=time.monotonic())
        self.calls.append(call)
        try:
            if token != self._token:
                raise not_found() if ":" not in token else Refusal(UNAUTHORIZED, code=401)
            await read_call(request, call)
            answer = web.json_response({"ok": True, "result": await self._answer(request, call)})
            call.status = 200
        except Refusal as refusal:
            call.status, call.description = refusal.code, refusal.description
            answer = web.json_response(refusal.to_api(), status=refusal.code)
        self._changed.notify()
        return answer

    async def _answer(self, request: web.Request, call: Call) -> Any:
        fault = self.faults.next_for(call.name)
        if fault and fault.refusal:
            raise fault.refusal
        if fault and not fault.delivered:
            await self._end(request, call, fault)
        self._meter_call(call)
        result = await self._carry_out(call)
        if fault:
            await self._end(request, call, fault)
        return result

    async def _end(self, request: web.Request, call: Call, fault: Fault) -> None:
        self._changed.notify()
        if fault.ending is Break.HANG:
            await self._closing.wait()
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError

    def _meter_call(self, call: Call) -> None:
        if self.limits is None or call.name in {"getupdates", "getme"}:
            return
        wait_s = self._meter.wait(call.name, call.chat, call.at)
        if wait_s:
            self.floods += 1
            raise too_many(wait_s)

    async def _carry_out(self, call: Call) -> Any:
        if call.name == "getupdates":
            self.updates.allow(call.get("allowed_updates"))
            limit = min(max(call.number("limit") or 100, 1), 100)
            return await self.updates.poll(call.number("offset") or 0, limit, float(call.get("timeout") or 0))
        if call.name in {"setwebhook", "deletewebhook"}:
            url = call.get("url") or "" if call.name == "setwebhook" else ""
            self.updates.allow(call.get("allowed_updates"))
            secret, drop_pending = call.get("secret_token") or "", call.is_true("drop_pending_updates")
            await self.updates.set_webhook(url, secret, drop_pending=drop_pending)
            return True
        if call.name not in self._methods:
            raise not_found()
        return self._methods[call.name](call)

    def _table(self) -> dict[str, Callable[[Call], Any]]:
        methods: list[Callable[[Call], Any]] = [
            self.writing.send_message,
            self.writing.send_photo,
            self.writing.send_document,
            self.writing.send_rich_message,
            self.writing.send_message_draft,
            self.writing.send_chat_action,
            self.writing.delete_message,
            self.writing.set_message_reaction,
            self.editing.edit_message_text,
            self.editing.edit_message_caption,
            self.editing.edit_message_reply_markup,
            self.asking.get_me,
            self.asking.get_chat,
            self.asking.get_chat_member,
            self.asking.answer_callback_query,
            self.asking.set_my_commands,
            self.asking.get_my_commands,
            self.asking.delete_my_commands,
        ]
        named = {method.__name__.replace("_", ""): method for method in methods}
        return named | dict.fromkeys(DESCRIPTIONS, self.asking.describe)
