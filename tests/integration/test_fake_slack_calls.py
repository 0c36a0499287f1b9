"""What the loopback Slack does for calls of the Web API, as the real client library sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import (
    APP_TOKEN,
    BOT,
    BOT_TOKEN,
    GRANTED,
    LAN,
    MINH,
    OTHER_BOT,
    Channel,
    FakeSlack,
)
from tests.makers_slack import make_client, make_section

Act = Callable[[AsyncWebClient, Channel], Awaitable[Any]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return make_client(slack)


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH)


async def refusal_of(call: Awaitable[Any]) -> str:
    """Return the code that a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_the_bot_learns_who_and_what_it_is(client: AsyncWebClient) -> None:
    told = await client.auth_test()

    assert (told["user_id"], told["bot_id"], told["team_id"]) == (BOT.id, BOT.bot_id, "T1")
    assert told.headers["x-oauth-scopes"].split(",") == sorted(GRANTED)


@pytest.mark.parametrize(
    ("token", "reason"),
    [("", "not_authed"), ("xoxb-WRONG", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")],
)
async def test_a_wrong_token_is_refused(slack: FakeSlack, token: str, reason: str) -> None:
    assert await refusal_of(make_client(slack, token).auth_test()) == reason


async def test_sockets_are_opened_with_the_apps_token_only(slack: FakeSlack, client: AsyncWebClient) -> None:
    opened = await client.apps_connections_open(app_token=APP_TOKEN)

    assert opened["url"].startswith("ws://127.0.0.1:")
    assert await refusal_of(client.apps_connections_open(app_token=BOT_TOKEN)) == "not_allowed_token_type"


async def test_a_method_that_does_not_exist_is_refused(client: AsyncWebClient) -> None:
    assert await refusal_of(client.api_call("chat.postSmoke")) == "unknown_method"


async def test_a_scope_that_was_not_granted_is_named(client: AsyncWebClient) -> None:
    async with FakeSlack(scopes=GRANTED - {"reactions:write"}) as narrow:
        lab = narrow.channel("lab", MINH)
        said = narrow.say(lab, MINH, "hi")
        with pytest.raises(SlackApiError) as caught:
            await make_client(narrow).reactions_add(channel=lab.id, timestamp=said.ts, name="eyes")

    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", "reactions:write")


async def test_the_scopes_that_calls_need_are_listed(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    sent = await client.chat_postMessage(channel=lab.id, text="a")
    await client.conversations_replies(channel=lab.id, ts=sent["ts"])

    assert slack.scopes_used == {"chat.postMessage": ("chat:write",), "conversations.replies": ("channels:history",)}


@pytest.mark.parametrize("form", ["query", "form", "json", "multipart"])
async def test_arguments_come_in_four_forms(slack: FakeSlack, lab: Channel, form: str) -> None:
    said = {"channel": lab.id, "text": "đo & đếm"}
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    parts = aiohttp.MultipartWriter("form-data")
    for name, value in said.items():
        parts.append(value).set_content_disposition("form-data", name=name)
    body: dict[str, Any] = {"query": {"params": said}, "form": {"data": said}, "json": {"json": said}}
    url = f"{slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as session:
        sent = body.get(form, {"data": parts})
        async with session.request("GET" if form == "query" else "POST", url, headers=headers, **sent) as answer:
            told = await answer.json()

    assert (told["ok"], slack.messages(lab)[0].text, slack.calls[0].form) == (True, "đo & đếm", form)


@pytest.mark.parametrize(("form", "is_ok"), [("params", True), ("data", True), ("json", False)])
async def test_a_token_may_be_an_argument_except_in_json(slack: FakeSlack, form: str, *, is_ok: bool) -> None:
    said: dict[str, Any] = {form: {"token": BOT_TOKEN}}
    async with aiohttp.ClientSession() as session, session.post(f"{slack.api_url}auth.test", **said) as answer:
        told = await answer.json()

    assert (told["ok"], told.get("error")) == (is_ok, None if is_ok else "not_authed")


async def test_a_message_is_shown_in_the_channel_and_in_the_thread(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    question = slack.say(lab, MINH, "which card?")
    sent = await client.chat_postMessage(channel=lab.id, text="looking", thread_ts=question.ts)
    await client.chat_postMessage(channel="#lab", text="all", blocks=[make_section()])

    assert [(one.text, one.thread_ts) for one in slack.messages(lab)] == [("looking", question.ts), ("all", "")]
    assert [one.ts for one in slack.answers(question)] == [sent["ts"]]
    assert (slack.warnings, slack.floods) == ([], 0)


async def test_a_message_to_a_person_is_shown_in_their_conversation(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.know(LAN)
    opened = await client.conversations_open(users=[LAN.id])
    await client.chat_postMessage(channel=LAN.id, text="done")

    assert slack.dm(LAN).id == opened["channel"]["id"]
    assert [one.text for one in slack.messages(slack.dm(LAN))] == ["done"]


async def test_an_update_with_text_alone_deletes_the_blocks(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    sent = await client.chat_postMessage(channel=lab.id, text="a", blocks=[make_section("a")])
    await client.chat_update(channel=lab.id, ts=sent["ts"], text="b", blocks=[make_section("b")])
    kept = slack.messages(lab)[0]
    assert (kept.text, kept.blocks[0]["text"]["text"], kept.edited) == ("b", "b", "")

    await client.chat_update(channel=lab.id, ts=sent["ts"], text="c")

    assert (kept.text, kept.blocks, kept.edited != "") == ("c", (), True)
    assert [version.text for version in kept.edits] == ["a", "b"]


async def test_an_update_is_shorter_than_a_message_may_be(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    sent = await client.chat_postMessage(channel=lab.id, text="x" * 40_001)
    update = client.chat_update(channel=lab.id, ts=sent["ts"], text="x" * 4001)

    assert await refusal_of(update) == "msg_too_long"
    assert slack.messages(lab)[0].text == "x" * 40_000
    assert slack.warnings == ["chat.postMessage: text cut at 40000 characters"]


async def test_what_is_deleted_is_gone(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    sent = await client.chat_postMessage(channel=lab.id, text="a")
    await client.chat_delete(channel=lab.id, ts=sent["ts"])

    assert slack.messages(lab) == []
    assert await refusal_of(client.chat_update(channel=lab.id, ts=sent["ts"], text="b")) == "message_not_found"


async def test_an_ephemeral_message_is_seen_by_one_and_cannot_be_updated(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    slack.know(LAN)
    lab.members.add(LAN.id)
    sent = await client.chat_postEphemeral(channel=lab.id, user=MINH.id, text="psst")

    assert [one.text for one in slack.messages(lab, seen_by=MINH)] == ["psst"]
    assert slack.messages(lab, seen_by=LAN) == []
    update = client.chat_update(channel=lab.id, ts=sent["message_ts"], text="b")
    assert await refusal_of(update) == "message_not_found"


WRONG: dict[str, tuple[str, Act]] = {
    "no such channel": ("channel_not_found", lambda bot, lab: bot.chat_postMessage(channel="C404", text="x")),
    "no text": ("no_text", lambda bot, lab: bot.api_call("chat.postMessage", json={"channel": lab.id, "text": " "})),
    "no such thread": (
        "thread_not_found",
        lambda bot, lab: bot.chat_postMessage(channel=lab.id, text="x", thread_ts="1.000001"),
    ),
    "no such ts": ("message_not_found", lambda bot, lab: bot.chat_update(channel=lab.id, ts="1.000001", text="x")),
    "not in the channel": (
        "user_not_in_channel",
        lambda bot, lab: bot.chat_postEphemeral(channel=lab.id, user="U404", text="x"),
    ),
    "no channel": ("invalid_arguments", lambda bot, lab: bot.chat_postMessage(channel="", text="x")),
    "51 blocks": (
        "invalid_blocks",
        lambda bot, lab: bot.chat_postMessage(channel=lab.id, text="x", blocks=[make_section("x")] * 51),
    ),
    "text beside markdown": (
        "markdown_text_conflict",
        lambda bot, lab: bot.chat_postMessage(channel=lab.id, text="x", markdown_text="x"),
    ),
    "no such person": ("user_not_found", lambda bot, lab: bot.users_info(user="U404")),
    "no scope for another name": (
        "missing_scope",
        lambda bot, lab: bot.chat_postMessage(channel=lab.id, text="x", username="boss"),
    ),
}


@pytest.mark.parametrize(("reason", "act"), WRONG.values(), ids=WRONG.keys())
async def test_what_slack_cannot_do_is_refused(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel, reason: str, act: Act
) -> None:
    assert await refusal_of(act(client, lab)) == reason
    assert (slack.messages(lab), slack.refused) == ([], [reason])


async def test_a_message_that_calls_everyone_is_noted(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    await client.chat_postMessage(channel=lab.id, text="<!here> done", blocks=[make_section("see &lt;!channel&gt;")])

    assert slack.warnings == ["chat.postMessage: it calls everyone: <!here>"]


async def test_nobody_elses_message_is_changed(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    slack.know(OTHER_BOT)
    lab.members.add(OTHER_BOT.id)
    for said in (slack.say(lab, MINH, "mine"), slack.say(lab, OTHER_BOT, "mine too")):
        update = client.chat_update(channel=lab.id, ts=said.ts, text="yours")
        assert await refusal_of(update) == "cant_update_message"
        assert await refusal_of(client.chat_delete(channel=lab.id, ts=said.ts)) == "cant_delete_message"


async def test_a_channel_without_the_bot_is_closed_to_it(slack: FakeSlack, client: AsyncWebClient) -> None:
    open_one = slack.channel("open", MINH, invited=False)
    hidden = slack.channel("hidden", MINH, kind="private", invited=False)

    assert await refusal_of(client.chat_postMessage(channel=open_one.id, text="x")) == "not_in_channel"
    assert await refusal_of(client.conversations_history(channel=open_one.id)) == "not_in_channel"
    assert await refusal_of(client.chat_postMessage(channel=hidden.id, text="x")) == "channel_not_found"


async def test_history_is_newest_first_and_a_thread_oldest_first(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    first = slack.say(lab, MINH, "one")
    slack.say(lab, MINH, "two")
    await client.chat_postMessage(channel=lab.id, text="answer", thread_ts=first.ts)
    history = await client.conversations_history(channel=lab.id)
    replies = await client.conversations_replies(channel=lab.id, ts=first.ts)

    assert [one["text"] for one in history["messages"]] == ["two", "one"]
    assert [one["text"] for one in replies["messages"]] == ["one", "answer"]
    assert (replies["messages"][0]["reply_count"], replies["messages"][1]["bot_id"]) == (1, BOT.bot_id)


async def test_a_long_thread_comes_in_pages(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    root = slack.say(lab, MINH, "0")
    for number in range(1, 5):
        slack.say(lab, MINH, str(number), thread=root)
    told = await client.conversations_replies(channel=lab.id, ts=root.ts, limit=2)
    pages = [[one["text"] for one in page["messages"]] async for page in told]

    assert pages == [["0", "1"], ["2", "3"], ["4"]]


async def test_a_person_and_their_language_are_told(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.know(MINH)
    told = await client.users_info(user=MINH.id, include_locale=True)

    assert (told["user"]["name"], told["user"]["locale"], told["user"]["is_bot"]) == ("minh", "en-US", False)


async def test_a_reaction_is_given_once(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    said = slack.say(lab, MINH, "hi")
    await client.reactions_add(channel=lab.id, timestamp=said.ts, name="eyes")
    again = client.reactions_add(channel=lab.id, timestamp=said.ts, name="eyes")

    assert await refusal_of(again) == "already_reacted"
    assert said.reactions == {"eyes": {BOT.id}}
    await client.reactions_remove(channel=lab.id, timestamp=said.ts, name="eyes")
    assert said.reactions == {"eyes": set()}
