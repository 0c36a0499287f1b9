"""The bot is killed at random moments while it answers in Slack: nothing is lost, doubled or run twice."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.database import open_database
from knowledge.library import Library
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, FakeSlack, Limits, Shown, User
from tests.makers_kills import FIELDS, OFFER, RESULT, names_in
from tests.makers_serving import make_home, serving, stopped


class Asking:
    """Mentions in many channels, each about another card."""

    def __init__(self, slack: FakeSlack, names: list[str], channels: int) -> None:
        self._slack = slack
        people = [User(id=f"U1{number:03}", name=f"p{number}") for number in range(channels)]
        self._channels = [slack.channel(f"c{user.id.lower()}", user) for user in people]
        self._people = people
        self._texts = [question.format(name=name) for name in names for question in FIELDS.values()]
        self.asked: list[Shown] = []

    async def ask(self, pause_s: Callable[[], float]) -> None:
        for place, text in enumerate(self._texts):
            number = place % len(self._channels)
            self.asked.append(self._slack.mention(self._channels[number], self._people[number], text))
            await asyncio.sleep(pause_s())

    def said(self, question: Shown) -> list[Shown]:
        return [m for m in self._slack.messages(question.channel) if m.thread_ts == question.ts]

    def answers(self, question: Shown) -> list[Shown]:
        return [message for message in self.said(question) if OFFER not in message.text]

    def times_answered(self) -> list[int]:
        return [len(self.answers(question)) for question in self.asked]

    def is_complete(self) -> bool:
        return len(self.asked) == len(self._texts) and all(self.times_answered())

    async def take_offers(self) -> None:
        """Press what is offered where an answer may have arrived before the bot died, and did not."""
        pressed: set[str] = set()
        while not self.is_complete():
            for question in self.asked:
                for offer in self.said(question):
                    if OFFER in offer.text and not self.answers(question) and offer.ts not in pressed:
                        pressed.add(offer.ts)
                        self._slack.press(offer, offer.labels[0], self._slack.world.users[question.user])
            await asyncio.sleep(0.1)


class Measuring:
    """Benchmarks that are asked for and started while the bot is killed."""

    def __init__(self, slack: FakeSlack, count: int) -> None:
        self._slack = slack
        self._people = [User(id=f"U5{number:03}", name=f"b{number}") for number in range(count)]
        self._chats = {user.id: slack.dm(user) for user in self._people}

    async def start(self) -> None:
        for user in self._people:
            self._slack.say(self._chats[user.id], user, "benchmark lstm quick for 1 second")
        left = set(self._people)
        while left:
            for user in list(left):
                for card in self._slack.messages(self._chats[user.id]):
                    if "Run" in card.labels:
                        self._slack.press(card, "Run", user)
                        left.discard(user)
            await asyncio.sleep(0.2)

    def cards(self) -> list[str]:
        shown = [[m for m in self._slack.messages(chat) if m.labels] for chat in self._chats.values()]
        return [messages[-1].text.split(":")[0] for messages in shown if messages and OFFER not in messages[-1].text]

    def tables(self) -> list[int]:
        """How often each result was shown."""
        return [sum(bool(RESULT.match(m.text)) for m in self._slack.messages(chat)) for chat in self._chats.values()]

    def has_ended(self) -> bool:
        return bool(self.cards()) and all(card in {"Done", "Lost", "Failed", "Cancelled"} for card in self.cards())


async def until_connected(slack: FakeSlack) -> None:
    """Wait until a bot that was just started takes deliveries."""
    await slack.wait_for_connection(slack.socket.opened + 1, 60)


async def run_with_kills(slack: FakeSlack, asking: Asking, measuring: Measuring, home: Path, kills: int) -> None:
    chance = random.Random(kills)  # noqa: S311 - the same moments again
    environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "GPUWISE_SLACK_API_URL": slack.api_url}
    environ |= {"GPUWISE_SLACK_ALLOW": "*", "GPUWISE_QUESTIONS": "0"}
    environ |= {"GPUWISE_BENCH_RUN": "*", "GPUWISE_BENCH_APPROVE": "*"}
    starting = asyncio.create_task(measuring.start())
    people = asyncio.create_task(asking.ask(lambda: chance.uniform(0.0, 2.0 * kills / 100)))
    for _ in range(kills):
        with serving(home, **environ) as process:
            await until_connected(slack)
            await asyncio.sleep(chance.uniform(0.0, 1.5))
            process.kill()
    await people
    with serving(home, **environ) as process:
        await until_connected(slack)
        async with asyncio.timeout(180):
            await asking.take_offers()
            await starting
        await slack.wait_for(measuring.has_ended, 60.0 + 60.0 * kills)
        await asyncio.sleep(1.0)
        assert await stopped(process) == 0


async def check(tmp_path: Path, library: Library, *, kills: int, questions: int, benches: int) -> None:
    async with FakeSlack(limits=Limits()) as slack:
        asking = Asking(slack, names_in(library, questions // len(FIELDS)), questions // 5)
        measuring, home = Measuring(slack, benches), make_home(tmp_path)
        await run_with_kills(slack, asking, measuring, home, kills)

        assert set(asking.times_answered()) == {1}
        assert slack.floods == 0
        with open_database(home) as database:
            jobs = await database.jobs.list()
        assert len(jobs) == benches
        assert max(measuring.tables()) <= 1
        assert {job.state.value for job in jobs} <= {"done", "lost"}
        assert sorted(card.lower() for card in measuring.cards()) == sorted(job.state.value for job in jobs)


async def test_a_bot_that_is_killed_loses_no_question_and_answers_none_twice(tmp_path: Path, library: Library) -> None:
    await check(tmp_path, library, kills=3, questions=30, benches=1)


@pytest.mark.soak
async def test_fifty_kills_lose_no_question_and_answer_none_twice(tmp_path: Path, library: Library) -> None:
    await check(tmp_path, library, kills=50, questions=200, benches=5)
