"""Any message, through the real bot and the rendering, as Telegram's own parser sees it."""

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answers import Answer, Code, Table
from bot.messages import Message
from bot.rendering.plain import block_text, cell_text
from bot.rendering.telegram import Piece, sources_messages, to_messages
from bot.rendering.telegram_markup import LIMIT, code_name, headed, shown_signs, utf16_units
from bot.rendering.telegram_rich import RICH_LIMIT, texts_of, to_rich
from bot.rendering.telegram_tables import is_narrow
from bot.responding import Bot
from bot.texts import texts
from knowledge.library import Library
from tests.makers_rendering import LONGEST, TEXTS, WORDS
from tests.telegram_parser import parse, shown

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
UNSEEN = str.maketrans("", "", "`\u2800\u200b\u200d\ufeff")
QUESTIONS = (
    "compare {} with RTX 3090", "will the {} be good for training", "what is {}", "{} là gì", "so sánh {} với 4090",
    "bench lstm on {}", "{} W, 24 GB, dưới 1500 USD, train LSTM", "rtx 3080 memory {}", "show me code for lstm {}",
    "whole sheet of {} 4090", "{}", "undo {}", "predict lstm training on {} 3080",
)  # fmt: skip
ASKED = st.builds(
    lambda form, text: form.replace("{}", text)[:LONGEST],
    st.sampled_from(QUESTIONS),
    st.one_of(TEXTS, WORDS.map(" ".join)),
)
_threads = count()


def seen(text: str) -> str:
    """Return what can be seen of *text*: no white space, no blanks, and no backticks, which make code of a text."""
    return "".join(shown_signs(text).split()).translate(UNSEEN)


def expected(answer: Answer) -> str:
    """Return what an answer's messages have to show, in order."""
    said: list[str] = []
    for block in answer.blocks:
        match block:
            case Table() if is_narrow(answer, block):
                said += [parse(headed(block.caption))[0], block_text(answer, block)]
            case Code(name=name):
                said += [code_name(name), block_text(answer, block)]
            case Table():
                said += [parse(headed(block.caption))[0]]
                is_list = len(block.header) == 2
                said += [":".join(block.header)] if is_list and block.header[1] not in block.caption else []
                for row in block.rows:
                    cells = [cell_text(answer, cell) for cell in row]
                    said += [":".join(cells) if is_list else cells[0]]
                    said += (
                        []
                        if is_list
                        else [f"{name}:{text}" for name, text in zip(block.header[1:], cells[1:], strict=True) if text]
                    )
            case _:
                said.append(block_text(answer, block))
    return seen("".join(said)).replace("·", "")


def check(answer: Answer) -> None:
    """Hold one answer against what Telegram takes, and against what it says."""
    heading = texts(answer.language).say("sources.heading")
    pieces = to_messages(answer, heading, "button")

    assert seen("".join(shown(piece.html) for piece in pieces)).replace("·", "") == expected(answer), answer.question
    check_twins([*pieces, *to_messages(answer, heading), *sources_messages(answer, heading)])
    message = to_rich(answer, heading)
    assert message is None or sum(map(utf16_units, texts_of(message["blocks"]))) <= RICH_LIMIT


def check_twins(pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        text, entities = parse(piece.html)
        assert shown(piece.html)
        assert 0 < utf16_units(piece.plain) <= LIMIT
        assert all(entity.offset + entity.length <= utf16_units(text) for entity in entities)


def answered(bot: Bot, text: str) -> Answer:
    return bot.respond(Message(text=text, platform="telegram", chat="fuzz", thread=str(next(_threads))))


@given(text=ASKED)
@settings(SETTINGS, max_examples=300)
def test_any_message_is_answered_in_messages_that_telegram_takes(bot: Bot, text: str) -> None:
    check(answered(bot, text))


@pytest.mark.soak
@given(text=ASKED)
@settings(SETTINGS, max_examples=5_000)
def test_five_thousand_messages_are_answered_in_messages_that_telegram_takes(bot: Bot, text: str) -> None:
    check(answered(bot, text))


@pytest.mark.soak
def test_every_question_of_the_guide_is_answered_in_messages_that_telegram_takes(bot: Bot, library: Library) -> None:
    for section in library.guide.sections:
        for asks in section.asks.values():
            for ask in asks:
                check(answered(bot, ask))
