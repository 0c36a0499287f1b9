"""Benchmarks asked for, approved, watched and cancelled in Telegram, with the real bot and the real worker."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench.backlog import Permissions, Quota
from bench.jobs import State
from bot.answers import Answer
from bot.app import App
from bot.benching.desk import House
from bot.benching.inventory import Inventory
from bot.benching.proposals import Policy
from bot.chatting.measuring import Measuring
from bot.config import Settings
from bot.messages import Message
from bot.platforms import Responder
from bot.responding import Bot
from bot.store.database import Database
from tests.fakes.telegram import LAN, MINH, Chat, FakeTelegram, Limits, Shown, User
from tests.makers_chats import database_in, running

ASK = "benchmark lstm quick for 1 second"
EVERYBODY = frozenset({"*"})


def named(*users: User) -> frozenset[str]:
    return frozenset(f"telegram:{user.id}" for user in users)


@pytest.fixture(scope="module")
def bot() -> Bot:
    return App(replace(Settings.from_environ(os.environ), bench_run=EVERYBODY)).bot


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(callback_valid_s=60, limits=Limits()) as telegram:
        yield telegram
        assert telegram.refused == []
        assert telegram.floods == 0


@asynccontextmanager
async def measuring(
    telegram: FakeTelegram, bot: Responder, tmp_path: Path, approvers: frozenset[str], *, four_eyes: bool = False
) -> AsyncIterator[Database]:
    policy = Policy(permissions=Permissions(runners=EVERYBODY, approvers=approvers), four_eyes=four_eyes)
    async with database_in() as database:
        made = Measuring(database, House(policy=policy, quota=Quota(jobs=2)), Inventory(file=tmp_path / "hosts.toml"))
        async with running(telegram, bot, database, measuring=made):
            task = asyncio.create_task(made.run())
            try:
                yield database
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def card_in(telegram: FakeTelegram, chat: Chat, words: str, timeout_s: float = 30.0) -> Shown:
    """Return the first message of a chat that shows *words*, as soon as one does."""

    def found() -> list[Shown]:
        return [message for message in telegram.messages(chat) if words in message.text]

    try:
        await telegram.wait_for(lambda: bool(found()), timeout_s)
    except TimeoutError:
        raise AssertionError([message.text for message in telegram.messages(chat)]) from None
    return found()[0]


async def popped_up(telegram: FakeTelegram, card: Shown, label: str, user: User = MINH) -> str:
    return (await telegram.wait_for_answer(telegram.press(card, label, user), 20)).answer or ""


async def test_a_run_is_proposed_started_watched_and_its_result_kept(
    telegram: FakeTelegram, bot: Bot, tmp_path: Path
) -> None:
    chat = telegram.private(MINH)
    async with measuring(telegram, bot, tmp_path, named(MINH)) as database:
        telegram.say(chat, MINH, ASK)
        card = await card_in(telegram, chat, "Benchmark: LSTM")
        assert card.labels == ["Run", "Dismiss"]
        await popped_up(telegram, card, "Run")
        await telegram.wait_for(lambda: card.text.startswith("Done: LSTM"), 90)
        (job,) = await database.jobs.list()
        table = await card_in(telegram, chat, "95 % interval")
        raw = await popped_up(telegram, card, "Raw JSON")
        file = await card_in(telegram, chat, "one JSON object")

    assert job.state is State.DONE
    assert "sequences/s" in card.text
    assert any(version.text.startswith("Running: LSTM") for version in card.edits)
    assert card.labels == ["Run again", "Compare", "Raw JSON"]
    assert len(telegram.messages(chat)) == 3
    assert table.photo
    assert "95 % interval" in table.text
    assert raw == ""
    assert file.document
    assert b'"schema"' in file.document.data


async def test_only_an_approver_approves_and_cancel_asks_first(
    telegram: FakeTelegram, bot: Bot, tmp_path: Path
) -> None:
    group = telegram.group("Lab", MINH, LAN)
    async with measuring(telegram, bot, tmp_path, named(LAN)) as database:
        telegram.say(group, MINH, "@gpu_bot benchmark lstm for 60 seconds")
        card = await card_in(telegram, group, "Waiting for approval")
        refused = await popped_up(telegram, card, "Approve", MINH)
        assert await database.jobs.list() == ()
        await popped_up(telegram, card, "Approve", LAN)
        await telegram.wait_for(lambda: card.text.startswith("Running"), 60)
        await popped_up(telegram, card, "Cancel", MINH)
        await telegram.wait_for(lambda: "Yes, cancel it" in card.labels)
        await popped_up(telegram, card, "Yes, cancel it", MINH)
        await telegram.wait_for(lambda: card.text.startswith("Cancelled"), 60)
        (job,) = await database.jobs.list()

    assert "Lan" in refused or "telegram:8" in refused
    assert job.state is State.CANCELLED
    assert "Run again" in card.labels


async def test_who_approves_gets_a_card_in_private_and_both_cards_go_on(
    telegram: FakeTelegram, bot: Bot, tmp_path: Path
) -> None:
    chat, approving = telegram.private(MINH), telegram.private(LAN)
    async with measuring(telegram, bot, tmp_path, named(LAN), four_eyes=True):
        telegram.say(chat, MINH, ASK)
        own = await card_in(telegram, chat, "Waiting for approval")
        theirs = await card_in(telegram, approving, "Waiting for approval")
        await popped_up(telegram, theirs, "Dismiss", LAN)
        await telegram.wait_for(lambda: own.text.startswith("Not approved") and theirs.text.startswith("Not approved"))

    assert own.labels == []


async def test_nobody_named_means_nobody_approves(telegram: FakeTelegram, bot: Bot, tmp_path: Path) -> None:
    chat = telegram.private(MINH)
    async with measuring(telegram, bot, tmp_path, frozenset()) as database:
        telegram.say(chat, MINH, ASK)
        card = await card_in(telegram, chat, "Waiting for approval")
        refused = await popped_up(telegram, card, "Approve")

        assert await database.jobs.list() == ()
    assert "GPUWISE_BENCH_APPROVE" in refused


async def test_a_double_press_and_a_redelivered_press_start_one_run(
    telegram: FakeTelegram, bot: Bot, tmp_path: Path
) -> None:
    chat = telegram.private(MINH)
    async with measuring(telegram, bot, tmp_path, named(MINH)) as database:
        number = telegram.say(chat, MINH, ASK)
        card = await card_in(telegram, chat, "Benchmark: LSTM")
        press = telegram.press(card, "Run")
        again = telegram.press(card, "Run", forged=True)
        await telegram.wait_for_answer(press, 20)
        await telegram.wait_for_answer(again, 20)
        assert number
        telegram.updates.redeliver(press, times=3)
        telegram.updates.redeliver(number, times=3)
        await telegram.wait_for(lambda: card.text.startswith("Done"), 90)
        await card_in(telegram, chat, "95 % interval")
        jobs = await database.jobs.list()

    assert len(jobs) == 1
    assert len(telegram.messages(chat)) == 2  # its card, and its table with its chart


async def test_jobs_are_listed_and_a_card_can_be_shown_elsewhere(
    telegram: FakeTelegram, bot: Bot, tmp_path: Path
) -> None:
    group, own = telegram.group("Lab", MINH, LAN), telegram.private(LAN)
    async with measuring(telegram, bot, tmp_path, named(MINH)):
        telegram.say(group, MINH, "@gpu_bot benchmark lstm for 60 seconds")
        card = await card_in(telegram, group, "Benchmark: LSTM")
        await popped_up(telegram, card, "Run")
        telegram.say(own, LAN, "/viec")
        listed = await card_in(telegram, own, "lstm")
        await popped_up(telegram, listed, listed.labels[0], LAN)
        copy = await card_in(telegram, own, "LSTM")
        await telegram.wait_for(lambda: copy.text.startswith("Running"), 60)
        job_id = listed.labels[0].split()[-1]
        telegram.say(group, MINH, f"/cancel {job_id}")
        await telegram.wait_for(lambda: card.text.startswith("Cancelled") and copy.text.startswith("Cancelled"), 60)


class Slow:
    """The bot, but for a question that takes as long as its gate is closed."""

    def __init__(self, bot: Bot) -> None:
        self._bot, self.gate, self.waiting = bot, threading.Event(), 0

    def respond(self, message: Message) -> Answer:
        if message.text == "slow":
            self.waiting += 1
            self.gate.wait(30)
        return self._bot.respond(message)

    def knows(self, message: Message) -> bool:
        return self._bot.knows(message)

    def forget(self, platform: str, chat: str) -> None:
        self._bot.forget(platform, chat)


async def test_cancel_is_served_while_twenty_answers_are_computed(
    telegram: FakeTelegram, bot: Bot, tmp_path: Path
) -> None:
    slow, chat = Slow(bot), telegram.private(MINH)
    others = [telegram.private(User(id=2000 + number, first_name=f"P{number}")) for number in range(20)]
    async with measuring(telegram, slow, tmp_path, named(MINH)):
        telegram.say(chat, MINH, "benchmark lstm for 60 seconds")
        card = await card_in(telegram, chat, "Benchmark: LSTM")
        await popped_up(telegram, card, "Run")
        await telegram.wait_for(lambda: card.text.startswith("Running"), 60)
        for other in others:
            telegram.say(other, other.members[other.id], "slow")
        await telegram.wait_for(lambda: slow.waiting == 2, 10)  # as many as there are threads that answer
        await popped_up(telegram, card, "Cancel")
        await telegram.wait_for(lambda: "Yes, cancel it" in card.labels)
        await popped_up(telegram, card, "Yes, cancel it")
        await telegram.wait_for(lambda: card.text.startswith("Cancelled"), 30)
        assert [message for other in others for message in telegram.messages(other)] == []
        slow.gate.set()
        await telegram.wait_for(lambda: all(telegram.messages(other) for other in others), 60)
