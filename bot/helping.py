"""When to speak in a help channel that nobody called the bot in: only when it is sure. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.answers import Answer
from bot.intents import IntentKind
from bot.overheard import Concern, concern_of, is_closing

#: How sure the search must be where too few answers were judged. Measured over `stance_of`: at this bar the reporting
#: half of knowledge/questions (no follow-ups) gives 59 of 61 shown answers right in English and 71 of 73 in Vietnamese
#: (surely at least 92 and 94 %), none of its 107 questions outside is shown, and of 20 messages of a channel's own life
#: that are worded like questions about GPUs (`fresh` in tests/acceptance/help_channel.toml) 2 are answered: at 0.9 that
#: is 5, at 0.98 one. Of 100 questions for the bot 85 are answered at 0.97, 89 at 0.9, 83 at 0.98.
STRICT = 0.97
#: The bars that a channel may have, beside the strict one; a bar goes down a step at a time.
LOWER, HIGHER = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5), (0.98, 0.99, 1.0)
NEVER = math.inf  #: no answer is sure enough: the channel is only helped in private
#: Of the answers that are shown so many shall be right, and so many must have been judged before a bar is moved;
#: a step down rests on at least so many between the two bars.
PRECISION, LEAST_JUDGED, LEAST_OF_STEP = 0.9, 20, 5
_Z = 1.2816  #: one-sided 90 % of the normal distribution
_SILENT = frozenset({IntentKind.OUT_OF_SCOPE, IntentKind.CHITCHAT, IntentKind.HELP, IntentKind.BENCH})


class Stance(StrEnum):
    """What to do with a message that nobody addressed to the bot."""

    ANSWER = "answer"
    OFFER = "offer"  #: tell the asker alone that there is something, but nothing sure
    SILENT = "silent"


class Because(StrEnum):
    """Why a channel's bar is what it is."""

    FIXED = "fixed"  #: the settings say so
    TOO_FEW = "too_few"  #: too few answers were judged: the strict bar
    UNPROVEN = "unproven"  #: they were right often enough, but too few to be sure of it: the strict bar
    EARNED = "earned"  #: surely right often enough down to this bar
    WRONG = "wrong"  #: wrong too often at the strict bar: a higher one, or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Helping:
    """Where the bot helps without being called, and how."""

    channels: Mapping[str, float | None] = field(default_factory=dict)  #: a bar by channel; None: what reviews say
    shadow: str | None = None  #: the channel in which answers are judged while nobody else sees them
    humans: tuple[str, ...] = ()  #: users and groups that "Get a human" calls

    def listens(self, channel: str) -> bool:
        """Whether it is a channel to help in; the reviewers' own is none, what they say there is about answers."""
        return channel in self.channels and channel != self.shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the reviewers said of one answer, all together."""

    channel: str
    confidence: float
    is_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the answers of a channel above a bar were judged."""

    bar: float
    right: int
    judged: int

    @property
    def precision(self) -> float | None:
        """The share that was right; None where none was judged."""
        return self.right / self.judged if self.judged else None

    @property
    def at_least(self) -> float:
        """What the precision surely is, one-sided 90 % after Wilson; 0 where none was judged."""
        if not self.judged:
            return 0.0
        share, count = self.right / self.judged, self.judged
        spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
        return (share + _Z**2 / (2 * count) - spread) / (1 + _Z**2 / count)

    @property
    def is_enough(self) -> bool:
        """Whether so many were judged that they say something."""
        return self.judged >= LEAST_JUDGED

    @property
    def is_good(self) -> bool:
        """Whether enough were judged, and surely right often enough."""
        return self.is_enough and self.at_least >= PRECISION


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How sure an answer must be to be shown in a channel, and why."""

    value: float  #: NEVER where no answer is shown
    because: Because


def stance_of(answer: Answer, bar: float, text: str) -> Stance:
    """Return whether the answer to a message that was written to everybody may be shown, offered, or is better kept.

    What a guide says is shown only where the question is one for a guide. What the program itself understood and
    computed (a comparison, a shortlist …) is shown for any question but those about the asker's own surroundings.
    """
    concern = concern_of(text)
    if answer.intent in _SILENT or answer.abstained or concern in {Concern.NOTHING, Concern.LOCAL}:
        return Stance.SILENT
    is_sure = answer.question_back is None and answer.confidence >= bar
    is_computed = answer.intent != IntentKind.EXPLAIN
    if concern is Concern.GUIDE or is_computed:
        return Stance.ANSWER if is_sure else Stance.OFFER
    return Stance.OFFER if is_sure else Stance.SILENT


def goes_on(answer: Answer, text: str) -> bool:
    """Whether a message in a thread where its writer asked the bot before is another question to it."""
    is_kept = answer.intent in _SILENT or answer.abstained
    return not (is_kept or is_closing(text) or concern_of(text) is Concern.LOCAL)


def standing_of(reviews: Iterable[Review], bar: float, below: float = NEVER) -> Standing:
    """Return how the answers from *bar* on were judged, up to *below*."""
    chosen = [review for review in reviews if bar <= review.confidence < below]
    return Standing(bar=bar, right=sum(review.is_right for review in chosen), judged=len(chosen))


def bar_of(channel: str, helping: Helping, reviews: Sequence[Review]) -> Bar:
    """Return the bar of a channel: as set, else what the reviews of its own answers say, the strict one till then."""
    if (fixed := helping.channels.get(channel)) is not None:
        return Bar(value=fixed, because=Because.FIXED)
    own = [review for review in reviews if review.channel == channel]
    strict = standing_of(own, STRICT)
    if not strict.is_enough:
        return Bar(value=STRICT, because=Because.TOO_FEW)
    if (strict.precision or 0.0) < PRECISION:
        return Bar(value=_raised(own), because=Because.WRONG)
    if not strict.is_good:
        return Bar(value=STRICT, because=Because.UNPROVEN)
    return Bar(value=_lowered(own), because=Because.EARNED)


def _raised(own: Sequence[Review]) -> float:
    above = (standing_of(own, bar) for bar in HIGHER)
    return next((one.bar for one in above if one.is_enough and (one.precision or 0.0) >= PRECISION), NEVER)


def _lowered(own: Sequence[Review]) -> float:
    """Go down while each step was earned by its own answers: many good ones above must not carry bad ones below."""
    reached = STRICT
    for bar in LOWER:
        step = standing_of(own, bar, below=reached)
        is_earned = step.judged >= LEAST_OF_STEP and (step.precision or 0.0) >= PRECISION
        if not (is_earned and standing_of(own, bar).is_good):
            break
        reached = bar
    return reached
