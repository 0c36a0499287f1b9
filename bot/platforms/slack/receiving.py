"""Writes every body down before Slack is told that it arrived, and hands on what is new."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bench.errors import BenchError
from bot.chatting.conversing import place_of
from bot.messages import Message
from bot.platforms.slack import modal
from bot.platforms.slack.reading import NAME, Heard, Way, to_delivery, to_heard
from bot.store import inbox, memory
from bot.store.database import Connection, Database
from bot.store.inbox import Accepted, Delivery

_log = logging.getLogger(__name__)
#: Events that are no messages and need no answer.
_SERVICE = frozenset({"app_uninstalled", "tokens_revoked", "app_rate_limited"})
#: What reading raises where a body has another shape than Slack's.
_ODD = (ValueError, TypeError, AttributeError, LookupError)


class Receiving(AsyncMiddleware):
    """A middleware of the library: it runs before the acknowledgement, and acknowledges itself.

    The library also takes plain functions; for those it looks into the body first, and fails on an odd one.
    """

    def __init__(self, database: Database, start: Callable[[Accepted], None], listens: Callable[[str], bool]) -> None:
        self._database, self._start, self._listens = database, start, listens
        self.bot_user = ""  #: known once Slack was asked

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - the library calls it by these names
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002, ARG002 - the same
    ) -> BoltResponse:
        """Accept a body; what cannot be written down is not acknowledged, so Slack sends it again."""
        body: dict[str, Any] = dict(req.body)
        if body.get("type") == "url_verification":
            return BoltResponse(status=200, body={"challenge": body.get("challenge")})
        try:
            refusal, delivery, heard = self._read(body)
        except _ODD as error:
            _log.warning("a body is not as Slack writes them: %r", error)
            return BoltResponse(status=400, body="")
        if refusal is not None:
            return BoltResponse(status=200, body=refusal)
        if delivery is None:
            self._note(body)
            return BoltResponse(status=200, body="")
        try:
            accepted = await self._accept(delivery, heard)
        except BenchError as error:  # the disk is full …
            _log.error("an event cannot be written down, Slack will send it again: %s", error)
            return BoltResponse(status=503, body="")
        if accepted is not None:
            self._start(accepted)
        return BoltResponse(status=200, body="")

    async def left_over(self) -> tuple[Accepted, ...]:
        """Return what the process before this one accepted and did not settle."""
        return await self._database.read(lambda connection: inbox.unsettled(connection, NAME))

    def _read(self, body: Mapping[str, Any]) -> tuple[dict[str, Any] | None, Delivery | None, Heard | None]:
        """Return what is wrong with a form, and what is to be written down: only what can be read later too."""
        refusal, heard = modal.refusal_of(body), None
        delivery = None if refusal is not None else to_delivery(body, self.bot_user)
        if delivery is not None:
            heard = modal.to_heard(body) or to_heard(body, self.bot_user)
            if not all(isinstance(given, str) and given for given in (delivery.chat, delivery.user)):
                raise ValueError("it names no channel or nobody")
        return refusal, delivery, heard

    async def _accept(self, delivery: Delivery, heard: Heard | None) -> Accepted | None:
        """Write down what is for the bot; what people say to one another is not kept, not even for a moment."""
        now, way = datetime.now(UTC), heard.way if heard else None
        if way is Way.OPEN and not self._listens(delivery.chat):
            return None
        if way is Way.FOLLOW_UP and heard is not None and not await self._is_ours(heard.message, delivery):
            return None
        if not await self._database.write(lambda connection: inbox.accept(connection, delivery, now)):
            return None
        return Accepted(key=delivery.key, payload=dict(delivery.payload), received=now)

    async def _is_ours(self, message: Message, delivery: Delivery) -> bool:
        """Whether the bot was asked in a thread: its first message was accepted, or something of it is remembered."""
        root = f"{(delivery.twin or '').rpartition(':')[0]}:{message.thread}"

        def look(connection: Connection) -> bool:
            return inbox.has_twin(connection, root) or bool(memory.recall(connection, place_of(message)))

        return await self._database.read(look)

    def _note(self, body: dict[str, Any]) -> None:
        """Log what whoever runs the bot has to know of."""
        event = body.get("event")
        kind = str((event.get("type") if isinstance(event, Mapping) else None) or body.get("type"))
        if kind in _SERVICE:
            _log.error("Slack says %s: install the app again or look at its event subscriptions", kind)
