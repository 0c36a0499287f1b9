"""The loopback Bot API as a process of its own, steered over HTTP."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from telegram import Bot

from tests.fakes.telegram import MINH, TOKEN, FakeTelegram
from tests.makers_bot_api import make_keyboard

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def address() -> AsyncIterator[str]:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.telegram", "--rich"),
        cwd=ROOT,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert server.stdout
        yield (await asyncio.wait_for(server.stdout.readline(), 20)).decode().strip()
    finally:
        server.terminate()
        assert await asyncio.wait_for(server.wait(), 10) == 0


class Control:
    def __init__(self, address: str, session: ClientSession) -> None:
        self._address, self._session = address, session

    async def act(self, name: str, **fields: Any) -> Any:
        async with self._session.post(f"{self._address}/control/{name}", json=fields) as answer:
            return (await answer.json()).get("result", answer.status)

    async def tell(self, name: str) -> Any:
        async with self._session.get(f"{self._address}/control/{name}") as answer:
            return (await answer.json())["result"]


async def test_another_process_steers_the_server_and_reads_what_the_bot_did(address: str) -> None:
    async with ClientSession() as session, Bot(TOKEN, base_url=f"{address}/bot") as bot:
        control = Control(address, session)
        forum = await control.act("supergroup", title="Lab", topics={"5": "H100"})
        said = await control.act("say", chat=forum, user="lan", text="@gpu_bot hi", topic=5)
        await control.act("redeliver", update_id=said)
        polled = [await bot.get_updates(offset=offset, timeout=0) for offset in (0, said + 1)]
        await bot.send_message(MINH.id, "<b>Run?</b>", parse_mode="HTML", reply_markup=make_keyboard([("Run", "r")]))
        pressed = await control.act("press", chat=MINH.id, message=1, button="Run", user="minh")
        (query,) = await bot.get_updates(offset=said + 1, timeout=0)
        (shown,) = await control.tell(f"messages?chat={MINH.id}")
        told = await control.tell("calls")

    assert [[update.update_id for update in updates] for updates in polled] == [[said], []]
    assert (query.update_id, query.callback_query and query.callback_query.data) == (pressed, "r")
    assert (shown["text"], shown["html"], shown["labels"]) == ("Run?", "<b>Run?</b>", ["Run"])
    assert [call["method"] for call in told["calls"]] == [
        "getMe",
        "getUpdates",
        "getUpdates",
        "sendMessage",
        "getUpdates",
    ]
    assert (told["unconfirmed"], told["floods"]) == (1, 0)


async def test_what_cannot_be_done_is_a_bad_request_of_the_control(address: str) -> None:
    async with ClientSession() as session:
        control = Control(address, session)

        assert [await control.act(name) for name in ("dance", "say", "press")] == [400, 400, 400]


ANSWERING_BOT = """
import asyncio, sys
from telegram import Bot
async def main():
    async with Bot(sys.argv[2], base_url=sys.argv[1] + "/bot") as bot:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=5):
                await bot.send_message(update.message.chat.id, "re: " + update.message.text, read_timeout=30)
                offset = update.update_id + 1
asyncio.run(main())
"""


async def start_bot(telegram: FakeTelegram) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-c", ANSWERING_BOT, telegram.url, TOKEN)


async def test_a_bot_killed_while_it_sends_finds_its_update_again_and_the_message_shown() -> None:
    async with FakeTelegram() as telegram:
        chat = telegram.private(MINH)
        telegram.faults.hang("sendMessage", delivered=True)
        first = await start_bot(telegram)
        telegram.say(chat, MINH, "a")
        await telegram.wait_for(lambda: len(telegram.sent) == 1, timeout_s=20)
        first.kill()
        await first.wait()
        second = await start_bot(telegram)
        await telegram.wait_for(lambda: telegram.updates.unconfirmed == 0, timeout_s=20)
        second.kill()
        await second.wait()

        assert [shown.text for shown in telegram.messages(chat)] == ["re: a", "re: a"]
        assert telegram.updates.log == [{"update_id": 1, "message": telegram.history(chat)[0].to_api()}]
