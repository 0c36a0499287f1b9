"""Socket Mode: connections by ticket, envelopes to one of them, acknowledgements, and disconnects."""

import itertools
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.calls import Call
from tests.fakes.slack.deliveries import COMMANDS, EVENTS, Deliveries, Delivery
from tests.fakes.slack.refusals import Refusal
from tests.fakes.slack.world import APP
from tests.fakes.telegram.updates import Signal

MOST_CONNECTIONS = 10


class SocketMode:
    """Carries deliveries over web sockets, each to the next of those that are open."""

    overdue = "timeout"

    def __init__(self, deliveries: Deliveries, changed: Signal, on_answer: Callable[[Delivery], None]) -> None:
        self.opened = 0  #: connections that there ever were
        self.disabled = False  #: whether link_disabled was said
        self.url = ""  #: set when the server listens
        self._deliveries, self._changed, self._on_answer = deliveries, changed, on_answer
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._sockets: dict[int, web.WebSocketResponse] = {}
        self._leaving: set[int] = set()
        self._turn = 0

    @property
    def connections(self) -> int:
        """How many connections take deliveries now."""
        return len(self._taking())

    def open(self, call: Call) -> dict[str, Any]:
        """Answer apps.connections.open with an address that is good for one connection."""
        if self.disabled:
            raise Refusal("socket_mode_not_enabled")
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return {"url": f"{self.url}?ticket={ticket}&app_id={APP}"}

    async def carry(self, delivery: Delivery) -> bool:
        """Send an envelope to the next connection, False when there is none."""
        taking = self._taking()
        if not taking:
            return False
        self._turn += 1
        delivery.connection = taking[self._turn % len(taking)]
        try:
            await self._sockets[delivery.connection].send_json(envelope_of(delivery))
        except ConnectionError:
            return False
        return True

    async def refresh(self) -> None:
        """Ask every connection to be replaced, as Slack does every few hours; they take nothing more."""
        self._leaving.update(self._sockets)
        for socket in list(self._sockets.values()):
            await _part(socket, "refresh_requested")
        self._changed.notify()

    async def disable(self) -> None:
        """Switch Socket Mode off: what is open is closed and no new address is given."""
        self.disabled = True
        for socket in list(self._sockets.values()):
            await _part(socket, "link_disabled")
        await self.drop()

    async def drop(self) -> None:
        """Close every connection without a word before it."""
        for socket in list(self._sockets.values()):
            await socket.close()

    def cut(self) -> None:
        """Cut every connection as a broken network does, without a close frame."""
        for socket in list(self._sockets.values()):
            transport = socket._req.transport if socket._req else None  # aiohttp offers no other way to it
            if transport:
                transport.abort()

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection for as long as it lives."""
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=401, text="no such ticket")
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._sockets) >= MOST_CONNECTIONS:
            await _part(socket, "too_many_websockets")
            await socket.close()
            return socket
        self.opened += 1
        number = self.opened
        count = len(self._sockets) + 1
        hello = {"type": "hello", "num_connections": count, "connection_info": {"app_id": APP}}
        await socket.send_json(hello | {"debug_info": {"host": "loopback", "approximate_connection_time": 3600}})
        self._sockets[number] = socket
        self._deliveries.release()
        self._changed.notify()
        try:
            await self._listen(socket)
        finally:
            self._sockets.pop(number, None)
            self._leaving.discard(number)
            self._changed.notify()
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            delivery = self._deliveries.acknowledge(told["envelope_id"], told.get("payload"))
            if delivery is not None and delivery.kind != EVENTS:
                self._on_answer(delivery)

    def _taking(self) -> list[int]:
        return [number for number, one in self._sockets.items() if number not in self._leaving and not one.closed]


def envelope_of(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as a socket carries it; events tell their attempt, the first one as 0."""
    is_submitted = delivery.payload.get("type") == "view_submission"
    accepts = {"accepts_response_payload": delivery.kind == COMMANDS or is_submitted}
    envelope = {"envelope_id": delivery.envelope_id, "type": delivery.kind, "payload": delivery.payload} | accepts
    retry = {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
    return envelope | (retry if delivery.kind == EVENTS else {})


async def _part(socket: web.WebSocketResponse, reason: str) -> None:
    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "loopback"}})
