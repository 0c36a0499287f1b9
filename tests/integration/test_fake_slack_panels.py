"""Files, streams, modals and the agent's panel of the loopback Slack, as the real client library sees them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import EVENTS, LAN, MINH, Channel, FakeSlack, Timing
from tests.makers_slack import make_button, make_client, make_modal, make_section

STREAM_S = 0.3


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(timing=Timing(stream_lives_s=STREAM_S, trigger_valid_s=0.2)) as server:
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


async def start(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> dict[str, Any]:
    """Return where a stream is, begun in answer to a question."""
    question = slack.say(lab, MINH, "why?")
    who: dict[str, Any] = {"recipient_user_id": MINH.id, "recipient_team_id": "T1"}
    begun = await client.chat_startStream(channel=lab.id, thread_ts=question.ts, markdown_text="One ", **who)
    return {"channel": lab.id, "ts": begun["ts"]}


async def test_a_file_lands_in_the_thread(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    question = slack.say(lab, MINH, "as a file?")
    await client.files_upload_v2(
        content=b"\x89PNG",
        filename="speed.png",
        title="Speed",
        alt_txt="bars",
        channel=lab.id,
        thread_ts=question.ts,
        initial_comment="here",
    )

    (shown,) = slack.answers(question)
    (file,) = shown.files
    assert (shown.text, file.name, file.title, file.alt_text) == ("here", "speed.png", "Speed", "bars")
    assert file.data == b"\x89PNG"
    assert [call.method for call in slack.calls] == ["files.getUploadURLExternal", "files.completeUploadExternal"]


async def test_a_file_that_never_came_is_not_shown(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    asked = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    complete = client.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=lab.id)

    assert await refusal_of(complete) == "file_not_found"
    assert slack.messages(lab) == []


async def test_bytes_of_another_length_are_not_taken(slack: FakeSlack, client: AsyncWebClient) -> None:
    asked = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session, session.post(asked["upload_url"], data=b"four") as answer:
        told = await answer.text()

    assert (answer.status, told) == (400, "4 bytes instead of 3")


async def test_a_stream_grows_and_ends_with_blocks(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    stream = await start(slack, client, lab)
    await client.chat_appendStream(**stream, markdown_text="two ")
    assert (slack.messages(lab)[0].text, slack.messages(lab)[0].streaming) == ("One two ", True)

    await client.chat_stopStream(**stream, markdown_text="three", blocks=[make_section("sources")])

    (shown,) = slack.messages(lab)
    assert (shown.text, len(shown.blocks), shown.streaming) == ("One two three", 1, False)
    assert await refusal_of(client.chat_appendStream(**stream, markdown_text="x")) == "message_not_in_streaming_state"


async def test_the_librarys_own_stream_works(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    question = slack.say(lab, MINH, "why?")
    stream = await client.chat_stream(
        channel=lab.id, thread_ts=question.ts, recipient_user_id=MINH.id, recipient_team_id="T1", buffer_size=4
    )
    await stream.append(markdown_text="One two")
    await stream.append(markdown_text=" three")
    await stream.stop()

    assert [one.text for one in slack.answers(question)] == ["One two three"]


async def test_a_stream_that_is_fed_dies_all_the_same_and_is_updated_instead(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    stream = await start(slack, client, lab)
    assert await refusal_of(client.chat_update(**stream, text="too early")) == "streaming_state_conflict"
    await asyncio.sleep(STREAM_S / 2)
    await client.chat_appendStream(**stream, markdown_text="two")
    await asyncio.sleep(STREAM_S / 2)

    assert await refusal_of(client.chat_appendStream(**stream, markdown_text="x")) == "message_not_in_streaming_state"
    assert await refusal_of(client.chat_stopStream(**stream)) == "message_not_in_streaming_state"
    await client.chat_update(**stream, text="One two three")
    assert [one.text for one in slack.messages(lab)] == ["One two three"]


async def test_a_stream_in_a_channel_names_whom_it_is_for(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    question = slack.say(lab, MINH, "why?")
    begun = client.chat_startStream(channel=lab.id, thread_ts=question.ts, recipient_team_id="T1")

    assert await refusal_of(begun) == "missing_recipient_user_id"


async def test_a_stream_in_a_direct_conversation_needs_no_recipient(slack: FakeSlack, client: AsyncWebClient) -> None:
    direct = slack.dm(MINH)
    question = slack.say(direct, MINH, "why?")
    await client.chat_startStream(channel=direct.id, thread_ts=question.ts, markdown_text="x")

    assert [one.text for one in slack.answers(question)] == ["x"]


async def test_a_modal_opens_once_for_one_trigger_and_soon(slack: FakeSlack, client: AsyncWebClient) -> None:
    trigger = slack.viewing.trigger(MINH.id)
    opened = await client.views_open(trigger_id=trigger, view=make_modal())
    late = slack.viewing.trigger(MINH.id)
    await asyncio.sleep(0.25)

    assert [view.id for view in slack.views(MINH)] == [opened["view"]["id"]]
    assert await refusal_of(client.views_open(trigger_id="1.2.3", view=make_modal())) == "invalid_trigger_id"
    assert await refusal_of(client.views_open(trigger_id=late, view=make_modal())) == "expired_trigger_id"


async def test_a_trigger_is_used_up_by_the_modal_it_opened(slack: FakeSlack, client: AsyncWebClient) -> None:
    trigger = slack.viewing.trigger(MINH.id)
    await client.views_open(trigger_id=trigger, view=make_modal())

    assert await refusal_of(client.views_open(trigger_id=trigger, view=make_modal())) == "exchanged_trigger_id"


async def test_a_modal_is_updated_under_its_hash(slack: FakeSlack, client: AsyncWebClient) -> None:
    opened = await client.views_open(trigger_id=slack.viewing.trigger(MINH.id), view=make_modal())
    view = opened["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=make_modal("Step 2"))
    again = client.views_update(view_id=view["id"], hash=view["hash"], view=make_modal("Step 3"))

    assert await refusal_of(again) == "hash_conflict"
    assert slack.views(MINH)[0].content["title"]["text"] == "Step 2"


async def test_a_modal_with_a_title_over_24_characters_is_refused(slack: FakeSlack, client: AsyncWebClient) -> None:
    opened = client.views_open(trigger_id=slack.viewing.trigger(MINH.id), view=make_modal("x" * 25))

    assert await refusal_of(opened) == "invalid_arguments"


async def test_a_home_tab_is_published_again_in_place(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.know(MINH)
    for text in ("one", "two"):
        await client.views_publish(user_id=MINH.id, view={"type": "home", "blocks": [make_section(text)]})

    (home,) = slack.views(MINH)
    assert home.blocks[0]["text"]["text"] == "two"
    assert slack.views(LAN) == []


async def test_status_lines_and_prompts_are_shown_in_the_panel(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    question = slack.say(lab, MINH, "why?")
    prompts = [{"title": "Compare", "message": "H100 vs H200"}]
    await client.assistant_threads_setStatus(channel_id=lab.id, thread_ts=question.ts, status="đang tìm…")
    await client.assistant_threads_setSuggestedPrompts(channel_id=slack.dm(MINH).id, prompts=prompts)
    await client.assistant_threads_setTitle(channel_id=lab.id, thread_ts=question.ts, title="Why")

    assert slack.agents.statuses == [(lab.id, question.ts, "đang tìm…")]
    assert slack.agents.prompts == {slack.dm(MINH).id: prompts}
    assert slack.agents.titles == {(lab.id, question.ts): "Why"}


async def test_no_more_than_four_prompts_are_taken(slack: FakeSlack, client: AsyncWebClient) -> None:
    prompts = [{"title": "a", "message": "b"}] * 5
    call = client.assistant_threads_setSuggestedPrompts(channel_id=slack.dm(MINH).id, prompts=prompts)

    assert await refusal_of(call) == "invalid_arguments"


async def test_a_session_is_moved_by_its_method_and_by_the_end_of_a_stream(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    stream = await start(slack, client, lab)
    root = slack.messages(lab)[0].root
    await client.agents_sessions_setStatus(channel_id=lab.id, thread_ts=root, status="processing", title="Why")
    assert slack.sessions[lab.id, root].status == "processing"

    await client.agents_sessions_rename(channel_id=lab.id, thread_ts=root, title="Why slow")
    await client.chat_stopStream(**stream, session_status="active")

    session = slack.sessions[lab.id, root]
    assert (session.status, session.title, slack.warnings) == ("active", "Why slow", [])
    wrong = client.agents_sessions_setStatus(channel_id=lab.id, thread_ts=root, status="busy")
    assert await refusal_of(wrong) == "invalid_arguments"
    long = client.agents_sessions_setStatus(channel_id=lab.id, thread_ts=root, status="active", title="x" * 201)
    assert await refusal_of(long) == "invalid_arguments"


async def test_a_processing_session_without_the_stop_event_is_warned_of() -> None:
    async with FakeSlack(events=frozenset(EVENTS) - {"agent_session_stopped"}) as deaf:
        lab = deaf.channel("lab", MINH)
        said = deaf.say(lab, MINH, "go")
        told = await make_client(deaf).agents_sessions_setStatus(
            channel_id=lab.id, thread_ts=said.ts, status="processing"
        )

    assert told["warning"] == "missing_agent_session_stopped_event_subscription"


async def test_blocks_of_a_stream_are_checked_too(slack: FakeSlack, client: AsyncWebClient, lab: Channel) -> None:
    stream = await start(slack, client, lab)
    stop = client.chat_stopStream(**stream, blocks=[{"type": "actions", "elements": [make_button("x" * 76)]}])

    assert await refusal_of(stop) == "invalid_blocks"
    assert slack.messages(lab)[0].streaming is True
