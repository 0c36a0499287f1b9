"""What a card's sheet says: a sentence for one card, a table for its variants or for the whole sheet."""

from dataclasses import replace

from bot.answering.cards import SHEET, cell_id, cite_cells, label_of, short_name, table_cell, value_of, value_part
from bot.answering.formats import format_sentence
from bot.answers import Action, Answer, Block, Cell, Figure, Given, Kind, Name, Paragraph, Part, Sentence, Table
from bot.intents import Intent
from bot.texts import texts
from knowledge.library import Library
from knowledge.specs import GpuSpec

#: Fields whose figure means more beside a neighbour's.
_ANCHORED = frozenset({"memory_bandwidth_gb_s"})
_MOST_ROWS = 6
#: What a table of variants shows where no field was asked for.
_OVERVIEW = ("memory_gb", "memory_bandwidth_gb_s", "fp32_tflops", "tdp_w")
_NEAR = 1.6  #: a neighbour further away says little


def answer_spec(intent: Intent, library: Library) -> Answer:
    """Return what the sheets of the cards named say of the fields named, or their whole sheets."""
    cards = tuple(library.catalogue.by_slug[slug] for slug in intent.cards)
    fields = intent.fields or tuple(
        field for field in SHEET if any(value_of(card, field) is not None for card in cards)
    )
    anchor = _anchor(cards, intent.fields, library)
    blocks: list[Block] = [_unknown(mention.text, mention.closest, intent.language) for mention in intent.unknown]
    if len(cards) == 1 and intent.fields:
        blocks.append(Paragraph(tuple(_said(cards[0], field, intent, anchor) for field in fields)))
    elif len(cards) == 1:
        blocks.append(_sheet(cards[0], fields, intent.language))
    elif cards:
        blocks.extend(_variants(cards[:_MOST_ROWS], intent.fields or _OVERVIEW, intent.language))
    if "launch_price_usd" in intent.fields and cards:
        blocks.append(Paragraph((Sentence((texts(intent.language).say("spec.price_note"),)),)))
    cited = [(card, field) for card in cards[:_MOST_ROWS] for field in fields]
    if anchor:
        cited += [(anchor, field) for field in fields if field in _ANCHORED]
    shown = (*cards, anchor) if anchor else cards
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=intent.kind,
        blocks=tuple(blocks),
        citations=cite_cells(library, intent.language, cited),
        gpus=tuple(card.name for card in cards),
        abstained=bool(intent.unknown) and not cards,
        confidence=1.0 if cards else 0.0,
        actions=_actions(cards, intent),
        cards=tuple(card.slug for card in shown),
        fields=tuple(fields),
    )


def _unknown(name: str, closest: tuple[str, ...], language: str) -> Block:
    say = texts(language).say
    before, _, after = say("spec.unknown", name="\0", closest="\1").partition("\0")
    middle, _, tail = after.partition("\1")
    parts: tuple[Part, ...] = (before, Given(name), middle, Name(", ".join(closest)), tail)
    return Paragraph((Sentence(parts),))


def _said(card: GpuSpec, field: str, intent: Intent, anchor: GpuSpec | None) -> Sentence:
    known = format_sentence(card, field, intent.text, intent.language)
    return known or _sentence(card, field, intent.language, anchor)


def _sentence(card: GpuSpec, field: str, language: str, anchor: GpuSpec | None) -> Sentence:
    say = texts(language).say
    value = value_part(card, field, language)
    name, label = Name(short_name(card)), Name(label_of(field, language))
    if value is None:
        before, rest = say("spec.missing", name="\0", label="\1").split("\0")
        middle, tail = rest.split("\1")
        return Sentence((before, name, middle, label, tail))
    if isinstance(value_of(card, field), bool):
        return _has(card, field, language)
    parts: list[Part] = [name, ": ", label, " ", value]
    cites = [cell_id(card, field)]
    if anchor is not None and field in _ANCHORED:
        parts += _beside(card, anchor, field, language)
        cites.append(cell_id(anchor, field))
    return Sentence((*parts, "."), tuple(cites))


def _has(card: GpuSpec, field: str, language: str) -> Sentence:
    key = "spec.has" if value_of(card, field) else "spec.has_not"
    before, rest = texts(language).say(key, name="\0", label="\1").split("\0")
    middle, tail = rest.split("\1")
    label = Name(label_of(field, language))
    return Sentence((before, Name(short_name(card)), middle, label, tail), (cell_id(card, field),))


def _beside(card: GpuSpec, anchor: GpuSpec, field: str, language: str) -> list[Part]:
    """Return how a card's figure stands to its neighbour's."""
    say = texts(language).say
    mine, other = float(value_of(card, field) or 0), float(value_of(anchor, field) or 1)
    percent = Figure(
        value=abs(round((mine / other - 1) * 100)),
        unit="%",
        kind=Kind.COMPUTED,
        approximate=True,
        operands=(cell_id(card, field), cell_id(anchor, field)),
    )
    figure = value_part(anchor, field, language)
    direction = say("spec.more" if mine >= other else "spec.less")
    if figure is None:
        return []
    if language == "vi":
        return [",", direction, Name(short_name(anchor)), " (", figure, ") ", percent]
    return [", ", percent, direction, Name(short_name(anchor)), " (", figure, ")"]


def _anchor(cards: tuple[GpuSpec, ...], fields: tuple[str, ...], library: Library) -> GpuSpec | None:
    """Return the neighbour to hold a single card's figure against: same generation, market and year, next below."""
    wanted = [field for field in fields if field in _ANCHORED]
    if len(cards) != 1 or not wanted:
        return None
    card, field = cards[0], wanted[0]
    own = float(value_of(card, field) or 0)
    peers = [
        (own - value, peer)
        for peer in library.catalogue.cards
        if (peer.architecture, peer.market, peer.launch_year) == (card.architecture, card.market, card.launch_year)
        if peer.family != card.family
        if own / _NEAR < (value := float(value_of(peer, field) or 0)) < own
    ]
    return min(peers, key=lambda item: (item[0], item[1].slug))[1] if peers else None


def _sheet(card: GpuSpec, fields: tuple[str, ...], language: str) -> Table:
    say = texts(language).say
    title = f"{short_name(card)} ({card.vendor} {card.architecture})"
    rows = tuple(
        (Cell((Name(label_of(field, language)),)), table_cell(card, field, language))
        for field in fields
        if value_of(card, field) is not None
    )
    return Table(caption=title, header=(say("spec.field"), short_name(card)), rows=rows)


def _variants(cards: tuple[GpuSpec, ...], fields: tuple[str, ...], language: str) -> list[Block]:
    say = texts(language).say
    shown = fields[:4]
    families = list(dict.fromkeys(card.family for card in cards))
    blocks: list[Block] = []
    if len(families) == 1:
        before, after = say("spec.variants", family="\0").split("\0")
        blocks.append(Paragraph((Sentence((before, Name(families[0]), after)),)))
    rows = tuple(
        (Cell((Name(short_name(card)),)), *(table_cell(card, field, language) for field in shown)) for card in cards
    )
    header = (say("spec.card"), *(label_of(field, language) for field in shown))
    blocks.append(Table(caption=", ".join(families), header=header, rows=rows))
    return blocks


def _actions(cards: tuple[GpuSpec, ...], intent: Intent) -> tuple[Action, ...]:
    if len(cards) != 1 or not intent.fields:
        return ()
    name = short_name(cards[0])
    return (Action(texts(intent.language).say("actions.sheet", name=name), name),)


def fact_line(answer: Answer, intent: Intent, library: Library) -> Answer:
    """Return an explanation with the memory and bandwidth of the one card that it was asked about."""
    card = library.catalogue.by_slug[intent.cards[0]]
    fields = tuple(field for field in ("memory_gb", "memory_bandwidth_gb_s") if value_of(card, field) is not None)
    line = Paragraph(tuple(_sentence(card, field, intent.language, None) for field in fields))
    return replace(
        answer,
        blocks=(*answer.blocks, line),
        citations=(*answer.citations, *cite_cells(library, intent.language, [(card, field) for field in fields])),
        gpus=(card.name,),
        cards=(card.slug,),
        fields=fields,
    )
