"""All settings, read in one place from the environment and a `.env` file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from knowledge.errors import GpuwiseError


class SettingsError(GpuwiseError):
    """A setting has a value that it must not have; names the variable."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")


#: Settings that name a file and have no default.
_FILES = frozenset({"GPUWISE_PRICES", "GPUWISE_HOSTS"})


def _setting(variable: str, purpose: str, *, default: Any = None, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"variable": variable, "purpose": purpose})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set; `.env.example` and the README's table are made from this class."""

    home: Path = _setting(  # noqa: RUF009  # makes a dataclass field
        "GPUWISE_HOME", "Folder for the index and all other data", default=Path("~/.gpuwise")
    )
    slack_bot_token: str | None = _setting("SLACK_BOT_TOKEN", "Slack bot token (xoxb-…)", secret=True)
    slack_app_token: str | None = _setting(
        "SLACK_APP_TOKEN", "Slack app-level token for Socket Mode (xapp-…)", secret=True
    )
    slack_signing_secret: str | None = _setting(
        "SLACK_SIGNING_SECRET", "Slack signing secret, where Slack calls over HTTP and no app token is set", secret=True
    )
    slack_http_listen: str = _setting(
        "GPUWISE_SLACK_HTTP_LISTEN",
        "Address and port on which Slack's calls arrive, behind TLS",
        default="127.0.0.1:3000",
    )
    slack_help: frozenset[str] = _setting(
        "GPUWISE_SLACK_HELP",
        "Channels to help in without being called, comma-separated ids; C01=0.9 sets how sure an answer must be",
        default=frozenset(),
    )
    slack_help_shadow: str | None = _setting(
        "GPUWISE_SLACK_HELP_SHADOW",
        "Channel in which maintainers judge those answers while nobody else sees them; unset: answers are shown",
    )
    slack_help_humans: frozenset[str] = _setting(
        "GPUWISE_SLACK_HELP_HUMANS",
        "Users (U…) and user groups (S…) that “Get a human” calls, comma-separated ids",
        default=frozenset(),
    )
    slack_api_url: str | None = _setting("GPUWISE_SLACK_API_URL", "Replaces Slack's API address")
    slack_allow: frozenset[str] = _setting(
        "GPUWISE_SLACK_ALLOW",
        "Slack user or channel ids that may ask, comma-separated; * for anyone",
        default=frozenset(),
    )
    telegram_bot_token: str | None = _setting("TELEGRAM_BOT_TOKEN", "Telegram bot token from @BotFather", secret=True)
    telegram_api_url: str | None = _setting("GPUWISE_TELEGRAM_API_URL", "Replaces Telegram's API address")
    telegram_allow: frozenset[str] = _setting(
        "GPUWISE_TELEGRAM_ALLOW",
        "Telegram user or chat ids that may ask, comma-separated; * for anyone",
        default=frozenset(),
    )
    telegram_webhook_url: str | None = _setting(
        "GPUWISE_TELEGRAM_WEBHOOK_URL", "Public https address that Telegram shall call; unset: long polling"
    )
    telegram_webhook_secret: str | None = _setting(
        "GPUWISE_TELEGRAM_WEBHOOK_SECRET", "Secret that Telegram sends along (1–256 of A-Z a-z 0-9 _ -)", secret=True
    )
    telegram_webhook_listen: str = _setting(
        "GPUWISE_TELEGRAM_WEBHOOK_LISTEN", "Address and port to listen on behind TLS", default="127.0.0.1:8443"
    )
    telegram_rich: bool = _setting(
        "GPUWISE_TELEGRAM_RICH",
        "Whether to send Telegram's rich messages with native tables (old clients cannot show them): true or false",
        default=False,
    )
    admins: frozenset[str] = _setting(
        "GPUWISE_ADMINS",
        "Who sees /status and may delete a group's history: ids such as telegram:42",
        default=frozenset(),
    )
    questions: int = _setting(
        "GPUWISE_QUESTIONS", "Questions of one person within a minute; 0 for as many as they like", default=30
    )
    retention_days: int = _setting(
        "GPUWISE_RETENTION_DAYS", "Days that questions and answers of chats are kept; 0 for ever", default=30
    )
    prices: Path | None = _setting(  # noqa: RUF009  # the same
        "GPUWISE_PRICES", "CSV of your own prices (name, price, currency, date, condition); takes over launch prices"
    )
    hosts: Path | None = _setting(  # noqa: RUF009  # the same
        "GPUWISE_HOSTS", "TOML file of the hosts that measure, instead of hosts.toml in GPUWISE_HOME"
    )
    bench_run: frozenset[str] = _setting(
        "GPUWISE_BENCH_RUN",
        "Who may ask for benchmarks beside the terminal's own user: ids such as telegram:42 or slack:U01, "
        "comma-separated; * for anyone",
        default=frozenset(),
    )
    bench_approve: frozenset[str] = _setting(
        "GPUWISE_BENCH_APPROVE",
        "Who may approve benchmarks beside the terminal's own user; ids as above",
        default=frozenset(),
    )
    bench_four_eyes: bool = _setting(
        "GPUWISE_BENCH_FOUR_EYES",
        "Whether somebody else must approve an approver's own benchmark: true or false",
        default=False,
    )
    bench_jobs: int = _setting(
        "GPUWISE_BENCH_JOBS", "Benchmarks of one person that may be queued or running together", default=3
    )
    bench_gpu_minutes: int = _setting(
        "GPUWISE_BENCH_GPU_MINUTES", "GPU minutes that one person's benchmarks may take within 24 hours", default=60
    )
    threads: int = _setting("GPUWISE_THREADS", "CPU threads that embed a question; 0 for all cores", default=0)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings in *environ*; empty values count as unset."""
        values: dict[str, Any] = {}
        for item in fields(cls):
            variable = item.metadata["variable"]
            text = environ.get(variable, "").strip()
            if text:
                values[item.name] = _convert(variable, text, item.default)
        settings = cls(**values)
        return cls(**{**values, "home": settings.home.expanduser()})


def read_dotenv(file: Path) -> dict[str, str]:
    """Return the variables of a `.env` file, none when there is no file; quotes and `export` are understood."""
    if not file.is_file():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign:
            raise SettingsError(f"{file.name} line {number}", "is not NAME=value")
        found[name.strip()] = value.strip().strip("\"'")
    return found


def _convert(variable: str, text: str, default: Any) -> Any:
    if isinstance(default, Path) or variable in _FILES:
        return Path(text).expanduser()
    if isinstance(default, frozenset):
        return frozenset(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, bool):
        if text.lower() not in {"true", "false"}:
            raise SettingsError(variable, f"must be true or false, not {text!r}")
        return text.lower() == "true"
    if isinstance(default, int):
        if not text.isdigit():
            raise SettingsError(variable, f"must be a whole number, not {text!r}")
        return int(text)
    return text
