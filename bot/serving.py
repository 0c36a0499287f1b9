"""Runs every platform whose tokens are set, in one process, until it is told to stop."""

import asyncio
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bench.backlog import Permissions, Quota
from bench.errors import BenchError
from bot.app import App
from bot.benching.desk import House
from bot.benching.proposals import Policy
from bot.chatting.measuring import Measuring
from bot.config import Settings, SettingsError
from bot.heartbeat import beat
from bot.helping import Helping
from bot.platforms import Responder
from bot.store import forgetting
from bot.store.database import Database, open_database
from knowledge.errors import GpuwiseError

_ANSWERING = 2  #: threads; more would only take turns
_FORGET_EVERY_S = 3600.0
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_BAR = re.compile(r"0(\.\d+)?|1(\.0+)?")
_LISTEN = re.compile(r"[\w.:\[\]-]+:\d{1,5}")


class Platform(Protocol):
    """Carries questions to the bot and answers back."""

    async def run(self) -> None:
        """Serve until cancelled."""
        ...

    async def is_connected(self) -> bool:
        """Whether questions can arrive."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the platforms of one process share."""

    settings: Settings
    responder: Responder
    database: Database
    executor: Executor
    index_version: str
    measuring: Measuring


def platforms(service: Service) -> dict[str, Platform]:
    """Return what to run by platform; tokens that are half there or missing altogether are an error."""
    found: dict[str, Platform] = {}
    if service.settings.telegram_bot_token:
        found["telegram"] = _telegram(service, service.settings.telegram_bot_token)
    if service.settings.slack_bot_token or service.settings.slack_app_token or service.settings.slack_signing_secret:
        found["slack"] = _slack(service)
    if not found:
        raise SettingsError(
            "TELEGRAM_BOT_TOKEN, SLACK_BOT_TOKEN", "none is set; set the tokens of a platform, see README"
        )
    return found


def serve(app: App) -> None:
    """Serve until SIGTERM or Ctrl-C; what is being answered then is still sent."""
    try:
        with open_service(app) as service, suppress(asyncio.CancelledError):
            asyncio.run(_serve(service, platforms(service)))
    except BaseExceptionGroup as group:  # of the tasks side by side; the first known reason is what to say
        known = group.subgroup((GpuwiseError, BenchError))
        if known is None:
            raise
        raise _leaf(known) from group


def _leaf(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _leaf(first) if isinstance(first, BaseExceptionGroup) else first


@contextmanager
def open_service(app: App) -> Iterator[Service]:
    """Lend what the platforms share."""
    manifest = app.search.manifest
    with open_database(app.settings.home) as database, ThreadPoolExecutor(_ANSWERING, "gpuwise-answer") as executor:
        measuring = _measuring(app, database)
        yield Service(
            settings=app.settings,
            responder=app.bot,
            database=database,
            executor=executor,
            index_version=f"{manifest.content[:12]} ({manifest.model})",
            measuring=measuring,
        )


def _measuring(app: App, database: Database) -> Measuring:
    settings = app.settings
    permissions = Permissions(runners=settings.bench_run, approvers=settings.bench_approve)
    policy = Policy(permissions=permissions, four_eyes=settings.bench_four_eyes)
    quota = Quota(jobs=settings.bench_jobs, gpu_minutes=settings.bench_gpu_minutes)
    return Measuring(database, House(policy=policy, quota=quota), app.inventory)


def _telegram(service: Service, token: str) -> Platform:
    from bot.platforms.telegram import TelegramPlatform, TelegramWiring  # noqa: PLC0415  # each SDK only where it is used

    settings = service.settings
    _check_webhook(settings)
    wiring = TelegramWiring(
        responder=service.responder,
        database=service.database,
        executor=service.executor,
        token=token,
        allow=settings.telegram_allow,
        measuring=service.measuring,
        admins=settings.admins,
        questions=settings.questions,
        index_version=service.index_version,
        api_url=settings.telegram_api_url,
        rich=settings.telegram_rich,
        webhook_url=settings.telegram_webhook_url,
        webhook_secret=settings.telegram_webhook_secret,
        webhook_listen=settings.telegram_webhook_listen,
    )
    return TelegramPlatform(wiring)


def _slack(service: Service) -> Platform:
    from bot.platforms.slack import SlackPlatform, SlackWiring  # noqa: PLC0415  # the same

    settings = service.settings
    if not settings.slack_bot_token:
        raise SettingsError("SLACK_BOT_TOKEN", "is not set; Slack needs it beside its other token")
    if not (settings.slack_app_token or settings.slack_signing_secret):
        raise SettingsError(
            "SLACK_APP_TOKEN", "is not set; Socket Mode needs it (or SLACK_SIGNING_SECRET, where Slack calls over HTTP)"
        )
    if not _LISTEN.fullmatch(settings.slack_http_listen):
        raise SettingsError("GPUWISE_SLACK_HTTP_LISTEN", "must be ADDRESS:PORT such as 127.0.0.1:3000")
    wiring = SlackWiring(
        responder=service.responder,
        database=service.database,
        executor=service.executor,
        measuring=service.measuring,
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        listen=settings.slack_http_listen,
        allow=settings.slack_allow,
        admins=settings.admins,
        named=settings.bench_approve | settings.bench_run,
        questions=settings.questions,
        index_version=service.index_version,
        api_url=settings.slack_api_url,
        helping=helping_of(settings),
    )
    return SlackPlatform(wiring)


def helping_of(settings: Settings) -> Helping:
    """Return where the bot helps without being called."""
    channels: dict[str, float | None] = {}
    for item in settings.slack_help:
        name, sign, bar = item.partition("=")
        if sign and not _BAR.fullmatch(bar.strip()):
            raise SettingsError("GPUWISE_SLACK_HELP", f"must be channel ids such as C01 or C01=0.9, not {item!r}")
        channels[name.strip()] = float(bar) if sign else None
    return Helping(
        channels=channels, shadow=settings.slack_help_shadow, humans=tuple(sorted(settings.slack_help_humans))
    )


def _check_webhook(settings: Settings) -> None:
    """Refuse a webhook that anybody could call, or that nobody can."""
    if settings.telegram_webhook_url is None:
        return
    if not settings.telegram_webhook_url.startswith("https://"):
        raise SettingsError("GPUWISE_TELEGRAM_WEBHOOK_URL", "must begin with https://, Telegram calls nothing else")
    if not _SECRET.fullmatch(settings.telegram_webhook_secret or ""):
        raise SettingsError("GPUWISE_TELEGRAM_WEBHOOK_SECRET", "must be set beside it: 1 to 256 of A-Z a-z 0-9 _ -")
    if not _LISTEN.fullmatch(settings.telegram_webhook_listen):
        raise SettingsError("GPUWISE_TELEGRAM_WEBHOOK_LISTEN", "must be ADDRESS:PORT such as 127.0.0.1:8443")


async def _serve(service: Service, running: dict[str, Platform]) -> None:
    this = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        if this is not None:
            loop.add_signal_handler(stop, this.cancel)
    async with asyncio.TaskGroup() as group:
        group.create_task(_forget(service), name="retention")
        group.create_task(service.measuring.run(), name="benchmarks")
        for name, platform in running.items():
            group.create_task(platform.run(), name=name)
        connected = {name: platform.is_connected for name, platform in running.items()}
        group.create_task(beat(service.settings.home, connected), name="heartbeat")


async def _forget(service: Service) -> None:
    """Delete what has been kept for as long as the settings say, every hour."""
    days = service.settings.retention_days
    while days > 0:
        moment = datetime.now(UTC) - timedelta(days=days)
        await service.database.write(lambda connection, moment=moment: forgetting.forget_before(connection, moment))  # type: ignore[misc]
        await asyncio.sleep(_FORGET_EVERY_S)
