"""What is taken out of the database when somebody asks for it, or when its time is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import answered, forgetting, inbox, memory, outbox, people
from bot.store.answered import Answered, Opinion
from bot.store.database import Connection, Database, open_database
from bot.store.inbox import Delivery
from bot.store.memory import Asked
from bot.store.outbox import Place, Post

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def talk(connection: Connection, user: str, chat: str, word: str, now: datetime = NOW) -> None:
    """Let *user* ask about *word* in *chat* and get an answer and give an opinion."""
    place, key = Place(platform="telegram", chat=chat), f"{user} in {chat}"
    delivery = Delivery(key=key, twin=f"{key}t", platform="telegram", chat=chat, user=user, payload={"text": word})
    assert inbox.accept(connection, delivery, now)
    assert inbox.settle(connection, key, now)
    people.see(connection, "telegram", user, f"name of {user}", now)
    memory.remember(connection, place, Asked(text=word, user=user), now)
    made = Answered(
        id=f"id-{key}",
        place=place,
        user=user,
        language="en",
        question=word,
        answer=f"{word}!",
        evidence={},
        index_version="1",
    )
    answered.keep(connection, made, now)
    answered.judge(connection, Opinion(answer_id=made.id, user=user, mark=answered.UP), now)
    number = outbox.put(
        connection, Post(key=f"answer:{key}", place=place, content={"text": word}, subject=made.id), now
    )
    outbox.take(connection, [number])
    outbox.arrived(connection, number, 1, "m1")


def dump(connection: Connection) -> str:
    return "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]


async def test_a_person_is_forgotten_everywhere_and_the_others_are_not(database: Database) -> None:
    def work(connection: Connection) -> tuple[int, str]:
        talk(connection, "ada", "1", "apple")
        talk(connection, "ada", "-5", "apricot")
        talk(connection, "minh", "-6", "banana")
        return forgetting.forget_person(connection, "telegram", "ada"), dump(connection)

    count, left = await database.write(work)

    assert count == 2
    assert [word in left for word in ("apple", "apricot", "name of ada", "banana")] == [False, False, False, True]


async def test_a_chat_is_forgotten_whole_and_the_others_are_not(database: Database) -> None:
    def work(connection: Connection) -> tuple[int, str]:
        for user, chat, word in (("ada", "-5", "apple"), ("minh", "-5", "banana"), ("ada", "1", "cherry")):
            talk(connection, user, chat, word)
        return forgetting.forget_chat(connection, "telegram", "-5"), dump(connection)

    count, left = await database.write(work)

    assert count == 2
    assert [word in left for word in ("apple", "banana", "cherry")] == [False, False, True]


async def test_what_was_forgotten_is_not_answered_when_it_is_delivered_again(database: Database) -> None:
    delivery = Delivery(key="ada in 1", twin="x", platform="telegram", chat="1", user="ada", payload={"text": "apple"})

    def work(connection: Connection) -> bool:
        talk(connection, "ada", "1", "apple")
        forgetting.forget_person(connection, "telegram", "ada")
        return inbox.accept(connection, delivery, NOW)

    assert not await database.write(work)


async def test_only_what_is_older_than_its_time_goes(database: Database) -> None:
    def work(connection: Connection) -> tuple[int, str]:
        talk(connection, "ada", "1", "apple", NOW - timedelta(days=31))
        talk(connection, "minh", "2", "banana", NOW - timedelta(days=29))
        return forgetting.forget_before(connection, NOW - timedelta(days=30)), dump(connection)

    count, left = await database.write(work)

    assert count == 1
    assert [word in left for word in ("apple", "name of ada", "banana", "name of minh")] == [False, False, True, True]


async def test_a_delivery_and_a_message_are_each_accepted_once(database: Database) -> None:
    first = Delivery(key="k1", twin="t1", platform="telegram", chat="1", user="ada", payload={})
    same_message = Delivery(key="k2", twin="t1", platform="telegram", chat="1", user="ada", payload={})
    press = Delivery(key="k3", platform="telegram", chat="1", user="ada", payload={})
    other_press = Delivery(key="k4", platform="telegram", chat="1", user="ada", payload={})

    def work(connection: Connection) -> list[bool]:
        deliveries = (first, first, same_message, press, press, other_press)
        return [inbox.accept(connection, delivery, NOW) for delivery in deliveries]

    assert await database.write(work) == [True, False, False, True, False, True]


async def test_what_is_not_settled_is_found_again_oldest_first(database: Database) -> None:
    def work(connection: Connection) -> list[str]:
        for place, key in enumerate(("b", "a", "c")):
            delivery = Delivery(key=key, platform="telegram", chat="1", user="ada", payload={"n": place})
            inbox.accept(connection, delivery, NOW + timedelta(seconds=place))
        assert inbox.settle(connection, "a", NOW)
        assert not inbox.settle(connection, "a", NOW)
        return [item.key for item in inbox.unsettled(connection, "telegram")]

    assert await database.write(work) == ["b", "c"]


async def test_a_conversation_keeps_its_last_questions(database: Database) -> None:
    place = Place(platform="telegram", chat="1")

    def work(connection: Connection) -> list[str]:
        for number in range(memory.LONGEST + 3):
            memory.remember(connection, place, Asked(text=str(number), user="ada"), NOW)
        return [asked.text for asked in memory.recall(connection, place)]

    assert await database.write(work) == [str(number) for number in range(3, memory.LONGEST + 3)]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def work(connection: Connection) -> None:
        talk(connection, "ada", "1", "apple")
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        await database.write(work)
    assert "apple" not in await database.read(dump)
