"""What goes wrong on demand in the loopback Slack, and what it refuses as too much."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack import APP_TOKEN, LAN, MINH, Channel, FakeSlack, Limits, Timing
from tests.makers_slack import connected, make_actions, make_app, make_button, make_client, make_section

RESPONSE_S = 0.2
BROKEN = (aiohttp.ClientError, TimeoutError)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return make_client(slack, timeout=1)


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH)


def texts(slack: FakeSlack, channel: Channel) -> list[str]:
    return [one.text for one in slack.messages(channel)]


async def test_a_flood_is_answered_once_with_the_time_to_wait(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    slack.faults.flood(retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=lab.id, text="a")
    await client.chat_postMessage(channel=lab.id, text="b")

    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "7"
    assert (texts(slack, lab), [call.status for call in slack.calls], slack.floods) == (["b"], [429, 200], 0)


async def test_the_librarys_retry_handler_waits_and_comes_through(slack: FakeSlack, lab: Channel) -> None:
    slack.faults.flood(retry_after=0)
    client = make_client(slack, retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)])
    await client.chat_postMessage(channel=lab.id, text="a")

    assert (texts(slack, lab), len(slack.called("chat.postMessage"))) == (["a"], 2)


async def test_a_server_error_shows_nothing(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    slack.faults.fail(status=503, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=lab.id, text="a")
        assert caught.value.response.status_code == 503

    assert texts(slack, lab) == []


async def test_an_error_of_choice_meets_one_method_only(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    slack.faults.refuse("msg_too_long", "chat.update")
    sent = await client.chat_postMessage(channel=lab.id, text="a")
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel=lab.id, ts=sent["ts"], text="b")
    await client.chat_update(channel=lab.id, ts=sent["ts"], text="c")

    assert texts(slack, lab) == ["c"]


@pytest.mark.parametrize("delivered", [True, False], ids=["after it was carried out", "before"])
@pytest.mark.parametrize("ending", ["reset", "hang"])
async def test_a_connection_ends_without_an_answer(
    slack: FakeSlack,
    client: AsyncWebClient,
    lab: Channel,
    ending: str,
    delivered: bool,  # noqa: FBT001  # a case
) -> None:
    getattr(slack.faults, ending)(delivered=delivered)
    with pytest.raises(BROKEN):
        await client.chat_postMessage(channel=lab.id, text="a")
    await client.chat_postMessage(channel=lab.id, text="b")

    assert texts(slack, lab) == (["a", "b"] if delivered else ["b"])
    assert [call.status for call in slack.calls] == [0, 200]


async def test_a_hanging_call_does_not_keep_the_workspace_from_closing() -> None:
    async with FakeSlack() as slack:
        lab = slack.channel("lab", MINH)
        slack.faults.hang(delivered=False)
        posting = asyncio.ensure_future(make_client(slack).chat_postMessage(channel=lab.id, text="a"))
        await slack.wait_for(lambda: len(slack.calls) == 1)
        await asyncio.sleep(0.05)

    with pytest.raises(BROKEN):
        await posting


async def test_a_channel_takes_a_burst_and_then_one_message_a_second() -> None:
    async with FakeSlack(limits=Limits(post_burst=2)) as slack:
        client = make_client(slack)
        lab, other = slack.channel("lab", MINH), slack.channel("other", MINH)
        for channel in (lab, lab, other):
            await client.chat_postMessage(channel=channel.id, text="a")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=lab.id, text="b")

        assert (texts(slack, lab), texts(slack, other), slack.floods) == (["a", "a"], ["a"], 1)
        assert caught.value.response.headers["Retry-After"] == "1"


async def test_a_person_and_their_conversation_are_one_place_to_flood() -> None:
    async with FakeSlack(limits=Limits(post_burst=1)) as slack:
        direct = slack.dm(MINH)
        await make_client(slack).chat_postMessage(channel=MINH.id, text="a")
        with pytest.raises(SlackApiError, match="ratelimited"):
            await make_client(slack).chat_postMessage(channel=direct.id, text="b")


async def test_updates_are_counted_over_all_channels() -> None:
    async with FakeSlack(limits=Limits()) as slack:
        client = make_client(slack)
        places = [slack.channel(name, MINH) for name in ("lab", "other")]
        sent = [await client.chat_postMessage(channel=place.id, text="0 %") for place in places]
        for number in range(50):
            shown = sent[number % 2]
            await client.chat_update(channel=shown["channel"], ts=shown["ts"], text=f"{number} %")
        with pytest.raises(SlackApiError) as caught:
            await client.chat_update(channel=sent[0]["channel"], ts=sent[0]["ts"], text="100 %")

        assert (slack.floods, [texts(slack, place) for place in places]) == (1, [["48 %"], ["49 %"]])
        assert 50 <= int(caught.value.response.headers["Retry-After"]) <= 60


async def test_without_limits_floods_are_counted_and_not_refused(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    for _ in range(5):
        await client.chat_postMessage(channel=lab.id, text="a")

    assert (len(slack.messages(lab)), slack.floods, slack.refused) == (5, 2, [])


async def test_a_revoked_token_is_good_for_nothing_and_the_app_is_told(slack: FakeSlack, lab: Channel) -> None:
    app, told = make_app(slack), []

    @app.event("tokens_revoked")
    async def hear(event: dict[str, Any]) -> None:
        told.append(event["tokens"])

    @app.event("app_uninstalled")
    async def leave() -> None:
        told.append({})

    async with connected(slack, app):
        await app.client.auth_test()
        slack.revoke()
        await slack.wait_for_acks()

    with pytest.raises(SlackApiError, match="token_revoked"):
        await make_client(slack).chat_postMessage(channel=lab.id, text="a")
    await make_client(slack).apps_connections_open(app_token=APP_TOKEN)
    assert texts(slack, lab) == []


def url_of(slack: FakeSlack, lab: Channel) -> AsyncWebhookClient:
    """Return a client of the response_url of a command."""
    return AsyncWebhookClient(slack.command("/gpu", "", MINH, lab).payload["response_url"])


async def test_a_response_url_is_good_for_five_answers(slack: FakeSlack, lab: Channel) -> None:
    respond = url_of(slack, lab)
    answers = [await respond.send(text=str(number)) for number in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert ("used_url" in answers[5].body, texts(slack, lab)) == (True, ["0", "1", "2", "3", "4"])


async def test_a_response_url_expires() -> None:
    async with FakeSlack(timing=Timing(response_valid_s=RESPONSE_S)) as slack:
        lab = slack.channel("lab", MINH)
        respond = url_of(slack, lab)
        await asyncio.sleep(RESPONSE_S + 0.05)
        answer = await respond.send(text="late")

        assert (answer.status_code, "expired_url" in answer.body, texts(slack, lab)) == (404, True, [])


@pytest.mark.parametrize(
    ("said", "reason"),
    [({"text": " "}, "no_text"), ({"text": "x", "blocks": [make_section("x")] * 51}, "invalid_blocks")],
)
async def test_a_refused_answer_costs_no_use(slack: FakeSlack, lab: Channel, said: dict[str, Any], reason: str) -> None:
    respond = url_of(slack, lab)
    refused = await respond.send_dict(said)
    answers = [await respond.send(text=str(number)) for number in range(5)]

    assert (refused.status_code, reason in refused.body) == (400, True)
    assert [one.status_code for one in answers] == [200] * 5


async def test_faults_meet_a_response_url_too(slack: FakeSlack, lab: Channel) -> None:
    slack.faults.flood(retry_after=3)
    respond = url_of(slack, lab)
    answers = [await respond.send(text=str(number)) for number in range(2)]

    assert [(one.status_code, one.headers.get("Retry-After")) for one in answers] == [(429, "3"), (200, None)]


async def test_an_answer_to_a_press_replaces_or_stands_beside_it(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    root = slack.say(lab, MINH, "go")
    blocks = [make_actions(make_button())]
    await client.chat_postMessage(channel=lab.id, text="card", blocks=blocks, thread_ts=root.ts)
    (card,) = slack.messages(lab)
    respond = AsyncWebhookClient(slack.press(card, "Run", MINH).payload["response_url"])
    await respond.send(text="beside", replace_original=False)
    await respond.send_dict(
        {"text": "in it", "replace_original": False, "response_type": "in_channel", "thread_ts": root.ts}
    )
    assert slack.warnings == []

    await respond.send(text="unsaid")
    await respond.send(text="instead", replace_original=True)
    await respond.send(delete_original=True)

    assert [(one.text, one.thread_ts, one.ephemeral_to) for one in slack.messages(lab)] == [
        ("beside", "", MINH.id),
        ("in it", root.ts, ""),
        ("unsaid", "", MINH.id),
    ]
    assert (card.text, card.deleted, len(slack.warnings)) == ("instead", True, 1)


async def test_an_ephemeral_card_is_changed_by_its_response_url(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    lab.members.add(LAN.id)
    await client.chat_postEphemeral(channel=lab.id, user=MINH.id, text="sure?", blocks=[make_actions(make_button())])
    (card,) = slack.messages(lab)
    payload = slack.press(card, "Run", MINH).payload
    await AsyncWebhookClient(payload["response_url"]).send(text="running", replace_original=True)

    assert ("message" in payload, payload["container"]["is_ephemeral"]) == (False, True)
    assert [(one.text, one.blocks, one.ephemeral_to) for one in slack.messages(lab)] == [("running", (), MINH.id)]
