"""Updates that Telegram brings instead of having them fetched."""

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.platforms import PlatformError
from bot.store import inbox
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.telegram import MINH, FakeTelegram
from tests.makers_chats import answers_in, database_in, running

SECRET = "a-secret_1"  # noqa: S105  # a made-up one


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with database_in() as database:
        yield database


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def hook(port: int) -> dict[str, str]:
    return {
        "webhook_url": f"http://127.0.0.1:{port}/telegram",
        "webhook_secret": SECRET,
        "webhook_listen": f"127.0.0.1:{port}",
    }


async def post(port: int, secret: str | None, body: bytes = b'{"update_id": 1}') -> int:
    headers = {"Content-Type": "application/json"}
    headers |= {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/telegram", data=body, headers=headers) as response,
    ):
        return response.status


async def test_what_telegram_brings_is_answered_once_however_often_it_is_brought(
    telegram: FakeTelegram, database: Database, port: int
) -> None:
    responder, chat = ScriptedResponder(), telegram.private(MINH)
    async with running(telegram, responder, database, **hook(port)):
        number = telegram.say(chat, MINH, "what is VRAM")
        await answers_in(telegram, chat, 1)
        assert number
        telegram.updates.redeliver(number, times=3)
        telegram.say(chat, MINH, "and then?")
        answers = await answers_in(telegram, chat, 2)

    assert [message.text for message in responder.asked] == ["what is VRAM", "and then?"]
    assert len(answers) == 2
    assert set(telegram.updates.webhook_posts) == {200}
    assert await database.read(inbox.count_unsettled) == 0


@pytest.mark.parametrize("secret", [None, "another", SECRET + "x"])
async def test_who_does_not_know_the_secret_is_turned_away(
    telegram: FakeTelegram, database: Database, port: int, secret: str | None
) -> None:
    responder = ScriptedResponder()
    async with running(telegram, responder, database, **hook(port)):
        assert await post(port, secret) == 403

    assert responder.asked == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library leaves its socket open
async def test_a_port_that_is_taken_is_said_in_one_line(telegram: FakeTelegram, database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = int(server.getsockname()[1])
        with pytest.raises(PlatformError, match="GPUWISE_TELEGRAM_WEBHOOK_LISTEN"):
            async with running(telegram, ScriptedResponder(), database, **hook(taken)):
                pass
