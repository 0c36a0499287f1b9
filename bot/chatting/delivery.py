"""Brings the outbox into the chats: in order within a chat, within the rate limits, each message once."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.chatting.pacing import Pacer
from bot.store import memory, outbox
from bot.store.database import Connection, Database
from bot.store.outbox import Due, Waiting

_log = logging.getLogger(__name__)
_IDLE_S = 5.0  #: between two looks at an outbox that nobody reported a change of
_FIRST_RETRY_S, _LONGEST_RETRY_S = 1.0, 60.0
_MOST_TRIES = 20


class LimitedError(Exception):
    """The platform wants fewer calls; nothing was shown."""

    def __init__(self, seconds: float, *, everywhere: bool = False) -> None:
        super().__init__(f"limited for {seconds:g} s")
        self.seconds, self.everywhere = seconds, everywhere


class UnreachableError(Exception):
    """The platform did not take the call; nothing was shown, and it may be tried again."""


class UnsureError(Exception):
    """Nobody knows whether the call arrived."""


class GoneError(Exception):
    """This message cannot be shown in this chat, now or later."""


class MovedError(Exception):
    """The chat became another one."""

    def __init__(self, chat: str) -> None:
        super().__init__(f"moved to {chat}")
        self.chat = chat


class Carrier(Protocol):
    """A platform that shows messages; what goes wrong is one of the errors above."""

    platform: str

    async def show(self, due: Due) -> str:
        """Send *due*, or edit the message that shows an older version of it, and return the message's id."""
        ...

    def notice(self, due: Due) -> Mapping[str, Any] | None:
        """Return what is shown in place of a message that may have arrived; None where it may stand there twice."""
        ...


class Delivery:
    """Shows what waits in the outbox of one platform until it is cancelled."""

    def __init__(
        self, database: Database, carrier: Carrier, pacer: Pacer, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._carrier, self._pacer, self._clock = database, carrier, pacer, clock
        self._changed = asyncio.Event()
        self._busy: set[str] = set()  #: chats to which something is on its way
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look at the outbox: something was put into it."""
        self._changed.set()

    async def recover(self) -> None:
        """Deal with what the process before this one had on its way when it died."""
        for due in await self._database.read(lambda connection: outbox.on_their_way(connection, self._platform)):
            await self._hold(due)

    async def run(self) -> None:
        """Deliver until cancelled; what is on its way then is waited for by `drain`."""
        while True:
            self._changed.clear()
            wait_s = await self._deliver()
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def drain(self, seconds: float) -> None:
        """Deliver what waits, for at most *seconds*: what does not fit stays in the outbox."""
        deadline = self._clock() + seconds
        while self._clock() < deadline:
            self._changed.clear()
            wait_s = await self._deliver()
            if not self._tasks and (wait_s >= _IDLE_S or self._clock() + wait_s > deadline):
                return
            left = max(deadline - self._clock(), 0.0)
            try:
                async with asyncio.timeout(min(wait_s, left)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    @property
    def _platform(self) -> str:
        return self._carrier.platform

    async def _deliver(self) -> float:
        """Start what may go now and return the seconds until more may."""
        items = await self._database.read(lambda connection: outbox.waiting(connection, self._platform))
        chosen, wait_s = self._choose(items)
        if chosen:
            for due in await self._database.write(lambda connection: outbox.take(connection, chosen)):
                task = asyncio.create_task(self._show(due))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return wait_s

    def _choose(self, items: Sequence[Waiting]) -> tuple[list[int], float]:
        """Return the messages that may go now, at most one a chat, and the seconds until the next ones may."""
        now, moment = self._clock(), datetime.now(UTC)
        chosen: list[int] = []
        wait_s, seen = _IDLE_S, set(self._busy)
        for item in sorted(items, key=lambda item: (item.is_progress, item.id)):
            if item.chat in seen:
                continue
            seen.add(item.chat)
            late_s = (item.not_before - moment).total_seconds() if item.not_before else 0.0
            own_s = self._pacer.wait_s(item.chat, now, is_progress=item.is_progress, is_edit=not item.is_new)
            item_wait_s = max(late_s, own_s)
            if item_wait_s > 0:
                wait_s = min(wait_s, item_wait_s)
                continue
            self._pacer.spend(item.chat, now, is_edit=not item.is_new)
            self._busy.add(item.chat)
            chosen.append(item.id)
        return chosen, wait_s

    async def _show(self, due: Due) -> None:
        try:
            await self._attempt(due)
        except Exception:  # noqa: BLE001 - the one loop that must outlive a message; its row says how it stands
            _log.exception("message %s was not delivered", due.key)
            await self._hold(due)
        finally:
            self._busy.discard(due.place.chat)
            self.wake()

    async def _attempt(self, due: Due) -> None:
        try:
            message_id = await self._carrier.show(due)
        except LimitedError as error:
            self._pacer.close(error.seconds, self._clock(), None if error.everywhere else due.place.chat)
            await self._later(due, str(error), error.seconds)
        except UnreachableError as error:
            await self._later(due, str(error))
        except UnsureError:
            await self._hold(due)
        except MovedError as error:
            await self._move(due, error.chat)
        except GoneError as error:
            _log.warning("message %s cannot be shown: %s", due.key, error)
            problem = str(error)
            await self._database.write(lambda connection: outbox.give_up(connection, due.id, problem))
        else:
            await self._database.write(lambda connection: outbox.arrived(connection, due.id, due.version, message_id))

    async def _later(self, due: Due, problem: str, seconds: float | None = None) -> None:
        wait_s = min(_FIRST_RETRY_S * 2**due.tries, _LONGEST_RETRY_S) if seconds is None else seconds
        until = datetime.now(UTC) + timedelta(seconds=wait_s)
        if due.tries >= _MOST_TRIES:
            _log.error("message %s was tried %d times and is given up: %s", due.key, due.tries, problem)
            await self._database.write(lambda connection: outbox.give_up(connection, due.id, problem))
            return
        await self._database.write(lambda connection: outbox.postpone(connection, due.id, until, problem))

    async def _hold(self, due: Due) -> None:
        """Offer what may stand in the chat already; an edit is repeated, since it leaves the same text."""
        notice = self._carrier.notice(due) if due.message_id is None else None
        if due.message_id is not None:
            await self._later(due, "no word whether an edit arrived")
        elif notice is None:
            await self._database.write(lambda connection: outbox.send_again(connection, due.id))
        else:
            await self._database.write(lambda connection: outbox.hold(connection, due.id, notice))

    async def _move(self, due: Due, chat: str) -> None:
        def work(connection: Connection) -> None:
            outbox.send_again(connection, due.id)
            outbox.move_chat(connection, self._platform, due.place.chat, chat)
            memory.move_chat(connection, self._platform, due.place.chat, chat)

        await self._database.write(work)
