"""Limits and faults of the loopback Bot API, as the real client library sees them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, NetworkError, RetryAfter, TimedOut

from tests.fakes.telegram import MINH, FakeTelegram, Limits
from tests.fakes.telegram.flood import Meter
from tests.makers_bot_api import make_bot

# the library warns of its own coming change when it builds the error
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.private(MINH)
        yield server


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with make_bot(telegram) as client:
        yield client


def texts(telegram: FakeTelegram) -> list[str]:
    return [shown.text for shown in telegram.messages(MINH.id)]


async def test_a_flood_on_demand_says_how_long_to_wait_and_then_passes(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.faults.flood(2, retry_after=3)
    for _ in range(2):
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(MINH.id, "a")
    await bot.send_message(MINH.id, "b")

    assert (caught.value.retry_after, texts(telegram), telegram.floods) == (3, ["b"], 0)


async def test_the_next_calls_of_one_method_fail_and_others_pass(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.faults.fail("sendMessage", 1)
    await bot.send_chat_action(MINH.id, "typing")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(MINH.id, "a")
    telegram.faults.fail("editMessageText", code=500, description="Internal Server Error")
    sent = await bot.send_message(MINH.id, "b")
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await sent.edit_text("c")

    assert (texts(telegram), [call.status for call in telegram.called("sendMessage")]) == (["b"], [502, 200])


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_send_that_hangs_was_shown_or_was_not(telegram: FakeTelegram, bot: Bot, *, delivered: bool) -> None:
    telegram.faults.hang(delivered=delivered)
    with pytest.raises(TimedOut):
        await bot.send_message(MINH.id, "a", read_timeout=0.3)
    await bot.send_message(MINH.id, "b")

    assert texts(telegram) == (["a", "b"] if delivered else ["b"])
    assert [call.status for call in telegram.called("sendMessage")] == [0, 200]


@pytest.mark.parametrize("delivered", [True, False])
async def test_a_connection_is_cut_before_or_after_the_message_is_shown(
    telegram: FakeTelegram, bot: Bot, *, delivered: bool
) -> None:
    telegram.faults.reset("sendMessage", delivered=delivered)
    with pytest.raises(NetworkError):
        await bot.send_message(MINH.id, "a")

    assert texts(telegram) == (["a"] if delivered else [])


async def test_polls_can_be_answered_with_a_conflict(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.faults.conflict(1)
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await bot.get_updates(timeout=0)

    assert await bot.get_updates(timeout=0) == ()


async def test_a_rich_message_is_unknown_until_it_is_switched_on(telegram: FakeTelegram, bot: Bot) -> None:
    rich = {"chat_id": MINH.id, "rich_message": {"html": "<h1>H100</h1>"}}
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendRichMessage", api_kwargs=rich)
    telegram.rich_messages = True
    await bot.do_api_request("sendRichMessage", api_kwargs=rich)

    assert [shown.rich for shown in telegram.messages(MINH.id)] == [{"html": "<h1>H100</h1>"}]


async def test_a_burst_in_a_private_chat_is_refused_counted_and_edits_count_too() -> None:
    async with FakeTelegram(limits=Limits(private_burst=2)) as telegram, make_bot(telegram) as bot:
        telegram.private(MINH)
        sent = await bot.send_message(MINH.id, "a")
        await sent.edit_text("b")
        with pytest.raises(RetryAfter) as caught:
            await sent.edit_text("c")
        await asyncio.sleep(float(str(caught.value.retry_after)))
        await sent.edit_text("d")

        assert [version.text for version in telegram.messages(MINH.id)[0].versions] == ["a", "b", "d"]
        assert telegram.floods == 1


@pytest.mark.parametrize(
    ("chat", "method", "times", "wait_s"),
    [
        (-100, "sendmessage", [float(n) for n in range(20)], [0] * 20),
        (-100, "editmessagetext", [float(n) for n in range(21)], [0] * 20 + [40]),
        (-100, "sendmessage", [0.0] * 20 + [60.0], [0] * 21),
        (7, "sendmessage", [0.0, 0.0, 0.0, 0.0, 0.5, 1.0], [0, 0, 0, 1, 1, 0]),
        (7, "sendmessage", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [0] * 6),
        (7, "sendmessagedraft", [0.0] * 31, [0] * 30 + [1]),
        (None, "answercallbackquery", [0.0] * 30 + [0.9, 1.0], [0] * 30 + [1, 0]),
    ],
)
def test_the_documented_figures_decide_who_waits_and_how_long(
    chat: int | None, method: str, times: list[float], wait_s: list[int]
) -> None:
    meter = Meter(Limits())

    assert [meter.wait(method, chat, now) for now in times] == wait_s


def test_one_chat_does_not_slow_another() -> None:
    meter = Meter(Limits(private_burst=1))

    assert [meter.wait("sendmessage", chat, 0.0) for chat in (1, 1, 2, 3)] == [0, 1, 0, 0]
