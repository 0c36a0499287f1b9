"""What a thread remembers. Pure: a turn makes a new thread."""

from dataclasses import dataclass, field, replace

from bot.answers import Answer
from bot.intents import Intent

_LONGEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question and its answer."""

    intent: Intent
    answer: Answer


@dataclass(frozen=True, slots=True)
class Thread:
    """The turns of one conversation, oldest first, at most twenty."""

    turns: tuple[Turn, ...] = ()
    language: str = "en"
    said: frozenset[str] = field(default_factory=frozenset)  #: statements said about the present topic

    @property
    def last(self) -> Turn | None:
        """The turn before."""
        return self.turns[-1] if self.turns else None

    @property
    def last_explained(self) -> Turn | None:
        """The last turn that spoke of a section."""
        return next((turn for turn in reversed(self.turns) if turn.answer.sections), None)

    @property
    def last_about_cards(self) -> Turn | None:
        """The last turn that spoke of cards."""
        return next((turn for turn in reversed(self.turns) if turn.answer.cards), None)

    def remember(self, intent: Intent, answer: Answer) -> "Thread":
        """Return the thread with one more turn."""
        topic = answer.sections[:1]
        before = self.last_explained
        same = bool(topic and before and before.answer.sections[:1] == topic)
        said = (self.said if same else frozenset()) | frozenset(answer.statements)
        turns = (*self.turns, Turn(intent=intent, answer=answer))[-_LONGEST:]
        return replace(self, turns=turns, language=answer.language, said=said)

    def forget_last(self) -> "Thread":
        """Return the thread without its last turn."""
        return replace(self, turns=self.turns[:-1], said=frozenset())
