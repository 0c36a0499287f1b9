"""Questions and answers in Slack: the real libraries over real sockets against a strict workspace."""

import asyncio

import pytest

from bot.responding import Bot
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import ALICE, LAN, MINH, OTHER_BOT, FakeSlack, File
from tests.makers_slack_chats import running, seen


async def test_a_mention_is_answered_once_in_its_thread(slack: FakeSlack, database: Database) -> None:
    lab, responder = slack.channel("lab", MINH), ScriptedResponder()
    async with running(slack, responder, database):
        question = slack.mention(lab, MINH, "what is VRAM?")
        (answer,) = await seen(slack, lab, 1)

    assert [message.text for message in responder.asked] == ["what is VRAM?"]  # though it was told as two events
    assert answer.thread_ts == question.ts
    assert answer.labels[-2:] == ["👍", "👎"]


async def test_only_its_asker_goes_on_in_a_thread_without_a_mention(slack: FakeSlack, database: Database) -> None:
    lab, responder = slack.channel("lab", MINH, LAN), ScriptedResponder()
    async with running(slack, responder, database):
        question = slack.mention(lab, MINH, "what is VRAM?")
        await seen(slack, lab, 1)
        slack.say(lab, LAN, "I can help you with that", thread=question)
        slack.say(lab, MINH, "and bandwidth?", thread=question)
        other = slack.say(lab, MINH, "lunch?")
        slack.say(lab, LAN, "yes, lunch", thread=other)
        await seen(slack, lab, 2)
        await slack.wait_for_acks()
        kept = await database.read(lambda connection: "\n".join(connection.connection.iterdump()))

    assert [message.text for message in responder.asked][-1] == "and bandwidth?"
    assert "I can help you with that" not in [message.text for message in responder.asked]
    assert {message.thread for message in responder.asked} == {question.ts}
    assert "and bandwidth?" in kept
    assert "lunch" not in kept
    assert "I can help you" not in kept  # what people say to one another is not kept


async def test_a_direct_message_is_answered_beside_it_and_a_thread_in_the_thread(
    slack: FakeSlack, database: Database
) -> None:
    responder = ScriptedResponder()
    async with running(slack, responder, database):
        chat = slack.dm(MINH, "what is VRAM?")
        (first,) = await seen(slack, chat, 1)
        slack.say(chat, MINH, "and bandwidth?", thread=first)
        answers = await seen(slack, chat, 2)

    assert [answer.thread_ts for answer in answers] == ["", first.ts]


async def test_bots_edits_deletions_and_joining_are_left_alone(slack: FakeSlack, database: Database) -> None:
    lab, responder = slack.channel("lab", MINH, OTHER_BOT), ScriptedResponder()
    async with running(slack, responder, database):
        question = slack.mention(lab, MINH, "what is VRAM?")
        await seen(slack, lab, 1)
        slack.edit(question, "what is VRAM exactly?")
        slack.mention(lab, OTHER_BOT, "build failed")
        slack.joins(lab, ALICE)
        slack.remove(question)
        slack.mention(lab, MINH, "the end")
        await seen(slack, lab, 2)

    assert [message.text for message in responder.asked] == ["what is VRAM?", "the end"]


async def test_a_redelivery_eleven_times_is_one_answer_whatever_its_event_ids(
    slack: FakeSlack, database: Database
) -> None:
    lab, responder = slack.channel("lab", MINH), ScriptedResponder()
    async with running(slack, responder, database):
        slack.mention(lab, MINH, "what is VRAM?")
        await seen(slack, lab, 1)
        for event_id in {delivery.event_id for delivery in slack.deliveries.log}:
            slack.deliveries.redeliver(event_id, times=11)
            slack.deliveries.redeliver(event_id, times=11, as_new=True)
        await slack.wait_for_acks()
        await asyncio.sleep(0.3)

    assert len(responder.asked) == 1
    assert len(slack.messages(lab)) == 1


async def test_a_command_is_answered_to_its_asker_alone_and_shared_on_request(
    slack: FakeSlack, database: Database
) -> None:
    lab, responder = slack.channel("lab", MINH, LAN, invited=False), ScriptedResponder()
    async with running(slack, responder, database):
        slack.command("/gpu", "ask “what is VRAM?”", MINH, lab)
        (answer,) = await seen(slack, lab, 1)
        assert answer.ephemeral_to == MINH.id
        slack.press(answer, "Share in channel", MINH)
        for_all = (await seen(slack, lab, 1, LAN))[0]
        slack.press(answer, "Share in channel", MINH)
        await slack.wait_for(lambda: any("already" in m.text for m in slack.messages(lab, seen_by=MINH)))

    assert [message.text for message in responder.asked] == ['"what is VRAM?"']
    assert f"<@{MINH.id}>" in str(for_all.blocks)
    assert [message.text for message in slack.messages(lab, seen_by=LAN)] == [for_all.text]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("compare H100 vs H200", "compare H100 vs H200"),
        ("sosanh 3090 4090", "so sánh 3090 4090"),
        ("spec “RTX 4090”", 'spec "RTX 4090"'),
        ("pick lstm under $600 —no nvidia", "pick lstm under $600 --no nvidia"),
        ("", "help"),
        ("help", "help"),
        ("vram of the 3090", "vram of the 3090"),
    ],
)
async def test_commands_reach_the_bot_as_words(slack: FakeSlack, database: Database, typed: str, asked: str) -> None:
    lab, responder = slack.channel("lab", MINH), ScriptedResponder()
    async with running(slack, responder, database):
        slack.command("/gpu", typed, MINH, lab)
        await seen(slack, lab, 1)

    assert [message.text for message in responder.asked] == [asked]


async def test_strangers_are_told_whom_to_ask_and_their_talk_is_left_alone(
    slack: FakeSlack, database: Database
) -> None:
    lab, responder = slack.channel("lab", MINH, LAN), ScriptedResponder()
    async with running(slack, responder, database, allow=frozenset({MINH.id})):
        slack.mention(lab, LAN, "what is VRAM?")
        (refusal,) = await seen(slack, lab, 1)
        slack.command("/gpu", "what is VRAM?", LAN, lab)
        answers = await seen(slack, lab, 2, LAN)

    assert responder.asked == []
    assert LAN.id in refusal.text
    assert "GPUWISE_SLACK_ALLOW" in refusal.text
    assert answers[1].ephemeral_to == LAN.id


async def test_who_asks_too_much_is_asked_to_wait(slack: FakeSlack, database: Database) -> None:
    responder = ScriptedResponder()
    async with running(slack, responder, database, questions=2):
        chat = slack.dm(MINH, "one")
        for text in ("two", "three"):
            slack.say(chat, MINH, text)
        answers = await seen(slack, chat, 3)

    assert len(responder.asked) == 2
    assert "2 questions within a minute" in answers[2].text


async def test_files_without_words_get_a_sentence(slack: FakeSlack, database: Database, bot: Bot) -> None:
    photo = File(id="F1", name="card.png", data=b"png")
    async with running(slack, bot, database):
        chat = slack.dm(MINH)
        slack.say(chat, MINH, files=(photo,))
        (answer,) = await seen(slack, chat, 1)

    assert "photo" in answer.text.lower() or "picture" in answer.text.lower()


async def test_a_person_is_forgotten_on_request(slack: FakeSlack, database: Database) -> None:
    responder = ScriptedResponder()
    async with running(slack, responder, database):
        chat = slack.dm(MINH, "my secret question")
        await seen(slack, chat, 1)
        slack.say(chat, MINH, "forget")
        await seen(slack, chat, 2)
        left = await database.read(lambda connection: "\n".join(connection.connection.iterdump()))

    assert "my secret question" not in left


async def test_what_was_accepted_before_a_stop_is_answered_late_and_says_so(
    slack: FakeSlack, database: Database
) -> None:
    lab = slack.channel("lab", MINH)
    async with running(slack, ScriptedResponder(), database) as platform:
        platform._serve_body = _never  # type: ignore[method-assign]  # killed before it serves
        question = slack.mention(lab, MINH, "what is VRAM?")
        await slack.wait_for_acks()
        for task in list(platform._tasks):
            task.cancel()
    assert slack.messages(lab) == []
    async with running(slack, ScriptedResponder(), database):
        (answer,) = await slack.wait_for_answers(question)

    assert "I was restarted" in answer.text


async def _never(*_: object, **__: object) -> None:
    await asyncio.sleep(3600)


@pytest.mark.parametrize(
    ("refusals", "expected"),
    [(0, ({"data_table"}, 0)), (1, ({"table"}, 0)), (2, ({"section"}, 1)), (3, (set(), 1))],
    ids=["native", "table", "preformatted and a picture", "text and a picture"],
)
async def test_a_form_that_is_refused_is_sent_more_plainly(
    slack: FakeSlack, database: Database, bot: Bot, refusals: int, expected: tuple[set[str], int]
) -> None:
    lab, (shown, pictures) = slack.channel("lab", MINH), expected
    async with running(slack, bot, database):
        if refusals:
            slack.faults.refuse("invalid_blocks", "chat.postMessage", refusals)
        question = slack.mention(lab, MINH, "compare 3090 and 4090")
        said = await seen(slack, lab, 1 + pictures)
        slack.calls.clear()

    kinds = {block["type"] for block in said[0].blocks}
    assert kinds & {"data_table", "table", "section"} >= shown
    assert {"data_table", "table"} & kinds <= shown
    assert "165.2 TFLOPS" in said[0].text
    assert [len(message.files) for message in said[1:]] == [1] * pictures
    assert {message.thread_ts for message in said} == {question.ts}


async def test_a_limit_is_waited_out_and_a_fault_of_slack_loses_nothing(slack: FakeSlack, database: Database) -> None:
    lab, responder = slack.channel("lab", MINH), ScriptedResponder()
    async with running(slack, responder, database):
        slack.faults.flood(method="chat.postMessage")
        slack.mention(lab, MINH, "one")
        await seen(slack, lab, 1)
        slack.faults.fail(method="chat.postMessage")
        slack.mention(lab, MINH, "two")
        answers = await seen(slack, lab, 2)
        slack.calls.clear()

    assert ["one" in answers[0].text, "two" in answers[1].text] == [True, True]


@pytest.mark.parametrize("is_delivered", [True, False])
async def test_what_may_have_arrived_is_offered_and_not_repeated(
    slack: FakeSlack, database: Database, *, is_delivered: bool
) -> None:
    lab, responder = slack.channel("lab", MINH), ScriptedResponder()
    async with running(slack, responder, database):
        slack.faults.reset("chat.postMessage", delivered=is_delivered)
        slack.mention(lab, MINH, "what is VRAM?")
        await slack.wait_for(lambda: any("I was interrupted" in m.text for m in slack.messages(lab)))
        offer = slack.messages(lab)[-1]
        slack.press(offer, "Show it", MINH)
        await slack.wait_for(lambda: "You asked" in offer.text)

    assert "what is VRAM?" in offer.edits[0].text
    assert len(slack.messages(lab)) == 1 + is_delivered


@pytest.mark.parametrize("trouble", ["refresh", "drop"])
async def test_a_socket_that_is_refreshed_or_dropped_comes_back(
    slack: FakeSlack, database: Database, trouble: str
) -> None:
    lab, responder = slack.channel("lab", MINH), ScriptedResponder()
    async with running(slack, responder, database) as platform:
        opened = slack.socket.opened
        await getattr(slack.socket, trouble)()
        await slack.wait_for_connection(opened + 1)
        slack.mention(lab, MINH, "still there?")
        await seen(slack, lab, 1)
        assert await platform.is_connected()

    assert len(responder.asked) == 1
