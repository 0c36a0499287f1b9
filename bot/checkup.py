"""What `gpuwise doctor` looks at: what is configured, stale or wrong, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from bot.app import App
from bot.config import Settings
from knowledge.checks import check_card
from knowledge.errors import GpuwiseError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    good: bool
    text: str


def examine(app: App) -> Iterator[Finding]:
    """Yield what was found, in the order in which it matters."""
    library = app.library
    yield Finding(
        good=True, text=f"knowledge: {len(library.guide.sections)} sections, {len(library.catalogue.cards)} cards"
    )
    for card in library.catalogue.cards:
        for check in check_card(card):
            if not check.holds and not check.reason:
                yield Finding(
                    good=False,
                    text=f"{check.card}: {check.name} is {check.stated:g}, its parts give {check.computed:g}",
                )
    try:
        _ = app.search
        yield Finding(good=True, text=f"index: fits the knowledge, in {app.settings.home / 'index'}")
    except GpuwiseError as error:
        yield Finding(good=False, text=f"index: {error}")
    yield from _platforms(app)
    able = find_spec("sentence_transformers") is not None
    yield Finding(good=True, text="building: " + ("can build the index" if able else "serves only (no [build] extra)"))


def _platforms(app: App) -> Iterator[Finding]:
    settings = app.settings
    yield from _telegrams(settings)
    yield from _slacks(settings)
    yield from _benchmarks(settings)


def _telegrams(settings: Settings) -> Iterator[Finding]:
    if not settings.telegram_bot_token:
        yield Finding(good=True, text="telegram: not set up (no token)")
    elif (trouble := _lacks("telegram", "telegram", settings.telegram_allow)) is not None:
        yield trouble
    else:
        yield _set_up("telegram", settings.telegram_allow)
        yield _telegram(settings)


def _slacks(settings: Settings) -> Iterator[Finding]:
    """Yield what Slack lacks: its tokens are two, or one and a secret."""
    if not (settings.slack_bot_token or settings.slack_app_token or settings.slack_signing_secret):
        yield Finding(good=True, text="slack: not set up (no token)")
    elif not settings.slack_bot_token:
        yield Finding(good=False, text="slack: SLACK_BOT_TOKEN is not set (xoxb-…, under OAuth & Permissions)")
    elif not (settings.slack_app_token or settings.slack_signing_secret):
        text = (
            "slack: set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET where Slack calls over HTTP"
        )
        yield Finding(good=False, text=text)
    elif (trouble := _lacks("slack", "slack_bolt", settings.slack_allow)) is not None:
        yield trouble
    else:
        yield _set_up("slack", settings.slack_allow)
        yield _slack(settings)
        channels = {item.partition("=")[0].strip() for item in settings.slack_help}
        if unheard := sorted(channels - settings.slack_allow) if "*" not in settings.slack_allow else []:
            text = f"slack: {', '.join(unheard)} of GPUWISE_SLACK_HELP may not ask; add to GPUWISE_SLACK_ALLOW too"
            yield Finding(good=False, text=text)


def _lacks(name: str, module: str, allow: frozenset[str]) -> Finding | None:
    """Return what a platform with tokens lacks: its library, or anybody who may ask."""
    if find_spec(module) is None:
        return Finding(good=False, text=f"{name}: its library is missing; run pip install 'gpuwise[{name}]'")
    if not allow:
        return Finding(good=False, text=f"{name}: nobody may ask; set GPUWISE_{name.upper()}_ALLOW to ids, or to *")
    return None


def _set_up(name: str, allow: frozenset[str]) -> Finding:
    return Finding(good=True, text=f"{name}: set up, {'anyone' if '*' in allow else len(allow)} may ask")


def _slack(settings: Settings) -> Finding:
    """Ask Slack itself."""
    from bot.platforms.slack.checking import introduce  # noqa: PLC0415  # the SDK only where there is a token

    token, helps = settings.slack_bot_token or "", bool(settings.slack_help)
    try:
        said = introduce(token, settings.slack_app_token, settings.slack_api_url, helps=helps)
        return Finding(good=True, text=f"slack: {said}")
    except GpuwiseError as error:
        return Finding(good=False, text=f"slack: {error}")


def _telegram(settings: Settings) -> Finding:
    """Ask Telegram itself."""
    from bot.platforms.telegram.checking import introduce  # noqa: PLC0415  # the SDK only where there is a token

    try:
        return Finding(
            good=True, text=f"telegram: {introduce(settings.telegram_bot_token or '', settings.telegram_api_url)}"
        )
    except GpuwiseError as error:
        return Finding(good=False, text=f"telegram: {error}")


def _benchmarks(settings: Settings) -> Iterator[Finding]:
    """Yield who may start benchmarks from a chat."""
    if settings.bench_run and not settings.bench_approve:
        yield Finding(
            good=False,
            text="benchmarks: some may ask for them and nobody may approve; set GPUWISE_BENCH_APPROVE to ids",
        )
    elif not settings.bench_run:
        yield Finding(good=True, text="benchmarks: from the terminal only (GPUWISE_BENCH_RUN names nobody)")
