"""The bot is killed at random moments while it answers: no question is lost, none is answered twice."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.database import open_database
from knowledge.library import Library
from tests.fakes.telegram import Chat, FakeTelegram, Limits, Shown, User
from tests.makers_kills import FIELDS, OFFER, RESULT, names_in
from tests.makers_serving import make_home, serving, stopped


class Asking:
    """Questions from many chats, each about another card."""

    def __init__(self, telegram: FakeTelegram, names: list[str], chats: int) -> None:
        self._telegram = telegram
        self.chats = [telegram.private(User(id=1000 + number, first_name=f"P{number}")) for number in range(chats)]
        self.asked = [
            (self.chats[place % chats], f"{name}: {field}", question.format(name=name))
            for place, name in enumerate(names)
            for field, question in FIELDS.items()
        ]

    async def ask(self, pause_s: Callable[[], float]) -> None:
        for chat, _, question in self.asked:
            self._telegram.say(chat, chat.members[chat.id], question)
            await asyncio.sleep(pause_s())

    def answers(self, chat: Chat, words: str) -> list[Shown]:
        return [message for message in self._telegram.messages(chat) if f"{words} " in message.text]

    def times_answered(self) -> dict[str, int]:
        return {words: len(self.answers(chat, words)) for chat, words, _ in self.asked}

    def is_complete(self) -> bool:
        return all(self.times_answered().values())

    def offers(self) -> list[Shown]:
        return [message for chat in self.chats for message in self._telegram.messages(chat) if OFFER in message.text]

    async def take_offers(self) -> None:
        """Press what is offered where an answer may have arrived before the bot died, and did not."""
        pressed: set[int] = set()
        while not self.is_complete():
            for message in self.offers():
                missing = [
                    words
                    for chat, words, question in self.asked
                    if chat is message.chat and question in message.text and not self.answers(chat, words)
                ]
                if missing and id(message) not in pressed:
                    pressed.add(id(message))
                    self._telegram.press(message, message.labels[0], message.chat.members[message.chat.id])
            await asyncio.sleep(0.1)


class Measuring:
    """Benchmarks that are asked for and started while the bot is killed."""

    def __init__(self, telegram: FakeTelegram, count: int) -> None:
        self._telegram = telegram
        self.chats = [telegram.private(User(id=5000 + number, first_name=f"B{number}")) for number in range(count)]

    async def start(self) -> None:
        for chat in self.chats:
            self._telegram.say(chat, chat.members[chat.id], "benchmark lstm quick for 1 second")
        left = set(self.chats)
        while left:
            for chat in list(left):
                for card in self._telegram.messages(chat):
                    if "Run" in card.labels:
                        self._telegram.press(card, "Run", chat.members[chat.id])
                        left.discard(chat)
            await asyncio.sleep(0.2)

    def cards(self) -> list[str]:
        shown = [[m for m in self._telegram.messages(chat) if not RESULT.match(m.text)] for chat in self.chats]
        return [card.text.split(":")[0] for messages in shown for card in messages[-1:] if OFFER not in card.text]

    def tables(self) -> list[int]:
        """How often each result was shown."""
        return [sum(bool(RESULT.match(m.text)) for m in self._telegram.messages(chat)) for chat in self.chats]

    def has_ended(self) -> bool:
        return bool(self.cards()) and all(card in {"Done", "Lost", "Failed", "Cancelled"} for card in self.cards())


async def until_polling(telegram: FakeTelegram) -> None:
    """Wait until a bot that was just started asks for updates."""
    polls = len(telegram.called("getUpdates"))
    await telegram.wait_for(lambda: len(telegram.called("getUpdates")) > polls, 60)


async def run_with_kills(telegram: FakeTelegram, asking: Asking, measuring: Measuring, home: Path, kills: int) -> None:
    chance = random.Random(kills)  # noqa: S311 - the same moments again
    environ = {"TELEGRAM_BOT_TOKEN": "123456:SECRET", "GPUWISE_TELEGRAM_ALLOW": "*", "GPUWISE_QUESTIONS": "0"}
    environ |= {"GPUWISE_TELEGRAM_API_URL": telegram.url, "GPUWISE_BENCH_RUN": "*", "GPUWISE_BENCH_APPROVE": "*"}
    starting = asyncio.create_task(measuring.start())
    people = asyncio.create_task(asking.ask(lambda: chance.uniform(0.0, 2.0 * kills / len(asking.asked))))
    for _ in range(kills):
        with serving(home, **environ) as process:
            await until_polling(telegram)
            await asyncio.sleep(chance.uniform(0.0, 1.5))
            process.kill()
    await people
    with serving(home, **environ) as process:
        await until_polling(telegram)
        async with asyncio.timeout(120):
            await asking.take_offers()
            await starting
        await telegram.wait_for(measuring.has_ended, 60.0 + 60.0 * len(measuring.chats))
        await asyncio.sleep(1.0)
        assert await stopped(process) == 0


async def check(tmp_path: Path, library: Library, *, kills: int, questions: int, benches: int) -> None:
    async with FakeTelegram(callback_valid_s=60, limits=Limits()) as telegram:
        asking, measuring = (
            Asking(telegram, names_in(library, questions // len(FIELDS)), questions // 5),
            Measuring(telegram, benches),
        )
        home = make_home(tmp_path)
        await run_with_kills(telegram, asking, measuring, home, kills)

        assert {words: times for words, times in asking.times_answered().items() if times != 1} == {}
        assert telegram.floods == 0
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


async def test_a_bot_that_is_told_to_stop_ends_within_eight_seconds_and_goes_on_afterwards(
    tmp_path: Path, library: Library
) -> None:
    environ = {"TELEGRAM_BOT_TOKEN": "123456:SECRET", "GPUWISE_TELEGRAM_ALLOW": "*", "GPUWISE_QUESTIONS": "0"}
    async with FakeTelegram(limits=Limits()) as telegram:
        environ["GPUWISE_TELEGRAM_API_URL"] = telegram.url
        asking, home = Asking(telegram, names_in(library, 8), 2), make_home(tmp_path)
        with serving(home, **environ) as process:
            await until_polling(telegram)
            await asking.ask(lambda: 0.0)
            await telegram.wait_for(lambda: len(telegram.sent) >= 4, 30)
            assert await stopped(process, seconds=8.0) == 0
        assert not asking.is_complete()  # a chat takes one message a second
        with serving(home, **environ) as process:
            await telegram.wait_for(asking.is_complete, 60)
            await asyncio.sleep(1.5)
            assert await stopped(process) == 0

        assert set(asking.times_answered().values()) == {1}
        assert asking.offers() == []


async def test_a_stop_ends_a_benchmark_too_and_its_card_says_so(tmp_path: Path) -> None:
    environ = {"TELEGRAM_BOT_TOKEN": "123456:SECRET", "GPUWISE_TELEGRAM_ALLOW": "*", "GPUWISE_BENCH_RUN": "*"}
    async with FakeTelegram(limits=Limits()) as telegram:
        environ |= {"GPUWISE_TELEGRAM_API_URL": telegram.url, "GPUWISE_BENCH_APPROVE": "*"}
        chat, home = telegram.private(User(id=1, first_name="An")), make_home(tmp_path)
        with serving(home, **environ) as process:
            await until_polling(telegram)
            telegram.say(chat, chat.members[1], "benchmark lstm for 60 seconds")
            (card,) = await telegram.wait_for_messages(chat, 1)
            telegram.press(card, "Run", chat.members[1])
            await telegram.wait_for(lambda: card.text.startswith("Running"), 60)
            assert await stopped(process, seconds=8.0) == 0
        with open_database(home) as database:
            (job,) = await database.jobs.list()

        assert job.has_ended
        assert card.text.startswith("Cancelled")
        assert "I was stopped while it ran" in card.text
