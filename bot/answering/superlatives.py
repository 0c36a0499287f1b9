"""Which of the cards has the most, or the least, of a field: a short table from the cells."""

import re

from bot.answering.cards import cell_id, cite_cells, label_of, short_name, table_cell, value_of, value_part
from bot.answers import Answer, Block, Cell, Name, Paragraph, Part, Sentence, Table
from bot.intents import Intent
from bot.texts import texts
from knowledge.library import Library
from knowledge.specs import NUMBERS, GpuSpec
from retrieval.words import fold

_MOST = re.compile(
    r"\b(?:highest|most|largest|biggest|fastest|greatest|max(?:imum)?|top|nhieu\b.*\bnhat|cao nhat|lon nhat|nhanh nhat|khung nhat|manh nhat)\b"
)
_LEAST = re.compile(
    r"\b(?:lowest|least|smallest|cheapest|slowest|fewest|min(?:imum)?|it\b.*\bnhat|thap nhat|nho nhat|re nhat|cham nhat)\b"
)
_OF_CARDS = re.compile(r"\b(?:which|what|card|cards|gpu|gpus|con nao|card nao|gpu nao|loai nao)\b")
_MARKETS = {
    "laptop": "laptop",
    "datacenter": "datacenter",
    "data centre": "datacenter",
    "trung tam du lieu": "datacenter",
    "workstation": "workstation",
    "desktop": "desktop",
    "may ban": "desktop",
}
_SHOWN = 5


def asks_superlative(intent: Intent) -> bool:
    """Whether *intent* asks which card has the most or least of a numeric field, naming no card."""
    plain = fold(intent.text)
    numeric = any(field in NUMBERS for field in intent.fields)
    extreme = bool(_MOST.search(plain) or _LEAST.search(plain))
    return numeric and extreme and not intent.mentions and bool(_OF_CARDS.search(plain))


def answer_superlative(intent: Intent, library: Library) -> Answer:
    """Return the first five cards by the field asked about, of the maker, generation or market that is named."""
    field = next(item for item in intent.fields if item in NUMBERS)
    plain = fold(intent.text)
    cards = [card for card in library.catalogue.cards if _fits(card, plain) and value_of(card, field) is not None]
    least = bool(_LEAST.search(plain)) and not _MOST.search(plain)
    ranked = sorted(cards, key=lambda card: (float(value_of(card, field) or 0) * (1 if least else -1), card.name))[
        :_SHOWN
    ]
    language = intent.language
    say = texts(language).say
    blocks: list[Block] = []
    if ranked:
        blocks.append(_first(ranked[0], field, language))
    rows = tuple((Cell((Name(short_name(card)),)), table_cell(card, field, language)) for card in ranked)
    blocks.append(
        Table(caption=label_of(field, language), header=(say("spec.card"), label_of(field, language)), rows=rows)
    )
    return Answer(
        question=intent.text,
        language=language,
        intent="spec",
        blocks=tuple(blocks),
        citations=cite_cells(library, language, [(card, field) for card in ranked]),
        gpus=tuple(card.name for card in ranked),
        cards=tuple(card.slug for card in ranked),
        fields=(field,),
    )


def _first(card: GpuSpec, field: str, language: str) -> Paragraph:
    before, rest = texts(language).say("spec.first", name="\0", label="\1").split("\0")
    middle, tail = rest.split("\1")
    value = value_part(card, field, language) or ""
    parts: tuple[Part, ...] = (
        before,
        Name(short_name(card)),
        middle,
        Name(label_of(field, language)),
        tail,
        " ",
        value,
        ".",
    )
    return Paragraph((Sentence(parts, (cell_id(card, field),)),))


def _fits(card: GpuSpec, plain: str) -> bool:
    """Whether a card is of the maker, architecture and market that the question names, where it names one."""
    vendors = {name for name in ("nvidia", "amd", "intel") if name in plain}
    if "geforce" in plain and not card.name.startswith("GeForce"):
        return False
    if "radeon" in plain and not card.name.startswith("Radeon"):
        return False
    if vendors and card.vendor.lower() not in vendors:
        return False
    for word, market in _MARKETS.items():
        if word in plain:
            return card.market == market
    return True
