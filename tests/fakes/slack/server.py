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
from tests.fakes.slack.views import View, Views
from tests.fakes.slack.world import Channel, Shown, User, World
from tests.fakes.slack.writing import Writing
from tests.fakes.telegram.updates import Signal

BOT_TOKEN, APP_TOKEN = "xoxb-SECRET", "xapp-SECRET"  # made-up ones
BOT = User(id="UBOT", name="gpuwise", is_bot=True, bot_id="BBOT")
MOST_BYTES = 64 * 1024**2

Method = Callable[[Call], dict[str, Any]]


class FakeSlack(People):
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
        self._changed, self._port, self.scopes = Signal(), port, scopes
        timing = timing or Timing()
        self.warnings: list[str] = []  #: what Slack takes but should not have been sent
        self.calls: list[Call] = []
        self.floods = 0  #: calls that came faster than the limits allow
        self.limits, self.faults = limits, Faults()
        self.revoked = False
        self._meter = Meter(limits or Limits())
        self.world = World(BOT)
        self.deliveries = Deliveries(self._changed, timing)
        self.telling = Telling(self.world, self.deliveries, events, scopes)
        tell = self.telling.tell_message
        self.writing = Writing(self.world, self.warnings, tell)
        self.streams = Streams(self.world, self.writing, lives_s=timing.stream_lives_s)
        self.files = Files(self.world, self.writing, tell)
        self.viewing = Views(self.world, trigger_s=timing.trigger_valid_s)
        self.agents = Agents(self.world, self.warnings, events)
        self.responding = Responding(self.world, self.writing, tell, valid_s=timing.response_valid_s)
        self.socket = SocketMode(self.deliveries, self._changed, self._answered)
        self.http: HttpMode | None = None
        self.deliveries.carrier = self.socket
        self._closing = asyncio.Event()
        self._runner: web.AppRunner
        self._methods = self._table(Asking(self.world))

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
    def refused(self) -> list[str]:
        """Why calls were refused, oldest first."""
        return [call.error for call in self.calls if call.error]

    @property
    def late_acks(self) -> list[Delivery]:
        """What was acknowledged too late, or not at all though its time is over."""
        return [one for one in self.deliveries.log if one.is_overdue]

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

    def messages(self, channel: Channel) -> list[Shown]:
        """Return what the bot has shown in a channel and not deleted, oldest first, ephemeral messages among it."""
        return [one for one in channel.shown.values() if one.bot_id == BOT.bot_id and not one.deleted]

    def views(self, user: User) -> list[View]:
        """Return the Home tab and modals of one person, oldest first."""
        return [view for view in self.viewing.shown if view.user == user.id]

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until *condition* holds; it is asked again after every call, acknowledgement and connection."""
        if not await self._changed.wait_for(condition, timeout_s):
            raise TimeoutError(f"nothing of the kind in {timeout_s:g} s; refused: {self.refused[-5:]}")

    async def wait_for_messages(self, channel: Channel, count: int, timeout_s: float = 10.0) -> list[Shown]:
        """Wait until the bot has shown so many messages in a channel and return them."""
        await self.wait_for(lambda: len(self.messages(channel)) >= count, timeout_s)
        return self.messages(channel)

    async def wait_for_connection(self, opened: int = 1, timeout_s: float = 10.0) -> None:
        """Wait until that many sockets were ever opened and one of them takes deliveries."""
        await self.wait_for(lambda: self.socket.opened >= opened and self.socket.connections > 0, timeout_s)

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
            answer = web.json_response({"ok": True, **await work()})
            call.status = 200
        except Refusal as refusal:
            call.status, call.error = refusal.status, refusal.error
            answer = web.json_response(refusal.to_api(), status=refusal.status, headers=refusal.headers)
        self._changed.notify()
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
        self._changed.notify()
        if fault.ending is Break.HANG:
            await self._closing.wait()
        if request.transport:
            request.transport.abort()
        raise asyncio.CancelledError

    def _answer(self, call: Call) -> dict[str, Any]:
        if call.method not in KNOWN:
            raise Refusal("unknown_method", req_method=call.method)
        self._authorize(call)
        if self.limits is not None:
            wait_s = self._meter.wait(call.method, call.channel, call.at)
            if wait_s:
                self.floods += 1
                raise too_many(wait_s)
        granted = {"connections:write"} if call.method in APP_METHODS else self.scopes
        check_scopes(self._needed(call), granted)
        if call.get("username") or call.get("icon_emoji") or call.get("icon_url"):
            check_scopes((CUSTOMIZE,), granted)
        return self._methods[call.method](call)

    def _authorize(self, call: Call) -> None:
        if not call.token:
            raise Refusal("not_authed")
        if call.token not in {BOT_TOKEN, APP_TOKEN}:
            raise Refusal("invalid_auth")
        if self.revoked:
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
        if (
            delivery.kind == COMMANDS
            and isinstance(delivery.answer, dict)
            and delivery.answer.keys() & {"text", "blocks"}
        ):
            payload = delivery.payload
            try:
                channel = self.world.channels[payload["channel_id"]]
                self.responding.answer(payload["user_id"], channel, delivery.answer)
            except Refusal as refusal:
                self.warnings.append(f"{payload['command']}: the acknowledgement was not shown: {refusal.error}")

    def _table(self, asking: Asking) -> dict[str, Method]:
        return {
            "auth.test": asking.auth_test,
            "team.info": asking.team_info,
            "users.info": asking.users_info,
            "bots.info": asking.bots_info,
            "conversations.info": asking.info,
            "conversations.members": asking.members,
            "conversations.open": asking.open,
            "conversations.history": asking.history,
            "conversations.replies": asking.replies,
            "apps.connections.open": self.socket.open,
            "chat.postMessage": self.writing.post_message,
            "chat.postEphemeral": self.writing.post_ephemeral,
            "chat.update": self.writing.update,
            "chat.delete": self.writing.delete,
            "chat.getPermalink": self.writing.get_permalink,
            "reactions.add": self.writing.add_reaction,
            "reactions.remove": self.writing.remove_reaction,
            "chat.startStream": self.streams.start,
            "chat.appendStream": self.streams.append,
            "chat.stopStream": self.streams.stop,
            "files.getUploadURLExternal": self.files.get_upload_url,
            "files.completeUploadExternal": self.files.complete,
            "views.open": self.viewing.open,
            "views.publish": self.viewing.publish,
            "views.update": self.viewing.update,
            "assistant.threads.setStatus": self.agents.set_thread_status,
            "assistant.threads.setSuggestedPrompts": self.agents.set_prompts,
            "assistant.threads.setTitle": self.agents.set_title,
            "agents.sessions.setStatus": self.agents.set_session_status,
            "agents.sessions.rename": self.agents.rename_session,
        }
