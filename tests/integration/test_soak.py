"""Long sweep: many messages through one bot; `make soak`."""

import random
import resource

import pytest

from bot.messages import Message
from bot.rendering.plain import to_text
from bot.responding import Bot
from knowledge.library import Library

PIECES = (
    "why?",
    "còn 3080 thì sao?",
    "code",
    "<b>",
    "\x07",
    "🔥",
    "undo",
    "ngắn gọn",
    "and its bandwidth?",
    "2 x 3090",
    "…",
)


@pytest.mark.soak
def test_twenty_thousand_messages_are_answered_in_bounded_memory(bot: Bot, library: Library) -> None:
    chance = random.Random(11)  # noqa: S311  # the same sweep every time
    asks = [ask for section in library.guide.sections for of in section.asks.values() for ask in of]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(20_000):
        text = " ".join(chance.sample([*PIECES, chance.choice(asks), chance.choice(asks)], chance.randint(1, 3)))
        answer = bot.respond(Message(text=text, chat="soak", thread=str(number % 12_000)))

        assert to_text(answer).strip(), text
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    assert grown_mib < 400
