"""Slack over HTTP: real posts to the bot's own address, as Slack signs them and as nobody ought to."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.platforms import PlatformError
from bot.platforms.slack.building import PATH
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import MINH, SIGNING_SECRET, FakeSlack, Timing
from tests.makers_chats import database_in
from tests.makers_slack_chats import running
from tests.makers_slack_http import between, check_that_it_answers, listening

MODAL = {"workload": {"en": {"selected_option": {"value": "LSTM"}}}}
QUICK = Timing(ack_within_s=0.5, retry_after_s=(0.1, 0.2, 0.4))


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with database_in() as database:
        yield database


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


async def test_a_mention_is_answered_in_its_thread(slack: FakeSlack, database: Database) -> None:
    responder, lab = ScriptedResponder(), slack.channel("lab", MINH)
    async with listening(slack, responder, database):
        question = slack.mention(lab, MINH, "is 3090 < 4090 & why")
        (answer,) = await slack.wait_for_answers(question)
        await slack.wait_for_acks()

    assert answer.thread_ts == question.ts
    assert [message.text for message in responder.asked] == ["is 3090 < 4090 & why"]
    assert (slack.refused, slack.late_acks, slack.warnings) == ([], [], [])
    assert {one.status for one in slack.deliveries.log} == {200}


async def test_a_command_is_answered_to_its_asker_alone(slack: FakeSlack, database: Database) -> None:
    lab = slack.channel("lab", MINH)
    async with listening(slack, ScriptedResponder(), database):
        delivery = slack.command("/gpu", "compare 3090 4090", MINH, lab)
        (answer,) = await slack.wait_for_messages(lab)

    assert (answer.ephemeral_to, answer.text.split(" [")[0]) == (MINH.id, "You asked: compare 3090 4090")
    assert (delivery.status, delivery.answer) == (200, None)


async def test_a_press_is_served(slack: FakeSlack, database: Database) -> None:
    lab = slack.channel("lab", MINH)
    async with listening(slack, ScriptedResponder(), database):
        (answer,) = await slack.wait_for_answers(slack.mention(lab, MINH, "what is VRAM"))
        press = slack.press(answer, "Why?", MINH)
        await slack.wait_for(lambda: len(slack.messages(lab)) > 1)
        await slack.wait_for_ack(press)

    assert slack.messages(lab)[-1].ephemeral_to == MINH.id
    assert press.status == 200
    assert slack.warnings == []


async def test_what_is_wrong_in_a_form_is_said_in_the_acknowledgement(slack: FakeSlack, database: Database) -> None:
    responder, lab = ScriptedResponder(), slack.channel("lab", MINH)
    async with listening(slack, responder, database):
        slack.command("/gpu", "pick", MINH, lab)
        await slack.wait_for(lambda: bool(slack.views(MINH)))
        (form,) = slack.views(MINH)
        bad = slack.submit(form, MODAL | {"watts": {"en": {"value": "many"}}}, MINH)
        await slack.wait_for_ack(bad)
        await slack.wait_for(lambda: bool(form.errors))
        assert form.is_open
        slack.submit(form, MODAL | {"watts": {"en": {"value": "300"}}}, MINH)
        (answer,) = await slack.wait_for_messages(lab)

    assert bad.answer["response_action"] == "errors"
    assert list(bad.answer["errors"]) == ["watts"]
    assert not form.is_open
    assert [message.text for message in responder.asked] == ["which GPU for LSTM, under 300 W"]
    assert answer.ephemeral_to == MINH.id


async def test_the_address_proves_itself_to_slack(slack: FakeSlack, database: Database) -> None:
    body = {"type": "url_verification", "token": "t", "challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"}
    async with listening(slack, ScriptedResponder(), database) as http:
        asked = await http.post(body)
        unsigned = await http.post(body, headers={"x-slack-signature": ""})

    assert (asked.status, json.loads(asked.text)) == (200, {"challenge": "3eZbrw1aB10FEMAGAZd4FyFQ"})
    assert unsigned.status == 401


@pytest.mark.parametrize("trouble", ["error", "late"])
async def test_what_slack_sends_again_is_answered_once(database: Database, trouble: str) -> None:
    """The first attempt is written down, but Slack hears of it as an error, or too late."""
    async with FakeSlack(timing=QUICK) as slack:
        responder, lab = ScriptedResponder(), slack.channel("lab", MINH)
        async with listening(slack, responder, database) as http, between(http.url, trouble) as url:
            http.url = url
            question = slack.mention(lab, MINH, "once?")
            await slack.wait_for(lambda: any(one.attempt and one.acked_at for one in slack.deliveries.log))
            await slack.wait_for_answers(question)
            slack.deliveries.redeliver(slack.deliveries.log[0].event_id, times=3)
            await asyncio.sleep(0.7)
        again = [one for one in slack.deliveries.log if one.attempt]
        assert {one.reason for one in again} >= {"http_error" if trouble == "error" else "http_timeout"}
        assert len(slack.answers(question)) == 1
        assert len(responder.asked) == 1


async def test_a_first_event_counts_even_while_slack_answers_no_questions(slack: FakeSlack, database: Database) -> None:
    async with listening(slack, ScriptedResponder(), database):
        slack.faults.fail("auth.test", times=10)
        await check_that_it_answers(slack, database)


async def test_a_port_that_is_taken_is_said_in_one_line(slack: FakeSlack, database: Database) -> None:
    async with listening(slack, ScriptedResponder(), database) as http, database_in() as other:
        taken = http.url.removesuffix(PATH).removeprefix("http://")
        with pytest.raises(PlatformError, match="GPUWISE_SLACK_HTTP_LISTEN"):
            async with running(slack, ScriptedResponder(), other, signing_secret=SIGNING_SECRET, listen=taken):
                pass
        await check_that_it_answers(slack, database)
