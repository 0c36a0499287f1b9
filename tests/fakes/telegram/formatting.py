"""Text as Telegram reads it: TDLib itself parses the markup and finds mentions and commands."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import tdjson

from tests.fakes.telegram.refusals import bad_request

MAX_ENTITIES = 100
_PARSERS = {
    "html": {"@type": "textParseModeHTML"},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
}
_NAMES = {
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "PreCode": "pre",
    "EmailAddress": "email",
    "MentionName": "text_mention",
    "TextUrl": "text_link",
}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as it is shown, with its entities in UTF-16 units."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()
    dropped: int = 0  #: entities beyond the hundredth, which Telegram leaves out without a word


def utf16(text: str) -> int:
    """Return the length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(text: str, mode: str | None, entities: str | None = None) -> Formatted:
    """Return *text* as shown; raise what Telegram answers when the markup is wrong."""
    if not mode:
        return _trimmed(text, json.loads(entities) if entities else [])
    parser = _PARSERS.get(mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    found = _execute({"@type": "parseTextEntities", "text": text, "parse_mode": parser})
    if found["@type"] == "error":
        words = found["message"]
        raise bad_request(words[0].lower() + words[1:])
    return _trimmed(found["text"], [_to_api(entity) for entity in found["entities"]])


def find_entities(text: str) -> list[dict[str, Any]]:
    """Return what a client marks by itself in what a person types: mentions, commands, links."""
    return [_to_api(entity) for entity in _execute({"@type": "getTextEntities", "text": text})["entities"]]


def spans(text: str, entities: list[dict[str, Any]], kind: str) -> list[str]:
    """Return the words that the entities of one kind cover."""
    units = text.encode("utf-16-le", "surrogatepass")
    return [
        units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in entities
        if entity["type"] == kind
    ]


def _trimmed(text: str, entities: list[dict[str, Any]]) -> Formatted:
    kept = text.rstrip()
    cut = utf16(kept) - utf16(kept := kept.lstrip("\n"))
    length, clipped = utf16(kept), []
    for entity in entities:
        start, end = max(entity["offset"] - cut, 0), min(entity["offset"] + entity["length"] - cut, length)
        if start < end:
            clipped.append({**entity, "offset": start, "length": end - start})
    return Formatted(kept, tuple(clipped[:MAX_ENTITIES]), max(len(clipped) - MAX_ENTITIES, 0))


def _to_api(entity: dict[str, Any]) -> dict[str, Any]:
    kind = entity["type"]["@type"].removeprefix("textEntityType")
    name = _NAMES.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
    found = {"type": name, "offset": entity["offset"], "length": entity["length"]}
    return found | {key: entity["type"][key] for key in ("url", "language") if entity["type"].get(key)}


def _execute(query: dict[str, Any]) -> Any:
    return json.loads(_tdlib()(json.dumps(query).encode()) or b"")


@cache
def _tdlib() -> Callable[[bytes], bytes | None]:
    tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')
    execute: Callable[[bytes], bytes | None] = tdjson.td_execute
    return execute
