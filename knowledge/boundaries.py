"""Topics that lie outside, near the field or far: questions that show where the border runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.errors import KnowledgeError
from knowledge.guides import LANGUAGES
from knowledge.loading import Entry, Folder, read_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """One topic outside."""

    id: str
    asks: Mapping[str, tuple[str, ...]]  #: questions about it, by language


def load_boundaries(file: Folder) -> tuple[Boundary, ...]:
    """Return all topics outside; errors name the topic."""
    boundaries = []
    for key, table in read_toml(file).items():
        entry = Entry(file.name, key, table)
        asks = {language: entry.texts(language) for language in LANGUAGES}
        if not all(asks.values()):
            raise KnowledgeError(file.name, key, "", f"needs questions in {' and '.join(LANGUAGES)}")
        entry.close()
        boundaries.append(Boundary(id=key, asks=asks))
    return tuple(boundaries)
