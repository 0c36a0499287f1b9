"""The guide: sections of statements, each statement in every language under one id."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from knowledge.errors import KnowledgeError
from knowledge.loading import Folder, files_in, read_text
from knowledge.sources import Source

LANGUAGES = ("en", "vi")
ROLES = ("definition", "rule", "reason", "consequence", "limit", "example")

_SECTION = re.compile(r"## (?P<title>.+?) \{#(?P<id>[a-z0-9-]+)\}$")
_STATEMENT = re.compile(
    r"- `(?P<id>[a-z0-9.-]+)`(?: (?P<role>[a-z]+) \((?P<grounds>[^)]*)\))?: (?P<text>.+)$",
)
_SMALL = re.compile(r"\b[^\W\d_A-Z][^\W\d_A-Z]*\b")
_CODE = re.compile(r"```python (?P<name>[a-z]+)$")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Statement:
    """One claim, said once in each language."""

    id: str
    section: str
    role: str
    grounds: tuple[str, ...]  #: `seed:III.B.2`, keys of sources, `computed`, `gpu:slug#field`
    text: Mapping[str, str]  #: by language


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Section:
    """One idea."""

    id: str
    chapter: str  #: file name without its ending
    path: Mapping[str, str]  #: chapter title › section title, by language
    title: Mapping[str, str]
    seed: tuple[str, ...]  #: headings of the founding guide that it covers
    asks: Mapping[str, tuple[str, ...]]  #: questions it answers, by language
    statements: tuple[Statement, ...]
    code: Mapping[str, str] = field(default_factory=dict)  #: by framework


@dataclass(frozen=True)
class Guide:
    """All sections in reading order."""

    sections: tuple[Section, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Section]:
        """Each section by its id."""
        return {section.id: section for section in self.sections}

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Words that stand in small letters somewhere, in either language: no names."""
        texts = (text for statement in self.statements.values() for text in statement.text.values())
        return frozenset(word for text in texts for word in _SMALL.findall(text))

    @cached_property
    def statements(self) -> Mapping[str, Statement]:
        """Each statement by its id."""
        return {statement.id: statement for section in self.sections for statement in section.statements}


@dataclass(slots=True)
class _Draft:
    """A section of one file while it is read."""

    id: str
    title: str
    seed: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    statements: dict[str, tuple[str, tuple[str, ...], str]] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Chapter:
    title: str
    sections: dict[str, _Draft]


def load_guide(folder: Folder, sources: Mapping[str, Source]) -> Guide:
    """Return the guide from `en/*.md` and `vi/*.md`; errors name file and statement."""
    sections: list[Section] = []
    for file in files_in(folder / "en", ".md"):
        twin = folder / "vi" / file.name
        if not twin.is_file():
            raise KnowledgeError(f"vi/{file.name}", "", "", "is missing; every chapter stands in both languages")
        chapters = {
            "en": _read_chapter(f"en/{file.name}", read_text(file)),
            "vi": _read_chapter(f"vi/{file.name}", read_text(twin)),
        }
        sections.extend(_join(file.name, chapters, sources))
    _refuse_twins(sections)
    return Guide(tuple(sections))


def _read_chapter(file: str, text: str) -> _Chapter:
    chapter = _Chapter(title="", sections={})
    draft: _Draft | None = None
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# ") and not chapter.title:
            chapter.title = line[2:].strip()
        elif line.startswith("## "):
            draft = _begin_section(file, line)
            if draft.id in chapter.sections:
                raise KnowledgeError(file, draft.id, "", "stands twice")
            chapter.sections[draft.id] = draft
        elif line.strip():
            if draft is None:
                raise KnowledgeError(file, line[:40], "", "stands before the first section")
            _read_line(file, draft, line, lines)
    return chapter


def _begin_section(file: str, line: str) -> _Draft:
    match = _SECTION.match(line.strip())
    if not match:
        raise KnowledgeError(file, line, "", "a section begins with '## Title {#id}'")
    return _Draft(id=match["id"], title=match["title"])


def _read_line(file: str, draft: _Draft, line: str, lines: Iterator[str]) -> None:
    if line.startswith("> seed:"):
        draft.seed = _split(line.removeprefix("> seed:"), ",")
    elif line.startswith("> asks:"):
        draft.asks = _split(line.removeprefix("> asks:"), "|")
    elif match := _STATEMENT.match(line):
        if match["id"] in draft.statements:
            raise KnowledgeError(file, match["id"], "", "stands twice")
        draft.statements[match["id"]] = (match["role"] or "", _split(match["grounds"] or "", ";"), match["text"])
    elif match := _CODE.match(line):
        draft.code[match["name"]] = "\n".join(_code_lines(file, draft.id, lines))
    else:
        raise KnowledgeError(file, draft.id, "", f"this line is no statement: {line[:60]!r}")


def _code_lines(file: str, section: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == "```":
            return
        yield line
    raise KnowledgeError(file, section, "", "a code block is not closed")


def _split(text: str, sign: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(sign) if part.strip())


def _join(name: str, chapters: Mapping[str, _Chapter], sources: Mapping[str, Source]) -> Iterator[Section]:
    english, vietnamese = chapters["en"], chapters["vi"]
    _same(name, "sections", set(english.sections), set(vietnamese.sections))
    for section_id, draft in english.sections.items():
        twin = vietnamese.sections[section_id]
        _same(name, section_id, set(draft.statements), set(twin.statements))
        if not draft.statements:
            raise KnowledgeError(f"en/{name}", section_id, "", "has no statement")
        yield Section(
            id=section_id,
            chapter=name.removesuffix(".md"),
            path={lang: f"{chapters[lang].title} › {chapters[lang].sections[section_id].title}" for lang in LANGUAGES},
            title={"en": draft.title, "vi": twin.title},
            seed=draft.seed,
            asks={"en": draft.asks, "vi": twin.asks},
            statements=tuple(_statements(name, draft, twin, sources)),
            code=draft.code,
        )


def _statements(name: str, draft: _Draft, twin: _Draft, sources: Mapping[str, Source]) -> Iterator[Statement]:
    for statement_id, (role, grounds, text) in draft.statements.items():
        if role not in ROLES:
            raise KnowledgeError(f"en/{name}", statement_id, "role", f"must be one of {', '.join(ROLES)}")
        if not grounds:
            raise KnowledgeError(f"en/{name}", statement_id, "grounds", "is empty; say where the claim comes from")
        for ground in grounds:
            if ground != "computed" and not ground.startswith(("seed:", "gpu:")) and ground not in sources:
                raise KnowledgeError(f"en/{name}", statement_id, "grounds", f"no source has the key {ground!r}")
        if not statement_id.startswith(f"{draft.id}."):
            raise KnowledgeError(f"en/{name}", statement_id, "", f"must begin with its section's id, {draft.id}.")
        yield Statement(
            id=statement_id,
            section=draft.id,
            role=role,
            grounds=grounds,
            text={"en": text, "vi": twin.statements[statement_id][2]},
        )


def _same(name: str, what: str, english: set[str], vietnamese: set[str]) -> None:
    odd = sorted(english ^ vietnamese)
    if odd:
        missing = "vi" if odd[0] in english else "en"
        raise KnowledgeError(f"{missing}/{name}", what, odd[0], "is missing; every id stands in both languages")


def _refuse_twins(sections: list[Section]) -> None:
    seen: set[str] = set()
    for section in sections:
        if section.id in seen:
            raise KnowledgeError(section.chapter, section.id, "", "stands in another chapter too")
        seen.add(section.id)
