"""Questions with what each should find, split by a fixed rule into a half to tune on and a half to report on."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.loading import Entry, Folder, files_in, read_toml

KINDS = ("english", "vietnamese", "folded", "mixed", "misspelt", "cross", "follow-up")
_TALK = frozenset({"help", "chitchat"})  # intents whose answer finds nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One labelled question."""

    text: str
    language: str
    kind: str
    intent: str
    cards: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    abstain: bool = False
    after: str = ""  #: what was asked before, in the same thread
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()

    @property
    def half(self) -> str:
        """`tuning` or `reporting`, by the SHA-256 of the text."""
        return "reporting" if int(sha256(self.text.encode()).hexdigest()[-1], 16) % 2 else "tuning"


def load_questions(folder: Folder) -> tuple[Question, ...]:
    """Return all questions; errors name file and question."""
    questions = tuple(question for file in files_in(folder, ".toml") for question in _read_file(file))
    seen: set[tuple[str, str]] = set()
    for question in questions:
        if (question.after, question.text) in seen:
            raise KnowledgeError("questions", question.text, "", "stands twice")
        seen.add((question.after, question.text))
    return questions


def _read_file(file: Folder) -> Iterator[Question]:
    tables = read_toml(file).get("question")
    if not isinstance(tables, list):
        raise KnowledgeError(file.name, "", "question", "must be a list of [[question]] tables")
    for number, table in enumerate(tables, 1):
        yield _read(file.name, number, table)


def _read(file: str, number: int, table: Any) -> Question:
    entry = Entry(file, f"question {number}", table)
    question = Question(
        text=entry.text("text"),
        language=entry.text("language"),
        kind=entry.text("kind"),
        intent=entry.text("intent"),
        cards=entry.texts("cards"),
        fields=entry.texts("fields"),
        sections=entry.texts("sections"),
        abstain=entry.truth("abstain") or False,
        after=entry.text("after", ""),
        must=entry.texts("must"),
        must_not=entry.texts("must_not"),
    )
    if question.kind not in KINDS:
        raise entry.fail("kind", f"must be one of {', '.join(KINDS)}")
    if question.language not in {"en", "vi"}:
        raise entry.fail("language", 'must be "en" or "vi"')
    if not (question.abstain or question.sections or question.cards or question.must or question.intent in _TALK):
        raise entry.fail("sections", "say what it should find: sections, cards, must, or abstain")
    entry.close()
    return question
