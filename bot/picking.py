"""`gpuwise pick`: the scoring engine on the command line."""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answering.choose import answer_choose
from bot.answering.ledger import Ledger
from bot.answering.shortlist import Ground
from bot.app import App, today
from bot.intents import Intent, IntentKind
from bot.predictions import find_work, save_chart, throughput_json
from bot.rendering.bars import alt_text
from bot.rendering.charting import shortlist_chart
from bot.rendering.charts import draw
from bot.rendering.plain import part_text, sources_text, to_text
from bot.sheets import find
from bot.texts import texts
from knowledge.errors import GpuwiseError
from retrieval.scoring.advisor import Advice
from retrieval.scoring.candidates import Reason
from retrieval.scoring.needs import FormFactor, Limits, Purpose, Wishes, Work
from retrieval.scoring.ranking import Ranked

_VENDORS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel"}


class WrongFlagError(GpuwiseError):
    """A flag of `pick` has a value that it must not have."""


def pick_command(app: App, args: argparse.Namespace) -> None:
    """Print a ranked shortlist for the limits given."""
    wishes = read_wishes(app, args)
    only = tuple(_slugs(app, args.only))
    advice = app.advisor.advise(wishes, today(), only)
    if args.chart:
        write_chart(advice, args.chart)
    if args.json:
        print(json.dumps(advice_json(app, advice), ensure_ascii=False, indent=2))  # noqa: T201
        return
    intent = Intent(kind=IntentKind.CHOOSE, language="en", text="pick")
    answer = answer_choose(intent, advice, _ground(app))
    print(to_text(answer))  # noqa: T201
    print(sources_text(answer, "\n" + texts("en").say("sources.heading")))  # noqa: T201


def read_wishes(app: App, args: argparse.Namespace) -> Wishes:
    """Return the wishes that the arguments state; a wrong value is an error that names the flag."""
    limits = Limits(
        budget_usd=args.budget,
        max_watts=args.max_watts,
        psu_watts=args.psu,
        min_memory_gb=args.min_memory,
        vendors=_makers("--vendor", args.vendor),
        not_vendors=_makers("--not-vendor", args.not_vendor),
        ecosystem=args.ecosystem,
        form_factor=FormFactor(args.form_factor) if args.form_factor else None,
        count=args.count,
        not_cards=frozenset(_slugs(app, args.not_card)),
        condition=args.condition,
        max_slots=args.max_slots,
    )
    return Wishes(
        limits=limits,
        works=tuple(_works(app, args)),
        purpose=Purpose(args.purpose) if args.purpose else None,
        weights=tuple(_weights(args.weights or ())),
        quoted_usd=tuple(_quoted(app, args.price or ())),
        order=args.order,
    )


def advice_json(app: App, advice: Advice) -> dict[str, Any]:
    """Return a shortlist as plain values."""
    names = app.library.catalogue.by_slug
    return {
        "limits": _limits_json(advice.wishes.limits),
        "workloads": [_work_json(work) for work in advice.works],
        "assumptions": list(_assumptions(advice)),
        "order": advice.wishes.order or "score",
        "weights": {name: round(share, 4) for name, share in advice.ranking.weights.items()},
        "prices": {"basis": advice.prices_from, "date": advice.newest_price},
        "memory_gb": round(max((need.total_gb for need in advice.needs), default=0.0), 2) or None,
        "cards": [_card_json(app, one, advice) for one in advice.ranking.ranked],
        "removed": [
            {"name": one.candidate.card.name, "limit": broken.limit, "reason": _said(broken.reason)}
            for one in advice.ranking.removed
            for broken in one.broken
        ],
        "pareto": [names[slug].name for slug in advice.ranking.pareto],
        "indistinguishable": [[names[slug].name for slug in group] for group in advice.ranking.indistinguishable],
        "changes": [_said(change.reason) for change in advice.changes],
        "nearest": [
            {"name": miss.candidate.card.name, "limit": miss.limit, "reasons": [_said(b.reason) for b in miss.broken]}
            for miss in advice.ranking.nearest
        ],
        "together": _said(advice.ranking.together) if advice.ranking.together else None,
        "relax": [_said(reason) for reason in advice.ranking.relax],
    }


def write_chart(advice: Advice, file: Path) -> None:
    """Draw the shortlist as a PNG."""
    chart = shortlist_chart(advice, "en")
    if not chart.has_values:
        raise GpuwiseError("No card keeps these limits, so there is nothing to draw; leave out --chart to see why.")
    save_chart(file, draw(chart), alt_text(chart))


def _ground(app: App) -> Ground:
    return Ground(advisor=app.advisor, library=app.library, rates=app.tables.rates, today=today())


def _card_json(app: App, one: Ranked, advice: Advice) -> dict[str, Any]:
    candidate = one.candidate
    predicted = app.advisor.predictor.apply(advice.plan, candidate.card)
    return {
        "name": candidate.card.name,
        "rank": one.rank,
        "score": round(one.score, 4),
        "criteria": [
            {"name": score.name, "value": round(score.value, 4), "reason": _said(score.reason)} for score in one.scores
        ],
        "predicted": {**throughput_json(predicted), "basis": predicted.basis} if predicted else None,
        "price": {"usd": candidate.price.usd, "basis": candidate.price.basis, "date": candidate.price.date}
        if candidate.price
        else None,
        "memory_gb": candidate.card.memory_gb,
        "tdp_w": candidate.card.tdp_w,
    }


def _said(reason: Reason) -> str:
    """Return a reason of the scoring engine as English text."""
    return "".join(part_text(part, "en") for part in Ledger().reason("en", reason, "json"))


def _assumptions(advice: Advice) -> Iterable[str]:
    if advice.assumed_work:
        yield f"no workload named: ranked by {advice.works[0].network} {advice.works[0].mode}"
    for work, need in zip(advice.wishes.works, advice.needs, strict=True):
        yield from (f"{work.network}: {name} not said, the usual one taken" for name in need.assumed)
    if advice.prices_from in {"launch", "mixed"}:
        yield "prices are launch prices where no other is known"


def _limits_json(limits: Limits) -> dict[str, Any]:
    found: dict[str, Any] = {
        "budget_usd": limits.budget_usd,
        "max_watts": limits.max_watts,
        "psu_watts": limits.psu_watts,
        "min_memory_gb": limits.min_memory_gb,
        "vendors": sorted(limits.vendors),
        "not_vendors": sorted(limits.not_vendors),
        "ecosystem": limits.ecosystem,
        "form_factor": limits.form_factor,
        "count": limits.count,
        "not_cards": sorted(limits.not_cards),
        "condition": limits.condition,
        "max_slots": limits.max_slots,
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def _work_json(work: Work) -> dict[str, Any]:
    found = {name: getattr(work, name) for name in ("network", "mode", "method", "precision", "batch", "length")}
    return {name: value for name, value in {**found, "parameters_b": work.parameters_b}.items() if value is not None}


def _slugs(app: App, names: Sequence[str] | None) -> Iterable[str]:
    """Return the cards of these names, each once."""
    return dict.fromkeys(slug for name in names or () for slug in find(app.library, name).slugs)


def _makers(flag: str, names: Sequence[str] | None) -> frozenset[str]:
    wrong = [name for name in names or () if name.lower() not in _VENDORS]
    if wrong:
        raise WrongFlagError(f"{flag} {wrong[0]}: no such maker; use NVIDIA, AMD or Intel.")
    return frozenset(_VENDORS[name.lower()] for name in names or ())


def _works(app: App, args: argparse.Namespace) -> Iterable[Work]:
    for name in args.workload or ():
        yield replace(find_work(app, name, args), batch=args.batch, length=args.length, hidden=args.hidden)


def _weights(items: Sequence[str]) -> Iterable[tuple[str, float]]:
    for item in (part for text in items for part in text.split(",")):
        name, _, share = item.partition("=")
        try:
            yield name.strip(), float(share)
        except ValueError as error:
            raise WrongFlagError(f"--weights {item}: write it as speed=0.5 (criterion=share).") from error


def _quoted(app: App, items: Sequence[str]) -> Iterable[tuple[str, float]]:
    for item in items:
        name, _, usd = item.rpartition("=")
        try:
            price = float(usd.replace(",", ""))
        except ValueError as error:
            raise WrongFlagError(f"--price {item}: write it as 'RTX 3090=650' (name=US dollars).") from error
        yield from ((slug, price) for slug in find(app.library, name).slugs)
