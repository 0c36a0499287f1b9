"""Sums in words: "a grand", "two thousand dollars", "mười lăm triệu"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.understanding.amounts import Wording, either


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelt:
    """A sum whose number is a word."""

    value: float
    unit: str  #: currency code
    start: int
    end: int
    is_unit_said: bool


_COUNTS: Mapping[str, float] = {
    "half a": 0.5, "a couple of": 2, "a couple": 2, "couple of": 2, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20,
}  # fmt: skip
_SCALES: Mapping[str, float] = {"grand": 1000, "thousand": 1000, "hundred": 100}
_CODES: Mapping[str, str] = {"dollar": "USD", "buck": "USD", "usd": "USD", "euro": "EUR", "pound": "GBP", "quid": "GBP"}
_ENGLISH = re.compile(
    rf"(?<![a-z0-9.,])(?P<count>{either(' | '.join(_COUNTS))}) (?P<scale>grand|thousand|hundred)(?![a-z])"
    r"(?: (?P<unit>dollar|buck|usd|euro|pound|quid)s?(?![a-z]))?"
)
#: Without a currency a thousand is money only behind a word for it.
_CUE = re.compile(
    r"(?<![a-z])(?:budget|spend|afford|under|below|up to|pay|less than)"
    r"(?: (?:of|is|about|around|only|max|at most))* $"
)

_DIGITS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "mot": (1, ("mot", "một", "mốt")), "hai": (2, ("hai",)), "ba": (3, ("ba",)), "bon": (4, ("bon", "bốn")),
    "tu": (4, ("tư",)), "nam": (5, ("nam", "năm")), "lam": (5, ("lam", "lăm")), "sau": (6, ("sau", "sáu")),
    "bay": (7, ("bay", "bảy")), "tam": (8, ("tam", "tám")), "chin": (9, ("chin", "chín")),
}  # fmt: skip
_ONES = "|".join(_DIGITS)
_VIETNAMESE = re.compile(
    rf"(?<![a-zđ0-9])(?:(?:(?P<tens>hai|ba|bon|nam|sau|bay|tam|chin) )?(?P<ten>muoi|chuc)(?: (?P<after>{_ONES}))?"
    rf"|(?P<ones>{_ONES})) (?P<scale>trieu|cu|chai|ty)(?![a-z])(?P<half> ruoi(?![a-z]))?"
)
_MILLIONS: Mapping[str, float] = {"trieu": 1e6, "cu": 1e6, "chai": 1e6, "ty": 1e9}


def find_spelt(wording: Wording) -> Iterator[Spelt]:
    """Yield the sums in words, of both languages."""
    for match in _ENGLISH.finditer(wording.plain):
        unit, scale = match["unit"], match["scale"]
        if unit or scale == "grand" or _CUE.search(wording.before(match.start())):
            value = _COUNTS[match["count"]] * _SCALES[scale]
            code = _CODES[unit] if unit else "USD"
            yield Spelt(value=value, unit=code, start=match.start(), end=match.end(), is_unit_said=bool(unit))
    for match in _VIETNAMESE.finditer(wording.plain):
        if _is_as_written(wording, match):
            value = (_vietnamese_number(match) + 0.5 * bool(match["half"])) * _MILLIONS[match["scale"]]
            yield Spelt(value=value, unit="VND", start=match.start(), end=match.end(), is_unit_said=True)


def _vietnamese_number(match: re.Match[str]) -> int:
    if match["ones"]:
        return _DIGITS[match["ones"]][0]
    tens = _DIGITS[match["tens"]][0] if match["tens"] else 1
    return 10 * tens + (_DIGITS[match["after"]][0] if match["after"] else 0)


def _is_as_written(wording: Wording, match: re.Match[str]) -> bool:
    """Whether no word folds to a number by chance: "tầm" (about) is not "tám" (8), "cũ" (used) not "củ" (a million)."""
    if match["scale"] == "cu" and not wording.is_written(*match.span("scale"), "củ"):
        return False
    return all(
        wording.is_written(*match.span(group), *_DIGITS[match[group]][1])
        for group in ("tens", "after", "ones")
        if match[group]
    )
