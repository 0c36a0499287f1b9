"""Telegram's own parser of texts: TDLib, which runs here without a network or an account."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from bot.rendering.telegram_markup import utf16_units

tdjson = pytest.importorskip("tdjson")
MOST_ENTITIES, MOST_UNITS = 100, 4096


@dataclass(frozen=True)
class Entity:
    """What Telegram made of a pair of tags; places are in UTF-16 units."""

    kind: str
    offset: int
    length: int
    url: str = ""


class RefusedError(AssertionError):
    """Telegram would not take this text."""


def parse(html: str) -> tuple[str, list[Entity]]:
    """Return the text that is shown, and its entities."""
    told = _execute({"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}})
    if told["@type"] == "error":
        raise RefusedError(told["message"])
    entities = [
        Entity(
            kind=found["type"]["@type"].removeprefix("textEntityType"),
            offset=found["offset"],
            length=found["length"],
            url=found["type"].get("url", ""),
        )
        for found in told["entities"]
    ]
    return told["text"], entities


def shown(html: str) -> str:
    """Return the text that is shown; everything that Telegram would refuse in a message is refused here too."""
    text, entities = parse(html)
    if not text.strip():
        raise RefusedError("message text is empty")
    if utf16_units(text) > MOST_UNITS:
        raise RefusedError(f"message is too long: {utf16_units(text)}")
    if len(entities) > MOST_ENTITIES:
        raise RefusedError(f"too many entities: {len(entities)}")
    return text


def marked_text(html: str, kind: str) -> list[str]:
    """Return the texts of the entities of one kind."""
    text, entities = parse(html)
    units = text.encode("utf-16-le")
    return [
        units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
        for one in entities
        if one.kind == kind
    ]


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request, ensure_ascii=False).encode()))
    return found


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})
