"""Completes a question that leans on the ones before it. Pure."""

import re
from dataclasses import replace

from bot.conversations import Thread, Turn
from bot.intents import Act, Frame, Intent, IntentKind
from bot.understanding.names import Mention
from bot.understanding.reading import QuestionReader
from knowledge.library import Library
from retrieval.words import fold, words

_PRONOUN = re.compile(
    r"\b(?:it|its|it's|they|them|their|that one|this one|that card|this card|these|those)\b"
    r"|\b(?:which one|which of them)\b"
    r"|\b(?:no|cai do|cai nay|cai ay|card do|card nay|con do|con nay|con card do|em no|chung no|chung)\b"
    r"|\b(?:con nao|cai nao|ben nao)\b"
)
_AGAINST = re.compile(
    r"^(?:so )?(?:voi|so sanh)\b|\bso voi\b|^(?:vs|versus|against)\b"
    r"|\bcompare (?:it|that|this|them)?\b|compared (?:to|with)|\bthan\b"
)
_AMOUNT = re.compile(r"\bhow (?:much|many)\b|\bbao nhieu\b|\bbn\b")
_ARTICLE = re.compile(r"\b(?:the|one|version|bản|ban|con|cái|thì|sao|nhỉ)\b|[?!.]", re.IGNORECASE)
_SHORT = 6

#: Which section explains a field, for "why?" after a look-up.
SECTION_OF_FIELD = {
    "memory_bandwidth_gb_s": "bandwidth",
    "memory_gb": "vram-capacity",
    "memory_type": "memory-types",
    "memory_bus_bits": "bandwidth",
    "tdp_w": "tdp",
    "psu_recommended_w": "power-supply",
    "power_connectors": "power-supply",
    "fp32_tflops": "flops",
    "fp16_matrix_fp32acc_tflops": "tensor-flops",
    "bf16_matrix_tflops": "number-formats",
    "tf32_matrix_tflops": "number-formats",
    "fp8_matrix_fp32acc_tflops": "number-formats",
    "fp4_matrix_tflops": "number-formats",
    "int8_matrix_tops": "number-formats",
    "matrix_units": "tensor-cores",
    "shader_units": "cuda-cores",
    "compute_units": "gpu-processor",
    "boost_clock_mhz": "clock-boost",
    "l2_cache_mb": "cache",
    "launch_price_usd": "launch-prices",
    "compute_capability": "compute-capability",
    "gfx_target": "compute-capability",
    "architecture": "architecture",
    "link": "multi-gpu",
    "pcie_generation": "pcie",
    "cooling": "cooling",
}


def complete(intent: Intent, thread: Thread, reader: QuestionReader, library: Library) -> Intent:
    """Return *intent* with what it leaves out taken from *thread*: cards, fields, variant or topic."""
    if thread.last is None or (intent.act is not None and intent.act not in {Act.ABOUT, Act.CORRECTION}):
        return intent
    leaning = intent.act is not None or bool(_PRONOUN.search(_folded(intent))) or len(words(intent.text)) <= _SHORT
    if not leaning:
        return intent
    cards = thread.last_about_cards
    if not intent.mentions and cards is not None and intent.act is not None:
        intent = _with_suffix(intent, cards, reader, library)
    if intent.mentions:
        return _with_fields(_with_amount(intent, thread), thread, cards)
    if cards is not None and intent.qualifiers and (narrowed := _narrowed(intent, cards, reader, library)):
        return narrowed
    if cards is not None and cards is thread.last and intent.fields and _leans_on_card(intent):
        compared = cards.answer.intent == IntentKind.COMPARE
        kind = IntentKind.COMPARE if compared else IntentKind.SPEC
        return replace(intent, kind=kind, mentions=_mentions(cards))
    return _with_topic(intent, thread, library)


def _folded(intent: Intent) -> str:
    text = intent.text.lower()
    # "no" with a mark is the Vietnamese pronoun "nó"; without one it is English, unless the question is Vietnamese.
    return fold(text) if intent.language == "vi" else text


def _with_amount(intent: Intent, thread: Thread) -> Intent:
    """Read "how much does the 3090 have?" as the field that was just explained."""
    last = thread.last
    if intent.fields or last is None or not last.answer.sections or not _AMOUNT.search(fold(intent.text)):
        return intent
    topic = last.answer.sections[0]
    field = "memory_gb" if topic == "vram" else next((f for f, s in SECTION_OF_FIELD.items() if s == topic), "")
    return replace(intent, kind=IntentKind.SPEC, fields=(field,)) if field else intent


def _with_suffix(intent: Intent, cards: Turn, reader: QuestionReader, library: Library) -> Intent:
    """Read "and the Ti?" as another card of the number before."""
    if not cards.intent.cards:
        return intent
    family = library.catalogue.by_slug[cards.intent.cards[0]].family
    rest = _ARTICLE.sub(" ", intent.qualifiers).strip()
    mentions = reader.names.read(f"{family} {rest}")
    known = {library.catalogue.by_slug[slug].family for slug in cards.intent.cards}
    other = [item for item in mentions if item.slugs and library.catalogue.by_slug[item.slugs[0]].family not in known]
    return replace(intent, mentions=tuple(other[:1])) if other else intent


def _with_fields(intent: Intent, thread: Thread, cards: Turn | None) -> Intent:
    """Ask the same fields of another card, or hold it against the card before."""
    if len(intent.mentions) == 1 and cards is not None and intent.cards and _AGAINST.search(fold(intent.text)):
        fields = intent.fields or cards.intent.fields
        return replace(
            intent, kind=IntentKind.COMPARE, mentions=(*_mentions(cards)[-1:], *intent.mentions), fields=fields
        )
    if intent.fields or intent.act is None or not intent.cards:
        return intent
    fields = thread.last.intent.fields if thread.last else ()
    if not fields and cards is not None:
        fields = cards.intent.fields
    if not fields and cards is None:
        return intent
    kind = IntentKind.COMPARE if len(intent.mentions) > 1 else IntentKind.SPEC
    return replace(intent, kind=kind, fields=fields)


def _narrowed(intent: Intent, cards: Turn, reader: QuestionReader, library: Library) -> Intent | None:
    """Return the question before about the variant that is meant now: "the laptop one", "bản 12GB"."""
    families = {library.catalogue.by_slug[slug].family for slug in cards.intent.cards}
    slugs = tuple(card.slug for family in families for card in library.catalogue.families[family])
    kept = reader.narrow(slugs, intent.qualifiers)
    if not kept or kept == slugs:
        return None
    mention = Mention(text=intent.qualifiers, slugs=kept)
    fields = intent.fields or cards.intent.fields
    return replace(intent, kind=IntentKind.SPEC, mentions=(mention,), fields=fields)


def _leans_on_card(intent: Intent) -> bool:
    if _PRONOUN.search(_folded(intent)) or intent.act is not None:
        return True
    return intent.frame in {Frame.OPEN, Frame.HOW} or "bao nhieu" in fold(intent.text)


def _mentions(turn: Turn) -> tuple[Mention, ...]:
    if turn.answer.intent == IntentKind.COMPARE:
        return tuple(Mention(text="", slugs=(slug,)) for slug in turn.answer.cards)
    if turn.intent.mentions:
        return turn.intent.mentions
    return (Mention(text="", slugs=turn.answer.cards),)


def _with_topic(intent: Intent, thread: Thread, library: Library) -> Intent:
    """Carry on with the topic before: "and for inference?", "what about GRU?", "is it good for RNNs?"."""
    last = thread.last_explained
    if last is None or last is not thread.last:
        return intent
    if intent.act is Act.ABOUT:
        return replace(intent, text=_reframed(intent, last), frame=last.intent.frame, context=last.intent.text)
    if intent.act is Act.CORRECTION:
        return replace(intent, frame=last.intent.frame if intent.frame is Frame.OPEN else intent.frame)
    if _PRONOUN.search(_folded(intent)):
        title = library.guide.by_id[last.answer.sections[0]].title[intent.language]
        return replace(intent, text=f"{intent.text} ({title})", context=last.intent.text)
    return replace(intent, context=last.intent.text)


def _reframed(intent: Intent, last: Turn) -> str:
    english = {Frame.WHAT: "what is {}", Frame.WHY: "why {}", Frame.HOW: "how does {} work"}
    vietnamese = {Frame.WHAT: "{} là gì", Frame.WHY: "tại sao {}", Frame.HOW: "{} hoạt động thế nào"}
    forms = english if intent.language == "en" else vietnamese
    return forms.get(last.intent.frame, "{}").format(intent.text)
