"""Builds the library's application: its pools, its queue, and logs without the token."""

import logging
from typing import Any

from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.platforms import PlatformError
from bot.platforms.telegram.receiving import InboxQueue
from bot.platforms.telegram.turns import InTurn

#: Loggers that write addresses, and so the token.
LOGGERS = ("httpx", "httpcore", "telegram", "telegram.ext.Application", "telegram.ext.Updater", "telegram.ext.ExtBot")
_CONNECTIONS, _POOL_PATIENCE_S = 64, 10.0

Telegram = Application[Any, Any, Any, Any, Any, Any]


def build(token: str, api_url: str | None, queue: InboxQueue) -> Telegram:
    """Return the application; answers and polling have pools of their own, so no long poll holds an answer back."""
    builder = ApplicationBuilder().token(token).concurrent_updates(InTurn()).job_queue(None).update_queue(queue)
    if api_url:
        builder = builder.base_url(f"{api_url.rstrip('/')}/bot").base_file_url(f"{api_url.rstrip('/')}/file/bot")
    builder = builder.connection_pool_size(_CONNECTIONS).pool_timeout(_POOL_PATIENCE_S)
    return builder.get_updates_connection_pool_size(2).build()


def explained(error: TelegramError) -> PlatformError:
    """Return why Telegram cannot be used, and what to do."""
    if isinstance(error, InvalidToken):
        return PlatformError("Telegram refuses the token. Set TELEGRAM_BOT_TOKEN to the one @BotFather shows.")
    return PlatformError(
        "Telegram cannot be reached. Check the network and GPUWISE_TELEGRAM_API_URL, then start again."
    )


def quiet_httpx() -> None:
    """Keep the addresses of every call, which hold the token, out of the log."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
