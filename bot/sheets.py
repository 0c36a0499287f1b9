"""The catalogue on the command line."""

import argparse
import json
from dataclasses import fields
from typing import Any

from bot.answering.compare import answer_compare
from bot.answering.specs import answer_spec
from bot.answers import Answer
from bot.app import App
from bot.intents import Intent, IntentKind
from bot.rendering.plain import sources_text, to_text
from bot.texts import texts
from bot.understanding.names import Mention, NameReader, closest_names
from knowledge.errors import UnknownGpuError
from knowledge.library import Library
from knowledge.specs import GpuSpec


def show_spec(app: App, args: argparse.Namespace) -> None:
    """Print the sheets of all variants of one card."""
    name = " ".join(args.name)
    mention = find(app.library, name)
    if args.json:
        _print_json(app.library, mention.slugs)
        return
    _print(answer_spec(_intent(name, (mention,), IntentKind.SPEC), app.library))


def compare_cards(app: App, args: argparse.Namespace) -> None:
    """Print cards side by side."""
    mentions = tuple(find(app.library, name) for name in args.names)
    if args.json:
        _print_json(app.library, tuple(dict.fromkeys(slug for mention in mentions for slug in mention.slugs)))
        return
    _print(answer_compare(_intent(", ".join(args.names), mentions, IntentKind.COMPARE), app.library))


def find(library: Library, name: str) -> Mention:
    """Return the variants that *name* may mean; an unknown card is an error with the closest names."""
    if name in library.catalogue.by_slug:
        return Mention(text=name, slugs=(name,))
    mentions = [mention for mention in NameReader(library.catalogue).read(name) if mention.slugs]
    if len(mentions) != 1:
        raise UnknownGpuError(name, list(closest_names(name, library.catalogue)))
    return mentions[0]


def card_json(card: GpuSpec) -> dict[str, Any]:
    """Return every field of a card; null where the maker gives nothing."""
    values = {item.name: getattr(card, item.name) for item in fields(card)}
    return {
        **values,
        "launch_year": card.launch_year,
        "aliases": list(card.aliases),
        "sources": dict(card.sources),
        "exceptions": dict(card.exceptions),
    }


def _intent(text: str, mentions: tuple[Mention, ...], kind: IntentKind) -> Intent:
    return Intent(kind=kind, language="en", text=text, mentions=mentions)


def _print(answer: Answer) -> None:
    print(to_text(answer))  # noqa: T201
    print(sources_text(answer, "\n" + texts(answer.language).say("sources.heading")))  # noqa: T201


def _print_json(library: Library, slugs: tuple[str, ...]) -> None:
    cards = [card_json(library.catalogue.by_slug[slug]) for slug in slugs]
    print(json.dumps({"cards": cards}, ensure_ascii=False, indent=2))  # noqa: T201
