"""Hybrid search: one embedding of the question, its words on the lexical side, fused by a weighted sum."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.chunking import BOUNDARY, CARD, Unit
from retrieval.embedding import Embedder
from retrieval.gate import Features, Gate
from retrieval.glossing import Glosser
from retrieval.index import StoredIndex
from retrieval.words import TOKENS

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
    border: str  #: the nearest topic outside
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
        self._kinds = np.array([unit.kind for unit in stored.units])
        self._targets = _Groups([unit.target for unit in stored.units])
        self._dense = np.array(stored.dense, dtype=np.int64)
        self._statements = {unit.id: number for number, unit in enumerate(stored.units) if "." in unit.id}

    def search(self, text: str, language: str, *, entity: bool = False, limit: int = 10) -> Findings:
        """Return at most *limit* sections for a question in *language*; *entity* says that it names a card or field."""
        rendering = self._rendering(text, language)
        dense = self._similarities(rendering)
        lexical, known = self._lexical_scores(text, rendering, language)
        fused = ALPHA * dense + (1 - ALPHA) * lexical
        return self._findings(fused, dense, lexical, known=known, entity=entity, limit=limit, rendering=rendering)

    def _rendering(self, text: str, language: str) -> str:
        if language == "en" or self._stored.manifest.speaks_vietnamese:
            return text
        return self._glosser.render(text).text or text

    def _similarities(self, text: str) -> Floats:
        """Return a cosine for every unit; a unit without a vector gets its twin's in the other language."""
        found = np.zeros(len(self._stored.units), dtype=np.float32)
        found[self._dense] = self._stored.similarities(self._embedder.embed([text]))
        return np.maximum(found, 0)

    def _lexical_scores(self, text: str, rendering: str, language: str) -> tuple[Floats, float]:
        """Return each unit's share of the question's words, and how many of them the guide uses at all."""
        found = np.zeros(len(self._stored.units), dtype=np.float32)
        known = 0.0
        for side, words in {language: text, "en": rendering}.items():
            index, positions = self._stored.lexical[side]
            tokens = TOKENS[side](words)
            found[list(positions)] = index.search(tokens)
            single = [token for token in tokens if "_" not in token]
            share = sum(index.knows(token) for token in single) / len(single) if single else 0.0
            known = max(known, share)
        return found, known

    def _findings(
        self, fused: Floats, dense: Floats, lexical: Floats, *, known: float, entity: bool, limit: int, rendering: str
    ) -> Findings:
        outside = self._kinds == BOUNDARY
        cards = self._kinds == CARD
        guide = ~outside & ~cards
        sections = self._sections(dense, lexical, guide)
        border = int(np.argmax(np.where(outside, fused, -1)))
        best = sections[0].score if sections else 0.0
        features = Features(
            dense=float(dense[guide].max(initial=0)),
            lexical=float(lexical[guide].max(initial=0)),
            fused=best,
            border=float(fused[border]),
            margin=best - float(fused[border]),
            known=known,
            entity=float(entity),
        )
        confidence = self._gate.confidence(features)
        found = {hit.target for hit in sections[:limit]}
        units = self._stored.units
        return Findings(
            sections=sections[:limit],
            statements=self._statement_scores(dense, lexical, found),
            cards=_best(self._targets.best(np.where(cards, fused, -1)), limit),
            border=units[border].target if outside.any() else "",
            confidence=confidence,
            supported=confidence >= self._gate.threshold,
            features=features,
            rendering=rendering,
        )

    def _sections(self, dense: Floats, lexical: Floats, guide: NDArray[np.bool_]) -> tuple[Hit, ...]:
        """Fuse each section's best cosine with its best word share, which may stand in different texts."""
        close = self._targets.best(np.where(guide, dense, -1))
        worded = self._targets.best(np.where(guide, lexical, -1))
        fused = {target: ALPHA * close[target] + (1 - ALPHA) * worded[target] for target in close if close[target] >= 0}
        return _best(fused, len(fused))

    def _statement_scores(self, dense: Floats, lexical: Floats, sections: set[str]) -> dict[str, float]:
        scores: dict[str, float] = {}
        for number, unit in enumerate(self._stored.units):
            if unit.kind == "statement" and unit.target in sections:
                share = ALPHA * float(dense[number]) + (1 - ALPHA) * float(lexical[number])
                scores[unit.id] = max(share, scores.get(unit.id, 0.0))
        return scores


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


def units_by_id(units: tuple[Unit, ...]) -> Mapping[str, Unit]:
    """Return the English unit of each id."""
    return {unit.id: unit for unit in units if unit.language == "en"}
