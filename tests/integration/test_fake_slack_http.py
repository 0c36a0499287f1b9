"""HTTP mode of the loopback Slack: signed posts to the real library's own server."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack import MINH, Channel, FakeSlack, HttpMode, Timing, signed
from tests.makers_slack import make_actions, make_app, make_button

ACK_S = 0.4
CHALLENGE = {"type": "url_verification", "challenge": "c-1", "token": "verification"}
BODY = b'{"type":"url_verification","challenge":"c-1"}'


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(timing=Timing(ack_within_s=ACK_S, retry_after_s=(0.0, 0.05, 0.05))) as server:
        yield server


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH)


@asynccontextmanager
async def posted_to(slack: FakeSlack, app: AsyncApp) -> AsyncIterator[HttpMode]:
    """Serve an app over HTTP and let Slack post to it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served = web.Application()
    served.router.add_post("/slack/events", handle)
    async with serving(served) as url:
        yield slack.serve_http(f"{url}/slack/events")


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def failing(status: int, **headers: str) -> tuple[web.Application, list[dict[str, str]]]:
    """Return a server that refuses everything, and the headers of what it was sent."""
    seen: list[dict[str, str]] = []

    async def refuse(request: web.Request) -> web.Response:
        seen.append({name.lower(): value for name, value in request.headers.items()})
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_post("/", refuse)
    return app, seen


async def test_an_event_a_command_and_a_press_arrive_signed(slack: FakeSlack, lab: Channel) -> None:
    app = make_app(slack)
    app.event("app_mention")(answer_mention)
    app.event("message")(ignore)
    app.command("/gpu")(answer_command)
    app.action("more")(answer_press)

    async with posted_to(slack, app):
        question = slack.mention(lab, MINH, "hi & <bye>")
        (answer,) = await slack.wait_for_answers(question)
        command = await slack.wait_for_ack(slack.command("/gpu", "help", MINH, lab))
        slack.press(answer, "More", MINH)
        await slack.wait_for(lambda: answer.text == "more")
        await slack.wait_for_acks()

    assert answer.edits[0].text == "you said <@UBOT> hi &amp; &lt;bye&gt;"
    assert {one.status for one in slack.deliveries.log} == {200}
    assert (command.answer, slack.messages(lab, seen_by=MINH)[-1].text) == ({"text": "help: …"}, "help: …")
    assert slack.late_acks == []


async def answer_mention(event: dict[str, Any], say: Any) -> None:
    blocks = [make_actions(make_button("More", "more"))]
    await say(text=f"you said {event['text']}", blocks=blocks, thread_ts=event["ts"])


async def answer_press(ack: Any, respond: Any) -> None:
    await ack()
    await respond("more", replace_original=True)


async def ignore() -> None:
    """Take what is not answered: an event without a handler would be refused and sent again."""


async def answer_command(ack: Any, command: dict[str, str]) -> None:
    await ack(f"{command['text']}: …")


async def test_the_address_is_verified_by_a_challenge(slack: FakeSlack) -> None:
    async with posted_to(slack, make_app(slack)) as http:
        posted = await http.post(CHALLENGE)

    assert (posted.status, posted.text) == (200, '{"challenge": "c-1"}')


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (lambda: signed(BODY), 200),
        (lambda: signed(BODY, at=int(time.time()) - 200), 200),
        (lambda: signed(BODY, at=int(time.time()) - 400), 401),
        (lambda: signed(BODY, secret="wrong"), 401),  # noqa: S106  # the point of the test
        (lambda: signed(BODY + b" "), 401),
        (lambda: {"x-slack-signature": "", "x-slack-request-timestamp": ""}, 401),
    ],
    ids=["signed", "a little old", "too old", "another secret", "another body", "not signed"],
)
async def test_only_what_slack_signed_is_taken(
    slack: FakeSlack, headers: Callable[[], dict[str, str]], status: int
) -> None:
    async with posted_to(slack, make_app(slack)) as http:
        posted = await http.post(BODY, headers=headers())

    assert posted.status == status


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_refused_event_is_sent_three_times_more(slack: FakeSlack, lab: Channel, status: int) -> None:
    app, seen = failing(status)
    async with serving(app) as url:
        slack.serve_http(f"{url}/")
        slack.say(lab, MINH, "hi")
        await slack.wait_for(lambda: len(slack.late_acks) == 4)
        await asyncio.sleep(0.1)

    assert [one.get("x-slack-retry-num") for one in seen] == [None, "1", "2", "3"]
    assert [one.get("x-slack-retry-reason") for one in seen] == [None, "http_error", "http_error", "http_error"]
    assert len({one.event_id for one in slack.deliveries.log}) == 1


async def test_a_refused_event_may_ask_not_to_come_again(slack: FakeSlack, lab: Channel) -> None:
    app, seen = failing(503, **{"x-slack-no-retry": "1"})
    async with serving(app) as url:
        slack.serve_http(f"{url}/")
        slack.say(lab, MINH, "hi")
        await slack.wait_for(lambda: len(slack.late_acks) == 1)
        await asyncio.sleep(0.1)

    assert len(seen) == 1


async def test_a_refused_command_is_not_sent_again(slack: FakeSlack, lab: Channel) -> None:
    app, seen = failing(500)
    async with serving(app) as url:
        slack.serve_http(f"{url}/")
        command = slack.command("/gpu", "help", MINH, lab)
        await slack.wait_for(lambda: command.is_overdue)
        await asyncio.sleep(0.1)

    assert (len(seen), command.status, seen[0]["content-type"]) == (1, 500, "application/x-www-form-urlencoded")


async def test_an_event_that_nobody_answers_in_time_is_sent_again(slack: FakeSlack, lab: Channel) -> None:
    app = make_app(slack)
    runs: list[str] = []

    @app.middleware
    async def be_slow_at_first(request: Any, next: Any) -> None:  # noqa: A002  # the name that the library looks for
        runs.append(request.headers.get("x-slack-retry-reason", [""])[0])
        await asyncio.sleep(ACK_S * 2 if len(runs) == 1 else 0)
        await next()

    app.event("message")(ignore)
    async with posted_to(slack, app):
        slack.say(lab, MINH, "hi")
        await slack.wait_for(lambda: len(slack.deliveries.log) > 1 and slack.deliveries.log[1].acked_at is not None)

    assert runs == ["", "http_timeout"]
    assert slack.late_acks == slack.deliveries.log[:1]


async def test_a_server_that_is_down_is_tried_again(slack: FakeSlack, lab: Channel) -> None:
    async with serving(web.Application()) as url:
        pass
    slack.serve_http(f"{url}/")
    slack.say(lab, MINH, "hi")
    await slack.wait_for(lambda: len(slack.late_acks) == 4)

    assert [(one.status, one.reason) for one in slack.deliveries.log] == [(0, "")] + [(0, "connection_failed")] * 3
