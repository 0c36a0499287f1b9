"""What `gpuwise doctor` says of Slack, asked over real sockets."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.app import App
from bot.checkup import Finding, examine
from bot.config import Settings
from bot.platforms import PlatformError
from bot.platforms.slack.checking import OPTIONAL, REQUIRED, describe_scopes, introduce
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack
from tests.makers_slack_manifest import FULL, MINIMAL, scopes_of

NOWHERE = "http://127.0.0.1:9/api/"
SOCKET = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "GPUWISE_SLACK_ALLOW": "U7,C1"}


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(scopes=scopes_of(FULL)) as slack:
        yield slack


async def findings_with(**environ: str) -> list[Finding]:
    """Return what is found of Slack with these settings."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("GPUWISE_HOME")}
    app = App(Settings.from_environ({**kept, **environ}))
    found = await asyncio.to_thread(lambda: list(examine(app)))
    return [finding for finding in found if finding.text.startswith("slack")]


async def asked(slack: FakeSlack, *, app_token: str | None = APP_TOKEN, helps: bool = False) -> str:
    return await asyncio.to_thread(lambda: introduce(BOT_TOKEN, app_token, slack.api_url, helps=helps))


async def test_a_bot_that_is_set_up_is_introduced(slack: FakeSlack) -> None:
    found = await findings_with(**SOCKET, GPUWISE_SLACK_API_URL=slack.api_url)

    assert found == [
        Finding(good=True, text="slack: set up, 2 may ask"),
        Finding(good=True, text="slack: @gpuwise answers in Acme over Socket Mode"),
    ]
    assert [call.method for call in slack.calls] == ["auth.test", "apps.connections.open"]
    assert slack.socket.opened == 0


async def test_over_http_no_socket_is_asked_for(slack: FakeSlack) -> None:
    environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET, "GPUWISE_SLACK_ALLOW": "*"}

    found = await findings_with(**environ, GPUWISE_SLACK_API_URL=slack.api_url)

    assert [finding.text for finding in found] == [
        "slack: set up, anyone may ask",
        "slack: @gpuwise answers in Acme over HTTP",
    ]
    assert [call.method for call in slack.calls] == ["auth.test"]


@pytest.mark.parametrize(
    ("environ", "good", "said"),
    [
        ({}, True, "slack: not set up (no token)"),
        ({"SLACK_APP_TOKEN": APP_TOKEN}, False, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_SIGNING_SECRET": SIGNING_SECRET}, False, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, False, "set SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, False, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}, False, "set GPUWISE_SLACK_ALLOW"),
        ({**SOCKET, "GPUWISE_SLACK_API_URL": NOWHERE}, False, "cannot be reached"),
    ],
)
async def test_what_is_missing_is_named(environ: dict[str, str], good: bool, said: str) -> None:  # noqa: FBT001
    found = (await findings_with(**environ))[-1]

    assert (found.good, said in found.text) == (good, True), found


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "invalid_auth): set SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "invalid_auth): set SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": APP_TOKEN}, "not_allowed_token_type): set SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": BOT_TOKEN}, "not_allowed_token_type): set SLACK_APP_TOKEN"),
    ],
)
async def test_a_token_that_slack_refuses_is_named_and_not_shown(
    slack: FakeSlack, environ: dict[str, str], said: str
) -> None:
    found = (await findings_with(**{**SOCKET, "GPUWISE_SLACK_API_URL": slack.api_url, **environ}))[-1]

    assert not found.good
    assert said in found.text
    assert not any(token in found.text for token in (BOT_TOKEN, APP_TOKEN, *environ.values()))


async def test_slack_that_does_not_answer_is_said_to_be_out_of_reach(slack: FakeSlack) -> None:
    slack.faults.reset("auth.test", times=5)

    with pytest.raises(PlatformError, match="cannot be reached"):
        await asked(slack)


async def test_a_fault_of_slack_is_not_said_to_be_one_of_the_token(slack: FakeSlack) -> None:
    slack.faults.fail("auth.test", times=5)

    with pytest.raises(PlatformError, match="service_unavailable"):
        await asked(slack)


@pytest.mark.parametrize("body", ["<html>portal</html>", "", "[]", "{}"])
async def test_what_is_no_answer_of_slacks_is_said_to_be_none(body: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json" if body in {"[]", "{}"} else "text/html")

    app = web.Application()
    app.router.add_post("/api/auth.test", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/api"
        with pytest.raises(PlatformError, match="does not answer as it should"):
            await asyncio.to_thread(introduce, BOT_TOKEN, None, url)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("scope", sorted(REQUIRED))
async def test_a_scope_without_which_nothing_works_is_named(scope: str) -> None:
    async with FakeSlack(scopes=scopes_of(FULL) - {scope}) as slack:
        with pytest.raises(PlatformError, match=f"reinstall the app after adding {scope} "):
            await asked(slack)


@pytest.mark.parametrize("scope", sorted(OPTIONAL))
async def test_what_is_lost_without_a_scope_is_said(scope: str) -> None:
    async with FakeSlack(scopes=scopes_of(FULL) - {scope}) as slack:
        said = await asked(slack)

    assert f"it does without {scope} ({OPTIONAL[scope]}): reinstall the app after adding what you want" in said


async def test_the_minimal_manifest_is_good_as_long_as_no_channel_is_to_be_helped_in() -> None:
    async with FakeSlack(scopes=scopes_of(MINIMAL)) as slack:
        assert "it does without assistant:write" in await asked(slack)
        with pytest.raises(PlatformError, match=r"channels:history .*GPUWISE_SLACK_HELP"):
            await asked(slack, helps=True)


def test_the_history_of_one_kind_of_channel_is_enough_for_a_help_channel() -> None:
    granted = REQUIRED | OPTIONAL.keys() - {"channels:history"}

    assert describe_scopes(granted, helps=True).startswith("; it does without channels:history")
    assert describe_scopes(REQUIRED | OPTIONAL.keys(), helps=True) == ""


async def test_a_help_channel_in_which_nobody_may_ask_is_named(slack: FakeSlack) -> None:
    found = await findings_with(**SOCKET, GPUWISE_SLACK_HELP="C1=0.9,C2", GPUWISE_SLACK_API_URL=slack.api_url)

    assert [finding.text for finding in found if not finding.good] == [
        "slack: C2 of GPUWISE_SLACK_HELP may not ask; add to GPUWISE_SLACK_ALLOW too"
    ]
