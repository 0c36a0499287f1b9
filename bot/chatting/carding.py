"""What a platform has to write of benchmarks: cards with buttons, lines, files and results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.cards import JobCard
from bot.chatting.conversing import Question
from bot.chatting.resulting import ResultDialect
from bot.store.outbox import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CardButton:
    """A button of a card."""

    label: str
    verb: str


class CardDialect(ResultDialect, Protocol):
    """How a platform writes cards and sentences."""

    def place_of_card(self, question: Question) -> Place:
        """Return where the card stands of a benchmark that a message asks for."""
        ...

    def is_private(self, place: Place) -> bool:
        """Whether only one person reads along there."""
        ...

    def of_card(self, card: JobCard, buttons: Sequence[CardButton], proposal_id: str) -> Mapping[str, Any]:
        """Return the message that shows a card."""
        ...

    def of_line(
        self, text: str, buttons: Sequence[CardButton] = (), back: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return a message of plain text, with buttons whose verbs name their subject; *back* is a question's."""
        ...


class Watch(Protocol):
    """Is told whether a benchmark runs in a place."""

    async def __call__(self, place: Place, *, is_running: bool) -> None:
        """Show it, or that it has ended."""
        ...
