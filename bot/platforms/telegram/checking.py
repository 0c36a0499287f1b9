"""Asks Telegram who the bot is: whether the token and the network are good."""

import asyncio

from telegram import Bot
from telegram.error import TelegramError

from bot.platforms import PlatformError
from bot.platforms.telegram.building import explained, quiet_httpx

_PATIENCE_S = 10.0


def introduce(token: str, api_url: str | None) -> str:
    """Return what the bot is called and what it hears in groups; PlatformError where Telegram does not know it."""
    quiet_httpx()
    return asyncio.run(_introduce(token, api_url))


async def _introduce(token: str, api_url: str | None) -> str:
    bot = Bot(token, base_url=f"{api_url.rstrip('/')}/bot") if api_url else Bot(token)
    try:
        async with asyncio.timeout(_PATIENCE_S), bot:
            hears = "everything" if bot.bot.can_read_all_group_messages else "commands, mentions and replies"
            joins = (
                f"hears {hears} in groups" if bot.bot.can_join_groups else "may not join groups (see /setjoingroups)"
            )
            return f"@{bot.username} answers, {joins}"
    except TelegramError as error:
        raise explained(error) from error
    except TimeoutError as error:
        raise PlatformError("Telegram does not answer within 10 s. Check the network, then try again.") from error
