"""Lets updates of different chats pass side by side, and those of one chat in order; buttons never wait."""

from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.platforms import Turns

_PARALLEL = 256


class InTurn(BaseUpdateProcessor):
    """Between one queue for all and no order at all, which are what the library offers."""

    def __init__(self) -> None:
        super().__init__(_PARALLEL)
        self._turns = Turns()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run the handlers of one update when the earlier ones of its chat are done."""
        if not isinstance(update, Update) or update.callback_query is not None or update.effective_chat is None:
            await coroutine
            return
        async with self._turns.take(update.effective_chat.id):
            await coroutine

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
