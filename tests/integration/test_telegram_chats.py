"""Questions and answers in Telegram, over real sockets with the real library against a strict server."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator

import pytest

from bot.answers import Code
from bot.platforms import PlatformError, failed_text
from bot.store import inbox
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.telegram import ALICE, GENERAL_TOPIC, LAN, MINH, TOKEN, FakeTelegram, Limits
from tests.makers_chats import answers_in, database_in, running, said_in


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=Limits()) as telegram:
        yield telegram
        assert telegram.floods == 0


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with database_in() as database:
        yield database


async def test_a_question_travels_to_the_bot_and_its_answer_back(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, "is 3090 < 4090 & why?")
        (answer,) = await answers_in(telegram, chat, 1)

    assert answer.text == "You asked: is 3090 < 4090 & why [1]?"
    assert answer.labels == ["👍", "👎", "Sources", "Why?"]
    assert answer.reply_to is None
    asked = responder.asked[0]
    assert (asked.platform, asked.chat, asked.user) == ("telegram", str(chat.id), str(MINH.id))
    assert responder.threads != [threading.get_ident()]
    assert await database.read(inbox.count_unsettled) == 0


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/start", "trợ giúp"),
        ("/trogiup", "trợ giúp"),
        ("/help@gpu_bot", "trợ giúp"),
        ("/ask what is VRAM", "what is VRAM"),
        ("/HOI VRAM là gì", "VRAM là gì"),
        ("/compare 3090 4090", "compare 3090 4090"),
        ("/sosanh 3090 4090", "so sánh 3090 4090"),
        ("/chon lstm dưới 300 W", "chọn lstm dưới 300 W"),
        ("/do lstm trên lab", "đo lstm trên lab"),
        ("/bench lstm\non lab", "benchmark lstm\non lab"),
        ("/vram of the 3090", "vram of the 3090"),
    ],
)
async def test_commands_reach_the_bot_as_words(
    telegram: FakeTelegram, database: Database, text: str, asked: str
) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, text)
        await answers_in(telegram, chat, 1)

    assert [message.text for message in responder.asked] == [asked]


async def test_a_group_hears_only_mentions_replies_and_our_commands(telegram: FakeTelegram, database: Database) -> None:
    responder, group = ScriptedResponder(), telegram.group("Lab", MINH, LAN)
    telegram.privacy = False
    async with running(telegram, responder, database):
        telegram.say(group, MINH, "just talking")
        telegram.say(group, MINH, "@other_bot hello")
        telegram.say(group, MINH, "/ask@other_bot hello")
        telegram.say(group, LAN, "@gpu_bot what is VRAM")
        first = (await answers_in(telegram, group, 1))[0]
        telegram.say(group, MINH, "and bandwidth?", reply_to=first)
        telegram.say(group, MINH, "/ask memory")
        answers = await answers_in(telegram, group, 3)
        await asyncio.sleep(0.2)

    assert [message.text for message in responder.asked] == ["what is VRAM", "and bandwidth?", "memory"]
    by_id = {message.id: message.text for message in telegram.history(group)}
    assert [by_id[answer.reply_to or 0] for answer in answers] == [
        "@gpu_bot what is VRAM",
        "and bandwidth?",
        "/ask memory",
    ]
    assert await database.read(inbox.count_unsettled) == 0


@pytest.mark.parametrize(("topic", "thread"), [(5, 5), (GENERAL_TOPIC, None)])
async def test_an_answer_stays_in_its_topic(
    telegram: FakeTelegram, database: Database, topic: int, thread: int | None
) -> None:
    forum = telegram.supergroup("GPU lab", MINH, topics={5: "questions"})
    async with running(telegram, ScriptedResponder(), database):
        telegram.say(forum, MINH, "/ask memory", topic=topic)
        (answer,) = await answers_in(telegram, forum, 1)

    assert answer.thread == thread


async def test_an_edited_command_runs_nothing_again(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, "/ask memory")
        await answers_in(telegram, chat, 1)
        telegram.edit(chat, telegram.history(chat)[0].id, "/ask bandwidth")
        telegram.say(chat, MINH, "/ask power")
        await answers_in(telegram, chat, 2)

    assert [message.text for message in responder.asked] == ["memory", "power"]


async def test_redelivered_five_times_is_answered_once(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database):
        number = telegram.say(chat, MINH, "what is VRAM")
        await answers_in(telegram, chat, 1)
        assert number
        telegram.updates.redeliver(number, times=5)
        telegram.say(chat, MINH, "and then?")
        answers = await answers_in(telegram, chat, 2)
        await asyncio.sleep(0.2)

    assert [message.text for message in responder.asked] == ["what is VRAM", "and then?"]
    assert len(said_in(telegram, chat)) == len(answers) == 2


async def test_a_stranger_is_told_what_to_ask_for_and_the_bot_is_not_asked(
    telegram: FakeTelegram, database: Database
) -> None:
    responder, chat = ScriptedResponder(), telegram.private(ALICE)
    async with running(telegram, responder, database, allow=frozenset({str(MINH.id)})):
        telegram.say(chat, ALICE, "hello")
        (answer,) = await answers_in(telegram, chat, 1)

    assert f"id {ALICE.id}" in answer.text
    assert "GPUWISE_TELEGRAM_ALLOW" in answer.text
    assert responder.asked == []


async def test_nobody_may_ask_before_the_list_names_somebody(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database, allow=frozenset()):
        telegram.say(chat, MINH, "hello")
        await answers_in(telegram, chat, 1)

    assert responder.asked == []


@pytest.mark.parametrize(
    ("kind", "attachments"), [("photo", ("photo",)), ("voice", ("voice",)), ("document", ("file",))]
)
async def test_what_cannot_be_read_gets_a_sentence(
    telegram: FakeTelegram, database: Database, kind: str, attachments: tuple[str, ...]
) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database):
        getattr(telegram, kind)(chat, MINH)
        await answers_in(telegram, chat, 1)

    assert [message.attachments for message in responder.asked] == [attachments]


async def test_a_question_that_fails_gets_a_sentence_and_the_next_one_its_answer(
    telegram: FakeTelegram, database: Database
) -> None:
    chat = telegram.private(MINH)
    async with running(telegram, ScriptedResponder(), database):
        telegram.say(chat, MINH, "fail")
        telegram.say(chat, MINH, "what is VRAM")
        answers = await answers_in(telegram, chat, 2)

    assert answers[0].text == failed_text((MINH.language_code or "")[:2])
    assert answers[1].text == "You asked: what is VRAM [1]"


async def test_one_chat_is_answered_in_order_and_another_alongside(telegram: FakeTelegram, database: Database) -> None:
    responder, slow, quick = ScriptedResponder(), telegram.private(MINH), telegram.private(LAN)
    responder.gates["slow"] = threading.Event()
    async with running(telegram, responder, database):
        telegram.say(slow, MINH, "slow")
        telegram.say(slow, MINH, "after it")
        telegram.say(quick, LAN, "quick")
        await answers_in(telegram, quick, 1)
        assert said_in(telegram, slow) == []
        responder.gates["slow"].set()
        answers = await answers_in(telegram, slow, 2)

    assert [answer.text.split()[2] for answer in answers] == ["slow", "after"]


async def test_a_long_answer_shows_that_somebody_is_at_it(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    responder.gates["slow"] = threading.Event()
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, "slow")
        await telegram.wait_for(lambda: bool(telegram.called("sendChatAction")))
        responder.gates["slow"].set()
        await answers_in(telegram, chat, 1)


async def test_a_long_text_arrives_whole_in_pieces(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    code = "\n".join(f"print({number}) # 🚀 <&>" for number in range(900))
    responder.blocks["long"] = (Code("pytorch", code),)
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, "long")
        answers = await answers_in(telegram, chat, 5, timeout_s=20)
        await asyncio.sleep(1.2)

    shown = "\n".join(answer.text for answer in said_in(telegram, chat))
    assert [line for line in shown.split("\n") if line.startswith("print")] == code.split("\n")
    assert [bool(answer.labels) for answer in answers] == [False] * (len(answers) - 1) + [True]


async def test_a_send_that_may_have_arrived_is_offered_and_shown_once(
    telegram: FakeTelegram, database: Database
) -> None:
    chat = telegram.private(MINH)
    async with running(telegram, ScriptedResponder(), database):
        telegram.faults.reset(delivered=False)
        telegram.say(chat, MINH, "what is VRAM")
        (notice,) = await answers_in(telegram, chat, 1)
        assert "You asked" not in notice.text
        telegram.press(notice, notice.labels[0])
        await telegram.wait_for(lambda: said_in(telegram, chat)[-1].text.startswith("You asked: what is VRAM"))

    assert len(said_in(telegram, chat)) == 1


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
async def test_a_flood_limit_is_waited_out(telegram: FakeTelegram, database: Database) -> None:
    chat = telegram.private(MINH)
    async with running(telegram, ScriptedResponder(), database):
        telegram.faults.flood(1, retry_after=1)
        telegram.say(chat, MINH, "what is VRAM")
        (answer,) = await answers_in(telegram, chat, 1)

    assert answer.text.startswith("You asked: what is VRAM")


async def test_a_person_who_blocked_the_bot_stops_nobody_else(telegram: FakeTelegram, database: Database) -> None:
    responder, gone, here = ScriptedResponder(), telegram.private(MINH), telegram.private(LAN)
    responder.gates["slow"] = threading.Event()
    async with running(telegram, responder, database):
        telegram.say(gone, MINH, "slow")
        await telegram.wait_for(lambda: bool(responder.asked))
        telegram.block(MINH)
        responder.gates["slow"].set()
        telegram.say(here, LAN, "what is VRAM")
        await answers_in(telegram, here, 1)

    assert said_in(telegram, gone) == []


async def test_too_many_questions_are_told_when_it_goes_on(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database, questions=2):
        for text in ("one", "two", "three"):
            telegram.say(chat, MINH, text)
        answers = await answers_in(telegram, chat, 3)

    assert [message.text for message in responder.asked] == ["one", "two"]
    assert "2" in answers[2].text


async def test_no_log_line_holds_the_token(
    telegram: FakeTelegram, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chat = telegram.private(MINH)
    async with running(telegram, ScriptedResponder(), database):
        telegram.faults.fail("getUpdates", 1)
        telegram.say(chat, MINH, "fail")
        await answers_in(telegram, chat, 1)

    assert TOKEN not in caplog.text


async def test_a_wrong_token_is_said_in_one_line(telegram: FakeTelegram, database: Database) -> None:
    with pytest.raises(PlatformError, match="TELEGRAM_BOT_TOKEN"):
        async with running(telegram, ScriptedResponder(), database, token="1:wrong"):  # noqa: S106 - a made-up one
            pass
