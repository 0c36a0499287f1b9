"""Scripted conversations in both languages: what a person says, and what must stand in the answer."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Message
from bot.rendering.plain import to_text
from bot.responding import Bot

_FOLDER = Path(__file__).parent / "dialogues"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What is said, and what its answer is held to."""

    say: str
    language: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    intent: str | None = None
    abstains: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """The turns of one conversation."""

    name: str
    turns: tuple[Turn, ...]


def _turn(table: dict[str, Any]) -> Turn:
    return Turn(**{**table, "must": tuple(table["must"]), "must_not": tuple(table["must_not"])})


def _load(name: str) -> list[Dialogue]:
    tables = tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))["dialogue"]
    return [Dialogue(name=table["name"], turns=tuple(_turn(turn) for turn in table["turn"])) for table in tables]


ENGLISH = _load("english.toml")
VIETNAMESE = _load("vietnamese.toml")
CHOOSING = _load("choosing.toml")


@pytest.mark.parametrize("dialogue", [*ENGLISH, *VIETNAMESE, *CHOOSING], ids=lambda dialogue: dialogue.name)
def test_a_dialogue_is_answered_well(bot: Bot, dialogue: Dialogue) -> None:
    for turn in dialogue.turns:
        answer = bot.respond(Message(text=turn.say, chat="dialogue", thread=dialogue.name))
        text = to_text(answer)
        said = f"to {turn.say!r} the bot said:\n{text}"
        assert text.strip(), said
        assert answer.language == turn.language, said
        assert [part for part in turn.must if part.casefold() not in text.casefold()] == [], said
        assert [part for part in turn.must_not if part.casefold() in text.casefold()] == [], said
        if turn.intent is not None:
            assert answer.intent == turn.intent, said
        if turn.abstains is not None:
            assert answer.abstained == turn.abstains, said


def test_there_are_enough_dialogues_of_several_turns() -> None:
    dialogues = [*ENGLISH, *VIETNAMESE, *CHOOSING]
    assert len(dialogues) >= 60
    assert len(VIETNAMESE) >= 30
    assert len({dialogue.name for dialogue in dialogues}) == len(dialogues)
    assert [dialogue.name for dialogue in dialogues if not 2 <= len(dialogue.turns) <= 5] == []
