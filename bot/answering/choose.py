"""Which card: a ranked shortlist with its reasons, what speaks against it, and what would change it."""

from collections.abc import Iterable
from dataclasses import replace

from bot.answering.assumptions import Assumptions
from bot.answering.cards import cell_id, cite_cells, short_name, value_part
from bot.answering.cautions import cautions
from bot.answering.citing import cite_fit, cite_statements, used
from bot.answering.ledger import Ledger
from bot.answering.phrasing import Filling, capital, joined, phrase, sentence
from bot.answering.shortlist import SHOWN, Ground, Shortlist, leads
from bot.answering.works import work_parts
from bot.answers import (
    Action,
    Answer,
    Block,
    Citation,
    Given,
    Kind,
    Name,
    Paragraph,
    Part,
    Points,
    Quote,
    Sentence,
)
from bot.intents import Intent, IntentKind
from bot.rendering.plain import part_text
from bot.texts import texts
from retrieval.scoring.advisor import USUAL_WORK, Advice
from retrieval.scoring.needs import Purpose
from retrieval.scoring.places import is_laptop
from retrieval.scoring.ranking import Ranked

_CHANGES_SAID = 3
#: At which batch a launch-bound network is shown to do more.
_BIG_BATCH = 512
#: Changes that are said, the most telling first.
_TELLING = (
    "memory_more", "budget_more", "budget_less", "memory_less", "vendor", "price_drop", "price_unknown", "price_rise",
)  # fmt: skip
_FIELDS = ("memory_gb", "tdp_w", "launch_price_usd")


def answer_choose(intent: Intent, advice: Advice, ground: Ground) -> Answer:
    """Return the shortlist of *advice*; where no card is left, the nearest misses and what to relax."""
    says = _Choosing(intent, advice, ground)
    return says.shortlist() if advice.ranking.ranked else says.impossible()


def answer_contradiction(intent: Intent, contradiction: str) -> Answer:
    """Ask which of two wishes holds that cannot both, saying them back."""
    wishes = intent.wishes
    said = {"watts": wishes.watts, "psu": wishes.psu, "least": wishes.memory, "most": wishes.memory_at_most}
    fillings: dict[str, Filling] = {name: Given(amount.text) for name, amount in said.items() if amount}
    back = phrase(intent.language, f"choose.contradiction.{contradiction}", **fillings)
    lead = sentence(intent.language, "choose.contradicts")
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=IntentKind.CHOOSE,
        blocks=(Paragraph((lead, Sentence(back))),),
        question_back="".join(part_text(part, intent.language) for part in back),
    )


class _Choosing:
    """Composes one answer."""

    def __init__(self, intent: Intent, advice: Advice, ground: Ground) -> None:
        self.intent, self.language = intent, intent.language
        self.advice, self.ground = advice, ground
        self.library, self.networks = ground.library, ground.advisor.predictor.networks
        self.ledger = Ledger(ground.local_rate(intent))
        self.shown = Shortlist(advice, self.ledger, self.language)
        self.quoted: list[str] = []

    def shortlist(self) -> Answer:
        """Return the answer where cards are left."""
        ranked = self.advice.ranking.ranked
        back = self._question_back()
        blocks: list[Block] = [Paragraph(tuple(self._verdict(ranked)))]
        if len(ranked) > 1:
            blocks.append(self.shown.table())
        against = tuple(cautions(self.shown, ranked[0].candidate, self.ground))
        if against:
            blocks.append(Paragraph(against))
        changes = tuple(self._changes())
        if changes:
            blocks.append(Points(changes))
        blocks.append(Paragraph(tuple(self._basis())))
        if back:
            blocks.append(Paragraph((Sentence((Name(back),)),)))
        cards = [one.candidate.card for one in ranked[:SHOWN]]
        return self._answer(tuple(blocks), (*(card.slug for card in cards), *self.intent.owned), back)

    def impossible(self) -> Answer:
        """Return the answer where no card keeps all limits."""
        ranking = self.advice.ranking
        missed = {broken.limit for miss in ranking.nearest for broken in miss.broken}
        key = {frozenset({"budget_usd"}): "none_budget", frozenset({"memory"}): "none_memory"}.get(
            frozenset(missed), "none"
        )
        none = sentence(self.language, f"choose.{key}")
        lead = (none, self._closest())
        relax = tuple(
            Sentence((*capital(self.ledger.reason(self.language, reason, f"relax{number}")), "."))
            for number, reason in enumerate(ranking.relax[:4])
        )
        blocks: list[Block] = [Paragraph(lead), Points(relax)]
        limits = {miss.limit for miss in ranking.nearest}
        if limits & {"memory", "min_memory_gb", "budget_usd"}:
            statement = "cloud-vs-buy.rule" if "memory" in limits else "cloud-vs-buy.free"
            blocks.append(Paragraph((self._quote(statement, phrase(self.language, "choose.cloud")),)))
        basis = tuple(Assumptions(self.shown, self.intent, self.ground).sentences())
        if basis:
            blocks.append(Paragraph(basis))
        return self._answer(tuple(blocks), tuple(miss.candidate.card.slug for miss in ranking.nearest[:3]), None)

    def _closest(self) -> Sentence:
        """Return what leads in the nearest misses: one limit each, or one card that misses several."""
        together = self.advice.ranking.together
        if together is None:
            return sentence(self.language, "choose.nearest")
        return Sentence(self.ledger.reason(self.language, together, "together"))

    def _answer(self, blocks: tuple[Block, ...], slugs: tuple[str, ...], back: str | None) -> Answer:
        cards = [self.library.catalogue.by_slug[slug] for slug in slugs]
        ranked = bool(self.advice.ranking.ranked)
        return Answer(
            question=self.intent.text,
            language=self.language,
            intent=IntentKind.CHOOSE,
            blocks=blocks,
            citations=used(self._citations(), blocks),
            gpus=tuple(card.name for card in cards if card.slug not in self.intent.owned) if ranked else (),
            cards=slugs,
            fields=_FIELDS,
            question_back=back,
            actions=tuple(self._actions(ranked=ranked)),
            evidence=self.ledger.evidence,
        )

    def _citations(self) -> Iterable[Citation]:
        cards = [one.candidate.card for one in self.advice.ranking.ranked[:SHOWN]]
        cards += [self.library.catalogue.by_slug[slug] for slug in self.intent.owned]
        yield from cite_cells(self.library, self.language, [(card, field) for card in cards for field in _FIELDS])
        if self.advice.plan.fit:
            yield cite_fit(self.library, self.advice.plan.fit)
        statements = [self.library.guide.statements[item] for item in self.quoted]
        yield from cite_statements(self.library, self.language, statements)

    def _verdict(self, ranked: tuple[Ranked, ...]) -> Iterable[Sentence]:
        first = ranked[0]
        if self.advice.plan.is_launch_bound:
            yield from self._launch_bound(first)
            return
        yield self.shown.first(first)
        yield from self._also_launch_bound()
        if len(ranked) == 1:
            yield sentence(self.language, "choose.only_one")
            return
        if (order := self.advice.wishes.order) is not None:
            yield sentence(self.language, f"choose.ordered_{order}")
        elif leads(first, ranked[1], self.advice.ranking.weights)[0]:
            yield self.shown.lead(first, ranked[1])
        yield from self._against_owned(first)
        group = next((g for g in self.advice.ranking.indistinguishable if first.candidate.card.slug in g), ())
        others = [self.library.catalogue.by_slug[slug] for slug in group if slug != first.candidate.card.slug][:3]
        if others:
            names = joined([Name(short_name(card)) for card in others], ", ")
            yield sentence(self.language, "choose.together", others=names)

    def _against_owned(self, first: Ranked) -> Iterable[Sentence]:
        """Yield what the first card adds to the one that the asker has."""
        owned = [self.library.catalogue.by_slug[slug] for slug in self.intent.owned]
        card = next((card for card in owned if not is_laptop(card)), owned[0] if owned else None)
        found = self.ground.advisor.predictions(self.advice.plan, [card]) if card else {}
        speed, memory = first.candidate.speed, value_part(first.candidate.card, "memory_gb", self.language)
        before = value_part(card, "memory_gb", self.language) if card else None
        if card is None or card.slug not in found or speed is None or memory is None or before is None:
            return
        ratio = self.ledger.figure(
            "ratio/owned", speed.value / found[card.slug].value, "×", kind=Kind.PREDICTED, digits=2
        )
        names: dict[str, Filling] = {"owned": Name(short_name(card)), "card": Name(short_name(first.candidate.card))}
        fillings: dict[str, Filling] = {**names, "ratio": ratio, "memory": memory, "before": before}
        cites = (cell_id(first.candidate.card, "memory_gb"), cell_id(card, "memory_gb"))
        yield Sentence(phrase(self.language, "choose.against_owned", **fillings), cites)

    def _also_launch_bound(self) -> Iterable[Sentence]:
        """Yield that a small network named beside another decides nothing."""
        plan, networks = self.advice.plan, self.networks
        small = [work for work in self.advice.wishes.works if self.ground.advisor.predictor.plan(work).is_launch_bound]
        if small and not plan.is_launch_bound:
            work = capital(work_parts(small[0], networks[small[0].network], self.language))
            other = work_parts(plan.work, plan.network, self.language)
            yield sentence(self.language, "choose.also_launch_bound", work=work, other=other)

    def _launch_bound(self, first: Ranked) -> Iterable[Sentence]:
        plan = self.advice.plan
        bigger = self.ground.advisor.predictor.predict(replace(plan.work, batch=_BIG_BATCH), first.candidate.card)
        speed = first.candidate.speed
        ratio = bigger.value / speed.value if bigger and speed else 1.0
        yield sentence(
            self.language,
            "choose.launch_bound",
            work=work_parts(plan.work, plan.network, self.language),
            speed=self.ledger.figure(
                "launch_speed", speed.value if speed else 0.0, plan.unit, kind=Kind.PREDICTED, digits=2
            ),
            batch=self.ledger.figure("batch/big", _BIG_BATCH, kind=Kind.ASSUMED, digits=6),
            ratio=self.ledger.figure("ratio/big", ratio, "×", kind=Kind.PREDICTED, digits=2),
        )
        yield self._quote("launch-bound.fix")
        yield self.shown.offer("choose.cheapest", first.candidate)

    def _changes(self) -> Iterable[Sentence]:
        said = [change for change in self.advice.changes if change.first is not None]
        found = sorted(said, key=lambda change: _TELLING.index(change.kind))
        drops = [change for change in found if change.kind == "price_drop"]
        kept = [change for change in found if change.kind != "price_drop"][: _CHANGES_SAID - bool(drops)]
        for number, change in enumerate((*kept, *drops[:1])):
            yield Sentence(self.ledger.reason(self.language, change.reason, f"change{number}"))

    def _basis(self) -> Iterable[Sentence]:
        priced = [one.candidate.price for one in self.advice.ranking.ranked[:SHOWN] if one.candidate.price]
        if priced:
            bases = {price.basis for price in priced}
            basis = bases.pop() if len(bases) == 1 else "mixed"
            newest = max(price.date for price in priced)
            yield sentence(self.language, f"choose.prices_{basis}", date=Name(newest))
        if self.advice.wishes.purpose is Purpose.LEARNING:
            yield self._quote("cloud-vs-buy.free")
        yield from Assumptions(self.shown, self.intent, self.ground).sentences()
        if (removed := self.shown.removed()) is not None:
            yield removed

    def _question_back(self) -> str | None:
        """Return the one thing to know whose answer would change the list, or None."""
        say = texts(self.language).say
        limits = self.advice.wishes.limits
        if self.advice.assumed_work and self._work_decides():
            return say("choose.ask_work")
        unpriced = self.advice.ranking.ranked[0].candidate.usd is None
        if limits.budget_usd is None and (unpriced or any(item.kind == "budget_less" for item in self.advice.changes)):
            return say("choose.ask_budget")
        return None

    def _work_decides(self) -> bool:
        """Whether another usual work would put another card first."""
        first = self.advice.ranking.ranked[0].candidate.card.slug
        others = {work for work in USUAL_WORK.values() if work != self.advice.works[0]}
        return any(
            self.ground.advisor.first(replace(self.advice.wishes, works=(work,)), self.ground.today) != first
            for work in others
        )

    def _quote(self, statement: str, lead: tuple[Part, ...] = ()) -> Sentence:
        self.quoted.append(statement)
        text = self.library.guide.statements[statement].text[self.language]
        said = "".join(map(str, lead))
        return Sentence((Quote(statement, text, said),), (f"guide:{statement}",))

    def _actions(self, *, ranked: bool) -> Iterable[Action]:
        if not ranked:
            return
        cheaper, amd = (
            ("cheaper?", "what about AMD?") if self.language == "en" else ("rẻ hơn thì sao?", "còn AMD thì sao?")
        )
        yield Action(texts(self.language).say("actions.cheaper"), cheaper)
        if not self.advice.wishes.limits.vendors:
            yield Action("AMD?", amd)
