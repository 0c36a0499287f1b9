"""What Slack sends to the bot: each delivery, its acknowledgement, and what is sent again."""

import asyncio
import itertools
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from tests.fakes.slack.timing import Timing
from tests.fakes.telegram.updates import Signal

EVENTS, COMMANDS, INTERACTIVE = "events_api", "slash_commands", "interactive"


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One envelope or post; the same event sent again is another delivery of the same `event_id`."""

    kind: str
    payload: dict[str, Any]
    envelope_id: str
    attempt: int = 0
    reason: str = ""
    sent_at: float | None = None  #: monotonic seconds, None while no connection takes it
    acked_at: float | None = None
    connection: int | None = None  #: number of the socket that it went to
    status: int | None = None  #: what an HTTP post was answered, 0 where nothing answered
    answer: Any = None  #: what the acknowledgement carried
    is_overdue: bool = False  #: not acknowledged in time
    is_last: bool = False  #: the bot asked not to be sent it again

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))

    @property
    def event(self) -> dict[str, Any]:
        return dict(self.payload.get("event", {}))

    @property
    def delay_s(self) -> float | None:
        """How long its acknowledgement took, None while there is none."""
        return None if self.acked_at is None or self.sent_at is None else self.acked_at - self.sent_at


class Carrier(Protocol):
    """A way to the bot; `overdue` is the reason it gives for what was not acknowledged in time."""

    overdue: str

    async def carry(self, delivery: Delivery) -> bool:
        """Send it and return whether somebody took it; an acknowledgement is told to `Deliveries` later."""
        ...


class Deliveries:
    """Sends, waits for acknowledgements and sends events again; commands and presses are never repeated."""

    def __init__(self, changed: Signal, timing: Timing) -> None:
        self.log: list[Delivery] = []
        self.unknown_acks: list[str] = []
        self.carrier: Carrier | None = None
        self.ack_within_s, self.retry_after_s = timing.ack_within_s, timing.retry_after_s
        self._changed = changed
        self._held: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    def push(
        self, kind: str, payload: dict[str, Any], *, attempt: int = 0, reason: str = "", after_s: float = 0.0
    ) -> Delivery:
        """Send something to the bot from plain code."""
        number = f"envelope-{next(self._numbers)}"
        delivery = Delivery(kind=kind, payload=payload, envelope_id=number, attempt=attempt, reason=reason)
        self.log.append(delivery)
        self._start(self._send(delivery, after_s))
        return delivery

    def redeliver(self, event_id: str, times: int = 1, *, as_new: bool = False, reason: str = "") -> None:
        """Send an event again, whatever was acknowledged, under its own event_id or *as_new* under others."""
        first = next(one for one in self.log if one.event_id == event_id)
        reason = reason or (self.carrier.overdue if self.carrier else "")
        for number in range(1, times + 1):
            if as_new:
                self.push(first.kind, first.payload | {"event_id": self.event_id()})
            else:
                self.push(first.kind, first.payload, attempt=number, reason=reason)

    def event_id(self) -> str:
        return f"Ev{next(self._numbers):06d}"

    def acknowledge(self, envelope_id: str, answer: Any = None) -> Delivery | None:
        """Note an acknowledgement and return what it belongs to."""
        known = (one for one in self.log if one.envelope_id == envelope_id and one.acked_at is None)
        delivery = next(known, None)
        if delivery is None:
            self.unknown_acks.append(envelope_id)
        else:
            delivery.acked_at, delivery.answer = time.monotonic(), answer
            delivery.is_overdue |= (delivery.delay_s or 0.0) > self.ack_within_s
        self._changed.notify()
        return delivery

    def release(self) -> None:
        """Send what waited for a connection."""
        held, self._held = self._held, []
        for delivery in held:
            delivery.attempt, delivery.reason = max(delivery.attempt, 1), delivery.reason or "connection_failed"
            self._start(self._send(delivery, 0.0))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, delivery: Delivery, after_s: float) -> None:
        if after_s:
            await asyncio.sleep(after_s)
        delivery.sent_at = time.monotonic()
        taken = self.carrier is not None and await self.carrier.carry(delivery)
        self._changed.notify()
        if not taken:
            self._refused(delivery)
            return
        await asyncio.sleep(max(self.ack_within_s - (time.monotonic() - delivery.sent_at), 0.0))
        if delivery.acked_at is None:
            delivery.is_overdue = True
            self._again(delivery, self.carrier.overdue if self.carrier else "")
            self._changed.notify()

    def _refused(self, delivery: Delivery) -> None:
        if delivery.status is not None:
            delivery.is_overdue = True
            self._again(delivery, "http_error" if delivery.status else "connection_failed")
        elif delivery.kind == EVENTS:
            delivery.sent_at = None
            self._held.append(delivery)
        else:
            delivery.is_overdue = True

    def _again(self, delivery: Delivery, reason: str) -> None:
        if delivery.kind == EVENTS and not delivery.is_last and delivery.attempt < len(self.retry_after_s):
            after_s = self.retry_after_s[delivery.attempt]
            self.push(EVENTS, delivery.payload, attempt=delivery.attempt + 1, reason=reason, after_s=after_s)
