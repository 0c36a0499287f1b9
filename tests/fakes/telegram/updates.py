"""The queue of updates, read by long polls or carried to a webhook."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.fakes.telegram.refusals import OTHER_POLL, SET_WEBHOOK, WEBHOOK_ACTIVE, Refusal, bad_request

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name


class Signal:
    """Wakes all who wait for a condition; `notify` may be called from plain functions of the same loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Return whether *condition* came true in time; it is asked again at every notice."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not condition():
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                async with asyncio.timeout_at(deadline):
                    await waiter
            except TimeoutError:
                return condition()
            finally:
                self._waiting.discard(waiter)
        return True


class Updates:
    """Numbers updates, keeps them until they are confirmed and hands them out."""

    def __init__(self, changed: Signal, *, first_id: int = 1, webhook_retry_s: float = 0.1) -> None:
        self.log: list[dict[str, Any]] = []  #: every update there ever was, dropped ones not
        self.dropped: list[str] = []  #: kinds that the bot did not ask for
        self.webhook_url = ""
        self.webhook_posts: list[int] = []  #: the status of each post, 0 where nothing answered
        self._changed, self._retry_s = changed, webhook_retry_s
        self._next = first_id
        self._pending: list[dict[str, Any]] = []
        self._again: list[dict[str, Any]] = []
        self._allowed: set[str] = set()
        self._poll = 0  #: number of the newest poll; an older one that still waits is ended
        self._polling = 0  #: number of the poll that waits
        self._reason = OTHER_POLL
        self._closing = False
        self._secret = ""
        self._carrier: asyncio.Task[None] | None = None

    @property
    def unconfirmed(self) -> int:
        """How many updates wait for the bot."""
        return len(self._pending)

    @property
    def is_polled(self) -> bool:
        return self._polling != 0

    def push(self, kind: str, content: dict[str, Any]) -> int:
        """Queue one update and return its id; a kind that is not asked for is dropped, as Telegram drops it."""
        number, self._next = self._next, self._next + 1
        if kind in self._allowed or (not self._allowed and kind not in NOT_BY_DEFAULT):
            self.log.append({"update_id": number, kind: content})
            self._pending.append(self.log[-1])
        else:
            self.dropped.append(kind)
        self._changed.notify()
        return number

    def redeliver(self, update_id: int, times: int = 1) -> None:
        """Hand an update out again, once in each of the next *times* answers, whatever was confirmed."""
        update = next(update for update in self.log if update["update_id"] == update_id)
        self._again += [update] * times
        self._changed.notify()

    def allow(self, kinds: str | None) -> None:
        if kinds is not None:
            self._allowed = set(json.loads(kinds))

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """Answer getUpdates; a newer poll ends an older one that still waits."""
        if self.webhook_url:
            raise Refusal(WEBHOOK_ACTIVE, code=409)
        self._poll += 1
        mine, self._reason = self._poll, OTHER_POLL
        self._confirm(offset)
        self._changed.notify()
        self._polling = mine
        try:
            await self._changed.wait_for(
                lambda: bool(self._pending or self._again) or self._closing or self._poll != mine, timeout_s
            )
        finally:
            self._polling = 0 if self._polling == mine else self._polling
            self._changed.notify()
        if self._poll != mine:
            raise Refusal(self._reason, code=409)
        return self._take()[:limit]

    def _take(self) -> list[dict[str, Any]]:
        again = [self._again.pop(0)] if self._again else []
        known = {update["update_id"] for update in self._pending}
        return [update for update in again if update["update_id"] not in known] + self._pending

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._pending = self._pending[offset:]
        else:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]

    async def set_webhook(self, url: str, secret: str, *, drop_pending: bool) -> None:
        """Carry updates to *url* from now on, or leave them to polls when it is empty."""
        if url and urlsplit(url).scheme != "https" and urlsplit(url).hostname != "127.0.0.1":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        await self._stop_carrying()
        self.webhook_url, self._secret = url, secret
        if drop_pending:
            self._pending = []
        if url:
            self._poll, self._reason = self._poll + 1, SET_WEBHOOK
            self._carrier = asyncio.create_task(self._carry())
        self._changed.notify()

    async def close(self) -> None:
        self._closing = True
        self._changed.notify()
        await self._stop_carrying()

    async def _stop_carrying(self) -> None:
        if self._carrier:
            self._carrier.cancel()
            await asyncio.wait([self._carrier])
            self._carrier = None

    async def _carry(self) -> None:
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while True:
                await self._changed.wait_for(lambda: bool(self._pending or self._again), 3600)
                for update in self._take()[:1]:
                    await self._post(session, update)
                    self._confirm(update["update_id"] + 1)
                self._changed.notify()

    async def _post(self, session: ClientSession, update: dict[str, Any]) -> None:
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        wait_s = self._retry_s
        while True:
            try:
                async with session.post(self.webhook_url, json=update, headers=headers) as answer:
                    status = answer.status
            except (ClientError, TimeoutError):
                status = 0
            self.webhook_posts.append(status)
            self._changed.notify()
            if 200 <= status < 300:
                return
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, 5.0)
