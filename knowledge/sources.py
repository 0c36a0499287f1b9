"""Where facts come from."""

from dataclasses import dataclass

from knowledge.errors import KnowledgeError
from knowledge.loading import Entry, Folder, files_in, read_toml

KINDS = frozenset({"vendor", "paper", "documentation", "press", "community", "thread"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text outside this project that a fact was read from."""

    key: str
    title: str
    publisher: str
    url: str | None
    date: str  #: of the text, or the day it was read
    kind: str

    @property
    def label(self) -> str:
        """What a footnote says."""
        return f"{self.publisher}: {self.title}"


#: Grounds that are no outside text.
DERIVED = Source(
    key="derived", title="arithmetic on the same sheet", publisher="gpuwise", url=None, date="", kind="documentation"
)


def load_sources(folder: Folder) -> dict[str, Source]:
    """Return all sources by key; a key that stands twice is an error."""
    found = {DERIVED.key: DERIVED}
    for file in files_in(folder, ".toml"):
        for key, table in read_toml(file).items():
            entry = Entry(file.name, key, table)
            if key in found:
                raise KnowledgeError(file.name, key, "", "is defined in another file too; keep one")
            kind = entry.text("kind")
            if kind not in KINDS:
                raise entry.fail("kind", f"must be one of {', '.join(sorted(KINDS))}")
            url = entry.words("url")
            if url and not url.startswith(("https://", "http://")):
                raise entry.fail("url", "must begin with https://")
            found[key] = Source(
                key=key,
                title=entry.text("title"),
                publisher=entry.text("publisher"),
                url=url,
                date=entry.text("date", ""),
                kind=kind,
            )
            entry.close()
    return found
