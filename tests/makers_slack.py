"""Makers for the loopback Slack: the real client library, a small real bot, and blocks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack


def make_client(slack: FakeSlack, token: str = BOT_TOKEN, **settings: Any) -> AsyncWebClient:
    """Return the library's client, which repeats nothing unless its *settings* say so."""
    known: dict[str, Any] = {"timeout": 5, "retry_handlers": []}
    return AsyncWebClient(token=token, base_url=slack.api_url, **(known | settings))


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


def make_input(action_id: str = "model", block_id: str = "model", **fields: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": action_id}
    return {
        "type": "input",
        "block_id": block_id,
        "label": make_text("Model", "plain_text"),
        "element": element,
    } | fields


def make_modal(title: str = "Pick a card", *blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    texts = {"title": make_text(title, "plain_text"), "submit": make_text("Pick", "plain_text")}
    return {"type": "modal", "callback_id": "pick", **texts, "blocks": list(blocks) or [make_input()], **fields}


def make_select(*labels: str, action_id: str = "gpu", placeholder: str = "Card", **fields: Any) -> dict[str, Any]:
    options = [{"text": make_text(label, "plain_text"), "value": label.lower()} for label in labels]
    told = {"placeholder": make_text(placeholder, "plain_text"), "options": options}
    return {"type": "static_select", "action_id": action_id, **told, **fields}


def make_feedback(good: str = "Good", bad: str = "Bad", action_id: str = "feedback") -> dict[str, Any]:
    halves = {"positive_button": (good, "good"), "negative_button": (bad, "bad")}
    buttons = {name: {"text": make_text(text, "plain_text"), "value": value} for name, (text, value) in halves.items()}
    element = {"type": "feedback_buttons", "action_id": action_id, **buttons}
    return {"type": "context_actions", "elements": [element]}
