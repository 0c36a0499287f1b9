"""Asks Slack who the bot is and what it may: whether tokens, scopes and the network are good."""

import asyncio
from collections.abc import Collection, Mapping

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.platforms import PlatformError

#: Without these the bot hears or answers nobody.
REQUIRED = frozenset({"app_mentions:read", "chat:write", "commands", "im:history"})
#: What is lost without each of the others.
OPTIONAL: Mapping[str, str] = {
    "assistant:write": "no panel as an agent",
    "channels:history": "in channels it hears mentions alone, and helps in none",
    "files:write": "no pictures and no files",
    "groups:history": "the same in private channels",
    "im:write": "no files in direct messages",
    "reactions:write": "no sign below a question to which an answer is offered in private",
    "users:read": "people are called by their ids",
}
#: One of them is what a help channel needs, by its kind.
HISTORY = frozenset({"channels:history", "groups:history"})
_PATIENCE_S = 10.0
#: Errors that say nothing of the token.
_FAULTS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"})
#: What to set where Slack refuses the bot's token.
REMEDY = "SLACK_BOT_TOKEN to the one under OAuth & Permissions (xoxb-…)"
_LOOK = "Check GPUWISE_SLACK_API_URL, or try again later."


def introduce(bot_token: str, app_token: str | None, api_url: str | None, *, helps: bool = False) -> str:
    """Return what the bot is called, where, and what it may not; PlatformError where Slack does not let it answer.

    With *helps* it is to be able to hear a channel without being called.
    """
    return asyncio.run(_introduce(bot_token, app_token, api_url, helps=helps))


def describe_scopes(granted: Collection[str], *, helps: bool) -> str:
    """Return what a bot with these scopes lacks, empty for nothing; PlatformError where it cannot do its work."""
    missing = sorted(REQUIRED - set(granted))
    if helps and not HISTORY & set(granted):
        missing += ["channels:history (groups:history for a private channel), which GPUWISE_SLACK_HELP needs"]
    if missing:
        raise PlatformError(f"reinstall the app after adding {', '.join(missing)} (see slack/manifest.yml).")
    lost = [f"{scope} ({loss})" for scope, loss in OPTIONAL.items() if scope not in granted]
    return f"; it does without {', '.join(lost)}: reinstall the app after adding what you want" if lost else ""


async def _introduce(bot_token: str, app_token: str | None, api_url: str | None, *, helps: bool) -> str:
    address = f"{api_url.rstrip('/')}/" if api_url else AsyncWebClient.BASE_URL
    client = AsyncWebClient(token=bot_token, base_url=address, timeout=int(_PATIENCE_S))
    try:
        async with asyncio.timeout(_PATIENCE_S):
            said = await ask_who(client, REMEDY)
            if app_token:
                await ask_who(client, "SLACK_APP_TOKEN to one with connections:write (xapp-…)", app_token)
    except (SlackClientError, ClientError, TimeoutError) as error:
        raise PlatformError("Slack cannot be reached. Check the network and GPUWISE_SLACK_API_URL.") from error
    granted = said.headers.get("x-oauth-scopes")
    lacks = "" if granted is None else describe_scopes([one.strip() for one in granted.split(",")], helps=helps)
    way = "Socket Mode" if app_token else "HTTP"
    return f"@{said['user']} answers in {said['team']} over {way}{lacks}"


async def ask_who(client: AsyncWebClient, remedy: str, app_token: str | None = None) -> AsyncSlackResponse:
    """Ask who the bot is, or for a socket; *remedy* is what to set where Slack refuses the token."""
    try:
        return await (client.apps_connections_open(app_token=app_token) if app_token else client.auth_test())
    except SlackApiError as error:
        reason = _reason(error)
        if not reason or reason in _FAULTS:
            raise PlatformError(f"Slack does not answer as it should ({reason or 'not in JSON'}). {_LOOK}") from error
        raise PlatformError(f"Slack refuses a token ({reason}): set {remedy}.") from error
    except (AttributeError, TypeError) as error:  # the library looks into an answer that is no object
        raise PlatformError(f"Slack does not answer as it should (not an object). {_LOOK}") from error


def _reason(error: SlackApiError) -> str:
    """Return Slack's own word for an error, empty where something else answered: the library keeps any JSON."""
    try:
        return str(error.response["error"] or "")
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""
