"""Fixed texts with parts in their places: a template of bot/texts becomes the parts of a sentence."""

import re
from string import Formatter

from bot.answers import Figure, Kind, Name, Part, Sentence
from bot.texts import texts

_FORMATTER = Formatter()
_DIGIT = re.compile(r"\d")
Filling = Part | tuple[Part, ...]


def phrase(language: str, key: str, **fillings: Filling) -> tuple[Part, ...]:
    """Return the text *key* with its fields replaced by parts; a field that is not given is a fault of the program.

    Digits of the fixed text itself (80 %, FP32, 16-bit) belong to its wording, as those of a name do.
    """
    found: list[Part] = []
    for literal, field, _, _ in _FORMATTER.parse(texts(language).raw(key)):
        if literal:
            found.append(Name(literal) if _DIGIT.search(literal) else literal)
        if field is not None:
            filling = fillings[field]
            found.extend(filling if isinstance(filling, tuple) else (filling,))
    return tuple(found)


def sentence(language: str, key: str, *, cites: tuple[str, ...] = (), **fillings: Filling) -> Sentence:
    """Return the text *key* as a sentence that cites *cites*."""
    return Sentence(phrase(language, key, **fillings), tuple(dict.fromkeys(cites)))


def joined(parts: list[Filling], between: str) -> tuple[Part, ...]:
    """Return fillings in one row, *between* standing between two of them."""
    row: list[Part] = []
    for number, item in enumerate(parts):
        if number:
            row.append(between)
        row.extend(item if isinstance(item, tuple) else (item,))
    return tuple(row)


def computed(value: float, unit: str, evidence: str, *, approximate: bool = False) -> Figure:
    """Return a figure that the scoring engine computed, bound to its evidence."""
    return Figure(value=value, unit=unit, kind=Kind.COMPUTED, evidence=evidence, approximate=approximate)


def listed(names: list[str], language: str) -> Name:
    """Return names as a list in words."""
    last = " and " if language == "en" else " và "
    return Name(last.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names))


def capital(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return *parts* with a capital letter first, where the first is a text or a name."""
    first = parts[0]
    if isinstance(first, Name):
        return (Name(first.text[:1].upper() + first.text[1:]), *parts[1:])
    return (first[:1].upper() + first[1:], *parts[1:]) if isinstance(first, str) else parts
