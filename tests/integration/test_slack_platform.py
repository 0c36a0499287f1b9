import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.answers import Code
from bot.platforms import PlatformError, failed_text
from bot.platforms.slack import SlackPlatform
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack_api import APP_TOKEN, BOT_TOKEN, FakeSlack, make_direct, make_mention


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as api:
        yield api


def make_platform(
    api: FakeSlack, responder: ScriptedResponder, allow: frozenset[str] = frozenset({"*"})
) -> SlackPlatform:
    return SlackPlatform(responder, bot_token=BOT_TOKEN, app_token=APP_TOKEN, allow=allow, api_url=api.api_url)


def shown(post: dict[str, Any]) -> str:
    return str(post["blocks"][0]["text"]["text"])


async def test_a_mention_is_answered_in_its_thread(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    async with make_platform(slack, responder):
        await slack.wait_for(lambda: slack.connections == 1)
        envelope = await slack.deliver_event(make_mention("is 3090 &lt; 4090 &amp; why?", ts="5.1"), "E1")
        await slack.wait_for(lambda: len(slack.posts) == 1 and slack.acks == [envelope])

    post = slack.posts[0]
    assert (post["channel"], post["thread_ts"]) == ("C1", "5.1")
    assert shown(post) == "You asked: is 3090 &lt; 4090 &amp; why [1]?"
    assert "<https://example.org/?a=1&amp;b=2|R&amp;D &lt;one&gt;>" in post["blocks"][1]["elements"][0]["text"]
    assert post["text"].startswith("You asked: is 3090 &lt; 4090")
    asked = responder.asked[0]
    assert (asked.text, asked.chat, asked.thread, asked.user) == ("is 3090 < 4090 & why?", "C1", "5.1", "U7")
    assert responder.threads != [threading.get_ident()]


async def test_a_redelivered_event_and_its_twin_are_acknowledged_and_answered_once(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    async with make_platform(slack, responder):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_mention("one", ts="5.1"), "E1")
        await slack.deliver_event(make_mention("one", ts="5.1"), "E1", retry=1)
        await slack.deliver_event(make_mention("one", ts="5.1"), "E2")
        await slack.deliver_event(make_mention("two", ts="5.2"), "E3")
        await slack.wait_for(lambda: len(slack.posts) == 2 and len(slack.acks) == 4)

    assert sorted(message.text for message in responder.asked) == ["one", "two"]


async def test_channel_talk_bots_edits_and_own_messages_are_ignored(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    async with make_platform(slack, responder):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_direct("talk", ts="1.1", channel="C1", channel_type="channel"), "E1")
        await slack.deliver_event(make_direct("own", ts="1.2", user="UBOT"), "E2")
        await slack.deliver_event(make_direct("robot", ts="1.3", bot_id="B9"), "E3")
        await slack.deliver_event(make_direct("edit", ts="1.4", subtype="message_changed"), "E4")
        await slack.deliver_event(make_direct("real", ts="1.5"), "E5")
        await slack.wait_for(lambda: len(slack.posts) == 1 and len(slack.acks) == 5)

    assert [message.text for message in responder.asked] == ["real"]
    assert slack.posts[0].get("thread_ts") is None


async def test_a_command_is_acknowledged_before_the_work_and_answered_to_its_asker(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    gate = responder.gates["what is VRAM"] = threading.Event()
    async with make_platform(slack, responder):
        await slack.wait_for(lambda: slack.connections == 1)
        envelope = await slack.deliver_command("ask what is VRAM")
        await slack.wait_for(lambda: slack.acks == [envelope])
        assert slack.replies == []
        gate.set()
        await slack.wait_for(lambda: len(slack.replies) == 1)

    assert shown(slack.replies[0]) == "You asked: what is VRAM [1]"
    assert slack.replies[0]["response_type"] == "ephemeral"


async def test_a_stranger_is_told_what_to_ask_for(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    async with make_platform(slack, responder, frozenset({"U1"})):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_direct("hello"), "E1")
        await slack.wait_for(lambda: len(slack.posts) == 1)

    assert slack.posts[0]["text"].endswith("Ask whoever runs me to add U7 to GPUWISE_SLACK_ALLOW.")
    assert responder.asked == []


async def test_a_conversation_keeps_its_order_while_others_pass(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    gate = responder.gates["slow"] = threading.Event()
    async with make_platform(slack, responder):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_direct("slow", ts="1.1"), "E1")
        await slack.deliver_event(make_direct("next", ts="1.2"), "E2")
        await slack.deliver_event(make_direct("elsewhere", ts="1.3", channel="D2"), "E3")
        await slack.wait_for(lambda: len(slack.posts) == 1)
        assert [message.text for message in responder.asked if message.chat == "D1"] == ["slow"]
        gate.set()
        await slack.wait_for(lambda: len(slack.posts) == 3)

    assert [(post["channel"], shown(post)) for post in slack.posts] == [
        ("D2", "You asked: elsewhere [1]"),
        ("D1", "You asked: slow [1]"),
        ("D1", "You asked: next [1]"),
    ]


async def test_a_long_answer_stays_within_slacks_limits(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    lines = [f"line {number} <{'x' * 80}>" for number in range(120)]
    responder.blocks["long"] = (Code("keras", "\n".join(lines)),)
    async with make_platform(slack, responder):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_mention("long"), "E1")
        await slack.wait_for(lambda: len(slack.posts) == 1)

    text = "\n".join(block["text"]["text"] for block in slack.posts[0]["blocks"] if block["type"] == "section")
    assert text.count("line ") == len(lines)
    assert slack.refused == []


async def test_refused_blocks_are_sent_again_as_text(slack: FakeSlack) -> None:
    slack.refuse_blocks = True
    async with make_platform(slack, ScriptedResponder()):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_mention("hello"), "E1")
        await slack.wait_for(lambda: len(slack.posts) == 1)

    assert slack.posts[0]["text"].startswith("You asked: hello [1]\n\nSources:")
    assert "blocks" not in slack.posts[0]


async def test_a_failed_answer_is_said_and_the_next_one_comes(slack: FakeSlack) -> None:
    async with make_platform(slack, ScriptedResponder()):
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.deliver_event(make_direct("fail", ts="1.1"), "E1")
        await slack.deliver_event(make_direct("after", ts="1.2"), "E2")
        await slack.wait_for(lambda: len(slack.posts) == 2)

    assert slack.posts[0]["text"] == failed_text(None)
    assert shown(slack.posts[1]) == "You asked: after [1]"


async def test_a_new_connection_is_made_when_slack_asks_for_it(slack: FakeSlack) -> None:
    async with make_platform(slack, ScriptedResponder()) as platform:
        await slack.wait_for(lambda: slack.connections == 1)
        await slack.drop_socket()
        await slack.wait_for(lambda: slack.connections == 2)
        await slack.deliver_event(make_mention("still there?"), "E1")
        await slack.wait_for(lambda: len(slack.posts) == 1)
        assert await platform.is_connected()


async def test_what_is_being_answered_when_serving_is_cancelled_is_still_sent(slack: FakeSlack) -> None:
    responder = ScriptedResponder()
    gate = responder.gates["late"] = threading.Event()
    serving = asyncio.create_task(make_platform(slack, responder).run())
    await slack.wait_for(lambda: slack.connections == 1)
    await slack.deliver_event(make_mention("late"), "E1")
    await slack.deliver_event(make_mention("there", ts="2.0"), "E2")
    await slack.wait_for(lambda: len(slack.posts) == 1)
    serving.cancel()
    gate.set()
    await asyncio.wait([serving], timeout=5)

    assert serving.cancelled()
    assert [shown(post) for post in slack.posts] == ["You asked: there [1]", "You asked: late [1]"]


async def test_a_wrong_token_says_what_to_set(slack: FakeSlack) -> None:
    wrong = BOT_TOKEN[::-1]
    platform = SlackPlatform(
        ScriptedResponder(),
        bot_token=wrong,
        app_token=APP_TOKEN,
        allow=frozenset(),
        api_url=slack.api_url,
    )
    with pytest.raises(PlatformError, match="SLACK_BOT_TOKEN") as caught:
        await platform.run()

    assert wrong not in str(caught.value)
