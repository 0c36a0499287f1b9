"""Socket Mode of the loopback Slack, with the real library at the other end of the socket."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import APP_TOKEN, MINH, Channel, FakeSlack, Timing
from tests.makers_slack import connected, make_app, make_client

ACK_S = 0.3


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(timing=Timing(ack_within_s=ACK_S, retry_after_s=(0.0, 0.05, 0.05))) as server:
        yield server


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH)


@pytest.fixture
def heard() -> list[tuple[str, str]]:
    """The text and the retry number of every message that the bot's handler was given."""
    return []


@pytest.fixture
def app(slack: FakeSlack, heard: list[tuple[str, str]]) -> AsyncApp:
    bot = make_app(slack)

    @bot.event("message")
    async def hear(event: dict[str, Any], request: Any) -> None:
        heard.append((event["text"], request.headers["x-slack-retry-num"][0]))

    return bot


@asynccontextmanager
async def raw(slack: FakeSlack) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Yield a bare connection, greeted."""
    url = (await make_client(slack).apps_connections_open(app_token=APP_TOKEN))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        yield socket


async def test_a_connection_is_greeted(slack: FakeSlack) -> None:
    async with raw(slack) as first, raw(slack) as second:
        told = [await socket.receive_json(timeout=5) for socket in (first, second)]

    assert [one["type"] for one in told] == ["hello", "hello"]
    assert [one["num_connections"] for one in told] == [1, 2]


async def test_an_event_is_acknowledged_while_its_handler_still_runs(slack: FakeSlack, lab: Channel) -> None:
    app, go_on = make_app(slack), asyncio.Event()

    @app.event("message")
    async def work(say: Any) -> None:
        await go_on.wait()
        await say("done")

    async with connected(slack, app):
        slack.say(lab, MINH, "go")
        sent = await slack.wait_for_ack(slack.deliveries.log[0])
        assert slack.messages(lab) == []
        go_on.set()
        await slack.wait_for_messages(lab)

    assert (sent.attempt, sent.is_overdue, sent.answer, slack.late_acks) == (0, False, None, [])


async def test_a_first_delivery_carries_the_number_of_its_attempt_too(
    slack: FakeSlack, app: AsyncApp, lab: Channel, heard: list[tuple[str, str]]
) -> None:
    async with connected(slack, app):
        slack.say(lab, MINH, "hi")
        await slack.wait_for_ack(slack.deliveries.log[0])
        slack.deliveries.redeliver(slack.deliveries.log[0].event_id, times=2)
        await slack.wait_for_ack(slack.deliveries.log[2])

    assert heard == [("hi", "0"), ("hi", "1"), ("hi", "2")]
    assert len({one.event_id for one in slack.deliveries.log}) == 1


async def test_one_message_may_come_again_under_another_event_id(
    slack: FakeSlack, app: AsyncApp, lab: Channel, heard: list[tuple[str, str]]
) -> None:
    async with connected(slack, app):
        slack.say(lab, MINH, "hi")
        slack.deliveries.redeliver(slack.deliveries.log[0].event_id, times=2, as_new=True)
        await slack.wait_for(lambda: len(heard) == 3)

    assert heard == [("hi", "0")] * 3
    assert len({one.event_id for one in slack.deliveries.log}) == 3
    assert len({one.event["ts"] for one in slack.deliveries.log}) == 1


async def test_a_refresh_leads_to_a_new_connection_and_loses_nothing(
    slack: FakeSlack, app: AsyncApp, lab: Channel, heard: list[tuple[str, str]]
) -> None:
    async with connected(slack, app):
        await slack.socket.refresh()
        slack.say(lab, MINH, "between")
        await slack.wait_for_connection(2)
        slack.say(lab, MINH, "after")
        await slack.wait_for(lambda: len(heard) == 2)

    assert sorted(text for text, _ in heard) == ["after", "between"]
    assert [one.connection for one in slack.deliveries.log] == [2, 2]


@pytest.mark.parametrize("way", ["closed", "cut"])
async def test_what_a_lost_connection_left_unacknowledged_comes_again(
    slack: FakeSlack, app: AsyncApp, lab: Channel, heard: list[tuple[str, str]], way: str
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    @app.middleware
    async def hold(next: Any) -> None:  # noqa: A002  # the name that the library looks for
        reached.set()
        await go_on.wait()
        await next()

    async with connected(slack, app):
        slack.say(lab, MINH, "hi")
        await asyncio.wait_for(reached.wait(), 5)
        if way == "cut":
            slack.socket.cut()
        else:
            await slack.socket.drop()
        await slack.wait_for_connection(2)
        await slack.wait_for(lambda: len(slack.deliveries.log) > 1 and slack.deliveries.log[1].sent_at is not None)
        go_on.set()
        again = await slack.wait_for_ack(slack.deliveries.log[1])

    assert (again.attempt, again.reason, again.connection) == (1, "timeout", 2)
    assert ("hi", "1") in heard
    assert slack.late_acks[0] is slack.deliveries.log[0]


async def test_what_happens_without_a_connection_is_sent_to_the_next_one(
    slack: FakeSlack, app: AsyncApp, lab: Channel, heard: list[tuple[str, str]]
) -> None:
    slack.say(lab, MINH, "anybody?")
    command = slack.command("/gpu", "help", MINH, lab)
    await asyncio.sleep(0.05)
    async with connected(slack, app):
        await slack.wait_for(lambda: len(heard) == 1)

    assert heard == [("anybody?", "1")]
    assert (command.sent_at is not None, command.connection, command.is_overdue) == (True, None, True)


async def test_an_event_that_is_never_acknowledged_is_sent_four_times(slack: FakeSlack, lab: Channel) -> None:
    app = make_app(slack)

    @app.middleware
    async def refuse() -> BoltResponse:
        return BoltResponse(status=500)

    async with connected(slack, app):
        slack.say(lab, MINH, "hi")
        await slack.wait_for(lambda: len(slack.late_acks) == 4)
        await asyncio.sleep(0.1)

    assert [one.attempt for one in slack.deliveries.log] == [0, 1, 2, 3]
    assert [one.reason for one in slack.deliveries.log] == ["", "timeout", "timeout", "timeout"]


async def test_a_command_that_is_acknowledged_too_late_is_noted_and_its_answer_not_shown(
    slack: FakeSlack, lab: Channel
) -> None:
    app = make_app(slack)

    @app.command("/gpu")
    async def slow(ack: Any) -> None:
        await asyncio.sleep(ACK_S + 0.1)
        await ack("here you are")

    async with connected(slack, app):
        command = slack.command("/gpu", "jobs", MINH, lab)
        await slack.wait_for_ack(command)

    assert (slack.late_acks, slack.messages(lab)) == ([command], [])
    assert command.delay_s is not None
    assert command.delay_s > ACK_S


async def test_a_handler_that_blocks_the_loop_is_late(slack: FakeSlack, lab: Channel) -> None:
    app = make_app(slack)

    @app.command("/gpu")
    async def block(ack: Any) -> None:
        time.sleep(ACK_S + 0.1)  # noqa: ASYNC251  # what is to be detected
        await ack()

    async with connected(slack, app):
        command = slack.command("/gpu", "jobs", MINH, lab)
        await slack.wait_for_ack(command)

    assert slack.late_acks == [command]


async def test_a_command_whose_handler_fails_is_not_acknowledged_and_not_repeated(
    slack: FakeSlack, lab: Channel
) -> None:
    app = make_app(slack)

    @app.command("/gpu")
    async def fail() -> None:
        raise RuntimeError("boom")

    async with connected(slack, app):
        command = slack.command("/gpu", "jobs", MINH, lab)
        await slack.wait_for(lambda: command.is_overdue)

    assert (command.acked_at, slack.deliveries.log) == (None, [command])


async def test_every_event_goes_to_one_connection_only(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    async with connected(slack, app), connected(slack, app):
        for number in range(4):
            slack.say(lab, MINH, str(number))
        await slack.wait_for_acks()

    assert sorted(one.connection or 0 for one in slack.deliveries.log) == [1, 1, 2, 2]


async def test_an_address_is_good_for_one_connection(slack: FakeSlack) -> None:
    url = (await make_client(slack).apps_connections_open(app_token=APP_TOKEN))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
            await session.ws_connect(url)


async def test_the_eleventh_connection_is_turned_away(slack: FakeSlack) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(raw(slack))
        await slack.wait_for(lambda: slack.socket.connections == 10)
        told = await (await stack.enter_async_context(raw(slack))).receive_json(timeout=5)

    assert (told["type"], told["reason"], slack.socket.opened) == ("disconnect", "too_many_websockets", 10)


async def test_switching_socket_mode_off_ends_it(slack: FakeSlack) -> None:
    async with raw(slack) as socket:
        await socket.receive_json(timeout=5)
        disabling = asyncio.ensure_future(slack.socket.disable())
        told = await socket.receive_json(timeout=5)
        assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
        await disabling

    assert (told["type"], told["reason"]) == ("disconnect", "link_disabled")
    with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
        await make_client(slack).apps_connections_open(app_token=APP_TOKEN)


async def test_an_envelope_says_whether_its_acknowledgement_may_answer(slack: FakeSlack, lab: Channel) -> None:
    async with raw(slack) as socket:
        await socket.receive_json(timeout=5)
        slack.say(lab, MINH, "hi")
        event = await socket.receive_json(timeout=5)
        slack.command("/gpu", "jobs", MINH, lab)
        command = await socket.receive_json(timeout=5)

    assert (event["type"], event["accepts_response_payload"], event["retry_attempt"]) == ("events_api", False, 0)
    assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
    assert "retry_attempt" not in command


async def test_an_acknowledgement_that_comes_with_the_end_of_its_time_is_late(slack: FakeSlack, lab: Channel) -> None:
    async with raw(slack) as socket:
        await socket.receive_json(timeout=5)
        slack.command("/gpu", "jobs", MINH, lab)
        envelope = await socket.receive_json(timeout=5)
        time.sleep(ACK_S + 0.05)  # noqa: ASYNC251  # so that both are there when the loop looks again
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "late"}})
        await slack.wait_for_acks()

    assert (slack.late_acks, slack.messages(lab)) == (slack.deliveries.log, [])


async def test_an_acknowledgement_of_nothing_is_noted(slack: FakeSlack) -> None:
    async with raw(slack) as socket:
        await socket.send_json({"envelope_id": "e404"})
        await slack.wait_for(lambda: slack.deliveries.unknown_acks == ["e404"])
