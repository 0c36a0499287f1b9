"""Any message, through the real bot and the rendering, as Slack's own models and a validator beside ours see it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.answers import Answer, Code, Table
from bot.messages import Message
from bot.rendering.plain import block_text, cell_text
from bot.rendering.slack_controls import answer_controls
from bot.rendering.slack_limits import problems
from bot.rendering.slack_markup import TWINS, headed, is_visible
from bot.rendering.slack_pieces import SlackPiece, to_pieces
from bot.rendering.telegram_markup import code_name, shown_signs
from bot.responding import Bot
from bot.texts import texts
from knowledge.library import Library
from tests.fakes.slack.blocks import check_message_blocks
from tests.makers_rendering import LONGEST, ODD_PIECES, TEXTS, make_quoting_answer

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
#: What Slack formats, and whom it calls.
SLACK_PIECES = (
    "<!channel>", "<@U123>", "<#C1>", "<!here|here>", "@here", "@channel", "*bold*", "_slanted_", "~struck~", "`code`",
    "```", "````", "> quoted", "&gt; quoted", "<https://e.org|x>", "<mailto:a@b.c>", "snake_case_name", "3*4*5",
    ":fire:", "**", "__init__", "~/.cache", "a|b", "&amp;lt;", "'", '"', "1499", "24 GB",
)  # fmt: skip
WORDS = st.lists(st.sampled_from((*SLACK_PIECES, *ODD_PIECES)), max_size=60)
HOSTILE = st.one_of(
    TEXTS,
    WORDS.map(" ".join),
    WORDS.map("".join),
    WORDS.map("\n".join),
    st.builds(lambda piece, times: (piece * times)[:LONGEST], st.sampled_from(SLACK_PIECES), st.integers(1, LONGEST)),
)
QUESTIONS = (
    "compare {} with RTX 3090", "will the {} be good for training", "what is {}", "{} là gì", "so sánh {} với 4090",
    "bench lstm on {}", "{} W, 24 GB, dưới 1500 USD, train LSTM", "rtx 3080 memory {}", "show me code for lstm {}",
    "whole sheet of {} 4090", "{}", "undo {}", "predict lstm training on {} 3080",
)  # fmt: skip
ASKED = st.builds(lambda form, text: form.replace("{}", text)[:LONGEST], st.sampled_from(QUESTIONS), HOSTILE)
NO_MODEL = frozenset({"data_table", "data_visualization"})
LINK = re.compile(r"<https?://[^<>|\s]+\|([^<>|\n]+)>")
FENCED = re.compile(r"^```\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]+`")
HEAD = re.compile(r"^([*_])(\S|\S.*\S)\1$", re.MULTILINE)
FORMATTED = re.compile(r"(?<![^\W_])([*_~])(?=\S)[^\n]*?(?<=\S)\1(?![^\W_])")
ALIKE = str.maketrans({twin: sign for sign, twin in TWINS.items()} | {"¦": "|", "`": "'"})
_threads = count()
_is_visible = cache(is_visible)


def seen(text: str) -> str:
    """Return what can be seen of *text*, signs that stand for others as those."""
    return "".join(filter(_is_visible, shown_signs(text))).translate(ALIKE)


def decoded(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def drawn(text: str) -> str:
    """Return what Slack shows of mrkdwn; asserts that it is whole and that no data formats."""
    parts = FENCED.split(text)  # every second one stands between fences
    assert "```" not in "".join(parts), text
    return "".join(outside(part) if place % 2 == 0 else inside(part) for place, part in enumerate(parts))


def inside(text: str) -> str:
    assert not re.search("[<>]", text), text
    return decoded(text)


def outside(text: str) -> str:
    bare = LINK.sub(r"\1", text)
    assert not re.search("[<>]", bare), text
    assert not FORMATTED.search(HEAD.sub(r"\2", CODE.sub("x", bare))), text
    assert not re.search(r"^\s*&gt;", bare, re.MULTILINE), text
    return decoded(HEAD.sub(r"\2", bare))


def shown(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "".join(text for block in blocks for text in shown_of(block))


def shown_of(block: Mapping[str, Any]) -> Iterator[str]:
    match block:
        case {"type": "section", "text": {"text": text}} | {"type": "context", "elements": [{"text": text}]}:
            yield drawn(text)
        case {"type": "data_table" | "table", "rows": rows}:
            yield block.get("caption", "")
            yield from (cell["text"] for row in rows for cell in row)
        case {"type": kind}:
            assert kind == "data_visualization"


def said(answer: Answer) -> str:
    """Return what the messages of an answer have to show, in order."""
    lines: list[str] = []
    for block in answer.blocks:
        match block:
            case Table(caption=caption):
                lines += [drawn(headed(caption)).removesuffix("…"), *block.header]
                lines += [cell_text(answer, cell) for row in block.rows for cell in row]
            case Code(name=name):
                lines += [code_name(name), block_text(answer, block)]
            case _:
                lines.append(block_text(answer, block))
    return seen("".join(lines))


def is_within(wanted: str, text: str) -> bool:
    """Whether all signs of *wanted* stand in *text*, in this order."""
    signs = iter(text)
    return all(sign in signs for sign in wanted)


def check_form(blocks: Sequence[dict[str, Any]], piece: SlackPiece, answer: Answer) -> None:
    """Hold the blocks of a message against what Slack takes, with and without buttons below."""
    labels = [action.label for action in answer.actions]
    below = answer_controls(labels, "a1", answer.language, has_sources=True, is_private_view=True)
    for payload in ([*blocks], [*blocks, *below]):
        assert problems(payload, piece.text) == ()
        check_message_blocks(payload)
    for block in blocks:
        if block["type"] not in NO_MODEL:
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
            assert parsed.to_dict().items() >= {"type": block["type"]}.items()
    assert not re.search("<[!@#]", str(blocks))


def check(answer: Answer, note: str = "") -> None:
    """Hold one answer against what Slack takes, and against what it says."""
    pieces = to_pieces(answer, texts(answer.language).say("sources.heading"), note)
    has_table = any(isinstance(block, Table) for block in answer.blocks)
    bare = to_pieces(answer, "", "") if note else pieces
    wanted = said(answer)

    for piece in pieces:
        assert not re.search("<", piece.text)
        for form in piece.forms:
            check_form(form, piece, answer)
    for level in range(3):
        forms = [piece.forms[min(level, len(piece.forms) - 1)] for piece in bare]
        body = [block for form in forms for block in form if block["type"] != "context"]
        text = seen(shown(body))
        assert is_within(wanted, text) if has_table else text == (wanted or "…"), answer.question
    assert is_within(wanted, seen(decoded("".join(piece.text for piece in bare))))


def answered(bot: Bot, text: str) -> Answer:
    return bot.respond(Message(text=text, platform="slack", chat="fuzz", thread=str(next(_threads))))


@given(text=ASKED)
@settings(SETTINGS, max_examples=200)
def test_any_message_is_answered_in_messages_that_slack_takes(bot: Bot, text: str) -> None:
    check(answered(bot, text))


@given(text=HOSTILE, note=HOSTILE)
@settings(SETTINGS, max_examples=100)
def test_an_answer_that_quotes_anything_is_taken(text: str, note: str) -> None:
    check(make_quoting_answer(text), note)


@pytest.mark.soak
@given(text=ASKED)
@settings(SETTINGS, max_examples=4_000)
def test_four_thousand_messages_are_answered_in_messages_that_slack_takes(bot: Bot, text: str) -> None:
    check(answered(bot, text))


@pytest.mark.soak
@given(text=HOSTILE, note=HOSTILE)
@settings(SETTINGS, max_examples=1_000)
def test_a_thousand_answers_that_quote_anything_are_taken(text: str, note: str) -> None:
    check(make_quoting_answer(text), note)


@pytest.mark.soak
def test_every_question_of_the_guide_is_answered_in_messages_that_slack_takes(bot: Bot, library: Library) -> None:
    for section in library.guide.sections:
        for asks in section.asks.values():
            for ask in asks:
                check(answered(bot, ask))
