"""The catalogue on the command line."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bot.answering.compare import answer_compare
from bot.answering.predicted import with_predictions
from bot.answering.specs import answer_spec
from bot.answers import Answer
from bot.app import App
from bot.intents import Intent, IntentKind
from bot.predictions import find_work, save_chart, throughput_json
from bot.rendering.bars import panels_alt_text
from bot.rendering.charting import COMPARED, comparison_chart
from bot.rendering.charts import draw_panels
from bot.rendering.plain import sources_text, to_text
from bot.texts import texts
from bot.understanding.names import Mention, NameReader, slugs_of
from knowledge.certainty import certainty
from knowledge.library import Library
from knowledge.specs import GpuSpec


def show_spec(app: App, args: argparse.Namespace) -> None:
    """Print the sheets of all variants of one card."""
    name = " ".join(args.name)
    mention = find(app.library, name)
    if args.json:
        _print_json(app.library, mention.slugs, {})
        return
    _print(answer_spec(_intent(name, (mention,), IntentKind.SPEC), app.library))


def compare_cards(app: App, args: argparse.Namespace) -> None:
    """Print cards side by side, with the predicted speed of a workload where one is named."""
    mentions = tuple(find(app.library, name) for name in args.names)
    cards = [app.library.catalogue.by_slug[slug] for slug in dict.fromkeys(s for m in mentions for s in m.slugs)]
    work = find_work(app, args.workload, args) if args.workload else None
    plan = app.advisor.predictor.plan(work) if work else None
    found = app.advisor.predictions(plan, cards) if plan else {}
    if args.chart:
        charts = comparison_chart(cards, COMPARED, "en", plan, found)
        save_chart(args.chart, draw_panels(charts), panels_alt_text(charts))
    if args.json:
        predicted = {slug: throughput_json(item) | {"basis": item.basis} for slug, item in found.items()}
        _print_json(app.library, tuple(card.slug for card in cards), predicted)
        return
    answer = answer_compare(_intent(", ".join(args.names), mentions, IntentKind.COMPARE), app.library)
    if plan and work:
        answer = with_predictions(answer, plan, app.advisor.need(work), found, app.library)
    _print(answer)


def find(library: Library, name: str) -> Mention:
    """Return the variants that *name* may mean; an unknown card is an error with the closest names."""
    return Mention(text=name, slugs=slugs_of(name, NameReader(library.catalogue), library.catalogue))


def card_json(card: GpuSpec, library: Library) -> dict[str, Any]:
    """Return every field of a card, null where there is nothing, with why, and how sure each is."""
    values = {item.name: getattr(card, item.name) for item in fields(card)}
    return {
        **values,
        "launch_year": card.launch_year,
        "aliases": list(card.aliases),
        "sources": dict(card.sources),
        "exceptions": dict(card.exceptions),
        "absent": dict(card.absent),
        "certainty": {name: certainty(card, name, library.sources) for name in card.sources},
    }


def _intent(text: str, mentions: tuple[Mention, ...], kind: IntentKind) -> Intent:
    return Intent(kind=kind, language="en", text=text, mentions=mentions)


def _print(answer: Answer) -> None:
    print(to_text(answer))  # noqa: T201
    print(sources_text(answer, "\n" + texts(answer.language).say("sources.heading")))  # noqa: T201


def _print_json(library: Library, slugs: tuple[str, ...], predicted: Mapping[str, Any]) -> None:
    cards = [card_json(library.catalogue.by_slug[slug], library) for slug in slugs]
    for card in cards:
        if card["slug"] in predicted:
            card["predicted"] = predicted[card["slug"]]
    print(json.dumps({"cards": cards}, ensure_ascii=False, indent=2))  # noqa: T201
