"""All fixed texts, one file a language, and what spec fields are called."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


class Texts:
    """The fixed texts of one language, by dotted key; `{}` fields are filled in."""

    def __init__(self, language: str, table: Mapping[str, Any]) -> None:
        self.language = language
        self._table = table

    def say(self, key: str, **values: str) -> str:
        """Return the text *key* with its fields filled in; a missing key is a fault of the program."""
        return str(self._find(key)).format(**values)

    def raw(self, key: str) -> str:
        """Return the text *key* with its fields as they stand."""
        return str(self._find(key))

    def many(self, key: str) -> tuple[str, ...]:
        """Return the list of texts *key*."""
        return tuple(str(item) for item in self._find(key))

    def has(self, key: str) -> bool:
        """Whether there is a text *key*."""
        try:
            self._find(key)
        except KeyError:
            return False
        return True

    def _find(self, key: str) -> Any:
        node: Any = self._table
        for part in key.split("."):
            node = node[part]
        return node


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNames:
    """What one field of a spec sheet is called."""

    field: str
    label: Mapping[str, str]
    forms: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=4)
def texts(language: str) -> Texts:
    """Return the texts of a language."""
    return Texts(language, _read(f"{language}.toml"))


@lru_cache(maxsize=1)
def field_names() -> tuple[FieldNames, ...]:
    """Return what each spec field is called, in file order."""
    return tuple(
        FieldNames(
            field=field,
            label=table["label"],
            forms={language: tuple(table[language]) for language in ("en", "vi")},
        )
        for field, table in _read("fields.toml").items()
    )


@lru_cache(maxsize=1)
def labels() -> Mapping[str, Mapping[str, str]]:
    """Return each field's label by language."""
    return {names.field: names.label for names in field_names()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("bot.texts").joinpath(name).read_text(encoding="utf-8"))
