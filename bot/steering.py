"""Completes a question that leans on a shortlist, a memory need or a prediction before it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.conversations import Thread, Turn
from bot.intents import Act, Frame, Intent, IntentKind
from bot.understanding.amounts import Amount, Bound
from bot.understanding.wishes import ReadWishes, merge
from knowledge.specs import GpuSpec
from retrieval.words import fold, words

_SCORED = frozenset({IntentKind.CHOOSE, IntentKind.MEMORY, IntentKind.PREDICT})
#: Acts that speak of the answer before and change nothing.
_ABOUT_IT = frozenset({Act.WHY, Act.SOURCES, Act.THANKS, Act.MORE, Act.SHORTER, Act.SIMPLER, Act.EXAMPLE})
#: A message longer than this, in words, stands on its own.
_SHORT = 16
_FEW = 6
#: Turns about something else that a shortlist survives when somebody goes back to it.
_SKIPPED = 3
#: Kinds that are a question of their own.
_OWN = frozenset({IntentKind.CHOOSE, IntentKind.COMPARE, IntentKind.MEMORY, IntentKind.HELP, IntentKind.CHITCHAT})


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """The card that came first on the shortlist before."""

    card: GpuSpec
    usd: float | None  #: its price; None where none is known
    per_usd: Mapping[str, float]  #: units of each currency for one dollar


def steer(
    intent: Intent, thread: Thread, first: First | None, families: Mapping[str, str] = MappingProxyType({})
) -> Intent:
    """Return *intent* with the wishes, networks and cards of the turn before, where it leans on them.

    *first* is the card that came first then: what "cheaper" and "more memory" are measured against. *families* tells
    which networks are of a kind: what was said of one holds for another of its kind only.
    """
    last = scored_turn(thread, skipping=_resumes(intent))
    if last is None:
        return intent
    before = last.intent
    if before.kind is not IntentKind.CHOOSE:
        return _measuring(intent, before, families) if _moves(intent) else intent
    if _requotes(intent, before):
        told = intent.wishes.quoted or intent.wishes.budget
        quoted = replace(before.wishes, quoted=told, spans=())
        return replace(
            intent, kind=IntentKind.CHOOSE, wishes=quoted, networks=before.networks, mentions=before.mentions
        )
    if not _leans(intent):
        return intent
    read = merge(before.wishes, intent.wishes)
    both = len(intent.mentions) > 1 and not intent.wishes.quoted
    return replace(
        intent,
        kind=IntentKind.CHOOSE,
        wishes=_measured(read, first) if first else read,
        networks=intent.networks or before.networks,
        only=intent.cards if both else before.only,
    )


def scored_turn(thread: Thread, *, skipping: bool = False) -> Turn | None:
    """Return the last turn that was scored, none where something else was asked since; "why?" is nothing else.

    *skipping*: a few turns about something else may lie between.
    """
    left = _SKIPPED if skipping else 0
    for turn in reversed(thread.turns):
        if turn.intent.kind in _SCORED:
            return turn
        if turn.intent.act not in _ABOUT_IT:
            left -= 1
        if left < 0:
            return None
    return None


def _measuring(intent: Intent, before: Intent, families: Mapping[str, str]) -> Intent:
    """Return the need or prediction before for another card, network or size."""
    kinds = [{families.get(item.network) for item in networks} for networks in (intent.networks, before.networks)]
    alike = not intent.networks or kinds[0] == kinds[1]
    read = merge(before.wishes, intent.wishes) if alike else intent.wishes
    return replace(
        intent,
        kind=before.kind,
        wishes=read,
        networks=intent.networks or before.networks,
        mentions=intent.mentions or before.mentions,
    )


def _resumes(intent: Intent) -> bool:
    """Whether a message goes back to a shortlist: it says so, or holds nothing but "cheaper" or the like."""
    plain = fold(intent.text)
    goes_back = any(form in plain for form in ("back to", "quay lai", "tro lai"))
    flags = intent.wishes.cheaper or intent.wishes.more_memory or intent.wishes.cooler
    return goes_back or (flags and len(words(intent.text)) <= _FEW)


def _requotes(intent: Intent, before: Intent) -> bool:
    """Whether another price is told for the card that a price was quoted for before: "now they want $900"."""
    said = intent.wishes.quoted or intent.wishes.budget
    if not (before.wishes.quoted and len(before.mentions) == 1 and said) or intent.mentions:
        return False
    if intent.wishes.quoted:
        return True
    plain = fold(intent.text)
    told = any(
        form in plain.split()
        for form in ("now", "want", "asks", "down", "drop", "bot", "giam", "con", "ha", "len", "xuong")
    )
    return told and len(words(intent.text)) <= _SHORT


def _leans(intent: Intent) -> bool:
    """Whether a message says something of a shortlist and little else."""
    if intent.act not in {None, Act.ABOUT, Act.CORRECTION}:
        return False
    if len(words(intent.text)) > _SHORT or (intent.fields and not _says_more(intent)):
        return False
    if intent.unknown:
        return False
    says = not intent.wishes.says_nothing or bool(intent.networks)
    if intent.act in {Act.ABOUT, Act.CORRECTION}:
        return says or bool(intent.cards)
    if intent.kind in {IntentKind.MEMORY, IntentKind.PREDICT, IntentKind.COMPARE}:
        return False
    return _says_more(intent) or (bool(intent.cards) and _asks_why_not(intent))


def _moves(intent: Intent) -> bool:
    """Whether a message names little but another card, network or size for the memory need or prediction before."""
    if intent.act not in {None, Act.ABOUT, Act.CORRECTION} or intent.unknown or intent.kind in _OWN:
        return False
    if intent.frame in {Frame.WHY, Frame.DIFFERENCE, Frame.WHAT} or len(words(intent.text)) > _FEW + 4:
        return False
    sizes = (
        intent.wishes.batch,
        intent.wishes.length,
        intent.wishes.hidden,
        intent.wishes.precision,
        intent.wishes.method,
    )
    return bool(intent.cards or intent.networks) or any(size is not None for size in sizes)


def _says_more(intent: Intent) -> bool:
    """Whether wishes are stated, beyond a maker or a method that any question may name."""
    return not replace(intent.wishes, spans=(), mode=None, purpose=None, method=None).says_nothing


def _asks_why_not(intent: Intent) -> bool:
    text = fold(intent.text)
    return any(form in text for form in ("why not", "not the", "sao khong", "sao ko", "sao k ", "thi sao"))


def _measured(read: ReadWishes, first: First) -> ReadWishes:
    """Return the wishes with "cheaper", "more memory", "cooler" and "faster" as limits beside the first card."""
    card = first.card
    if read.cheaper and first.usd:
        spoken = read.budget.unit if read.budget and read.budget.unit in first.per_usd else "USD"
        value = (first.usd - 1) * first.per_usd.get(spoken, 1.0)
        less = Amount(value=value, unit=spoken, bound=Bound.AT_MOST)
        read = replace(read, budget=less, unlimited_budget=False, whole_computer=False)
    if read.more_memory and card.memory_gb:
        more = Amount(value=card.memory_gb + 1, unit="GB", bound=Bound.AT_LEAST)
        read = replace(read, memory=more, memory_at_most=None)
    if read.cooler and card.tdp_w:
        read = replace(read, watts=Amount(value=card.tdp_w - 1, unit="W", bound=Bound.AT_MOST))
    if read.faster and not read.weights:
        read = replace(read, weights=(("speed", 3.0),))
    return read
