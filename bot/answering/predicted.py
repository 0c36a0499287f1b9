"""A comparison with the predicted speed of a named network beside the sheets."""

from collections.abc import Mapping
from dataclasses import replace

from bot.answering.cards import cell_id, cite_cells, short_name, value_part
from bot.answering.citing import cite_fit
from bot.answering.ledger import Ledger
from bot.answering.phrasing import capital, phrase, sentence
from bot.answering.works import work_parts
from bot.answers import Answer, Cell, Citation, Kind, Name, Paragraph, Part, Sentence, Table
from bot.texts import texts
from knowledge.library import Library
from knowledge.specs import GpuSpec
from retrieval.scoring.memory import MemoryNeed, fits
from retrieval.scoring.prediction import Plan, Prediction
from retrieval.scoring.rates import memory_of


def with_predictions(
    answer: Answer, plan: Plan, need: MemoryNeed, found: Mapping[str, Prediction], library: Library
) -> Answer:
    """Return a comparison with a row of predicted speeds, what does not fit, and whether speeds can be told apart."""
    ledger, language = Ledger(), answer.language
    table = next((block for block in answer.blocks if isinstance(block, Table)), None)
    cards = [library.catalogue.by_slug[slug] for slug in answer.cards]
    if table is None or not found:
        return answer
    work = work_parts(plan.work, plan.network, language, str(plan.precision))
    row = (
        Cell(phrase(language, "predict.row", work=work)),
        *(_cell(card, plan, found, ledger, language) for card in cards),
    )
    blocks = tuple(replace(block, rows=(*block.rows, row)) if block is table else block for block in answer.blocks)
    outside = [card for card in cards if not fits(need.lower_gb, memory_of(card))]
    known = [card for card in cards if card.slug in found and card not in outside]
    told = [_too_small(card, plan, need, ledger, language) for card in outside]
    if (verdict := _told(known, found, plan, ledger, language)) is not None:
        told.append(verdict)
    return replace(
        answer,
        blocks=(*((Paragraph(tuple(told)),) if told else ()), *blocks),
        citations=_with(answer.citations, library, language, outside, plan),
        fields=tuple(dict.fromkeys((*answer.fields, "memory_gb"))),
        evidence=ledger.evidence,
    )


def _with(
    citations: tuple[Citation, ...], library: Library, language: str, cards: list[GpuSpec], plan: Plan
) -> tuple[Citation, ...]:
    """Return the citations with the memory of *cards* and the fit, each once."""
    more = (*cite_cells(library, language, [(card, "memory_gb") for card in cards]),)
    fit = (cite_fit(library, plan.fit),) if plan.fit else ()
    return tuple({item.id: item for item in (*citations, *more, *fit)}.values())


def _too_small(card: GpuSpec, plan: Plan, need: MemoryNeed, ledger: Ledger, language: str) -> Sentence:
    work = capital(work_parts(plan.work, plan.network, language))
    total = ledger.figure("need", need.total_gb, "GB", digits=2)
    memory = value_part(card, "memory_gb", language) or ""
    name = Name(short_name(card))
    cites = (cell_id(card, "memory_gb"),)
    return sentence(language, "predict.fits_not_one", cites=cites, work=work, total=total, card=name, memory=memory)


def _cell(card: GpuSpec, plan: Plan, found: Mapping[str, Prediction], ledger: Ledger, language: str) -> Cell:
    prediction = found.get(card.slug)
    if prediction is None:
        return Cell((texts(language).say("spec.not_given"),))
    fit = plan.fit.id if plan.fit else None
    value = ledger.figure(
        f"speed:{card.slug}", prediction.value, prediction.unit, kind=Kind.PREDICTED, digits=2, citation=fit
    )
    return Cell((value,), (fit,) if fit else ())


def _told(
    cards: list[GpuSpec], found: Mapping[str, Prediction], plan: Plan, ledger: Ledger, language: str
) -> Sentence | None:
    """Return how the two fastest compare: the ratio, or that their intervals overlap."""
    if len(cards) < 2:  # noqa: PLR2004
        return None
    fast, slow = sorted(cards, key=lambda card: -found[card.slug].value)[:2]
    ratio = found[fast.slug].value / found[slow.slug].value
    overlap = found[fast.slug].lo <= found[slow.slug].hi
    key = (
        "predict.launch_alike"
        if found[fast.slug].regime == "launch"
        else "predict.overlap"
        if overlap
        else "predict.faster"
    )
    fillings: dict[str, Part | tuple[Part, ...]] = {
        "fast": Name(short_name(fast)),
        "slow": Name(short_name(slow)),
        "ratio": ledger.figure("ratio/cards", ratio, "×", kind=Kind.PREDICTED, digits=2),
        "work": work_parts(plan.work, plan.network, language),
    }
    return Sentence(phrase(language, key, **fillings), (plan.fit.id,) if plan.fit else ())
