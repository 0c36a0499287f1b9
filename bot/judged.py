"""`gpuwise evaluate --help-channel`: how the answers of help channels were judged, and the bar that follows."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.helping import (
    HIGHER,
    LEAST_JUDGED,
    LOWER,
    NEVER,
    PRECISION,
    STRICT,
    Bar,
    Because,
    Helping,
    Review,
    Standing,
    bar_of,
    standing_of,
)
from bot.serving import helping_of
from bot.store import reviews
from bot.store.database import open_database
from bot.store.engine import FILE_NAME

if TYPE_CHECKING:
    from bot.app import App

_PLATFORM = "slack"
_NOTHING = (
    "No answer of a help channel was judged yet: name the channels in GPUWISE_SLACK_HELP and the reviewers' channel "
    "in GPUWISE_SLACK_HELP_SHADOW, then press Right or Wrong below the answers there."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one channel's answers were judged."""

    channel: str
    bar: Bar
    reviews: Sequence[Review]  #: its own alone

    @property
    def reason(self) -> str:
        """Why the bar is what it is, in a sentence."""
        strict, value = standing_of(self.reviews, STRICT), self.bar.value
        counted = f"{strict.right} of {strict.judged} right at {STRICT}"
        match self.bar.because:
            case Because.FIXED:
                return f"set to {value:g} in GPUWISE_SLACK_HELP"
            case Because.TOO_FEW:
                return f"not enough judged yet: {strict.judged} of {LEAST_JUDGED}, strict bar {STRICT}"
            case Because.UNPROVEN:
                return f"{counted}, surely at least {strict.at_least:.3f}, not yet {PRECISION}: strict bar {STRICT}"
            case Because.WRONG if value == NEVER:
                return f"wrong too often, {counted}: nothing is shown, only offered in private"
            case Because.WRONG:
                return f"wrong too often, {counted}: raised to {value:g}"
        reached = self.standing(value)
        return f"{reached.right} of {reached.judged} right from it on, surely at least {reached.at_least:.3f}"

    def standing(self, bar: float) -> Standing:
        """Return how the answers above a bar were judged."""
        return standing_of(self.reviews, bar)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values; the bar is null where no answer is shown."""
        right = sum(review.is_right for review in self.reviews)
        judged = len(self.reviews)
        bars = sorted({STRICT, *LOWER, *HIGHER, *([self.bar.value] if self.bar.value != NEVER else [])})
        return {
            "channel": self.channel,
            "judged": judged,
            "right": right,
            "wrong": judged - right,
            "bar": None if self.bar.value == NEVER else self.bar.value,
            "because": str(self.bar.because),
            "reason": self.reason,
            "at_bar": self._row(self.bar.value),
            "bars": [self._row(bar) for bar in bars],
        }

    def _row(self, bar: float) -> dict[str, Any]:
        found = self.standing(bar)
        return {
            "bar": None if bar == NEVER else bar,
            "judged": found.judged,
            "right": found.right,
            "precision": found.precision,
            "at_least": found.at_least if found.judged else None,
            "coverage": found.judged / len(self.reviews) if self.reviews else None,
        }


def judged_of(helping: Helping, reviews: Sequence[Review]) -> list[Judged]:
    """Return each channel that is helped in or was judged."""
    names = sorted({*helping.channels, *(review.channel for review in reviews)})
    return [
        Judged(
            channel=name,
            bar=bar_of(name, helping, reviews),
            reviews=[review for review in reviews if review.channel == name],
        )
        for name in names
    ]


def print_judged(app: "App", *, as_json: bool) -> None:
    """Print how the answers of every help channel were judged."""
    reviews = _read(app)
    found = judged_of(helping_of(app.settings), reviews)
    if as_json:
        print(json.dumps({"channels": [one.to_json() for one in found]}, indent=2))  # noqa: T201
    elif not reviews:
        print(_NOTHING)  # noqa: T201
    else:
        print("\n\n".join("\n".join(_lines(one.to_json())) for one in found))  # noqa: T201


def _read(app: "App") -> list[Review]:
    if not (app.settings.home / FILE_NAME).exists():
        return []
    with open_database(app.settings.home) as database:
        rows = asyncio.run(database.read(lambda connection: reviews.judged(connection, _PLATFORM)))
    return [Review(channel=channel, confidence=confidence, is_right=right) for channel, confidence, right in rows]


def _lines(said: Mapping[str, Any]) -> Iterator[str]:
    at_bar = said["at_bar"]
    yield f"{said['channel']}: {said['judged']} answers judged, {said['right']} right, {said['wrong']} wrong"
    yield f"bar {'none' if said['bar'] is None else format(said['bar'], 'g')}: {said['reason']}"
    yield (
        f"at that bar: precision {_said(at_bar['precision'])}, surely at least {_said(at_bar['at_least'])} "
        f"(one-sided 90 %), coverage {_said(at_bar['coverage'])}"
    )
    yield "| bar | judged | right | precision | at least | coverage |"
    yield "|" + " --- |" * 6
    for row in said["bars"]:
        shares = " | ".join(_said(row[name]) for name in ("precision", "at_least", "coverage"))
        yield f"| {row['bar']:g} | {row['judged']} | {row['right']} | {shares} |"


def _said(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
