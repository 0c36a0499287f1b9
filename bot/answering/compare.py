"""Two cards or more side by side, from their cells."""

from bot.answering.cards import cell_id, cite_cells, label_of, short_name, table_cell, value_of, value_part
from bot.answering.specs import answer_spec
from bot.answers import Answer, Block, Cell, Figure, Kind, Name, Paragraph, Part, Sentence, Table
from bot.intents import Intent
from bot.texts import texts
from knowledge.library import Library
from knowledge.specs import GpuSpec

DEFAULT = (
    "memory_gb",
    "memory_bandwidth_gb_s",
    "fp16_matrix_fp32acc_tflops",
    "fp32_tflops",
    "tdp_w",
    "launch_price_usd",
    "launch_date",
)
#: Fields where less is better.
_LESS = frozenset({"tdp_w", "launch_price_usd"})
_MOST_COLUMNS = 4


def answer_compare(intent: Intent, library: Library) -> Answer:
    """Return the cards named side by side; a card without a sheet is said, never guessed."""
    cards = _columns(intent, library)
    if len(cards) < 2 or intent.unknown:  # noqa: PLR2004
        return answer_spec(intent, library)
    fields = intent.fields or tuple(f for f in DEFAULT if any(value_of(card, f) is not None for card in cards))
    blocks: list[Block] = []
    if len(intent.mentions) == 2:  # noqa: PLR2004
        second = next(card for card in cards if card.slug in intent.mentions[1].slugs)
        verdict = _verdict(cards[0], second, fields, intent.language)
        blocks.extend([verdict] if verdict.sentences else [])
    blocks.append(_table(cards, fields, intent.language))
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=intent.kind,
        blocks=tuple(blocks),
        citations=cite_cells(library, intent.language, [(card, field) for card in cards for field in fields]),
        gpus=tuple(card.name for card in cards),
        cards=tuple(card.slug for card in cards),
        fields=tuple(fields),
    )


def _columns(intent: Intent, library: Library) -> tuple[GpuSpec, ...]:
    """Return the cards to show: of a family with many variants the desktop ones, where the question names none."""
    found: list[GpuSpec] = []
    share = max(1, _MOST_COLUMNS // len(intent.mentions))
    for mention in intent.mentions:
        variants = [library.catalogue.by_slug[slug] for slug in mention.slugs]
        kept = [card for card in variants if card.market != "laptop"] if len(variants) > 1 else variants
        shown = [card for card in kept or variants if card not in found]
        found.extend(shown if len(shown) <= share else (shown[0], *shown[len(shown) - share + 1 :]))
    return tuple(found[:_MOST_COLUMNS])


def _verdict(left: GpuSpec, right: GpuSpec, fields: tuple[str, ...], language: str) -> Paragraph:
    """Say what decides first: the largest lead of each card, in its own favour."""
    leads = [lead for field in fields[:5] if (lead := _lead(left, right, field)) is not None]
    sentences = []
    for card, other in ((left, right), (right, left)):
        mine = [field for winner, _, field in sorted(leads, key=lambda item: -item[1]) if winner is card]
        for key, chosen in (
            ("compare.verdict_more", [field for field in mine if field not in _LESS][:2]),
            ("compare.verdict_less", [field for field in mine if field in _LESS][:1]),
        ):
            if chosen:
                sentences.append(_lead_sentence(card, other, chosen, key, language))
    return Paragraph(tuple(sentences))


def _lead(left: GpuSpec, right: GpuSpec, field: str) -> tuple[GpuSpec, float, str] | None:
    mine, other = value_of(left, field), value_of(right, field)
    if (
        isinstance(mine, (str, bool))
        or isinstance(other, (str, bool))
        or mine is None
        or other is None
        or mine == other
    ):
        return None
    winner = left if (mine > other) != (field in _LESS) else right
    return winner, max(mine, other) / min(mine, other), field


def _lead_sentence(card: GpuSpec, other: GpuSpec, fields: list[str], key: str, language: str) -> Sentence:
    say = texts(language).say
    before, rest = say(key, winner="\0", loser="\1").split("\0")
    middle, tail = rest.split("\1")
    parts: list[Part] = [before, Name(short_name(card)), middle, Name(short_name(other)), tail]
    cites: list[str] = []
    for number, field in enumerate(fields):
        mine, theirs = value_part(card, field, language), value_part(other, field, language)
        if mine is None or theirs is None:
            continue
        if number:
            parts.append(say("compare.and"))
        parts += [Name(label_of(field, language)), ": ", mine, say("compare.against"), theirs]
        if field not in _LESS:
            parts += [" (+", _percent(card, other, field), ")"]
        cites += [cell_id(card, field), cell_id(other, field)]
    return Sentence((*parts, "."), tuple(cites))


def _percent(card: GpuSpec, other: GpuSpec, field: str) -> Figure:
    mine, theirs = float(value_of(card, field) or 0), float(value_of(other, field) or 1)
    return Figure(
        value=abs(round((mine / theirs - 1) * 100)),
        unit="%",
        kind=Kind.COMPUTED,
        operands=(cell_id(card, field), cell_id(other, field)),
    )


def _table(cards: tuple[GpuSpec, ...], fields: tuple[str, ...], language: str) -> Table:
    say = texts(language).say
    names = tuple(short_name(card) for card in cards)
    rows = tuple(
        (Cell((Name(label_of(field, language)),)), *(table_cell(card, field, language) for card in cards))
        for field in fields
    )
    return Table(caption=say("compare.caption", names=", ".join(names)), header=(say("spec.field"), *names), rows=rows)
