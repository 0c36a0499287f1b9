"""Reads data files and says exactly where one is wrong."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from knowledge.errors import KnowledgeError

Folder = Traversable | Path
T = TypeVar("T")


def data_folder() -> Folder:
    """Return the folder of the data that ships with gpuwise."""
    return files("knowledge")


def read_text(file: Folder) -> str:
    """Return a file's text; errors name the file."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise KnowledgeError(file.name, "", "", f"is not valid UTF-8 ({error.reason}); save it as UTF-8") from error
    except OSError as error:
        raise KnowledgeError(file.name, "", "", f"cannot be read: {error.strerror or error}") from error


def read_toml(file: Folder) -> dict[str, Any]:
    """Return a TOML file's tables; errors name the file and the line."""
    try:
        return tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(file.name, "", "", f"is not valid TOML: {error}") from error


def files_in(folder: Folder, ending: str) -> list[Folder]:
    """Return the files of *folder* whose names end with *ending*, by name."""
    if not folder.is_dir():
        raise KnowledgeError(folder.name, "", "", "the folder is missing; install gpuwise again")
    found: Iterator[Folder] = (item for item in folder.iterdir() if item.name.endswith(ending))
    return sorted(found, key=lambda item: item.name)


class Entry:
    """One table of a file, whose fields are asked for by type; every wrong one is named."""

    def __init__(self, file: str, name: str, table: Any) -> None:
        if not isinstance(table, dict):
            raise KnowledgeError(file, name, "", "must be a table")
        self.file = file
        self.name = name
        self._table: dict[str, Any] = table
        self._asked: set[str] = set()

    def fail(self, field: str, problem: str) -> KnowledgeError:
        """Return the error that *field* of this entry has *problem*."""
        return KnowledgeError(self.file, self.name, field, problem)

    def _take(self, field: str, kind: type[T] | tuple[type[T], ...], wanted: str) -> T | None:
        self._asked.add(field)
        value = self._table.get(field)
        if value is None:
            return None
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(field, f"must be {wanted}, not {value!r}")
        return value

    def text(self, field: str, default: str | None = None) -> str:
        """Return a required text (or *default*)."""
        value = self._take(field, str, "a text")
        if value is None:
            if default is None:
                raise self.fail(field, "is missing")
            return default
        return value

    def words(self, field: str) -> str | None:
        """Return an optional text that is not empty when present."""
        value = self._take(field, str, "a text")
        if value is not None and not value.strip():
            raise self.fail(field, "is empty; leave the line out instead")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts, empty when absent."""
        value = self._take(field, list, "a list of texts") or []
        if not all(isinstance(item, str) for item in value):
            raise self.fail(field, "must be a list of texts")
        return tuple(value)

    def truth(self, field: str) -> bool | None:
        """Return true, false, or None when absent."""
        return self._take(field, bool, "true or false")

    def number(self, field: str) -> float | None:
        """Return a number above 0, or None when absent."""
        value = self._take(field, (int, float), "a number")
        if value is None:
            return None
        if not 0 < value < float("inf"):
            raise self.fail(field, f"must be above 0, not {value!r}; leave the line out when it is not known")
        return value

    def table(self, field: str) -> dict[str, Any]:
        """Return a sub-table, empty when absent."""
        return self._take(field, dict, "a table") or {}

    def close(self) -> None:
        """Refuse fields that nobody asked for: they are misspelt."""
        unknown = sorted(set(self._table) - self._asked)
        if unknown:
            raise self.fail(unknown[0], "is no field of this file; check its spelling")
