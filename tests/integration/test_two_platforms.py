"""Slack and Telegram in one process: the same jobs, the same cards, one stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from tests.fakes import slack as slacks
from tests.fakes import telegram as telegrams
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.fakes.telegram import TOKEN, Chat, FakeTelegram
from tests.makers_serving import make_home, serving, stopped

Both = tuple[FakeSlack, FakeTelegram, "Popen[bytes]"]


@asynccontextmanager
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    """Serve both platforms in one process."""
    async with (
        FakeSlack(limits=slacks.Limits()) as slack,
        FakeTelegram(limits=telegrams.Limits(), callback_valid_s=60) as telegram,
    ):
        environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "TELEGRAM_BOT_TOKEN": TOKEN}
        environ |= {"GPUWISE_SLACK_API_URL": slack.api_url, "GPUWISE_TELEGRAM_API_URL": telegram.url}
        environ |= {"GPUWISE_SLACK_ALLOW": "*", "GPUWISE_TELEGRAM_ALLOW": "*", "GPUWISE_QUESTIONS": "0"}
        environ |= {"GPUWISE_BENCH_RUN": "*", "GPUWISE_BENCH_APPROVE": "*"}
        with serving(make_home(tmp_path), **environ) as process:
            await slack.wait_for_connection(1, 60)
            await telegram.wait_for(lambda: bool(telegram.called("getUpdates")), 60)
            yield slack, telegram, process
        assert (slack.refused, slack.floods, slack.late_acks) == ([], 0, [])
        assert (telegram.refused, telegram.floods) == ([], 0)


async def test_a_job_that_was_started_in_slack_is_watched_and_cancelled_in_telegram(tmp_path: Path) -> None:
    async with both(tmp_path) as (slack, telegram, process):
        lab, chat = slack.channel("lab", slacks.MINH), telegram.private(telegrams.LAN)
        slack.mention(lab, slacks.MINH, "benchmark lstm for 60 seconds")
        (card,) = await slack.wait_for_messages(lab, 1)
        slack.press(card, "Run", slacks.MINH)
        await slack.wait_for(lambda: card.text.startswith("Running"), 60)
        telegram.say(chat, telegrams.LAN, "/jobs")
        (listed,) = await telegram.wait_for_messages(chat, 1)
        telegram.press(listed, listed.labels[0], telegrams.LAN)
        copy = (await telegram.wait_for_messages(chat, 2))[1]
        await telegram.wait_for(lambda: copy.text.startswith("Running"), 30)
        telegram.press(copy, "Cancel", telegrams.LAN)
        await telegram.wait_for(lambda: "Yes, cancel it" in copy.labels)
        telegram.press(copy, "Yes, cancel it", telegrams.LAN)
        await slack.wait_for(lambda: card.text.startswith("Cancelled"), 60)
        await telegram.wait_for(lambda: copy.text.startswith("Cancelled"), 60)
        assert await stopped(process) == 0

    assert card.text.split("\n")[0] == copy.text.split("\n")[0]


async def ask_both(slack: FakeSlack, telegram: FakeTelegram, count: int) -> tuple[list[slacks.Shown], list[Chat]]:
    people = [slacks.User(id=f"U1{number:03}", name=f"p{number}") for number in range(count)]
    rooms = [slack.channel(f"room{number}", user) for number, user in enumerate(people)]
    chats = [telegram.private(telegrams.User(id=1000 + number, first_name=f"P{number}")) for number in range(count)]
    asked = []
    for user, room, chat in zip(people, rooms, chats, strict=True):
        asked.append(slack.mention(room, user, "what is VRAM?"))
        telegram.say(chat, chat.members[chat.id], "what is VRAM?")
        await asyncio.sleep(0)
    return asked, chats


async def check(tmp_path: Path, count: int) -> None:
    async with both(tmp_path) as (slack, telegram, process):
        asked, chats = await ask_both(slack, telegram, count)
        await slack.wait_for(lambda: all(slack.answers(question) for question in asked), 180)
        await telegram.wait_for(lambda: all(telegram.messages(chat) for chat in chats), 180)
        room, chat = asked[0].channel, chats[0]
        last = slack.mention(room, slack.world.users[asked[0].user], "and bandwidth?")
        telegram.say(chat, chat.members[chat.id], "and bandwidth?")
        await asyncio.sleep(0.05)
        assert await stopped(process, seconds=8.0) == 0

    assert [len(slack.answers(question)) for question in asked] == [1] * count
    assert len(slack.answers(last)) <= 1


@pytest.mark.timing
async def test_questions_to_both_are_answered_and_a_stop_is_clean(tmp_path: Path) -> None:
    await check(tmp_path, 25)


@pytest.mark.soak
async def test_two_hundred_questions_to_each_are_answered_and_a_stop_is_clean(tmp_path: Path) -> None:
    await check(tmp_path, 200)
