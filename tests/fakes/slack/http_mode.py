"""HTTP mode: signed posts to the bot's own address."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.fakes.slack.deliveries import COMMANDS, EVENTS, Deliveries, Delivery

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SIGNING_SECRET = "signing-SECRET"  # noqa: S105  # a made-up one


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the bot answered to one post."""

    status: int
    text: str
    headers: dict[str, str]


class HttpMode:
    """Carries deliveries as posts; `post` sends whatever a test wants to see refused."""

    overdue = "http_timeout"

    def __init__(self, url: str, secret: str, deliveries: Deliveries, on_answer: Callable[[Delivery], None]) -> None:
        self.url, self.secret = url, secret
        self._deliveries, self._on_answer = deliveries, on_answer

    async def carry(self, delivery: Delivery) -> bool:
        """Post a delivery; any answer of 200 to 299 acknowledges it."""
        body, kind = body_of(delivery)
        retry = {"x-slack-retry-num": str(delivery.attempt), "x-slack-retry-reason": delivery.reason}
        try:
            posted = await self.post(body, kind, headers=retry if delivery.attempt else {})
        except TimeoutError:
            return True  # the time for an acknowledgement is over
        except (ClientError, ConnectionError):
            delivery.status = 0
            return False
        delivery.status = posted.status
        if not 200 <= posted.status < 300:
            delivery.is_last = posted.headers.get("x-slack-no-retry") == "1"
            return False
        self._deliveries.acknowledge(delivery.envelope_id, _read(posted.text))
        if delivery.kind != EVENTS:
            self._on_answer(delivery)
        return True

    async def post(
        self, body: bytes | dict[str, Any], kind: str = JSON, *, headers: dict[str, str] | None = None
    ) -> Posted:
        """Post *body*, signed as Slack signs it, or with other *headers*, of which empty ones are left out."""
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        given = {"content-type": kind} | signed(raw, self.secret) | (headers or {})
        told = {name: value for name, value in given.items() if value}
        timeout = ClientTimeout(total=self._deliveries.ack_within_s)
        async with ClientSession(timeout=timeout) as session, session.post(self.url, data=raw, headers=told) as answer:
            named = {name.lower(): value for name, value in answer.headers.items()}
            return Posted(status=answer.status, text=await answer.text(), headers=named)


def signed(body: bytes, secret: str = SIGNING_SECRET, at: float | str | None = None) -> dict[str, str]:
    """Return the headers that Slack signs a body with; *at* may be any time, or no time at all."""
    timestamp = str(int(time.time()) if at is None else at)
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": sign(secret, timestamp, body)}


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's v0 signature of a body."""
    return f"v0={hmac.new(secret.encode(), f'v0:{timestamp}:'.encode() + body, hashlib.sha256).hexdigest()}"


def body_of(delivery: Delivery) -> tuple[bytes, str]:
    """Return a delivery as it is posted, and its content type."""
    if delivery.kind == EVENTS:
        return json.dumps(delivery.payload).encode(), JSON
    form = delivery.payload if delivery.kind == COMMANDS else {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), FORM


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return {"text": text}
