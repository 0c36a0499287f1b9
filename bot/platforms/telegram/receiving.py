"""Writes every update down before Telegram is told that it arrived."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from telegram import Update

from bench.errors import BenchError
from bot.platforms.telegram.reading import to_delivery
from bot.store import inbox
from bot.store.database import Database

_log = logging.getLogger(__name__)
_PAUSE_S = 2.0


class InboxQueue(asyncio.Queue[object]):
    """The library's queue of updates: it awaits `put` before it confirms, so what is in here is in the inbox too."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self.bot_id = 0  #: known once the library has asked Telegram

    async def put(self, item: object) -> None:
        """Write an update down and pass it on; one that was accepted before goes no further."""
        if not isinstance(item, Update) or await self._is_new(item):
            await super().put(item)

    async def put_again(self, update: Update) -> None:
        """Pass on an update that was written down before the last stop."""
        await super().put(update)

    async def _is_new(self, update: Update) -> bool:
        delivery = to_delivery(update, self.bot_id)
        if delivery is None:
            return False
        while True:
            try:
                return await self._database.write(
                    lambda connection: inbox.accept(connection, delivery, datetime.now(UTC))
                )
            except BenchError as error:  # the disk is full …: nothing is confirmed until it can be written down
                _log.error("an update cannot be written down, waiting: %s", error)
                await asyncio.sleep(_PAUSE_S)


async def left_over(database: Database, bot: Any) -> "list[tuple[Update, datetime]]":
    """Return the updates that the process before this one accepted and did not settle, with their times."""
    found = await database.read(lambda connection: inbox.unsettled(connection, "telegram"))
    updates = [(Update.de_json(item.payload, bot), item.received) for item in found]
    return [(update, received) for update, received in updates if update is not None]
