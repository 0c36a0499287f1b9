"""Modals, the Home tab and the native Stop of the loopback Slack, as a real bot sees people use them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack import LAN, MINH, Channel, FakeSlack, View
from tests.makers_slack import connected, make_actions, make_app, make_button, make_input, make_modal, make_section

VALUES = {"model": {"model": {"type": "plain_text_input", "value": "7B"}}}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH)


@pytest.fixture
async def app(slack: FakeSlack) -> AsyncIterator[AsyncApp]:
    bot = make_app(slack)

    @bot.command("/gpu")
    async def pick(ack: Any, client: Any, body: dict[str, str]) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=make_modal(notify_on_close=True))

    async with connected(slack, bot):
        yield bot


async def opened(slack: FakeSlack, lab: Channel) -> View:
    """Return the modal that a command opens."""
    slack.command("/gpu", "pick", MINH, lab)
    await slack.wait_for(lambda: len(slack.views(MINH)) == 1)
    return slack.views(MINH)[0]


async def test_a_submitted_modal_closes_and_tells_its_values(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    @app.view("pick")
    async def picked(ack: Any, view: dict[str, Any], body: dict[str, Any], client: Any) -> None:
        await ack()
        value = view["state"]["values"]["model"]["model"]["value"]
        await client.chat_postMessage(channel=body["user"]["id"], text=f"for {value}")

    view = await opened(slack, lab)
    slack.submit(view, VALUES, MINH)
    await slack.wait_for_messages(slack.dm(MINH))
    await slack.wait_for_acks()

    assert ([one.text for one in slack.messages(slack.dm(MINH))], view.is_open) == (["for 7B"], False)


async def test_a_modal_stays_open_with_errors_under_its_inputs(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    @app.view("pick")
    async def picked(ack: Any) -> None:
        await ack(response_action="errors", errors={"model": "no such model"})

    view = await opened(slack, lab)
    await slack.wait_for_ack(slack.submit(view, VALUES, MINH))

    assert (view.errors, view.is_open, slack.warnings) == ({"model": "no such model"}, True, [])


async def test_errors_of_inputs_that_there_are_not_are_noted(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    @app.view("pick")
    async def picked(ack: Any) -> None:
        await ack(response_action="errors", errors={"budget": "too low"})

    view = await opened(slack, lab)
    await slack.wait_for_ack(slack.submit(view, VALUES, MINH))

    assert view.errors == {}
    assert slack.warnings == ["interactive: the acknowledgement was not shown: invalid_arguments"]


async def test_a_modal_becomes_its_next_step(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    @app.view("pick")
    async def picked(ack: Any) -> None:
        await ack(response_action="update", view=make_modal("Step 2", make_input("budget", "budget")))

    view = await opened(slack, lab)
    await slack.wait_for_ack(slack.submit(view, VALUES, MINH))

    assert (view.content["title"]["text"], list(view.inputs), view.is_open) == ("Step 2", ["budget"], True)


async def test_an_empty_required_input_is_never_submitted(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    view = await opened(slack, lab)

    with pytest.raises(LookupError, match=r"required inputs are empty: \['model'\]"):
        slack.submit(view, {}, MINH)


async def test_closing_a_modal_is_told_where_it_was_asked_for(slack: FakeSlack, app: AsyncApp, lab: Channel) -> None:
    told: list[str] = []

    @app.view_closed("pick")
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        told.append(body["view"]["callback_id"])

    view = await opened(slack, lab)
    slack.dismiss(view, MINH)
    await slack.wait_for(lambda: told == ["pick"])

    with pytest.raises(LookupError, match="not open"):
        slack.submit(view, VALUES, MINH)


async def test_an_opened_home_tab_is_published_and_its_buttons_pressed(slack: FakeSlack, app: AsyncApp) -> None:
    pressed: list[dict[str, Any]] = []

    @app.event("app_home_opened")
    async def publish(event: dict[str, Any], client: Any) -> None:
        blocks = [make_section(event["tab"]), make_actions(make_button("Jobs", "jobs"))]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.action("jobs")
    async def press(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        pressed.append(body)

    slack.open_home(MINH)
    await slack.wait_for(lambda: len(slack.views(MINH)) == 1)
    (home,) = slack.views(MINH)
    slack.press(home, "Jobs", MINH)
    await slack.wait_for(lambda: len(pressed) == 1)

    assert (home.content["type"], home.blocks[0]["text"]["text"]) == ("home", "home")
    assert (pressed[0]["container"]["view_id"], pressed[0]["view"]["type"]) == (home.id, "home")
    with pytest.raises(LookupError, match="lan does not see this"):
        slack.press(home, "Jobs", LAN)


async def test_the_native_stop_ends_streams_and_leaves_the_status_to_the_bot(
    slack: FakeSlack, app: AsyncApp, lab: Channel
) -> None:
    stopped: list[dict[str, Any]] = []

    @app.event("agent_session_stopped")
    async def stop(event: dict[str, Any], client: Any) -> None:
        stopped.append(event)
        await client.agents_sessions_setStatus(
            channel_id=event["channel"], thread_ts=event["thread_ts"], status="active"
        )

    question = slack.say(lab, MINH, "go")
    where = {"channel_id": lab.id, "thread_ts": question.ts}
    with pytest.raises(LookupError, match="no Stop is shown"):
        slack.stop_session(lab, question, MINH)
    await app.client.agents_sessions_setStatus(**where, status="processing")
    who: dict[str, Any] = {"recipient_user_id": MINH.id, "recipient_team_id": "T1"}
    await app.client.chat_startStream(channel=lab.id, thread_ts=question.ts, markdown_text="x", **who)
    (stream,) = slack.answers(question)
    slack.stop_session(lab, question, MINH)
    assert (slack.sessions[lab.id, question.ts].status, stream.streaming) == ("processing", False)
    await slack.wait_for(lambda: slack.sessions[lab.id, question.ts].status == "active")

    (event,) = stopped
    assert (event["user"], event["thread_ts"]) == (MINH.id, question.ts)
    assert event["streaming_message_ts"] == [stream.ts]
