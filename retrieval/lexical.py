"""BM25 over tokens: scored once at build time by bm25s, summed by numpy when a question comes."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LexicalIndex:
    """A sparse matrix of BM25 scores, one column a token; column t is starts[t] to starts[t + 1]."""

    vocabulary: dict[str, int]
    scores: Floats
    documents: NDArray[np.int32]
    starts: NDArray[np.int64]
    size: int

    def search(self, tokens: Sequence[str]) -> Floats:
        """Return, for each document, which share of the best possible score its words reach, 0.0 to 1.0.

        The best possible score counts words that no document has as if the rarest word were missed, so that a
        question mostly about something else scores low everywhere.
        """
        found = np.zeros(self.size, dtype=np.float32)
        ideal = 0.0
        for token in set(tokens):
            column = self.vocabulary.get(token)
            if column is None:
                ideal += self.rarest
                continue
            begin, end = self.starts[column], self.starts[column + 1]
            found[self.documents[begin:end]] += self.scores[begin:end]
            ideal += float(self.scores[begin:end].max(initial=0.0))
        return found / np.float32(ideal) if ideal else found

    def knows(self, token: str) -> bool:
        """Whether any document has *token*."""
        return token in self.vocabulary

    def words_of(self, chosen: NDArray[np.bool_]) -> frozenset[str]:
        """Return the tokens that any of the *chosen* documents has, a truth for each document."""
        used = np.zeros(len(self.vocabulary), dtype=bool)
        columns = np.repeat(np.arange(len(self.vocabulary)), np.diff(self.starts))
        used[columns[chosen[self.documents]]] = True
        return frozenset(token for token, column in self.vocabulary.items() if used[column])

    @property
    def rarest(self) -> float:
        """The score of a word that one document alone has."""
        return float(self.scores.max(initial=1.0)) * 0.6


def build_lexical(documents: Sequence[Sequence[str]]) -> LexicalIndex:
    """Return the index of tokenised *documents*."""
    import bm25s  # noqa: PLC0415  # needed when building only; it brings scipy

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    vocabulary = {token: number for number, token in enumerate(sorted({t for tokens in documents for t in tokens}))}
    ids = [[vocabulary[token] for token in tokens] for tokens in documents]
    model = bm25s.BM25(k1=0.9, b=0.4)
    model.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    return LexicalIndex(
        vocabulary=vocabulary,
        scores=np.asarray(model.scores["data"], dtype=np.float32),
        documents=np.asarray(model.scores["indices"], dtype=np.int32),
        starts=np.asarray(model.scores["indptr"], dtype=np.int64),
        size=len(documents),
    )
