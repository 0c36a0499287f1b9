"""A bot in the loopback Slack: the real libraries, the real database, and a responder of one's choice."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from bot.platforms import Responder
from bot.platforms.slack import SlackPlatform, SlackWiring
from bot.store.database import Database
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, MINH, Channel, FakeSlack, Shown, User


@asynccontextmanager
async def running(
    slack: FakeSlack, responder: Responder, database: Database, **wiring: Any
) -> AsyncIterator[SlackPlatform]:
    """Run the bot until the block ends."""
    given = {"allow": frozenset({"*"}), "bot_token": BOT_TOKEN, "index_version": "index-1"} | wiring
    given |= {} if "signing_secret" in given else {"app_token": APP_TOKEN}
    with ThreadPoolExecutor(2) as executor:
        made = SlackWiring(responder=responder, database=database, executor=executor, api_url=slack.api_url, **given)
        async with SlackPlatform(made) as platform:
            if made.app_token:
                await slack.wait_for_connection()
            yield platform


async def seen(slack: FakeSlack, place: Channel, count: int, user: User = MINH) -> list[Shown]:
    """Return what somebody sees of the bot in a channel, as soon as that is *count* messages."""
    await slack.wait_for(lambda: len(slack.messages(place, seen_by=user)) >= count, 15)
    await asyncio.sleep(0.1)  # nothing more comes
    return slack.messages(place, seen_by=user)
