"""Reads a Dockerfile and a .dockerignore, as far as ours go; what is not understood is an error."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::([-+])((?:[^{}]|\{[^{}]*\})*))?\})")
_FLAG = re.compile(r"--([\w-]+)(?:=(\S+))?\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction with its flags, on one line."""

    line: int
    keyword: str
    flags: Mapping[str, str]
    text: str

    @property
    def exec_form(self) -> list[str] | None:
        """The words of a JSON array, None where it is text for a shell."""
        return json.loads(self.text) if self.text.startswith("[") else None

    @property
    def words(self) -> list[str]:
        """What is started: the words of the array, or a shell with the text."""
        return self.exec_form or ["/bin/sh", "-c", self.text]

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command that a RUN joins with &&."""
        return [shlex.split(part) for part in self.text.split("&&")]

    @property
    def pairs(self) -> dict[str, str]:
        """The NAME=value pairs of an ENV or ARG; a name without a value is an empty one."""
        return {word.partition("=")[0]: word.partition("=")[2] for word in shlex.split(self.text)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One FROM and what follows it."""

    name: str
    base: str
    instructions: Sequence[Instruction]

    def all(self, *keywords: str) -> list[Instruction]:
        """Return its instructions of these keywords, in order."""
        return [each for each in self.instructions if each.keyword in keywords]

    @property
    def needs(self) -> set[str]:
        """The stages or images that it begins with or copies from."""
        return {self.base} | {each.flags["from"] for each in self.all("COPY") if "from" in each.flags}


def read_stages(text: str) -> list[Stage]:
    """Return the stages in order, the names of their bases filled in; one without a name is called by its number."""
    arguments: dict[str, str] = {}
    found: list[tuple[str, str, list[Instruction]]] = []
    for each in read_instructions(text):
        if each.keyword == "FROM":
            base, _, name = each.text.partition(" AS ")
            found.append((name.strip() or str(len(found)), expand(base.strip(), arguments), []))
        elif found:
            found[-1][2].append(each)
        elif each.keyword == "ARG":
            arguments |= each.pairs
        else:
            raise ValueError(f"line {each.line}: {each.keyword} before the first FROM")
    return [Stage(name=name, base=base, instructions=instructions) for name, base, instructions in found]


def read_instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions; comments are left out, also those between the lines of one."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or not (line.strip() or parts):
            continue
        begun = begun if parts else number
        parts.append(line.strip().removesuffix("\\").strip())
        if not line.rstrip().endswith("\\"):
            yield _instruction(begun, " ".join(parts))
            parts.clear()


def _instruction(line: int, text: str) -> Instruction:
    keyword, _, rest = text.partition(" ")
    if keyword in {"COPY", "ADD", "RUN"} and "<<" in rest:
        raise ValueError(f"line {line}: here-documents are not read")
    flags = {}
    while mark := _FLAG.match(rest):
        flags[mark[1]] = mark[2] or ""
        rest = rest[mark.end() :]
    return Instruction(line=line, keyword=keyword, flags=flags, text=rest.strip())


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Return *text* with $NAME, ${NAME}, ${NAME:-else} and ${NAME:+then} filled in, as the builder does."""

    def value(found: re.Match[str]) -> str:
        name, sign, word = found[1] or found[2], found[3], found[4] or ""
        held = variables.get(name, "")
        if sign == "+":
            return expand(word, variables) if held else ""
        return held or expand(word, variables)

    return _VARIABLE.sub(value, text)


@dataclass(frozen=True, slots=True)
class Ignore:
    """What a .dockerignore leaves out of the context."""

    rules: Sequence[tuple[bool, re.Pattern[str]]]  #: whether it leaves out, and what; the last that fits counts

    @classmethod
    def from_text(cls, text: str) -> "Ignore":
        """Return the rules of a .dockerignore."""
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        return cls([(not line.startswith("!"), _pattern(line.removeprefix("!").strip("/"))) for line in lines])

    def leaves_out(self, path: PurePosixPath) -> bool:
        """Whether the context lacks *path*; what fits a folder fits all below it."""
        names = [str(each) for each in (path, *path.parents)][:-1]
        is_out = False
        for leaves_out, pattern in self.rules:
            if any(pattern.fullmatch(name) for name in names):
                is_out = leaves_out
        return is_out


def _pattern(glob: str) -> re.Pattern[str]:
    signs = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(signs.get(part) or re.escape(part) for part in parts))
