"""How the loopback Bot API hands out what people do, as the real client library sees it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from tests.fakes.telegram import BOT, LAN, MINH, FakeTelegram
from tests.makers_bot_api import make_bot, make_keyboard


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(callback_valid_s=0.3, webhook_retry_s=0.01) as server:
        server.private(MINH)
        yield server


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with make_bot(telegram) as client:
        yield client


async def test_a_poll_waits_until_someone_writes(telegram: FakeTelegram, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.wait_for(lambda: telegram.updates.is_polled)
    number = telegram.say(telegram.private(MINH), MINH, "xin chào")

    updates = await asyncio.wait_for(poll, 2)
    assert [(update.update_id, update.message and update.message.text) for update in updates] == [(number, "xin chào")]


async def test_a_poll_ends_empty_after_its_time(bot: Bot) -> None:
    started = asyncio.get_running_loop().time()

    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < asyncio.get_running_loop().time() - started < 3


async def test_updates_stay_until_an_offset_confirms_them(telegram: FakeTelegram, bot: Bot) -> None:
    chat = telegram.private(MINH)
    first, second, third = (telegram.say(chat, MINH, text) for text in ("a", "b", "c"))

    async def ids(**fields: Any) -> list[int]:
        return [update.update_id for update in await bot.get_updates(timeout=0, **fields)]

    assert await ids() == await ids() == [first, second, third]
    assert await ids(limit=2) == [first, second]
    assert (await ids(offset=second), telegram.updates.unconfirmed) == ([second, third], 2)
    assert (await ids(offset=-1), telegram.updates.unconfirmed) == ([third], 1)
    assert (await ids(offset=(third or 0) + 1), telegram.updates.unconfirmed) == ([], 0)


async def test_an_update_comes_again_on_demand_whatever_was_confirmed(telegram: FakeTelegram, bot: Bot) -> None:
    number = telegram.say(telegram.private(MINH), MINH, "a")
    await bot.get_updates(offset=(number or 0) + 1, timeout=0)
    telegram.updates.redeliver(number or 0, times=2)

    polls = [await bot.get_updates(offset=(number or 0) + 1, timeout=0) for _ in range(3)]
    assert [[update.update_id for update in updates] for updates in polls] == [[number], [number], []]


async def test_a_second_poll_ends_the_first_in_a_conflict(telegram: FakeTelegram, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.wait_for(lambda: telegram.updates.is_polled)
    async with make_bot(telegram) as twin:
        second = asyncio.create_task(twin.get_updates(timeout=5))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await asyncio.wait_for(first, 2)
        telegram.say(telegram.private(MINH), MINH, "a")

        assert len(await second) == 1


async def test_a_poll_whose_connection_dies_loses_nothing(telegram: FakeTelegram, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.wait_for(lambda: telegram.updates.is_polled)
    poll.cancel()
    await telegram.wait_for(lambda: not telegram.updates.is_polled)
    number = telegram.say(telegram.private(MINH), MINH, "a")

    assert [update.update_id for update in await bot.get_updates(timeout=1)] == [number]


async def test_kinds_that_the_bot_did_not_ask_for_are_dropped(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.get_updates(timeout=0, allowed_updates=[Update.MESSAGE])
    chat = telegram.private(MINH)
    telegram.say(chat, MINH, "a")
    telegram.edit(chat, telegram.history(chat)[0].id, "b")

    assert [update.message is not None for update in await bot.get_updates(timeout=0)] == [True]
    assert telegram.updates.dropped == ["edited_message"]


async def test_reactions_come_only_to_a_bot_that_asks_for_them(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.updates.push("message_reaction", {})
    await bot.get_updates(timeout=0, allowed_updates=[Update.MESSAGE_REACTION])
    asked = telegram.updates.push("message_reaction", {})

    assert telegram.updates.dropped == ["message_reaction"]
    assert [update["update_id"] for update in telegram.updates.log] == [asked]


async def test_a_bot_may_start_by_forgetting_what_waits(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.say(telegram.private(MINH), MINH, "a")
    await bot.delete_webhook()
    assert telegram.updates.unconfirmed == 1
    await bot.delete_webhook(drop_pending_updates=True)

    assert telegram.updates.unconfirmed == 0


@pytest.mark.parametrize(
    ("privacy", "admin", "heard"),
    [
        (True, False, ["@gpu_bot what", "/ask", "/ask@GPU_bot", "answering"]),
        (False, False, None),
        (True, True, None),
    ],
)
async def test_a_group_shows_the_bot_what_its_privacy_allows(
    telegram: FakeTelegram, bot: Bot, *, privacy: bool, admin: bool, heard: list[str] | None
) -> None:
    group = telegram.group("Lab", MINH, LAN)
    telegram.privacy = privacy
    group.admins |= {BOT.id} if admin else set()
    asked = await bot.send_message(group.id, "which card?")
    texts = ["just talking", "@gpu_bot what", "@gpu_bots what", "/ask", "/ask@GPU_bot", "/ask@other_bot", "a /b c"]
    for text in texts[:-1]:
        telegram.say(group, LAN, text)
    telegram.say(group, LAN, "answering", reply_to=asked.message_id)

    seen = [update.message.text for update in await bot.get_updates(timeout=0) if update.message]
    assert seen == (heard or [*texts[:-1], "answering"])


async def test_a_client_marks_mentions_and_commands_in_utf16_units(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.say(telegram.private(MINH), MINH, "😀 @gpu_bot xem /ask@gpu_bot")

    (update,) = await bot.get_updates(timeout=0)
    assert update.message is not None
    assert [(mark.type, mark.offset, mark.length) for mark in update.message.entities] == [
        ("mention", 3, 8),
        ("bot_command", 16, 12),
    ]


async def test_threads_come_as_telegram_sends_them(telegram: FakeTelegram, bot: Bot) -> None:
    telegram.privacy = False
    forum, plain = telegram.supergroup("Forum", MINH, topics={5: "H100"}), telegram.supergroup("Plain", MINH)
    telegram.say(forum, MINH, "in a topic", topic=5)
    telegram.say(forum, MINH, "in General", topic=1)
    telegram.say(forum, MINH, "replying in a topic", reply_to=1)
    telegram.say(forum, MINH, "replying in General", reply_to=2)
    telegram.say(plain, MINH, "root")
    telegram.say(plain, MINH, "reply", reply_to=1)

    messages = [update.message for update in await bot.get_updates(timeout=0) if update.message]
    assert [(m.message_thread_id, m.is_topic_message) for m in messages] == [
        *((5, True), (None, None)),
        *((5, True), (None, None)),
        *((None, None), (1, None)),
    ]
    assert messages[5].reply_to_message is not None
    assert (messages[5].reply_to_message.text, [m.message_id for m in messages]) == ("root", [1, 2, 3, 4, 1, 2])


async def test_private_chats_and_basic_groups_share_their_message_numbers(telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group("Lab", MINH)
    rooms = [MINH.id, group.id, MINH.id, telegram.supergroup("GPU").id]

    assert [(await bot.send_message(room, "x")).message_id for room in rooms] == [1, 2, 3, 1]


async def test_media_joins_and_channel_posts_arrive_as_their_kinds(telegram: FakeTelegram, bot: Bot) -> None:
    chat, group = telegram.private(MINH), telegram.group("Lab")
    telegram.photo(chat, MINH, "what card?")
    telegram.voice(chat, MINH)
    telegram.document(chat, MINH, "nvidia-smi.txt")
    telegram.sticker(chat, MINH, "🔥")
    telegram.joins(group, LAN)
    telegram.say(telegram.channel(), MINH, "news")
    telegram.block(MINH)

    photo, voice, document, sticker, joined, post, blocked = await bot.get_updates(timeout=0)
    assert photo.message and voice.message and document.message and sticker.message and joined.message  # noqa: PT018
    assert (photo.message.caption, photo.message.text, len(photo.message.photo)) == ("what card?", None, 1)
    assert voice.message.voice and voice.message.voice.file_id == "voice"  # noqa: PT018
    assert document.message.document and document.message.document.file_name == "nvidia-smi.txt"  # noqa: PT018
    assert sticker.message.sticker and sticker.message.sticker.emoji == "🔥"  # noqa: PT018
    assert [user.first_name for user in joined.message.new_chat_members] == ["Lan"]
    assert post.channel_post and post.channel_post.text == "news"  # noqa: PT018
    assert blocked.my_chat_member and blocked.my_chat_member.new_chat_member.status == "kicked"  # noqa: PT018


async def test_a_pressed_button_is_answered_in_time_or_not_at_all(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(MINH.id, "Run?", reply_markup=make_keyboard([("Run", "r|7F3K"), ("No", "n")]))
    card = telegram.messages(MINH.id)[0]
    pressed, late = telegram.press(card, "Run"), telegram.press(card, "n", LAN)
    first, second = [update.callback_query for update in await bot.get_updates(timeout=0)]
    assert first and second  # noqa: PT018
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await first.answer("x" * 201)
    await first.answer("Đã chạy", show_alert=True)
    await asyncio.sleep(0.35)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await second.answer()

    assert [(query.data, query.from_user.first_name) for query in (first, second)] == [("r|7F3K", "Minh"), ("n", "Lan")]
    answered = await telegram.wait_for_answer(pressed)
    assert (answered.answer, answered.is_alert, telegram.pressed(late).answer) == ("Đã chạy", True, None)


async def test_only_a_forged_press_carries_what_no_button_has(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(MINH.id, "Run?", reply_markup=make_keyboard([("Run", "r")]))
    card = telegram.messages(MINH.id)[0]
    with pytest.raises(LookupError, match="'approve' is none of \\['Run'\\]"):
        telegram.press(card, "approve")
    telegram.press(card, "approve", LAN, forged=True)

    (update,) = await bot.get_updates(timeout=0)
    assert update.callback_query
    assert update.callback_query.data == "approve"


async def test_a_webhook_gets_every_update_until_it_takes_it(telegram: FakeTelegram, bot: Bot) -> None:
    seen: list[tuple[int, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        seen.append(((await request.json())["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=500 if len(seen) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s3cret")  # noqa: S106
        first = telegram.say(telegram.private(MINH), MINH, "a")
        second = telegram.say(telegram.private(MINH), MINH, "b")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed == 0)
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates(timeout=0)
    finally:
        await bot.delete_webhook()
        await runner.cleanup()

    assert seen == [(first, "s3cret"), (first, "s3cret"), (second, "s3cret")]
    assert telegram.updates.webhook_posts == [500, 200, 200]
    assert await bot.get_updates(timeout=0) == ()


async def test_a_webhook_must_be_https_unless_it_is_on_loopback(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)bad webhook: an https url must be provided"):
        await bot.set_webhook("http://example.org/hook")
