"""How fast a work runs on the cards named: a prediction with its interval, what limits, and what it rests on."""

from collections.abc import Iterable

from bot.answering.cards import cell_id, cite_cells, short_name, shown_cards, value_part
from bot.answering.citing import cite_fit, cite_statements
from bot.answering.ledger import Ledger
from bot.answering.phrasing import Filling, joined, phrase, sentence
from bot.answering.works import work_parts
from bot.answers import Answer, Block, Cell, Citation, Figure, Kind, Name, Paragraph, Quote, Sentence, Table
from bot.intents import Intent, IntentKind
from bot.texts import texts
from knowledge.library import Library
from knowledge.specs import GpuSpec
from retrieval.scoring.advisor import Advisor
from retrieval.scoring.memory import fits
from retrieval.scoring.needs import Work
from retrieval.scoring.prediction import Plan, Prediction
from retrieval.scoring.rates import memory_of

_MOST_CARDS = 4
_NOTES = ("small_network", "small_batch", "vendor_unmeasured")


def answer_predict(intent: Intent, work: Work, advisor: Advisor, library: Library) -> Answer:
    """Return the predicted speed of *work* on each card named."""
    says = _Predicting(intent, work, advisor, library)
    return says.answer()


class _Predicting:
    """Composes one answer."""

    def __init__(self, intent: Intent, work: Work, advisor: Advisor, library: Library) -> None:
        self.intent, self.work, self.language, self.library = intent, work, intent.language, library
        self.plan: Plan = advisor.predictor.plan(work)
        self.need = advisor.need(work)
        self.cards = shown_cards(intent, library, _MOST_CARDS)
        self.found = advisor.predictions(self.plan, self.cards)
        self.ledger = Ledger()

    def answer(self) -> Answer:
        """Return the answer."""
        known = [card for card in self.cards if card.slug in self.found]
        blocks: list[Block] = []
        if not known:
            blocks.append(Paragraph(tuple(self._none(card) for card in self.cards)))
        elif len(known) == 1:
            blocks.append(Paragraph(tuple(self._about(known[0]))))
        else:
            blocks += [self._table(known), Paragraph(tuple(self._limits(known[0])))]
        if any(self._fits(card) for card in known):
            blocks.append(Paragraph((self._rests(known[0]), *self._at())))
        return Answer(
            question=self.intent.text,
            language=self.language,
            intent=IntentKind.PREDICT,
            blocks=tuple(blocks),
            citations=tuple(self._citations(known)),
            gpus=tuple(card.name for card in self.cards),
            cards=tuple(card.slug for card in self.cards),
            fields=("memory_gb",),
            evidence=self.ledger.evidence,
        )

    def _citations(self, known: list[GpuSpec]) -> Iterable[Citation]:
        if self.plan.fit:
            yield cite_fit(self.library, self.plan.fit)
        if len(known) == 1:
            yield from cite_cells(self.library, self.language, [(known[0], "memory_gb")])
        if known and self.found[known[0].slug].regime == "launch":
            yield from cite_statements(self.library, self.language, [self.library.guide.statements["launch-bound.fix"]])

    def _none(self, card: GpuSpec) -> Sentence:
        return sentence(self.language, "predict.none", card=Name(short_name(card)))

    def _fits(self, card: GpuSpec) -> bool:
        return fits(self.need.lower_gb, memory_of(card))

    def _about(self, card: GpuSpec) -> Iterable[Sentence]:
        """Yield the speed on one card, what limits it and its memory; only that it does not fit, where it does not."""
        if not self._fits(card):
            yield self._memory(card, "predict.fits_not")
            return
        yield self._one(card)
        yield from self._limits(card)
        yield self._memory(card, "predict.memory")

    def _at(self) -> Iterable[Sentence]:
        """Yield the batch and the length that the prediction is for."""
        network, batch = self.plan.network, self.plan.batch
        if batch is None:
            return
        kind = Kind.ASSUMED if self.work.batch is None else Kind.GIVEN
        said = self.ledger.figure("assumed/batch", batch, kind=kind, digits=6)
        if network.family in {"cnn", "diffusion"} or not network.length:
            yield sentence(self.language, "predict.at_batch", batch=said)
            return
        length = self.ledger.figure("assumed/length", self.work.length or network.length, kind=Kind.ASSUMED, digits=6)
        yield sentence(self.language, "predict.at_length", batch=said, length=length)

    def _one(self, card: GpuSpec) -> Sentence:
        found = self.found[card.slug]
        return sentence(
            self.language,
            "predict.one",
            cites=(self.plan.fit.id,) if self.plan.fit else (),
            card=Name(short_name(card)),
            value=self._figure(found, "speed", found.value, found.unit),
            work=work_parts(self.work, self.plan.network, self.language, str(found.precision)),
            lo=self._figure(found, "speed_lo", found.lo),
            hi=self._figure(found, "speed_hi", found.hi),
        )

    def _limits(self, card: GpuSpec) -> Iterable[Sentence]:
        found = self.found[card.slug]
        yield sentence(self.language, f"predict.limited.{found.regime}")
        if found.regime == "launch":
            statement = self.library.guide.statements["launch-bound.fix"]
            yield Sentence((Quote(statement.id, statement.text[self.language]),), (f"guide:{statement.id}",))

    def _memory(self, card: GpuSpec, key: str) -> Sentence:
        total = self.ledger.figure("need", self.need.total_gb, "GB", digits=2)
        memory = value_part(card, "memory_gb", self.language) or ""
        cite = (cell_id(card, "memory_gb"),)
        work = work_parts(self.work, self.plan.network, self.language)
        fillings: dict[str, Filling] = {"card": Name(short_name(card)), "total": total, "memory": memory, "work": work}
        return Sentence(phrase(self.language, key, **fillings), cite)

    def _rests(self, card: GpuSpec) -> Sentence:
        found, fit = self.found[card.slug], self.plan.fit
        if found.basis == "fitted" and found.regime != "launch" and fit and fit.errors:
            return sentence(
                self.language,
                "predict.fitted",
                cites=(fit.id,),
                rows=self.ledger.figure("fit/rows", fit.rows, digits=6),
                cards=self.ledger.figure("fit/cards", fit.cards, digits=6),
                error=self.ledger.figure("fit/error", 100 * fit.errors["ours"], "%", digits=2),
            )
        notes = [phrase(self.language, f"predict.{note}") for note in _NOTES if note in found.notes]
        basis = phrase(self.language, "predict.scaled" if fit else "predict.roofline")
        return Sentence(joined([basis, *notes], " "), (fit.id,) if fit else ())

    def _table(self, known: list[GpuSpec]) -> Table:
        say = texts(self.language)
        rows = []
        for card in known:
            found = self.found[card.slug]
            interval = (self._figure(found, "speed_lo", found.lo), " – ", self._figure(found, "speed_hi", found.hi))
            cites = (self.plan.fit.id,) if self.plan.fit else ()
            value = self._figure(found, "speed", found.value, found.unit)
            rows.append((Cell((Name(short_name(card)),)), Cell((value,), cites), Cell(interval)))
        return Table(caption=say.say("predict.caption"), header=say.many("predict.header"), rows=tuple(rows))

    def _figure(self, found: Prediction, key: str, value: float, unit: str = "") -> Figure:
        """Return a predicted figure, in tokens where sequences were predicted and tokens asked for."""
        length = self.work.length or self.plan.network.length
        if found.unit == "sequences/s" and length and "token" in self.intent.text.lower():
            value, unit = value * length, "tokens/s" if unit else ""
        fit = self.plan.fit.id if self.plan.fit else None
        return self.ledger.figure(f"{key}:{found.card}", value, unit, kind=Kind.PREDICTED, digits=2, citation=fit)
