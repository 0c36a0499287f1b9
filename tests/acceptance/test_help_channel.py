"""What the bot says to a help channel in which nobody calls it, on the messages that such channels get."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from bot.helping import STRICT, Stance, stance_of
from bot.messages import Message
from bot.responding import Bot

SAID = tomllib.loads((Path(__file__).parent / "help_channel.toml").read_text(encoding="utf-8"))
#: Of the messages that look most like questions about GPUs: how many are answered, at most.
FRESH_ANSWERED = 2
#: The share of questions that are answered unasked, and that are answered or offered, at least.
ANSWERED, OFFERED = 0.8, 0.94


def stance(bot: Bot, text: str, name: str) -> Stance:
    return stance_of(bot.respond(Message(text=text, platform="slack", chat="C1", thread=name)), STRICT, text)


def stances(bot: Bot, table: str) -> Counter[tuple[str, Stance]]:
    return Counter(
        (language, stance(bot, text, f"{table} {number}")) for number, (language, _, text) in enumerate(SAID[table])
    )


@pytest.mark.parametrize("kind", ["outage", "quota", "install", "review", "social", "news", "other"])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_is_not_the_bots_is_never_answered_in_the_channel(bot: Bot, language: str, kind: str) -> None:
    texts = [text for known, of, text in SAID["outside"] if (known, of) == (language, kind)]

    answered = [text for text in texts if stance(bot, text, text) is Stance.ANSWER]

    assert len(texts) >= 2
    assert answered == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_most_of_what_is_not_the_bots_gets_no_private_offer_either(bot: Bot, language: str) -> None:
    found = stances(bot, "outside")

    assert found[language, Stance.OFFER] <= 0.2 * found[language, Stance.SILENT]


def test_few_messages_that_were_written_after_its_words_are_answered(bot: Bot) -> None:
    found = stances(bot, "fresh")

    assert found["en", Stance.ANSWER] + found["vi", Stance.ANSWER] <= FRESH_ANSWERED
    assert sum(found.values()) == 20


@pytest.mark.parametrize("language", ["en", "vi"])
def test_most_questions_for_the_bot_are_answered(bot: Bot, language: str) -> None:
    found = stances(bot, "inside")
    count = sum(number for (known, _), number in found.items() if known == language)

    assert found[language, Stance.ANSWER] / count >= ANSWERED
    assert 1 - found[language, Stance.SILENT] / count >= OFFERED


@pytest.mark.parametrize("text", ["hi", "+1", "thanks", "👍", "ok", "cảm ơn", "?", "...", "vâng ạ"])
def test_a_word_in_passing_is_left_alone(bot: Bot, text: str) -> None:
    assert stance(bot, text, text) is Stance.SILENT
