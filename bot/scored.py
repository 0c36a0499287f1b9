"""Answers what the scoring engine works out: shortlists, memory needs and predictions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from bot.answering.choose import answer_choose, answer_contradiction
from bot.answering.memory import answer_memory
from bot.answering.predict import answer_predict
from bot.answering.predicted import with_predictions
from bot.answering.shortlist import Ground
from bot.answering.standing import answer_first, answer_reasons, answer_standing
from bot.answers import Answer
from bot.conversations import Thread
from bot.intents import Act, Intent, IntentKind
from bot.steering import First, scored_turn, steer
from bot.wishing import Asked, to_asked, works_meant
from knowledge.library import Library
from knowledge.prices import price_of
from knowledge.tables import Tables
from knowledge.workloads import Network
from retrieval.scoring.advisor import Advice, Advisor
from retrieval.scoring.needs import Method, Mode, Purpose, Wishes, Work

_BY_FAMILY = {
    "cnn": "choose-vision",
    "transformer": "choose-nlp",
    "llm": "choose-llm",
    "diffusion": "choose-generative",
}
_BY_METHOD = {Method.LORA: "lora-qlora", Method.QLORA: "lora-qlora", Method.TRANSFER: "transfer-learning"}


#: Acts that speak of a shortlist.
_TOLD = frozenset({Act.WHY, Act.MORE, Act.SHORTER, Act.SIMPLER})


class Scored:
    """Joins understanding and the scoring engine."""

    def __init__(self, library: Library, tables: Tables, advisor: Advisor, today: Callable[[], date]) -> None:
        self._library = library
        self._tables = tables
        self._advisor = advisor
        self._today = today

    def complete(self, intent: Intent, thread: Thread) -> Intent:
        """Return *intent* with what it leans on in a shortlist before it."""
        lists = (turn for turn in reversed(thread.turns) if turn.intent.kind is IntentKind.CHOOSE)
        last = next((turn for turn in lists if len(turn.intent.mentions) != 1), None)
        slugs = last.answer.cards if last else ()
        families = {key: network.family for key, network in self._tables.networks.items()}
        return steer(intent, thread, self._first(slugs[0]) if slugs else None, families)

    def _first(self, slug: str) -> First:
        card = self._library.catalogue.by_slug[slug]
        price = price_of(card, self._advisor.prices, {})
        per_usd = {rate.currency: rate.per_usd for rate in self._tables.rates.values()}
        return First(card=card, usd=price.usd if price else None, per_usd=per_usd)

    def answer(self, intent: Intent) -> Answer:
        """Return the answer to a choice, a memory need or a prediction."""
        read = intent.wishes
        if intent.kind is IntentKind.CHOOSE and read.contradictions:
            return answer_contradiction(intent, read.contradictions[0])
        asked = self._asked(intent)
        intent = replace(intent, assumed=asked.assumed)
        works = asked.wishes.works
        if intent.kind is IntentKind.CHOOSE:
            answer = self._choose(intent, asked.wishes)
        elif intent.kind is IntentKind.MEMORY:
            answer = answer_memory(intent, works, self._advisor, self._library)
        else:
            answer = answer_predict(intent, works[0], self._advisor, self._library)
        return replace(answer, sections=self._sections(intent.kind, works, asked.wishes))

    def reasons(self, intent: Intent, thread: Thread) -> Answer | None:
        """Return why the first card of the shortlist before is first, or it alone; None where none was before."""
        last = scored_turn(thread)
        if last is None or last.intent.kind is not IntentKind.CHOOSE or intent.act not in _TOLD:
            return None
        before = replace(last.intent, language=intent.language)
        advice = self._advice(before, self._asked(before).wishes)
        if not advice.ranking.ranked:
            return None
        if intent.act in {Act.SHORTER, Act.SIMPLER}:
            return answer_first(before, advice, self._library)
        return answer_reasons(before, advice, self._library)

    def with_predictions(self, answer: Answer, intent: Intent) -> Answer:
        """Return a comparison with the predicted speed of the first network that *intent* names."""
        works = self._asked(intent).wishes.works
        if not works or answer.intent != IntentKind.COMPARE:
            return answer
        plan = self._advisor.predictor.plan(works[0])
        cards = [self._library.catalogue.by_slug[slug] for slug in answer.cards]
        need = self._advisor.need(works[0])
        return with_predictions(answer, plan, need, self._advisor.predictions(plan, cards), self._library)

    def _asked(self, intent: Intent) -> Asked:
        quoted = intent.cards if intent.wishes.quoted else ()
        choosing = intent.kind is IntentKind.CHOOSE
        networks, assumed = works_meant(intent) if choosing else (intent.networks, ())
        asked = to_asked(
            intent.wishes,
            networks,
            self._tables.networks,
            self._tables.rates,
            quoted,
            choosing=choosing,
        )
        return replace(asked, assumed=(*assumed, *asked.assumed))

    def _advice(self, intent: Intent, wishes: Wishes) -> Advice:
        only = intent.only or (intent.cards if len(intent.mentions) > 1 else ())
        return self._advisor.advise(wishes, self._today(), only)

    def _choose(self, intent: Intent, wishes: Wishes) -> Answer:
        advice = self._advice(intent, wishes)
        if len(intent.mentions) == 1 and intent.cards:
            return answer_standing(intent, advice, self._ground())
        return answer_choose(intent, advice, self._ground())

    def _ground(self) -> Ground:
        return Ground(advisor=self._advisor, library=self._library, rates=self._tables.rates, today=self._today())

    def _sections(self, kind: IntentKind, works: tuple[Work, ...], wishes: Wishes) -> tuple[str, ...]:
        """Return the sections of the guide that say more about what was answered."""
        networks: Mapping[str, Network] = self._tables.networks
        families = [networks[work.network].family for work in works]
        methods = [section for work in works if (section := _BY_METHOD.get(work.method))]
        if kind is IntentKind.MEMORY:
            caches = ["kv-cache", "quantization"] if any(work.mode is Mode.INFERENCE for work in works) else []
            return tuple(dict.fromkeys((*methods, "what-fills-vram", "vram-capacity", "out-of-memory", *caches)))
        if kind is IntentKind.PREDICT:
            small = [networks[work.network].regime == "launch" for work in works]
            return ("launch-bound", "training-throughput") if any(small) else ("training-throughput", "roofline")
        kinds = [section for family in families if (section := _BY_FAMILY.get(family))]
        learner = ["student-budget"] if wishes.purpose is Purpose.LEARNING or wishes.limits.budget_usd else []
        found = (*kinds, "choose-overview", *methods, *learner, "launch-prices")
        return tuple(section for section in dict.fromkeys(found) if section in self._library.guide.by_id)
