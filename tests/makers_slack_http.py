"""A bot that Slack reaches over HTTP, and what stands between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.platforms.slack.building import PATH
from bot.store import inbox
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import MINH, SIGNING_SECRET, FakeSlack, HttpMode
from tests.makers_slack_chats import running
from tests.makers_ssh import free_port


@asynccontextmanager
async def listening(slack: FakeSlack, responder: ScriptedResponder, database: Database) -> AsyncIterator[HttpMode]:
    """Run the bot behind an address of its own, to which Slack posts."""
    port = free_port()
    async with running(slack, responder, database, signing_secret=SIGNING_SECRET, listen=f"127.0.0.1:{port}"):
        yield slack.serve_http(f"http://127.0.0.1:{port}{PATH}")


async def check_that_it_answers(slack: FakeSlack, database: Database) -> None:
    """Hold that a bot that was sent anything still answers, and that nothing is left lying."""
    lab = slack.channel("after", MINH)
    (answer,) = await slack.wait_for_answers(slack.mention(lab, MINH, "still there?"))
    assert answer.text.startswith("You asked: still there")
    await slack.wait_for_acks()
    assert await database.read(inbox.count_unsettled) == 0


@asynccontextmanager
async def between(url: str, trouble: str) -> AsyncIterator[str]:
    """Stand between Slack and the bot, and spoil what the bot answers to first attempts."""

    async def pass_on(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=await request.read(), headers=headers) as answer,
        ):
            status = answer.status
        if "x-slack-retry-num" not in headers:
            await asyncio.sleep(1.0 if trouble == "late" else 0.0)
            status = 502
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post(PATH, pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()
