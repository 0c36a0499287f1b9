"""Which fields of a spec sheet a question asks about."""

import re
from collections.abc import Iterable

from bot.texts import FieldNames
from retrieval.words import fold

_UNIT_AFTER_NUMBER = re.compile(r"(?<![a-z0-9])\d+(?:[.,]\d+)?\s*(?:gb/s|gb|g|w|watt|watts|mhz|mm|bit|tflops|tops)\b")
_BANDWIDTH = re.compile(r"\d\s*[gt]b/s\b")


class FieldReader:
    """Longest form first; what one form has matched no other may match again."""

    def __init__(self, names: Iterable[FieldNames]) -> None:
        self._fields: dict[str, str] = {}
        for entry in names:
            for forms in (*entry.forms.values(), entry.label.values()):
                for form in forms:
                    self._fields.setdefault(fold(form), entry.field)
        longest_first = sorted(self._fields, key=len, reverse=True)
        self._pattern = re.compile(r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![a-z0-9])")

    def read(self, text: str) -> tuple[str, ...]:
        """Return the fields that *text* names, in order of first mention; a constraint such as "24 GB" names none."""
        plain = _UNIT_AFTER_NUMBER.sub(" ", fold(text))
        found = dict.fromkeys(self._fields[match.group()] for match in self._pattern.finditer(plain))
        if _BANDWIDTH.search(fold(text)) and list(found) in ([], ["memory_gb"]):
            return ("memory_bandwidth_gb_s",)
        return tuple(found)
