"""Fits, cards with all their rates, advisors and threads, for tests of predictions and advice."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.answers import Answer
from bot.conversations import Thread
from bot.intents import Act, Intent, IntentKind
from bot.scored import Scored
from bot.understanding.reading import QuestionReader
from knowledge.catalogue import Catalogue
from knowledge.library import Library
from knowledge.measurements import Throughput
from knowledge.prices import Price
from knowledge.specs import GpuSpec
from knowledge.support import SupportRules
from knowledge.tables import Tables
from retrieval.scoring.advisor import Advice, Advisor
from retrieval.scoring.fits import Family, Fit, Fits, load_fits
from retrieval.scoring.needs import Mode, Precision, Work
from retrieval.scoring.networks import NetworkReader
from retrieval.scoring.prediction import Prediction, Predictor
from tests.makers import make_answer, make_gpu
from tests.makers_memory import NETWORKS

TODAY = date(2026, 6, 1)
#: The fits and networks that ship.
SHIPPED = Predictor(load_fits(), NETWORKS)
_SCORED = frozenset({IntentKind.CHOOSE, IntentKind.MEMORY, IntentKind.PREDICT})


def make_rated(**fields: Any) -> GpuSpec:
    """Return a card whose rates are those of the fits' reference card: 60 and 20 TFLOPS, 800 GB/s, 300 W."""
    rates: dict[str, Any] = {
        "fp32_tflops": 20,
        "tf32_matrix_tflops": 30,
        "fp16_matrix_fp32acc_tflops": 60,
        "memory_bandwidth_gb_s": 800,
        "tdp_w": 300,
    }
    return make_gpu(**(rates | fields))


def make_family(**fields: Any) -> Family:
    """Return a family of NVIDIA rows alone, with Ampere as fast as its sheet says."""
    given: dict[str, Any] = {"name": "family", "tf32_for_fp32": False, "vendors": ("NVIDIA",), "amd": 0.0}
    given |= {"architectures": {"Ampere": 0.0}, "spread_known": 0.1, "spread_new": 0.2}
    return Family(**(given | fields))


def make_fit(**fields: Any) -> Fit:
    """Return ResNet-50 training in AMP that takes equally long for compute and for bandwidth, one sample a second."""
    given: dict[str, Any] = {"network": "resnet50", "mode": Mode.TRAINING, "precision": Precision.AMP}
    given |= {"family": "family", "unit": "images/s", "level": 0.0, "weights": (0.5, 0.5, 0.0, 0.0, 0.0)}
    given |= {"cards": 3, "rows": 3, "batch": 64, "sources": ("sheet",)}
    return Fit(**(given | fields))


def make_fits(*fits: Fit, families: Iterable[Family] = ()) -> Fits:
    """Return fits with the families given, or with the one that a made fit belongs to."""
    return Fits(fits or (make_fit(),), {family.name: family for family in families or (make_family(),)})


def make_throughput(**fields: Any) -> Throughput:
    """Return one published row."""
    given: dict[str, Any] = {"card": "rtx-3090", "network": "resnet50", "mode": "training", "precision": "amp"}
    given |= {"batch": 64, "value": 100.0, "unit": "images/s", "software": "PyTorch", "source": "sheet"}
    return Throughput(**(given | fields))


def make_predictor(tables: Tables, fits: Fits | None = None) -> Predictor:
    """Return a predictor over the networks that ship, with the fits that ship or others."""
    return Predictor(fits or load_fits(), tables.networks)


def predict(work: Work, card: GpuSpec, predictor: Predictor = SHIPPED) -> Prediction:
    """Return a prediction, which there must be."""
    found = predictor.predict(work, card)
    assert found is not None
    return found


def everywhere(work: Work, library: Library, predictor: Predictor = SHIPPED) -> list[tuple[GpuSpec, Prediction]]:
    """Return each card that ships with its prediction, without the cards that have none."""
    pairs = ((card, predictor.predict(work, card)) for card in library.catalogue.cards)
    return [(card, found) for card, found in pairs if found is not None]


def make_advisor(
    cards: Iterable[GpuSpec],
    tables: Tables,
    prices: Mapping[str, Price] | None = None,
    rules: SupportRules | None = None,
) -> Advisor:
    """Return an advisor on *cards*, among which the yardstick must be, with the tables and fits that ship."""
    return Advisor(Catalogue(tuple(cards)), make_predictor(tables), rules or tables.support, prices)


def make_reader(library: Library, tables: Tables) -> QuestionReader:
    """Return what reads questions, over the catalogue that ships."""
    return QuestionReader(library.catalogue, NetworkReader(tables.networks))


def slugs_of(advice: Advice) -> list[str]:
    """Return the slugs of a shortlist, best first."""
    return [one.candidate.card.slug for one in advice.ranking.ranked]


class Talk:
    """One thread over the catalogue that ships, without an index: what is not scored gets any sheet for an answer."""

    def __init__(self, library: Library, tables: Tables) -> None:
        self.library = library
        self.reader = make_reader(library, tables)
        self.scored = Scored(library, tables, make_advisor(library.catalogue.cards, tables), lambda: TODAY)
        self.thread = Thread()

    def ask(self, text: str) -> tuple[Intent, Answer]:
        """Return a question, completed from the thread, with its answer; both are remembered."""
        intent = self.scored.complete(self.reader.read(text), self.thread)
        answer = self._answer(intent)
        self.thread = self.thread.remember(intent, answer)
        return intent, answer

    def told(self, *texts: str) -> Intent:
        """Return the last of several questions of one thread, completed from those before."""
        intent, _ = [self.ask(text) for text in texts][-1]
        return intent

    def first_of(self, answer: Answer) -> GpuSpec:
        """Return the first card that an answer speaks of."""
        return self.library.catalogue.by_slug[answer.cards[0]]

    def _answer(self, intent: Intent) -> Answer:
        if intent.act is Act.WHY and (why := self.scored.reasons(intent, self.thread)):
            return why
        if intent.kind in _SCORED and intent.act in {None, Act.ABOUT, Act.CORRECTION}:
            return self.scored.answer(intent)
        return make_answer(intent=intent.kind, language=intent.language)
