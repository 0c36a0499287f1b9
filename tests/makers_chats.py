"""A bot in the loopback Telegram: the real library, the real database, and a responder of one's choice."""

import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.platforms import Responder
from bot.platforms.telegram import TelegramPlatform, TelegramWiring
from bot.store.database import Database, open_database
from tests.fakes.telegram import TOKEN, Chat, FakeTelegram, Shown

ADMIN = "telegram:7"


@asynccontextmanager
async def database_in(home: Path | None = None) -> AsyncIterator[Database]:
    with tempfile.TemporaryDirectory() as folder, open_database(home or Path(folder)) as database:
        yield database


@asynccontextmanager
async def running(
    telegram: FakeTelegram, responder: Responder, database: Database, **wiring: Any
) -> AsyncIterator[TelegramPlatform]:
    """Run the bot until the block ends."""
    given = {"allow": frozenset({"*"}), "token": TOKEN, "index_version": "index-1"} | wiring
    with ThreadPoolExecutor(2) as executor:
        made = TelegramWiring(responder=responder, database=database, executor=executor, api_url=telegram.url, **given)
        async with TelegramPlatform(made) as platform:
            yield platform


def said_in(telegram: FakeTelegram, chat: Chat) -> list[Shown]:
    """Return what the bot wrote in a chat."""
    return [message for message in telegram.messages(chat) if message.sender.is_bot]


async def answers_in(telegram: FakeTelegram, chat: Chat, count: int, timeout_s: float = 15.0) -> list[Shown]:
    """Return what the bot wrote, as soon as that is *count* messages."""
    await telegram.wait_for(lambda: len(said_in(telegram, chat)) >= count, timeout_s)
    return said_in(telegram, chat)
