"""Buttons and commands in Telegram, over real sockets with the real library against a strict server."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.store import answered, inbox, memory, people
from bot.store.database import Database
from bot.store.inbox import Delivery
from bot.store.outbox import Place
from tests.fakes.responder import ScriptedResponder, make_answer, say
from tests.fakes.telegram import ALICE, BOT, LAN, MINH, FakeTelegram, Limits
from tests.makers_chats import ADMIN, answers_in, database_in, running, said_in


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=Limits()) as telegram:
        yield telegram
        assert telegram.floods == 0


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with database_in() as database:
        yield database


async def test_the_menu_speaks_both_languages(telegram: FakeTelegram, database: Database) -> None:
    async with running(telegram, ScriptedResponder(), database):
        pass

    published = {(call.data.get("language_code"), call.data["scope"]) for call in telegram.called("setMyCommands")}
    assert {language for language, _ in published} == {None, "vi"}
    assert len(published) == 4


async def test_an_opinion_is_kept_with_what_it_is_about(telegram: FakeTelegram, database: Database) -> None:
    chat = telegram.private(MINH)
    async with running(telegram, ScriptedResponder(), database):
        telegram.say(chat, MINH, "what is VRAM")
        (answer,) = await answers_in(telegram, chat, 1)
        await telegram.wait_for_answer(telegram.press(answer, "👎"))
        ask = (await answers_in(telegram, chat, 2))[1]
        await telegram.wait_for_answer(telegram.press(ask, ask.labels[1]))

    ((opinion, question, text),) = await database.read(answered.opinions)
    assert (opinion.user, opinion.mark, opinion.reason) == (str(MINH.id), "down", "missed")
    assert (question, text) == ("what is VRAM", "You asked: what is VRAM [1]")


async def test_sources_are_shown_once_and_why_names_the_index(telegram: FakeTelegram, database: Database) -> None:
    chat = telegram.private(MINH)
    async with running(telegram, ScriptedResponder(), database):
        telegram.say(chat, MINH, "what is VRAM")
        (answer,) = await answers_in(telegram, chat, 1)
        await telegram.wait_for_answer(telegram.press(answer, "Sources"))
        sources = (await answers_in(telegram, chat, 2))[1]
        again = await telegram.wait_for_answer(telegram.press(answer, "Sources"))
        await telegram.wait_for_answer(telegram.press(answer, "Why?"))
        why = (await answers_in(telegram, chat, 3))[2]

    assert "R&D <one>" in sources.text
    assert sources.reply_to == answer.id
    assert again.answer
    assert "index-1" in why.text


async def test_a_forged_button_reaches_no_answer_of_another_chat(telegram: FakeTelegram, database: Database) -> None:
    chat, other = telegram.private(MINH), telegram.private(LAN)
    async with running(telegram, ScriptedResponder(), database):
        telegram.say(chat, MINH, "a secret question")
        (answer,) = await answers_in(telegram, chat, 1)
        data = next(b["callback_data"] for row in answer.keyboard for b in row if b["text"] == "Why?")
        telegram.say(other, LAN, "hello")
        (own,) = await answers_in(telegram, other, 1)
        pressed = await telegram.wait_for_answer(telegram.press(own, data, LAN, forged=True))
        await asyncio.sleep(0.2)

    assert pressed.answer
    assert len(said_in(telegram, other)) == 1


async def test_the_chosen_language_is_the_hint_of_later_questions(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(ALICE)
    async with running(telegram, responder, database):
        telegram.say(chat, ALICE, "/lang vi")
        (said,) = await answers_in(telegram, chat, 1)
        telegram.say(chat, ALICE, "3090?")
        await answers_in(telegram, chat, 2)

    assert "tiếng Việt" in said.text
    assert [message.language_hint for message in responder.asked] == ["vi"]


async def test_forgetting_takes_a_person_out_of_the_database(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    place = Place(platform="telegram", chat=str(chat.id))
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, "a private matter")
        await answers_in(telegram, chat, 1)
        assert [asked.text for asked in await database.read(lambda c: memory.recall(c, place))] == ["a private matter"]
        telegram.say(chat, MINH, "/forget")
        await answers_in(telegram, chat, 2)

    left = await database.read(lambda connection: "\n".join(connection.connection.iterdump()))
    assert "a private matter" not in left
    assert not responder.known


async def test_only_administrators_forget_a_whole_group_or_see_how_things_stand(
    telegram: FakeTelegram, database: Database
) -> None:
    group = telegram.group("Lab", MINH, LAN)
    async with running(telegram, ScriptedResponder(), database, admins=frozenset({ADMIN})):
        for user, text in ((LAN, "/ask memory"), (LAN, "/forget chat"), (LAN, "/status"), (MINH, "/forget chat")):
            before = len(said_in(telegram, group))
            telegram.say(group, user, text)
            await telegram.wait_for(lambda: len(said_in(telegram, group)) > before, 15)  # noqa: B023
        texts = [message.text for message in said_in(telegram, group)]

    assert f"telegram:{MINH.id}" == ADMIN
    assert "administrators" in texts[1] or "quản trị" in texts[1]
    assert "GPUWISE_ADMINS" in texts[2]
    assert "1" in texts[3]


async def test_names_of_askers_are_known_for_cards(telegram: FakeTelegram, database: Database) -> None:
    chat = telegram.private(LAN)
    async with running(telegram, ScriptedResponder(), database):
        telegram.say(chat, LAN, "hello")
        await answers_in(telegram, chat, 1)

    assert await database.read(lambda c: people.name_of(c, f"telegram:{LAN.id}")) == LAN.first_name


async def test_an_answer_without_sources_offers_none(telegram: FakeTelegram, database: Database) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    responder.scripted["hello"] = make_answer(say("Hello."), citations=())
    async with running(telegram, responder, database):
        telegram.say(chat, MINH, "hello")
        (answer,) = await answers_in(telegram, chat, 1)

    assert (answer.text, answer.labels) == ("Hello.", ["👍", "👎"])


async def test_a_group_that_became_a_supergroup_gets_its_answer_there(
    telegram: FakeTelegram, database: Database
) -> None:
    responder, group = ScriptedResponder(), telegram.group("Lab", MINH)
    responder.gates["/ask slow"] = responder.gates["slow"] = threading.Event()
    async with running(telegram, responder, database):
        telegram.say(group, MINH, "/ask slow")
        await telegram.wait_for(lambda: bool(responder.asked))
        supergroup = telegram.migrate(group)
        responder.gates["slow"].set()
        (answer,) = await answers_in(telegram, supergroup, 1)

    assert answer.text.startswith("You asked: slow")


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_rich_message_is_sent_where_it_is_wanted_and_known(
    telegram: FakeTelegram, database: Database, *, is_known: bool
) -> None:
    chat = telegram.private(MINH)
    telegram.rich_messages = is_known
    async with running(telegram, ScriptedResponder(), database, rich=True):
        telegram.say(chat, MINH, "what is VRAM")
        telegram.say(chat, MINH, "and bandwidth")
        answers = await answers_in(telegram, chat, 2)

    assert [bool(answer.rich) for answer in answers] == [is_known, is_known]
    assert len(telegram.called("sendRichMessage")) == (2 if is_known else 1)
    assert all("You asked" in answer.text for answer in answers)


async def test_what_was_accepted_before_a_kill_is_answered_once_and_says_when_it_was_asked(
    telegram: FakeTelegram, database: Database
) -> None:
    responder, chat = ScriptedResponder(), telegram.private(ALICE)
    telegram.say(chat, ALICE, "what is VRAM")
    update = telegram.updates.log[-1]
    accepted = Delivery(
        key=f"telegram:{BOT.id}:{update['update_id']}",
        twin=f"telegram:{chat.id}:{update['message']['message_id']}",
        platform="telegram",
        chat=str(chat.id),
        user=str(ALICE.id),
        payload=update,
    )
    await database.write(lambda connection: inbox.accept(connection, accepted, datetime.now(UTC)))
    async with running(telegram, responder, database):  # Telegram delivers it too: it was not confirmed
        (answer,) = await answers_in(telegram, chat, 1)
        telegram.say(chat, ALICE, "and now?")
        await answers_in(telegram, chat, 2)

    assert re.fullmatch(r"I was restarted; you asked at \d\d:\d\d\.\n\nYou asked: what is VRAM \[1\]", answer.text)
    assert [message.text for message in responder.asked] == ["what is VRAM", "and now?"]
