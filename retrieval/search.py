"""Hybrid search: one embedding of the question, its words on the lexical side, fused by a weighted sum."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.chunking import ASK, BOUNDARY, CARD, SECTION, STATEMENT
from retrieval.embedding import Embedder
from retrieval.gate import Features, Gate
from retrieval.glossing import Glosser
from retrieval.index import Manifest, StoredIndex
from retrieval.spelling import Speller
from retrieval.telex import untelex
from retrieval.words import TOKENS, english_tokens

#: Share of the dense side in the fused score, tuned on the tuning half of the questions.
ALPHA = 0.7

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One section or card that bears on the question."""

    target: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one search found."""

    sections: tuple[Hit, ...]  #: best first
    statements: Mapping[str, float]  #: fused score by statement id, of the found sections
    cards: tuple[Hit, ...]
    confidence: float
    supported: bool
    features: Features
    rendering: str  #: what was embedded


class HybridSearch:
    """Finds sections and statements in a stored index."""

    def __init__(self, stored: StoredIndex, embedder: Embedder, glosser: Glosser, gate: Gate) -> None:
        self._stored = stored
        self._embedder = embedder
        self._glosser = glosser
        self._gate = gate
        kinds = np.array([unit.kind for unit in stored.units])
        self._is = {kind: kinds == kind for kind in (SECTION, STATEMENT, ASK, CARD, BOUNDARY)}
        self._is["guide"] = ~self._is[CARD] & ~self._is[BOUNDARY]
        self._targets = _Groups([unit.target for unit in stored.units])
        self._dense = np.array(stored.dense, dtype=np.int64)
        self._statements: dict[str, list[tuple[int, str]]] = {}
        for number, unit in enumerate(stored.units):
            if unit.kind == STATEMENT:
                self._statements.setdefault(unit.target, []).append((number, unit.id))
        self._row_of = {int(position): row for row, position in enumerate(stored.dense)}
        self._positions = {side: np.array(places) for side, (_, places) in stored.lexical.items()}
        index, positions = stored.lexical["en"]
        guide = np.array([self._is["guide"][position] for position in positions])
        self._guide_words = index.words_of(guide)
        vietnamese, _ = stored.lexical["vi"]
        english = [unit.text for unit in stored.units if unit.language == "en" and unit.kind in {STATEMENT, ASK}]
        self._speller = Speller(
            english, knows=lambda word: embedder.knows(word) or glosser.knows(word) or vietnamese.knows(word)
        )

    @property
    def manifest(self) -> Manifest:
        """What the index was made of."""
        return self._stored.manifest

    def search(self, text: str, language: str, *, entity: bool = False, limit: int = 10) -> Findings:
        """Return at most *limit* sections for a question in *language*; *entity* says that it names a card or field."""
        rendering = self._rendering(text, language)
        query = self._embedder.embed([rendering])
        dense = self._similarities(query)
        lexical = self._lexical_scores(text, rendering, language)
        return self._findings(rendering, query, dense, lexical, entity=entity, limit=limit)

    def correct(self, text: str, known: frozenset[str]) -> str:
        """Return *text* with misspelt words of the field put right; *known* and everything else stay as typed."""
        text = untelex(text, self._glosser.is_syllable, lambda word: word in known or self._embedder.knows(word))
        return self._speller.correct(text, known)

    def _rendering(self, text: str, language: str) -> str:
        if language == "en" or self._stored.manifest.speaks_vietnamese:
            return text
        return self._glosser.render(text).text or text

    def _similarities(self, query: Floats) -> Floats:
        """Return a cosine for every unit, 0.0 for those without a vector and those far away."""
        found = np.zeros(len(self._stored.units), dtype=np.float32)
        found[self._dense] = self._stored.similarities(query)
        return np.maximum(found, 0)

    def _lexical_scores(self, text: str, rendering: str, language: str) -> Floats:
        """Return each unit's share of the question's words, on the side of its language."""
        found = np.zeros(len(self._stored.units), dtype=np.float32)
        for side, words in {language: text, "en": rendering}.items():
            index, _ = self._stored.lexical[side]
            found[self._positions[side]] = index.search(TOKENS[side](words))
        return found

    def _unknown(self, rendering: str) -> float:
        """Return the share of the English content words that stand nowhere in the guide."""
        tokens = english_tokens(rendering)
        return sum(token not in self._guide_words for token in tokens) / len(tokens) if tokens else 0.0

    def _findings(  # noqa: PLR0913  # both sides of one search
        self, rendering: str, query: Floats, dense: Floats, lexical: Floats, *, entity: bool, limit: int
    ) -> Findings:
        guide = self._is["guide"]
        sections = self._sections(dense, lexical, guide)
        fused = ALPHA * dense + (1 - ALPHA) * lexical
        features = self._features(rendering, dense, lexical, entity=entity)
        confidence = self._gate.confidence(features)
        found = {hit.target for hit in sections[:limit]}
        return Findings(
            sections=sections[:limit],
            statements=self._statement_scores(query, lexical, found),
            cards=_best(self._targets.best(np.where(self._is[CARD], fused, -1)), limit),
            confidence=confidence,
            supported=confidence >= self._gate.threshold,
            features=features,
            rendering=rendering,
        )

    def _features(self, rendering: str, dense: Floats, lexical: Floats, *, entity: bool) -> Features:
        kinds = self._is
        return Features(
            ask=_top(dense[kinds[ASK]], 1),
            statement=_top(dense[kinds[STATEMENT]], 1),
            section=_top(dense[kinds[SECTION]], 1),
            three=_top(dense[kinds["guide"]], 3),
            words=_top(lexical[kinds["guide"]], 1),
            outside=_top(dense[kinds[BOUNDARY]], 1),
            outside_three=_top(dense[kinds[BOUNDARY]], 3),
            outside_words=_top(lexical[kinds[BOUNDARY]], 1),
            unknown=self._unknown(rendering),
            entity=float(entity),
        )

    def _sections(self, dense: Floats, lexical: Floats, guide: NDArray[np.bool_]) -> tuple[Hit, ...]:
        """Fuse each section's best cosine with its best word share, which may stand in different texts."""
        close = self._targets.best(np.where(guide, dense, -1))
        worded = self._targets.best(np.where(guide, lexical, -1))
        fused = {target: ALPHA * close[target] + (1 - ALPHA) * worded[target] for target in close if close[target] >= 0}
        return _best(fused, len(fused))

    def _statement_scores(self, query: Floats, lexical: Floats, sections: set[str]) -> dict[str, float]:
        """Return each statement's score: its cosine, of whichever language has one, and its best word share."""
        items = [item for section in sections for item in self._statements.get(section, ())]
        embedded = [(number, statement) for number, statement in items if number in self._row_of]
        close: dict[str, float] = {}
        cosines = self._stored.cosines(query, [self._row_of[number] for number, _ in embedded])
        for (_, statement), cosine in zip(embedded, cosines.tolist(), strict=True):
            close[statement] = max(cosine, close.get(statement, 0.0))
        worded: dict[str, float] = {}
        for number, statement in items:
            worded[statement] = max(float(lexical[number]), worded.get(statement, 0.0))
        return {name: ALPHA * close.get(name, 0.0) + (1 - ALPHA) * share for name, share in worded.items()}


def _top(scores: Floats, count: int) -> float:
    """Return the mean of the *count* best scores, 0.0 where there are none."""
    return float(np.sort(scores)[-count:].mean()) if scores.size else 0.0


class _Groups:
    """Units grouped by what they stand for."""

    def __init__(self, targets: list[str]) -> None:
        self._names = sorted(set(targets))
        order = {name: number for number, name in enumerate(self._names)}
        self._group = np.array([order[target] for target in targets], dtype=np.int64)

    def best(self, scores: Floats) -> dict[str, float]:
        """Return the best score of each group."""
        best = np.full(len(self._names), -1, dtype=np.float32)
        np.maximum.at(best, self._group, scores)
        return dict(zip(self._names, best.tolist(), strict=True))


def _best(scores: Mapping[str, float], limit: int) -> tuple[Hit, ...]:
    ranked = sorted((item for item in scores.items() if item[1] >= 0), key=lambda item: -item[1])
    return tuple(Hit(target=target, score=score) for target, score in ranked[:limit])
