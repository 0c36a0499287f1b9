"""How much memory a work needs, part by part, and whether it fits the cards named."""

from collections.abc import Iterable
from dataclasses import replace

from bot.answering.cards import cell_id, cite_cells, short_name, shown_cards, value_part
from bot.answering.ledger import Ledger
from bot.answering.phrasing import Filling, capital, joined, phrase, sentence
from bot.answering.works import assumed_parts, work_parts
from bot.answers import Answer, Block, Figure, Kind, Name, Paragraph, Points, Sentence
from bot.intents import Intent, IntentKind
from bot.texts import texts
from knowledge.library import Library
from knowledge.specs import GpuSpec
from knowledge.workloads import Network
from retrieval.scoring.advisor import Advisor
from retrieval.scoring.memory import USABLE_SHARE, MemoryNeed, fits, largest_batch, memory_need
from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.rates import memory_of

#: Sizes that cards come in, GB.
SIZES = (4, 6, 8, 12, 16, 20, 24, 32, 48, 80, 96, 141, 180, 192, 288)
_MOST_CARDS = 4
_REST_GB = 0.15  #: small parts that together are less are not worth a word
_HUNDRED = 100  #: from here on three digits are said
_SMALL_PART = 0.02  #: parts below this share of the whole are not worth a word


def answer_memory(intent: Intent, works: tuple[Work, ...], advisor: Advisor, library: Library) -> Answer:
    """Return what each work needs, and whether it fits into the cards named."""
    ledger = Ledger()
    asked = intent.wishes.memory or intent.wishes.memory_at_most
    cards = shown_cards(intent, library, _MOST_CARDS)
    blocks: list[Block] = []
    for number, work in enumerate(works):
        said = _Need(work, advisor.predictor.networks[work.network], f"{number}", ledger, intent.language)
        verdicts = tuple(said.on_card(card) for card in cards)
        needed = tuple(said.sentences(cards, asked.value if asked else None))
        if len(cards) > 1:
            blocks += [Points(verdicts), Paragraph(needed)]
        else:
            blocks.append(Paragraph((*verdicts, *needed)))
        blocks += said.basis()
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=IntentKind.MEMORY,
        blocks=tuple(blocks),
        citations=cite_cells(library, intent.language, [(card, "memory_gb") for card in cards]),
        gpus=tuple(card.name for card in cards),
        cards=tuple(card.slug for card in cards),
        fields=("memory_gb",) if cards else (),
        evidence=ledger.evidence,
    )


class _Need:
    """Says one work's need."""

    def __init__(self, work: Work, network: Network, place: str, ledger: Ledger, language: str) -> None:
        self.work, self.network, self.place, self.ledger, self.language = work, network, place, ledger, language
        self.need: MemoryNeed = memory_need(work, network)

    def sentences(self, cards: list[GpuSpec], asked_gb: float | None) -> Iterable[Sentence]:
        """Yield the total with its parts, and the size of card that it takes, or whether *asked_gb* is enough."""
        parts = [part for part in self.need.parts if part.gb >= _SMALL_PART * self.need.total_gb]
        said: list[Filling] = [
            phrase(
                self.language,
                "memory.part",
                name=Name(texts(self.language).say(f"memory.names.{part.name}")),
                gb=self._gb(f"part/{part.name}", part.gb),
            )
            for part in sorted(parts, key=lambda part: -part.gb)
        ]
        rest = self.need.total_gb - sum(part.gb for part in parts)
        if rest >= _REST_GB:
            said.append(phrase(self.language, "memory.rest", gb=self._gb("rest", rest)))
        if asked_gb:
            yield self._against(asked_gb)
        yield sentence(
            self.language,
            "memory.total",
            work=capital(work_parts(self.work, self.network, self.language, self._precision())),
            total=self._gb("total", self.need.total_gb),
            lo=self._gb("lo", self.need.lower_gb),
            hi=self._gb("hi", self.need.upper_gb),
            parts=joined(said, ", "),
        )
        if not asked_gb and not cards:
            yield self._size()

    def _size(self) -> Sentence:
        """Return the size of card that holds the need as estimated, and the one that holds it with its uncertainty."""
        size, safe = (
            next((size for size in SIZES if fits(need, size)), None)
            for need in (self.need.total_gb, self.need.upper_gb)
        )
        if size is None:
            return sentence(self.language, "memory.sizes_none")
        memory = self._gb("size", size)
        if safe is None or safe == size:
            return sentence(self.language, "memory.sizes_one", memory=memory)
        return sentence(self.language, "memory.sizes", memory=memory, safe=self._gb("safe", safe))

    def _against(self, size_gb: float) -> Sentence:
        """Return whether a card of the size that was asked about holds it."""
        size = self._gb("asked", size_gb, kind=Kind.GIVEN)
        if not fits(self.need.lower_gb, size_gb):
            return sentence(self.language, "memory.size_fits_not", size=size)
        if fits(self.need.upper_gb, size_gb):
            left = self._gb("asked_left", size_gb * USABLE_SHARE - self.need.total_gb)
            return sentence(self.language, "memory.size_fits", size=size, left=left)
        total, low, high = (
            self._gb("total", self.need.total_gb),
            self._gb("lo", self.need.lower_gb),
            self._gb("hi", self.need.upper_gb),
        )
        return sentence(self.language, "memory.size_tight", size=size, total=total, lo=low, hi=high)

    def on_card(self, card: GpuSpec) -> Sentence:
        """Return whether the work fits into one card."""
        name, cite = Name(short_name(card)), (cell_id(card, "memory_gb"),)
        memory = value_part(card, "memory_gb", self.language) or ""
        own = memory_of(card)
        if not fits(self.need.lower_gb, own):
            return sentence(self.language, "memory.fits_not", cites=cite, card=name, memory=memory)
        if not fits(self.need.upper_gb, own):
            total = self._gb("total", self.need.total_gb)
            return sentence(self.language, "memory.tight", cites=cite, card=name, memory=memory, total=total)
        left = self._gb(f"left/{card.slug}", own * USABLE_SHARE - self.need.total_gb)
        said = sentence(self.language, "memory.fits", cites=cite, card=name, memory=memory, left=left)
        batch = largest_batch(self.work, self.network, own)
        if self.work.mode is Mode.INFERENCE and self.network.family == "llm":
            return said
        figure = self.ledger.figure(f"{self.place}/batch/{card.slug}", batch, digits=2)
        more = phrase(self.language, "memory.batch", batch=figure)
        return Sentence((*said.parts, " ", *more), said.cites)

    def basis(self) -> list[Block]:
        """Return ways to need less, and what was assumed."""
        blocks: list[Block] = []
        ways = list(self._ways())
        if ways:
            blocks.append(Paragraph((sentence(self.language, "memory.ways", parts=joined(ways, ", ")),)))
        assumed = assumed_parts(self.work, self.network, self.need, self.ledger, self.language)
        if assumed:
            parts = joined(list(assumed), ", ")
            blocks.append(Paragraph((sentence(self.language, "memory.assumed", parts=parts),)))
        return blocks

    def _ways(self) -> Iterable[Filling]:
        """Yield what other methods or formats of a big model would need."""
        if self.network.family not in {"llm", "transformer", "diffusion"}:
            return
        training = self.work.mode is Mode.TRAINING
        others: tuple[Work, ...] = (
            tuple(replace(self.work, method=method) for method in (Method.FULL, Method.LORA, Method.QLORA))
            if training
            else tuple(replace(self.work, precision=item) for item in (Precision.FP16, Precision.INT8, Precision.INT4))
        )
        names = ("full", "LoRA", "QLoRA") if training else ("FP16", "INT8", "INT4")
        for name, other in zip(names, others, strict=True):
            total = memory_need(other, self.network).total_gb
            if total < 0.9 * self.need.total_gb:  # a tenth less is worth a word
                yield phrase(self.language, "memory.way", method=Name(name), total=self._gb(f"way/{name}", total))

    def _precision(self) -> str:
        return str(self.work.precision or "") if self.work.method is not Method.QLORA else ""

    def _gb(self, key: str, value: float, *, kind: Kind = Kind.COMPUTED) -> Figure:
        return self.ledger.figure(f"{self.place}/{key}", value, "GB", kind=kind, digits=2 if value < _HUNDRED else 3)
