"""The bot installed from each manifest: what it asks for is enough, and what it was not given troubles nobody."""

import base64
import logging
import math
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.helping import Helping
from bot.platforms.slack.content import Content
from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import Place, Post
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import LAN, MINH, Channel, FakeSlack, Shown
from tests.makers_chats import database_in
from tests.makers_slack_chats import running
from tests.makers_slack_manifest import FULL, MINIMAL, events_of, scopes_of

#: Scopes that stand for no method: what is heard, /gpu and the shortcut, and the agent's panel.
NO_METHOD = {"app_mentions:read", "assistant:write", "channels:history", "commands", "groups:history", "im:history"}


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with database_in() as database:
        yield database


def installed(name: str) -> FakeSlack:
    return FakeSlack(scopes=scopes_of(name), events=events_of(name))


def scopes_used(slack: FakeSlack) -> set[str]:
    """Return the granted scopes that the calls rested on."""
    return {scope for needed in slack.scopes_used.values() for scope in needed} & slack.scopes


def alone(slack: FakeSlack, channel: Channel) -> list[Shown]:
    """Return what only Minh sees in a channel."""
    return [shown for shown in slack.messages(channel, seen_by=MINH) if shown.ephemeral_to]


async def ask_everywhere(slack: FakeSlack) -> Channel:
    """Ask by a mention, in a direct message, with a command and a shortcut, press, open the Home tab and the form."""
    lab = slack.channel("lab", MINH, LAN)
    (answer,) = await slack.wait_for_answers(slack.mention(lab, MINH, "what is VRAM"))
    slack.press(answer, "Why?", MINH)
    await slack.wait_for(lambda: len(alone(slack, lab)) == 1)
    slack.command("/gpu", "memory of the 3090", MINH, lab)
    await slack.wait_for(lambda: len(alone(slack, lab)) == 2)
    slack.shortcut(answer, MINH)
    await slack.wait_for(lambda: len(alone(slack, lab)) == 3)
    await slack.wait_for_messages(slack.dm(MINH, "what is bandwidth"))
    slack.open_home(MINH)
    await slack.wait_for(lambda: len(slack.views(MINH)) == 1)
    slack.command("/gpu", "pick", MINH, lab)
    await slack.wait_for(lambda: len(slack.views(MINH)) == 2)
    slack.submit(slack.views(MINH)[-1], {"workload": {"en": {"selected_option": {"value": "LSTM"}}}}, MINH)
    await slack.wait_for(lambda: len(alone(slack, lab)) == 4)
    await slack.wait_for_acks()
    return lab


async def put_file(database: Database, platform_user: str) -> None:
    """Want a file shown to one person, as after a press on Raw JSON."""
    content = Content(text="the figures", file=base64.b64encode(b"{}").decode(), name="run.json")
    post = Post(key="file:1", place=Place(platform="slack", chat=platform_user), content=content.to_json())
    await database.write(lambda connection: outbox.put(connection, post, datetime.now(UTC)))


async def test_the_full_manifest_is_enough_for_everything_that_people_do(database: Database) -> None:
    async with installed(FULL) as slack:
        async with running(slack, ScriptedResponder(), database):
            lab = await ask_everywhere(slack)
            question = slack.mention(lab, LAN, "what is a tensor core")
            await slack.wait_for_answers(question)
            slack.say(lab, LAN, "and what is FP8?", thread=question)
            await slack.wait_for_answers(question, 2)
            secret = slack.channel("secret", MINH, kind="private")
            await slack.wait_for_answers(slack.mention(secret, MINH, "what is HBM"))

        assert (slack.refused, slack.warnings, slack.telling.unheard) == ([], [], [])
        assert scopes_used(slack) <= {"chat:write", "users:read", "assistant:write"}


async def test_each_scope_of_the_full_manifest_is_there_for_a_call_or_an_event(database: Database) -> None:
    responder = ScriptedResponder()
    async with installed(FULL) as slack:
        help_channel = slack.channel("help", MINH)
        helping = Helping(channels={help_channel.id: math.inf})
        async with running(slack, responder, database, helping=helping) as platform:
            slack.know(MINH)
            await put_file(database, MINH.id)
            platform.delivery.wake()
            await slack.wait_for(lambda: any(shown.files for shown in slack.messages(slack.dm(MINH))))
            asked = slack.say(help_channel, MINH, "what is memory bandwidth?")
            await slack.wait_for(lambda: bool(asked.reactions) and len(alone(slack, help_channel)) == 1)
            await slack.wait_for(lambda: bool(slack.called("users.info")))

        assert slack.refused == []
        assert scopes_used(slack) | NO_METHOD == scopes_of(FULL)


async def test_the_minimal_manifest_answers_wherever_the_bot_is_called(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with installed(MINIMAL) as slack:
        async with running(slack, ScriptedResponder(), database):
            await ask_everywhere(slack)

        refused = {(call.method, call.error) for call in slack.calls if call.error}
        assert refused <= {("users.info", "missing_scope")}
        assert slack.warnings == []
        assert scopes_used(slack) == {"chat:write"}
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_the_minimal_manifest_does_not_hear_what_is_said_to_others(database: Database) -> None:
    responder = ScriptedResponder()
    async with installed(MINIMAL) as slack:
        lab = slack.channel("lab", MINH)
        async with running(slack, responder, database):
            question = slack.mention(lab, MINH, "what is VRAM")
            await slack.wait_for_answers(question)
            slack.say(lab, MINH, "and then?", thread=question)
            slack.mention(lab, MINH, "what is FP8", thread=question)
            await slack.wait_for_answers(question, 2)

    assert [message.text for message in responder.asked] == ["what is VRAM", "what is FP8"]
    assert set(slack.telling.unheard) == {"message.channels"}


@pytest.mark.parametrize("name", [FULL, MINIMAL])
async def test_a_slow_answer_shows_that_it_is_looked_for(database: Database, name: str) -> None:
    responder, gate = ScriptedResponder(), threading.Event()
    responder.gates["slow"] = gate
    async with installed(name) as slack:
        lab = slack.channel("lab", MINH)
        async with running(slack, responder, database):
            question = slack.mention(lab, MINH, "slow")
            await slack.wait_for(lambda: bool(slack.agents.statuses))
            gate.set()
            await slack.wait_for_answers(question)

        assert slack.agents.statuses[0] == (lab.id, question.ts, "is looking it up…")
        assert "assistant.threads.setStatus" in slack.scopes_used
