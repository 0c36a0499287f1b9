"""Slack on loopback: carries calls to the methods, and faults and limits to the caller."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.slack.agents import Agents, Session
from tests.fakes.slack.asking import Asking
from tests.fakes.slack.calls import Call, read_call
from tests.fakes.slack.deliveries import COMMANDS, Deliveries, Delivery
from tests.fakes.slack.faults import RESPONSE_URL, Break, Fault, Faults
from tests.fakes.slack.files import Files
from tests.fakes.slack.flood import Limits, Meter
from tests.fakes.slack.http_mode import SIGNING_SECRET, HttpMode
from tests.fakes.slack.methods import asking_methods, panel_methods, writing_methods
from tests.fakes.slack.people import People
from tests.fakes.slack.refusals import Refusal, too_many
from tests.fakes.slack.responding import Responding
from tests.fakes.slack.scopes import (
    APP_METHODS,
    CUSTOMIZE,
    EVENTS,
    GRANTED,
    KNOWN,
    OF_KIND,
    check_scopes,
    scopes_for,
)
from tests.fakes.slack.socket_mode import SocketMode
from tests.fakes.slack.streams import Streams
from tests.fakes.slack.telling import Telling
from tests.fakes.slack.timing import Timing
from tests.fakes.slack.views import Views
from tests.fakes.slack.watching import Watching
from tests.fakes.slack.world import User, World
from tests.fakes.slack.writing import Writing
from tests.fakes.telegram.updates import Signal

BOT_TOKEN, APP_TOKEN = "xoxb-SECRET", "xapp-SECRET"  # made-up ones
BOT = User(id="UBOT", name="gpuwise", is_bot=True, bot_id="BBOT")
MOST_BYTES = 64 * 1024**2


class FakeSlack(People, Watching):
    """One workspace with one app; `async with` starts the server on loopback, acts of people come from `People`."""

    def __init__(
        self,
        *,
        port: int = 0,
        scopes: frozenset[str] = GRANTED,
        events: frozenset[str] = frozenset(EVENTS),
        limits: Limits | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.changed, self._port, self.scopes = Signal(), port, scopes
        timing = timing or Timing()
        self.warnings: list[str] = []  #: what Slack takes but should not have been sent
        self.calls: list[Call] = []
        self.floods = 0  #: calls that came faster than Slack allows; they are refused where *limits* are given
        self.limits, self.faults = limits, Faults()
        self.revoked = False
        self._meter = Meter(limits or Limits())
        self.world = World(BOT)
        self.deliveries = Deliveries(self.changed, timing)
        self.telling = Telling(self.world, self.deliveries, events, scopes)
        tell = self.telling.tell_message
        self.writing = Writing(self.world, self.warnings, tell)
        self.files = Files(self.world, self.writing, tell)
        self.viewing = Views(self.world, trigger_s=timing.trigger_valid_s)
        self.agents = Agents(self.world, self.warnings, events)
        self.streams = Streams(self.world, self.writing, self.agents, tell, lives_s=timing.stream_lives_s)
        self.responding = Responding(self.world, self.writing, tell, self.warnings, valid_s=timing.response_valid_s)
        self.socket = SocketMode(self.deliveries, self.changed, self._answered)
        self.http: HttpMode | None = None
        self.deliveries.carrier = self.socket
        self._closing = asyncio.Event()
        self._runner: web.AppRunner
        self._methods = asking_methods(Asking(self.world), self.socket)
        self._methods |= writing_methods(self.writing, self.streams, self.files)
        self._methods |= panel_methods(self.viewing, self.agents)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/api/{method}", self._handle)
        app.router.add_post("/response/{number}", self._handle_response)
        app.router.add_post("/upload/{file}", self.files.upload)
        app.router.add_get("/socket", self.socket.accept)
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.responding.base, self.files.url = f"{self.url}/response", f"{self.url}/upload"
        self.socket.url = f"{self.url.replace('http', 'ws')}/socket"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self.deliveries.close()
        await self.socket.drop()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def api_url(self) -> str:
        """The value of GPUWISE_SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def sessions(self) -> dict[tuple[str, str], Session]:  # type: ignore[override]  # read only here
        return self.agents.sessions

    @property
    def scopes_used(self) -> dict[str, tuple[str, ...]]:
        """The methods that were called and carried out, and the scopes of which each needs one."""
        found: dict[str, set[str]] = {}
        for call in self.calls:
            if call.status == 200 and not call.error and call.method in KNOWN:
                found.setdefault(call.method, set()).update(self._needed(call))
        return {method: tuple(sorted(scopes)) for method, scopes in found.items()}

    def serve_http(self, url: str, secret: str = SIGNING_SECRET) -> HttpMode:
        """Post everything to *url* from now on instead of using sockets."""
        self.http = HttpMode(url, secret, self.deliveries, self._answered)
        self.deliveries.carrier = self.http
        return self.http

    def revoke(self) -> None:
        """Uninstall the app: its bot token is good for nothing from now on."""
        self.telling.tell({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT.id]}})
        self.telling.tell({"type": "app_uninstalled"})
        self.revoked = True

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(method=request.match_info["method"], at=time.monotonic())

        async def work() -> dict[str, Any]:
            await read_call(request, call)
            return await self._carry_out(request, call, lambda: self._answer(call))

        return await self._told(call, work)

    async def _handle_response(self, request: web.Request) -> web.StreamResponse:
        call = Call(method=RESPONSE_URL, at=time.monotonic(), form="json")

        async def work() -> dict[str, Any]:
            call.args.update(await self.responding.read(request))
            number = request.match_info["number"]
            return await self._carry_out(request, call, lambda: self.responding.respond(number, call.args))

        return await self._told(call, work)

    async def _told(self, call: Call, work: Callable[[], Any]) -> web.StreamResponse:
        self.calls.append(call)
        try:
            result = await work()
            scopes = {"x-oauth-scopes": ",".join(sorted(self.scopes))} if call.token == BOT_TOKEN else {}
            answer = web.json_response({"ok": True, **result}, headers=scopes)
            call.status = 200
        except Refusal as refusal:
            call.status, call.error = refusal.status, refusal.error
            answer = web.json_response(refusal.to_api(), status=refusal.status, headers=refusal.headers)
        self.changed.notify()
        return answer

    async def _carry_out(
        self, request: web.Request, call: Call, answer: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        fault = self.faults.next_for(call.method)
        if fault and fault.refusal:
            raise fault.refusal
        if fault and not fault.delivered:
            await self._end(request, fault)
        result = answer()
        if fault:
            await self._end(request, fault)
        return result

    async def _end(self, request: web.Request, fault: Fault) -> None:
        self.changed.notify()
        if fault.ending is Break.HANG:
            await self._closing.wait()
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError

    def _answer(self, call: Call) -> dict[str, Any]:
        if call.method not in KNOWN:
            raise Refusal("unknown_method", req_method=call.method)
        self._authorize(call)
        self._count(call)
        granted = {"connections:write"} if call.method in APP_METHODS else self.scopes
        check_scopes(self._needed(call), granted)
        if call.get("username") or call.get("icon_emoji") or call.get("icon_url"):
            check_scopes((CUSTOMIZE,), granted)
        return self._methods[call.method](call)

    def _count(self, call: Call) -> None:
        place = self.world.dm(call.channel).id if call.channel in self.world.users else call.channel
        wait_s = self._meter.wait(call.method, place, call.at)
        self.floods += bool(wait_s)
        if wait_s and self.limits is not None:
            raise too_many(wait_s)

    def _authorize(self, call: Call) -> None:
        if not call.token:
            raise Refusal("not_authed")
        if call.token not in {BOT_TOKEN, APP_TOKEN}:
            raise Refusal("invalid_auth")
        if self.revoked and call.token == BOT_TOKEN:
            raise Refusal("token_revoked")
        if (call.token == APP_TOKEN) != (call.method in APP_METHODS):
            raise Refusal("not_allowed_token_type")

    def _needed(self, call: Call) -> tuple[str, ...]:
        channel = self.world.channels.get(call.channel)
        kind = channel.kind if channel else None
        if call.method == "conversations.open" and not channel:
            kind = "mpim" if "," in call.get("users") else "im"
        return scopes_for(call.method, kind if call.method in OF_KIND else None)

    def _answered(self, delivery: Delivery) -> None:
        if delivery.is_overdue:
            return
        payload, answer = delivery.payload, delivery.answer
        try:
            if payload.get("type") == "view_submission":
                self.viewing.answer(payload["view"]["id"], answer)
            elif delivery.kind == COMMANDS and isinstance(answer, dict) and answer.keys() & {"text", "blocks"}:
                self.responding.answer(payload["user_id"], self.world.channels[payload["channel_id"]], answer)
        except Refusal as refusal:
            self.warnings.append(f"{delivery.kind}: the acknowledgement was not shown: {refusal.error}")
        self.changed.notify()
