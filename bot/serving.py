"""Runs every platform whose tokens are set, in one process, until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from bot.app import App
from bot.config import Settings, SettingsError
from bot.platforms import Responder

Run = Callable[[], Coroutine[Any, Any, None]]


def platforms(settings: Settings, responder: Responder) -> dict[str, Run]:
    """Return what to run by platform; tokens that are half there or missing altogether are an error."""
    found: dict[str, Run] = {}
    if settings.telegram_bot_token:
        from bot.platforms.telegram import TelegramPlatform  # noqa: PLC0415  # each SDK only where it is used

        found["telegram"] = TelegramPlatform(
            responder,
            token=settings.telegram_bot_token,
            allow=settings.telegram_allow,
            api_url=settings.telegram_api_url,
        ).run
    if settings.slack_bot_token or settings.slack_app_token:
        if not (settings.slack_bot_token and settings.slack_app_token):
            missing = "SLACK_APP_TOKEN" if settings.slack_bot_token else "SLACK_BOT_TOKEN"
            raise SettingsError(missing, "is not set; Socket Mode needs both Slack tokens")
        from bot.platforms.slack import SlackPlatform  # noqa: PLC0415

        found["slack"] = SlackPlatform(
            responder,
            bot_token=settings.slack_bot_token,
            app_token=settings.slack_app_token,
            allow=settings.slack_allow,
            api_url=settings.slack_api_url,
        ).run
    if not found:
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN, SLACK_BOT_TOKEN", "none is set; set the tokens of a platform, see README"
        )
    return found


def serve(app: App) -> None:
    """Serve until SIGTERM or Ctrl-C; what is being answered then is still sent."""
    running = platforms(app.settings, app.bot)
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(running))


async def _serve(running: dict[str, Run]) -> None:
    this = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        if this is not None:
            loop.add_signal_handler(stop, this.cancel)
    async with asyncio.TaskGroup() as group:
        for name, run in running.items():
            group.create_task(run(), name=name)
