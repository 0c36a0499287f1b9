"""What people do in the loopback Slack, as a real bot hears it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack import ALICE, BOT, EVENTS, GRANTED, LAN, MINH, OTHER_BOT, Channel, FakeSlack, File
from tests.makers_slack import (
    connected,
    make_actions,
    make_app,
    make_button,
    make_confirm,
    make_feedback,
    make_section,
    make_select,
)

Heard = list[dict[str, Any]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH, LAN)


@pytest.fixture
def heard() -> Heard:
    """The body of everything that the bot was given."""
    return []


@pytest.fixture
async def app(slack: FakeSlack, heard: Heard) -> AsyncIterator[AsyncApp]:
    bot = make_app(slack)

    @bot.middleware
    async def listen(body: dict[str, Any], next: Any) -> None:  # noqa: A002  # the name that the library looks for
        heard.append(body)
        await next()

    async with connected(slack, bot):
        yield bot


async def events(slack: FakeSlack, heard: Heard, count: int) -> list[dict[str, Any]]:
    """Return the first events that the bot was given."""
    await slack.wait_for(lambda: len(heard) >= count)
    return [body["event"] for body in heard]


async def post(app: AsyncApp, channel: Channel, *blocks: dict[str, Any]) -> None:
    await app.client.chat_postMessage(channel=channel.id, text="card", blocks=list(blocks))


async def test_a_mention_is_told_twice_under_two_event_ids(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    said = slack.mention(lab, MINH, "H100 < H200 & <https://example.org|this>")
    told = await events(slack, heard, 2)

    assert [event["type"] for event in told] == ["app_mention", "message"]
    assert {event["text"] for event in told} == {"<@UBOT> H100 &lt; H200 &amp; <https://example.org|this>"}
    assert {(event["channel"], event["ts"], event["user"]) for event in told} == {(lab.id, said.ts, MINH.id)}
    assert len({body["event_id"] for body in heard}) == 2
    assert "channel_type" not in told[0]


async def test_a_bot_that_hears_mentions_only_is_told_once() -> None:
    async with FakeSlack(events=frozenset({"app_mention"})) as slack:
        lab = slack.channel("lab", MINH)
        slack.mention(lab, MINH, "hi")
        slack.say(lab, MINH, "not to you")

    assert [one.event["type"] for one in slack.deliveries.log] == ["app_mention"]
    assert slack.telling.unheard == ["message.channels", "message.channels"]


async def test_without_the_scope_nothing_is_heard() -> None:
    async with FakeSlack(scopes=GRANTED - {"channels:history"}, events=frozenset(EVENTS)) as slack:
        slack.say(slack.channel("lab", MINH), MINH, "hi")

    assert slack.deliveries.log == []


async def test_a_direct_message_is_no_mention(slack: FakeSlack, app: AsyncApp, heard: Heard) -> None:
    direct = slack.dm(MINH, "<@UBOT> hi")
    (event,) = await events(slack, heard, 1)

    assert (event["type"], event["channel_type"], event["channel"]) == ("message", "im", direct.id)


async def test_a_reply_names_its_thread_and_who_began_it(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    root = slack.say(lab, MINH, "which?")
    slack.say(lab, LAN, "the H100", thread=root)
    told = await events(slack, heard, 2)

    assert "thread_ts" not in told[0]
    assert (told[1]["thread_ts"], told[1]["parent_user_id"], told[1]["user"]) == (root.ts, MINH.id, LAN.id)


async def test_edits_and_removals_are_messages_with_a_subtype(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    said = slack.say(lab, MINH, "a")
    slack.edit(said, "b")
    slack.remove(said)
    told = await events(slack, heard, 3)

    assert [event.get("subtype") for event in told] == [None, "message_changed", "message_deleted"]
    assert (told[1]["previous_message"]["text"], told[1]["message"]["text"]) == ("a", "b")
    assert (told[2]["deleted_ts"], told[2]["ts"] != said.ts) == (said.ts, True)


async def test_other_bots_and_files_are_heard_as_what_they_are(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    slack.know(OTHER_BOT)
    lab.members.add(OTHER_BOT.id)
    slack.say(lab, OTHER_BOT, "build failed")
    slack.say(lab, OTHER_BOT, "old style", subtype="bot_message")
    slack.say(lab, MINH, "look", files=(File(id="F1", name="a.png", data=b"x"),))
    told = await events(slack, heard, 3)

    assert [event.get("bot_id") for event in told] == ["B99", "B99", None]
    assert ["user" in event for event in told] == [True, False, True]
    assert (told[2]["subtype"], told[2]["files"][0]["name"]) == ("file_share", "a.png")


async def test_a_mention_with_a_file_is_told_as_a_message_only(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    slack.mention(lab, MINH, "look", files=(File(id="F1", name="a.png", data=b"x"),))
    await events(slack, heard, 1)

    assert [one.event["type"] for one in slack.deliveries.log] == ["message"]


async def test_the_bots_own_messages_come_back_to_it(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    await app.client.chat_postMessage(channel=lab.id, text="mine")
    own = slack.deliveries.log[0]
    await slack.wait_for_ack(own)

    assert (own.event["bot_id"], own.event["user"], own.event["text"]) == (BOT.bot_id, BOT.id, "mine")


async def test_someone_outside_a_channel_says_nothing_in_it(slack: FakeSlack, lab: Channel) -> None:
    with pytest.raises(LookupError, match="alice is not in lab"):
        slack.say(lab, ALICE, "hi")


async def test_someone_who_joins_is_told_of_twice_where_the_bot_may_hear_it() -> None:
    async with FakeSlack(scopes=GRANTED | {"channels:read"}) as slack:
        slack.joins(slack.channel("lab", MINH), ALICE)

    told = [one.event for one in slack.deliveries.log]
    assert [(event["type"], event.get("subtype")) for event in told] == [
        ("member_joined_channel", None),
        ("message", "channel_join"),
    ]


async def test_a_command_is_answered_where_it_was_typed(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    @app.command("/gpu")
    async def run(ack: Any, respond: Any, command: dict[str, str]) -> None:
        await ack()
        await respond(f"{command['user_name']} in {command['channel_name']}: {command['text']}")
        await respond("to all", response_type="in_channel")

    outside = slack.channel("far", MINH, kind="private", invited=False)
    for channel in (lab, outside):
        slack.command("/gpu", "compare A B", MINH, channel)
        await slack.wait_for_messages(channel, 2)

    assert [one.text for one in slack.messages(lab, seen_by=MINH)] == ["minh in lab: compare A B", "to all"]
    assert [one.text for one in slack.messages(lab, seen_by=LAN)] == ["to all"]
    assert slack.messages(outside)[0].text == "minh in privategroup: compare A B"


async def test_a_press_tells_what_was_pressed_where_and_by_whom(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    @app.action("run")
    async def run(ack: Any, respond: Any) -> None:
        await ack()
        await respond("running", replace_original=True)

    root = slack.say(lab, MINH, "go")
    blocks = [make_section("ready"), make_actions(make_button("Run", "run", value="7F3K"))]
    await app.client.chat_postMessage(channel=lab.id, text="card", blocks=blocks, thread_ts=root.ts)
    (card,) = slack.answers(root)
    slack.press(card, "Run", LAN)
    await slack.wait_for(lambda: card.text == "running")

    body = next(one for one in heard if one["type"] == "block_actions")
    action = body["actions"][0]
    assert (action["action_id"], action["value"], action["block_id"]) == ("run", "7F3K", "b1")
    assert (body["user"]["id"], body["channel"]["id"], body["message"]["ts"]) == (LAN.id, lab.id, card.ts)
    assert (body["container"]["message_ts"], body["container"]["thread_ts"]) == (card.ts, root.ts)
    assert (card.blocks, card.labels, slack.warnings) == ((), [], [])


async def test_a_button_is_only_pressed_while_it_is_shown_and_seen(
    slack: FakeSlack, app: AsyncApp, heard: Heard, lab: Channel
) -> None:
    await post(app, lab, make_actions(make_button("Run", "run")))
    (card,) = slack.messages(lab)
    await app.client.chat_update(channel=lab.id, ts=card.ts, text="done")
    await app.client.chat_postEphemeral(
        channel=lab.id, user=MINH.id, text="psst", blocks=[make_actions(make_button("Show", "show"))]
    )

    with pytest.raises(LookupError, match="none of"):
        slack.press(card, "Run", MINH)
    with pytest.raises(LookupError, match="lan does not see this"):
        slack.press(slack.messages(lab)[-1], "Show", LAN)
    assert slack.press_again(card, "Run", MINH).payload["actions"][0]["action_id"] == "run"


async def test_two_buttons_of_one_name_are_told_apart(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    await post(app, lab, *(make_actions(make_button("Cancel", "cancel", value=job)) for job in ("7F3K", "8G4L")))
    (card,) = slack.messages(lab)

    with pytest.raises(LookupError, match="say which=0 to 1"):
        slack.press(card, "Cancel", MINH)
    assert slack.press(card, "Cancel", MINH, which=1).payload["actions"][0]["value"] == "8G4L"


async def test_a_button_that_asks_first_is_pressed_on_purpose(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    await post(app, lab, make_actions(make_button("Cancel", "cancel", confirm=make_confirm()), make_button()))
    (card,) = slack.messages(lab)

    with pytest.raises(LookupError, match=r"asks 'Sure\?' first"):
        slack.press(card, "Cancel", MINH)
    with pytest.raises(LookupError, match="asks nothing"):
        slack.press(card, "Run", MINH, confirmed=True)
    assert slack.press(card, "Cancel", MINH, confirmed=True).payload["actions"][0]["action_id"] == "cancel"


async def test_feedback_is_one_of_two_buttons(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    await post(app, lab, make_feedback("Tốt", "Chưa tốt"))
    (card,) = slack.messages(lab)
    action = slack.press(card, "Chưa tốt", MINH).payload["actions"][0]

    assert card.labels == ["Tốt", "Chưa tốt"]
    assert (action["type"], action["action_id"], action["value"]) == ("feedback_buttons", "feedback", "bad")


async def test_a_choice_stays_and_is_told_with_the_next_press(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    await post(app, lab, make_actions(make_select("H100", "H200"), make_button()))
    (card,) = slack.messages(lab)
    before = slack.press(card, "Run", MINH).payload
    chosen = slack.choose(card, "Card", "H200", user=MINH).payload
    after = slack.press(card, "Run", MINH).payload

    assert before["state"]["values"] == {"b0": {"gpu": {"type": "static_select", "selected_option": None}}}
    assert chosen["actions"][0]["selected_option"]["value"] == "h200"
    assert after["state"]["values"]["b0"]["gpu"]["selected_option"]["value"] == "h200"
    with pytest.raises(LookupError, match="none of"):
        slack.choose(card, "Card", "B200", user=MINH)


async def test_a_shortcut_carries_the_message_and_answers_to_one(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    @app.shortcut("ask_about_message")
    async def about(ack: Any, respond: Any, shortcut: dict[str, Any]) -> None:
        await ack()
        await respond(f"about {shortcut['message']['text']}", replace_original=False)

    slack.shortcut(slack.say(lab, LAN, "H100?"), MINH)
    await slack.wait_for_messages(lab)

    assert [(one.text, one.ephemeral_to) for one in slack.messages(lab)] == [("about H100?", MINH.id)]
