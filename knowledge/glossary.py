"""Words of the field as Vietnamese engineers write them, and what they are in English."""

from dataclasses import dataclass

from knowledge.errors import KnowledgeError
from knowledge.loading import Entry, Folder, read_toml

KINDS = frozenset({"field", "general", "question", "chat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One meaning."""

    en: str  #: empty for particles that say nothing in English
    vi: tuple[str, ...]
    kind: str


def load_glossary(file: Folder) -> tuple[Term, ...]:
    """Return all terms in file order; errors name the term."""
    tables = read_toml(file).get("term")
    if not isinstance(tables, list):
        raise KnowledgeError(file.name, "", "term", "must be a list of [[term]] tables")
    terms = []
    for number, table in enumerate(tables, 1):
        entry = Entry(file.name, f"term {number}", table)
        term = Term(en=entry.text("en"), vi=entry.texts("vi"), kind=entry.text("kind"))
        if term.kind not in KINDS:
            raise entry.fail("kind", f"must be one of {', '.join(sorted(KINDS))}")
        if not term.vi:
            raise entry.fail("vi", "needs at least one form")
        entry.close()
        terms.append(term)
    return tuple(terms)
