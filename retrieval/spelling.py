"""Puts misspelt words of the field right, and leaves everything else alone."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from retrieval.words import STOP_SYLLABLES, STOP_WORDS

_WORD = re.compile(r"(?<![\w-])[A-Za-z]{4,}(?![\w-])")
_PLAIN = re.compile(r"[a-z]{4,}")
_LONG = 7


class Speller:
    """Knows the words of the guide; a word that the model or the glossary knows is never touched."""

    def __init__(self, texts: Iterable[str], *, knows: Callable[[str], bool]) -> None:
        counts = Counter(word for text in texts for word in _PLAIN.findall(text.lower()))
        self._counts = counts
        self._by_first: dict[str, list[str]] = {}
        for word in counts:
            self._by_first.setdefault(word[0], []).append(word)
        self._knows = knows
        self._nearest_cached = lru_cache(maxsize=2048)(self._nearest)

    def correct(self, text: str, known: frozenset[str] = frozenset()) -> str:
        """Return *text* with each misspelt word replaced by its nearest word of the guide; *known* words are right."""

        def put_right(match: re.Match[str]) -> str:
            word = match.group()
            return word if word.lower() in known else self._nearest_cached(word)

        return _WORD.sub(put_right, text)

    def _nearest(self, typed: str) -> str:
        word = typed.lower()
        if word in self._counts or word in STOP_WORDS or word in STOP_SYLLABLES or self._knows(word):
            return typed
        limit = 2 if len(word) >= _LONG else 1
        near = process.extract(word, self._by_first.get(word[0], []), scorer=OSA.distance, score_cutoff=limit, limit=8)
        if not near:
            return typed
        return min(near, key=lambda item: (item[1], -self._counts[item[0]]))[0]
