"""Many questions at once, against a server that counts Telegram's limits: none exceeded, none lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.fakes.telegram import Chat, FakeTelegram, Limits, User
from tests.makers_serving import make_home, serving, stopped

QUESTIONS = (
    "what is memory bandwidth?",
    "so sánh RTX 3090 và RTX 4090",
    "VRAM của 3080 là bao nhiêu",
    "why tensor cores?",
)
OVERALL_PER_S = 30


@asynccontextmanager
async def served(tmp_path: Path) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(limits=Limits()) as telegram:
        environ = {"TELEGRAM_BOT_TOKEN": "123456:SECRET", "GPUWISE_TELEGRAM_ALLOW": "*", "GPUWISE_QUESTIONS": "0"}
        with serving(make_home(tmp_path), GPUWISE_TELEGRAM_API_URL=telegram.url, **environ) as process:
            await telegram.wait_for(lambda: bool(telegram.called("setMyCommands")), 60)
            await asyncio.sleep(2.0)  # the menus are calls too
            yield telegram
            assert await stopped(process) == 0
        assert telegram.floods == 0


def people(telegram: FakeTelegram, number: int) -> list[Chat]:
    return [telegram.private(User(id=1000 + place, first_name=f"P{place}")) for place in range(number)]


def ask(telegram: FakeTelegram, chat: Chat, place: int) -> None:
    telegram.say(chat, chat.members[chat.id], QUESTIONS[place % len(QUESTIONS)])


def firsts(telegram: FakeTelegram, chat: Chat) -> list[float]:
    """Return the seconds from each question of a chat to the first thing the bot said after it."""
    waits: list[float] = []
    asked: float | None = None
    for message in telegram.history(chat):
        if not message.sender.is_bot:
            asked = message.at
        elif asked is not None:
            waits.append(message.at - asked)
            asked = None
    return waits


async def drained(telegram: FakeTelegram, chats: list[Chat]) -> tuple[int, float]:
    """Ask in every chat at once; return the messages that answered and the seconds from the first to the last."""
    for place, chat in enumerate(chats):
        ask(telegram, chat, place)
    await telegram.wait_for(lambda: all(telegram.messages(chat) for chat in chats), 120)
    await asyncio.sleep(1.5)  # the longer answers' last pieces
    times = sorted(message.at for message in telegram.sent)
    return len(times), times[-1] - times[0]


@pytest.mark.timing
async def test_a_burst_is_answered_whole_without_a_flood(tmp_path: Path) -> None:
    async with served(tmp_path) as telegram:
        sent, _ = await drained(telegram, people(telegram, 60))

    assert sent >= 60


@pytest.mark.soak
async def test_five_hundred_at_once_drain_as_fast_as_the_limits_allow(tmp_path: Path) -> None:
    async with served(tmp_path) as telegram:
        sent, seconds = await drained(telegram, people(telegram, 500))

    assert seconds <= 1.1 * sent / OVERALL_PER_S


@pytest.mark.soak
async def test_twenty_questions_a_second_are_answered_within_a_second(tmp_path: Path) -> None:
    async with served(tmp_path) as telegram:
        chats, places = people(telegram, 50), count()
        for _ in range(60):
            for _ in range(20):
                place = next(places)
                ask(telegram, chats[place % len(chats)], place)
                await asyncio.sleep(0.05)
        await telegram.wait_for(lambda: sum(len(telegram.messages(chat)) for chat in chats) >= 1200, 60)
        waits = sorted(wait for chat in chats for wait in firsts(telegram, chat))

    assert len(waits) >= 1150
    print(f"first sign of life: p50 {waits[len(waits) // 2]:.3f} s, p95 {waits[int(0.95 * len(waits))]:.3f} s")  # noqa: T201
    assert waits[int(0.95 * len(waits))] < 1.0
