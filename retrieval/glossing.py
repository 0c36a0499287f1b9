"""Turns a Vietnamese question into an English rendering, word by word, by the glossary."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.glossary import Term
from retrieval.words import fold, words


@dataclass(frozen=True, slots=True)
class Rendering:
    """What became of a Vietnamese question."""

    text: str  #: English, question words first
    field_terms: int  #: words of the trade that were recognised
    unknown: tuple[str, ...]  #: words that no term stands for


@dataclass(frozen=True, slots=True)
class _Sense:
    en: str
    kind: str


class Glosser:
    """Longest match first; a word typed without diacritics is matched without them."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._exact: dict[tuple[str, ...], _Sense] = {}
        self._folded: dict[tuple[str, ...], _Sense] = {}
        for term in terms:
            sense = _Sense(term.en, term.kind)
            for form in term.vi:
                syllables = tuple(words(form))
                self._exact.setdefault(syllables, sense)
                self._folded.setdefault(tuple(fold(syllable) for syllable in syllables), sense)
        self._written = {syllable for form in self._exact for syllable in form}
        self._syllables = {syllable for form in self._folded for syllable in form}
        self._longest = max((len(form) for form in self._exact), default=1)

    def render(self, text: str) -> Rendering:
        """Return the rendering of *text*; English words and names pass through."""
        syllables = words(text)
        marked = any(fold(syllable) != syllable for syllable in syllables)
        asked: list[str] = []
        said: list[str] = []
        unknown: list[str] = []
        field_terms = 0
        position = 0
        while position < len(syllables):
            sense, length = self._longest_match(syllables, position, marked=marked)
            if sense is None:
                word = syllables[position]
                if fold(word) != word:
                    unknown.append(word)
                else:
                    said.append(word)
            elif sense.kind == "question":
                asked.append(sense.en)
            else:
                said.append(sense.en)
                field_terms += sense.kind == "field"
            position += length
        return Rendering(" ".join(part for part in asked + said if part), field_terms, tuple(unknown))

    def is_syllable(self, syllable: str) -> bool:
        """Whether a syllable, with its diacritics, is part of any term."""
        return syllable in self._written

    def knows(self, syllable: str) -> bool:
        """Whether a folded syllable is part of any term."""
        return syllable in self._syllables

    def _longest_match(self, syllables: list[str], position: int, *, marked: bool) -> tuple[_Sense | None, int]:
        for length in range(min(self._longest, len(syllables) - position), 0, -1):
            window = tuple(syllables[position : position + length])
            if sense := self._exact.get(window):
                return sense, length
            plain = all(fold(syllable) == syllable for syllable in window)
            if plain and (length > 1 or not marked) and (sense := self._folded.get(window)):
                return sense, length
        return None, 1
