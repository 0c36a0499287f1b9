"""Benchmarks asked for, approved, watched and cancelled in Slack, with the real bot and the real worker."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench.backlog import Permissions, Quota
from bench.jobs import State
from bot.app import App
from bot.benching.desk import House
from bot.benching.inventory import Inventory
from bot.benching.proposals import Policy
from bot.chatting.measuring import Measuring
from bot.config import Settings
from bot.responding import Bot
from bot.store.database import Database
from tests.fakes.slack import LAN, MINH, Channel, FakeSlack, Shown, User
from tests.makers_chats import database_in
from tests.makers_slack_chats import running

ASK = "benchmark lstm quick for 1 second"
EVERYBODY = frozenset({"*"})


def named(*users: User) -> frozenset[str]:
    return frozenset(f"slack:{user.id}" for user in users)


@pytest.fixture(scope="module")
def bot() -> Bot:
    return App(replace(Settings.from_environ(os.environ), bench_run=EVERYBODY)).bot


@asynccontextmanager
async def measuring(
    slack: FakeSlack, bot: Bot, tmp_path: Path, approvers: frozenset[str], *, four_eyes: bool = False
) -> AsyncIterator[Database]:
    slack.know(MINH, LAN)
    policy = Policy(permissions=Permissions(runners=EVERYBODY, approvers=approvers), four_eyes=four_eyes)
    async with database_in() as database:
        made = Measuring(database, House(policy=policy, quota=Quota(jobs=2)), Inventory(file=tmp_path / "hosts.toml"))
        async with running(slack, bot, database, measuring=made, named=approvers):
            task = asyncio.create_task(made.run())
            try:
                yield database
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


async def card_in(slack: FakeSlack, channel: Channel, words: str, timeout_s: float = 30.0) -> Shown:
    """Return the first message of the bot in a channel that shows *words*, as soon as one does."""

    def found() -> list[Shown]:
        return [message for message in slack.messages(channel) if words in message.text]

    try:
        await slack.wait_for(lambda: bool(found()), timeout_s)
    except TimeoutError:
        raise AssertionError([message.text for message in slack.messages(channel)]) from None
    return found()[0]


async def told(slack: FakeSlack, channel: Channel, user: User, words: str) -> Shown:
    """Return what somebody alone is told, as soon as it holds *words*."""

    def found() -> list[Shown]:
        return [m for m in slack.messages(channel, seen_by=user) if words in m.text and m.ephemeral_to == user.id]

    await slack.wait_for(lambda: bool(found()), 20)
    return found()[-1]


async def test_a_run_is_proposed_started_watched_and_its_result_drawn(
    slack: FakeSlack, bot: Bot, tmp_path: Path
) -> None:
    lab = slack.channel("lab", MINH)
    async with measuring(slack, bot, tmp_path, named(MINH)) as database:
        question = slack.mention(lab, MINH, ASK)
        card = await card_in(slack, lab, "Benchmark: LSTM")
        assert card.labels == ["Run", "Dismiss"]
        slack.press(card, "Run", MINH)
        await slack.wait_for(lambda: card.text.startswith("Done: LSTM"), 90)
        table = await card_in(slack, lab, "95 % interval")
        slack.press(card, "Raw JSON", MINH)
        await slack.wait_for(lambda: any(message.files for message in slack.messages(lab)), 20)
        (job,) = await database.jobs.list()

    assert job.state is State.DONE
    assert any(version.text.startswith("Running: LSTM") for version in card.edits)
    assert card.labels == ["Run again", "Compare", "Raw JSON"]
    assert "data_table" in {block["type"] for block in table.blocks}
    assert {message.thread_ts for message in slack.messages(lab)} == {question.ts}


async def test_only_an_approver_approves_and_slack_asks_before_a_cancel(
    slack: FakeSlack, bot: Bot, tmp_path: Path
) -> None:
    lab = slack.channel("lab", MINH, LAN)
    async with measuring(slack, bot, tmp_path, named(LAN)) as database:
        slack.mention(lab, MINH, "benchmark lstm for 60 seconds")
        card = await card_in(slack, lab, "Waiting for approval")
        slack.press(card, "Approve", MINH)
        refused = await told(slack, lab, MINH, "may approve")
        assert await database.jobs.list() == ()
        slack.press(card, "Approve", LAN)
        await slack.wait_for(lambda: card.text.startswith("Running"), 60)
        with pytest.raises(LookupError):
            slack.press(card, "Cancel", MINH)
        slack.press(card, "Cancel", MINH, confirmed=True)
        await slack.wait_for(lambda: card.text.startswith("Cancelled"), 60)
        (job,) = await database.jobs.list()

    assert "lan" in refused.text.lower()
    assert job.state is State.CANCELLED
    assert "Run again" in card.labels


async def test_a_command_puts_its_card_into_the_conversation_with_the_bot(
    slack: FakeSlack, bot: Bot, tmp_path: Path
) -> None:
    lab, own = slack.channel("lab", MINH, LAN, invited=False), slack.dm(MINH)
    async with measuring(slack, bot, tmp_path, named(LAN)):
        slack.command("/gpu", "bench lstm quick for 1 second", MINH, lab)
        await told(slack, lab, MINH, "direct messages")
        card = await card_in(slack, own, "Waiting for approval")
        theirs = await card_in(slack, slack.dm(LAN), "Waiting for approval")
        slack.press(theirs, "Approve", LAN)
        await slack.wait_for(lambda: card.text.startswith("Done") and theirs.text.startswith("Done"), 90)
        await card_in(slack, own, "95 % interval")

    assert len([message for message in slack.messages(own) if "Done" in message.text]) == 1
    assert [message for message in slack.messages(lab) if not message.ephemeral_to] == []


async def test_jobs_are_listed_to_the_asker_and_watched_in_private(slack: FakeSlack, bot: Bot, tmp_path: Path) -> None:
    lab = slack.channel("lab", MINH, LAN)
    async with measuring(slack, bot, tmp_path, named(MINH)):
        slack.mention(lab, MINH, "benchmark lstm for 60 seconds")
        card = await card_in(slack, lab, "Benchmark: LSTM")
        slack.press(card, "Run", MINH)
        await slack.wait_for(lambda: card.text.startswith("Running"), 60)
        slack.command("/gpu", "jobs", LAN, lab)
        listed = await told(slack, lab, LAN, "lstm")
        slack.press(listed, listed.labels[0], LAN)
        copy = await card_in(slack, slack.dm(LAN), "LSTM")
        slack.open_home(MINH)
        await slack.wait_for(lambda: "lstm" in str([view.content for view in slack.views(MINH)]), 10)
        job_id = listed.labels[0].split()[-1]
        slack.command("/gpu", f"cancel {job_id}", MINH, lab)
        await slack.wait_for(lambda: card.text.startswith("Cancelled") and copy.text.startswith("Cancelled"), 60)


async def test_the_native_stop_ends_what_runs_in_its_thread(slack: FakeSlack, bot: Bot, tmp_path: Path) -> None:
    async with measuring(slack, bot, tmp_path, named(MINH)) as database:
        chat = slack.dm(MINH)
        question = slack.say(chat, MINH, "benchmark lstm for 60 seconds")
        card = await card_in(slack, chat, "Benchmark: LSTM")
        assert card.thread_ts == question.ts
        slack.press(card, "Run", MINH)
        await slack.wait_for(lambda: card.text.startswith("Running"), 60)
        await slack.wait_for(lambda: bool(slack.sessions), 10)
        slack.stop_session(chat, question, MINH)
        await slack.wait_for(lambda: card.text.startswith("Cancelled"), 60)
        (job,) = await database.jobs.list()
        await slack.wait_for(lambda: slack.sessions[chat.id, question.ts].status == "active", 10)

    assert job.state is State.CANCELLED


@pytest.mark.soak
async def test_progress_of_all_jobs_stays_within_forty_edits_a_minute(
    slack: FakeSlack, bot: Bot, tmp_path: Path
) -> None:
    lab = slack.channel("lab", MINH, LAN)
    async with measuring(slack, bot, tmp_path, named(MINH)):
        slack.mention(lab, MINH, "benchmark lstm for 60 seconds")
        card = await card_in(slack, lab, "Benchmark: LSTM")
        slack.press(card, "Run", MINH)
        await slack.wait_for(lambda: card.text.startswith("Done"), 240)

    times = [call.at for call in slack.called("chat.update")]
    assert max(sum(start <= time < start + 60 for time in times) for start in times) <= 40
    assert len(times) > 4
