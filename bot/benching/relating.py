"""Holds a result against the one before it, in words. Pure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bench.comparison import Comparison, Finding, compare
from bot.benching.drawing import is_like
from bot.rendering.numbers import say_number
from bot.texts import texts

if TYPE_CHECKING:
    from bot.store.results import Result

_DIGITS = 3


def related_text(result: "Result", others: Iterable["Result"], language: str) -> str:
    """Return what may be said of a result against the newest earlier one of the same case."""
    say = texts(language).say
    earlier = [other for other in others if other.id != result.id and is_like(other, result)]
    if not earlier or len(result.records) != 1:
        return say("cards.compare.nothing", id=result.id)
    return comparison_text(result.id, earlier[0].id, compare(result.records[0], earlier[0].records[0]), language)


def comparison_text(left: str, right: str, found: Comparison, language: str) -> str:
    """Return a finding with its interval and what may explain it."""
    say, texts_of = texts(language).say, texts(language)
    if found.finding is Finding.REFUSED or found.ratio is None:
        fields = ", ".join(item.field for item in found.differing)
        key = "refused" if fields else "refused_unusable"
        return say(f"cards.compare.{key}", left=left, right=right, fields=fields)
    figures = {name: _said(value or 0.0, language) for name, value in _ends(found).items()}
    lines = [say(f"cards.compare.{found.finding.lower()}", left=left, right=right, **figures)]
    if found.context:
        changes = "; ".join(f"{item.field}: {_short(item.left)} → {_short(item.right)}" for item in found.context[:5])
        lines.append(texts_of.say("cards.compare.context", changes=changes))
    return "\n".join(lines)


def _ends(found: Comparison) -> dict[str, float | None]:
    return {"ratio": found.ratio, "lo": found.lo, "hi": found.hi}


def _said(value: float, language: str) -> str:
    return say_number(float(f"{value:.{_DIGITS}g}"), language)


def _short(value: object) -> str:
    return str(value)[:40]
