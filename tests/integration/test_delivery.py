"""The delivery over a real database; the platform is a carrier that does what a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.chatting.delivery import (
    Carrier,
    Delivery,
    GoneError,
    LimitedError,
    MovedError,
    UnreachableError,
    UnsureError,
)
from bot.chatting.pacing import Budget, Pacer
from bot.store import outbox
from bot.store.database import Database, open_database
from bot.store.outbox import Due, Place, Post

Trouble = BaseException | None


@dataclass
class Chat:
    """Shows messages; each call ends with the next trouble that was prepared, if any."""

    platform: str = "telegram"
    troubles: list[Trouble] = field(default_factory=list)
    delay_s: float = 0.0
    shown: list[tuple[str, str, str]] = field(default_factory=list)  #: chat, text, message id
    now_showing: int = 0
    most_showing: dict[str, int] = field(default_factory=dict)

    async def show(self, due: Due) -> str:
        chat = due.place.chat
        self.most_showing[chat] = self.most_showing.get(chat, 0) + 1
        assert self.most_showing[chat] == 1, "two messages were under way to one chat"
        await asyncio.sleep(self.delay_s)
        self.most_showing[chat] -= 1
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        message_id = due.message_id or f"m{due.id}"
        self.shown.append((chat, due.content["text"], message_id))
        return message_id

    def notice(self, due: Due) -> Mapping[str, Any] | None:
        return None if due.key.startswith("card:") else {"text": f"unsure {due.id}"}


def make_post(text: str, chat: str = "1", key: str = "", *, is_progress: bool = False) -> Post:
    place = Place(platform="telegram", chat=chat)
    return Post(key=key or f"answer:{text}", place=place, content={"text": text}, is_progress=is_progress)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


@asynccontextmanager
async def delivering(database: Database, chat: Carrier) -> AsyncIterator[Delivery]:
    delivery = Delivery(database, chat, Pacer([Budget(calls=1000, seconds=0.1)], lambda _: []))
    await delivery.recover()
    task = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(database: Database, *posts: Post) -> None:
    await database.write(lambda connection: [outbox.put(connection, post, datetime.now(UTC)) for post in posts])


async def until_shown(database: Database, chat: Chat, count: int) -> list[str]:
    async with asyncio.timeout(10):
        while len(chat.shown) < count:  # noqa: ASYNC110 - the carrier is plain data
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    return [text for _, text, _ in chat.shown]


async def test_messages_of_a_chat_arrive_in_order_and_one_at_a_time(database: Database) -> None:
    chat = Chat(delay_s=0.01)
    await put(database, *[make_post(f"{number}", chat="12"[number % 2]) for number in range(10)])
    async with delivering(database, chat):
        await until_shown(database, chat, 10)

    assert [text for name, text, _ in chat.shown if name == "1"] == ["0", "2", "4", "6", "8"]
    assert [text for name, text, _ in chat.shown if name == "2"] == ["1", "3", "5", "7", "9"]


async def test_the_same_key_is_one_message_that_changes(database: Database) -> None:
    chat = Chat()
    async with delivering(database, chat) as delivery:
        await put(database, make_post("first", key="card:1"))
        delivery.wake()
        await until_shown(database, chat, 1)
        await put(database, make_post("first", key="card:1"), make_post("second", key="card:1"))
        delivery.wake()
        await until_shown(database, chat, 2)

    assert chat.shown == [("1", "first", "m1"), ("1", "second", "m1")]


async def test_of_progress_only_the_newest_is_shown_and_answers_go_first(database: Database) -> None:
    chat = Chat()
    for number in range(5):
        await put(database, make_post(f"{number} %", key="card:1", is_progress=True))
    await put(database, make_post("an answer"))
    async with delivering(database, chat):
        texts = await until_shown(database, chat, 2)

    assert texts == ["an answer", "4 %"]


async def test_what_is_wanted_while_it_is_being_sent_is_shown_afterwards(database: Database) -> None:
    chat = Chat(delay_s=0.1)
    async with delivering(database, chat) as delivery:
        await put(database, make_post("first", key="card:1"))
        delivery.wake()
        await asyncio.sleep(0.05)
        await put(database, make_post("last", key="card:1"))
        delivery.wake()
        await until_shown(database, chat, 2)

    assert chat.shown == [("1", "first", "m1"), ("1", "last", "m1")]


@pytest.mark.parametrize("trouble", [LimitedError(0.1), UnreachableError("502")])
async def test_what_surely_did_not_arrive_is_sent_again(database: Database, trouble: Exception) -> None:
    chat = Chat(troubles=[trouble])
    await put(database, make_post("an answer"))
    async with delivering(database, chat):
        assert await until_shown(database, chat, 1) == ["an answer"]


async def test_what_may_have_arrived_is_offered_instead_of_repeated(database: Database) -> None:
    chat = Chat(troubles=[UnsureError()])
    await put(database, make_post("an answer"))
    async with delivering(database, chat) as delivery:
        assert await until_shown(database, chat, 1) == ["unsure 1"]
        assert await database.write(lambda connection: outbox.release(connection, 1, "1"))
        delivery.wake()
        assert await until_shown(database, chat, 2) == ["unsure 1", "an answer"]

    assert chat.shown[0][2] == chat.shown[1][2]
    assert not await database.write(lambda connection: outbox.release(connection, 1, "1"))


async def test_an_answer_is_released_only_in_its_own_chat(database: Database) -> None:
    chat = Chat(troubles=[UnsureError()])
    await put(database, make_post("an answer"))
    async with delivering(database, chat):
        await until_shown(database, chat, 1)

    assert not await database.write(lambda connection: outbox.release(connection, 1, "2"))


async def test_an_edit_that_may_have_arrived_is_repeated(database: Database) -> None:
    chat = Chat(troubles=[None, UnsureError()])
    async with delivering(database, chat) as delivery:
        await put(database, make_post("first", key="answer:1"))
        delivery.wake()
        await until_shown(database, chat, 1)
        await put(database, make_post("second", key="answer:1"))
        delivery.wake()
        assert await until_shown(database, chat, 2) == ["first", "second"]


async def test_after_a_death_what_was_under_way_is_offered_and_cards_are_sent_again(database: Database) -> None:
    await put(database, make_post("an answer"), make_post("a card", chat="2", key="card:1"))
    await database.write(lambda connection: outbox.take(connection, [1, 2]))  # and here the process dies
    chat = Chat()
    async with delivering(database, chat):
        texts = await until_shown(database, chat, 2)

    assert sorted(texts) == ["a card", "unsure 1"]


async def test_a_closed_chat_is_given_up_and_others_go_on(database: Database) -> None:
    chat = Chat(troubles=[GoneError("bot was blocked")])
    await put(database, make_post("lost"), make_post("kept", chat="2"))
    async with delivering(database, chat):
        assert await until_shown(database, chat, 1) == ["kept"]

    assert await database.read(outbox.count_waiting) == 0


async def test_what_waits_follows_a_chat_that_became_another(database: Database) -> None:
    chat = Chat(troubles=[MovedError("-100")])
    await put(database, make_post("one"), make_post("two"))
    async with delivering(database, chat):
        await until_shown(database, chat, 2)

    assert [(name, text) for name, text, _ in chat.shown] == [("-100", "one"), ("-100", "two")]


async def test_a_fault_of_the_carrier_stops_no_other_message(database: Database) -> None:
    chat = Chat(troubles=[RuntimeError("a fault")])
    await put(database, make_post("one"), make_post("two", chat="2"))
    async with delivering(database, chat):
        texts = await until_shown(database, chat, 2)

    assert sorted(texts) == ["two", "unsure 1"]


async def test_draining_shows_what_waits_and_ends(database: Database) -> None:
    chat = Chat(delay_s=0.01)
    await put(database, *[make_post(str(number), chat=str(number)) for number in range(20)])
    delivery = Delivery(database, chat, Pacer([Budget(calls=1000, seconds=0.1)], lambda _: []))

    await asyncio.wait_for(delivery.drain(3.0), 5)

    assert len(chat.shown) == 20


@pytest.mark.parametrize("ticks", range(5))
async def test_a_stop_that_comes_with_something_new_still_stops(database: Database, ticks: int) -> None:
    delivery = Delivery(database, Chat(), Pacer([Budget(calls=1000, seconds=0.1)], lambda _: []))
    running = asyncio.create_task(delivery.run())
    await asyncio.sleep(0.1)  # nothing waits, so it sleeps

    delivery.wake()
    for _ in range(ticks):
        await asyncio.sleep(0)
    running.cancel()
    _, unfinished = await asyncio.wait({running}, timeout=2)

    assert not unfinished
