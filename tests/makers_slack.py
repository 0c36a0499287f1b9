"""Makers for the loopback Slack: the real client library, a small real bot, and blocks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack


def make_client(slack: FakeSlack, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.api_url, timeout=5, retry_handlers=[])


def make_app(slack: FakeSlack, token: str = BOT_TOKEN) -> AsyncApp:
    return AsyncApp(client=make_client(slack, token), signing_secret=SIGNING_SECRET)


@asynccontextmanager
async def connected(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """Run an app over Socket Mode until the block ends."""
    opened = slack.socket.opened + 1
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=1)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]  # the library has no types here
        await slack.wait_for_connection(opened)
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # the same


def make_text(text: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": text}


def make_section(text: str = "đo", **fields: Any) -> dict[str, Any]:
    return {"type": "section", "text": make_text(text), **fields}


def make_button(label: str = "Run", action_id: str = "run", **fields: Any) -> dict[str, Any]:
    return {"type": "button", "text": make_text(label, "plain_text"), "action_id": action_id, **fields}


def make_actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def make_confirm(**fields: str) -> dict[str, Any]:
    texts = {"title": "Sure?", "text": "It runs for an hour", "confirm": "Yes", "deny": "No"} | fields
    return {name: make_text(text, "plain_text") for name, text in texts.items()}


def make_rows(rows: int, columns: int = 2, text: str = "x") -> list[list[dict[str, str]]]:
    return [[{"type": "raw_text", "text": text} for _ in range(columns)] for _ in range(rows)]


def make_table(rows: int = 2, columns: int = 2, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": make_rows(rows, columns, text)}


def make_data_table(rows: int = 2, columns: int = 2, **fields: Any) -> dict[str, Any]:
    return {"type": "data_table", "caption": "Cards", "rows": make_rows(rows, columns), **fields}


def make_chart(categories: int = 2, series: int = 1, title: str = "Speed", label: str = "c") -> dict[str, Any]:
    labels = [f"{label}{number}" for number in range(categories)]
    data = [{"label": name, "value": number} for number, name in enumerate(labels)]
    lines = [{"name": f"s{number}", "data": data} for number in range(series)]
    chart = {"type": "bar", "series": lines, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": title, "chart": chart}
