"""What the loopback Bot API shows and refuses, as the real client library sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from telegram import Bot, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from tests.fakes.telegram import BOT, MINH, FakeTelegram
from tests.makers_bot_api import make_bot, make_keyboard

FORUM_TOPIC = 5


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.private(MINH)
        yield server


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with make_bot(telegram) as client:
        yield client


async def test_the_bot_learns_who_it_is(bot: Bot) -> None:
    assert (bot.id, bot.username, bot.bot.can_join_groups) == (BOT.id, "gpu_bot", True)
    assert bot.can_read_all_group_messages is False


@pytest.mark.parametrize(("token", "reason"), [("1:WRONG", "Unauthorized"), ("nonsense", "Not Found")])
async def test_a_wrong_token_is_refused(telegram: FakeTelegram, token: str, reason: str) -> None:
    with pytest.raises(InvalidToken, match="was rejected by the server"):
        async with make_bot(telegram, token):
            pass

    assert telegram.refused == [reason]


async def test_a_method_that_does_not_exist_is_not_found(bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendSmoke", api_kwargs={"chat_id": MINH.id})


async def test_html_is_shown_as_text_and_entities(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(MINH.id, "😀 <b>đo</b> &lt;H100&gt;", parse_mode="HTML")

    shown = telegram.messages(MINH.id)[0]
    assert (shown.text, shown.html) == ("😀 đo <H100>", "😀 <b>đo</b> &lt;H100&gt;")
    assert shown.entities == ({"type": "bold", "offset": 3, "length": 2},)
    assert (sent.message_id, sent.text, sent.parse_entities()) == (shown.id, shown.text, {sent.entities[0]: "đo"})


async def test_blank_lines_around_a_text_are_cut_and_its_entities_moved(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(MINH.id, "\n\n<b>đo \n</b>\n", parse_mode="HTML")

    shown = telegram.messages(MINH.id)[0]
    assert (shown.text, shown.entities) == ("đo", ({"type": "bold", "offset": 0, "length": 2},))


async def test_markdown_is_shown_as_text_and_entities(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(MINH.id, "*nhanh* 3\\.35", parse_mode="MarkdownV2")

    assert telegram.messages(MINH.id)[0].text == "nhanh 3.35"


async def test_entities_beyond_the_hundredth_are_left_out(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(MINH.id, "".join(f"<b>{n}</b> " for n in range(103)), parse_mode="HTML")

    assert (len(telegram.messages(MINH.id)[0].entities), telegram.writing.dropped_entities) == (100, 3)


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        ("", None, "Message text is empty"),
        (" \n ", None, "Message text is empty"),
        ("<b></b>", "HTML", "Message text is empty"),
        ("x" * 4097, None, "Message is too long"),
        ("😀" * 2049, None, "Message is too long"),
        ("a < b", "HTML", 'Can\'t parse entities: unsupported start tag "" at byte offset 2'),
        ("<table>", "HTML", 'Can\'t parse entities: unsupported start tag "table" at byte offset 0'),
        ("<b>x", "HTML", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ("3.35", "MarkdownV2", "Can't parse entities: character '.' is reserved"),
        ("x", "Rich", "Unsupported parse_mode"),
    ],
)
async def test_a_text_is_refused(telegram: FakeTelegram, bot: Bot, text: str, mode: str | None, reason: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await bot.send_message(MINH.id, text, parse_mode=mode)

    assert str(caught.value).lower().startswith(reason.lower())
    assert telegram.messages(MINH.id) == []


@pytest.mark.parametrize(
    ("text", "mode", "length"),
    [("x" * 4096, None, 4096), ("😀" * 2048, None, 2048), (f"<b>{'&lt;' * 4096}</b>", "HTML", 4096)],
)
async def test_a_text_of_just_the_right_length_is_shown(
    telegram: FakeTelegram, bot: Bot, text: str, mode: str | None, length: int
) -> None:
    await bot.send_message(MINH.id, text, parse_mode=mode)

    assert len(telegram.messages(MINH.id)[0].text) == length


@pytest.mark.parametrize(
    ("keyboard", "reason"),
    [
        (make_keyboard([("Run", "x" * 65)]), "Button_data_invalid"),
        (make_keyboard([("Run", "đ" * 33)]), "Button_data_invalid"),
        (make_keyboard([("Run", "")]), "Button_data_invalid"),
        (make_keyboard([("Run", "r")] * 9), "Reply markup is too long"),
        (make_keyboard(*[[("Run", "r")]] * 101), "Reply markup is too long"),
        (make_keyboard([(" ", "r")]), 'field "text" must be non-empty'),
    ],
)
async def test_a_keyboard_is_refused(bot: Bot, keyboard: Any, reason: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.send_message(MINH.id, "choose", reply_markup=keyboard)


async def test_the_largest_keyboard_is_shown(telegram: FakeTelegram, bot: Bot) -> None:
    rows = [[("Run", "đ" * 32)] * 8] * 12
    await bot.send_message(MINH.id, "choose", reply_markup=make_keyboard(*rows))

    assert telegram.messages(MINH.id)[0].labels == ["Run"] * 96


Act = Callable[[Bot, FakeTelegram], Awaitable[Any]]
NOWHERE: list[tuple[Act, type[TelegramError], str]] = [
    (lambda bot, _: bot.send_message(404, "x"), BadRequest, "Chat not found"),
    (lambda bot, _: bot.send_message("@nobody", "x"), BadRequest, "Chat not found"),
    (lambda bot, _: bot.edit_message_text("x", MINH.id, 99), BadRequest, "Message to edit not found"),
    (lambda bot, _: bot.delete_message(MINH.id, 99), BadRequest, "Message to delete not found"),
    (lambda bot, _: bot.set_message_reaction(MINH.id, 99), BadRequest, "Message to react not found"),
    (
        lambda bot, _: bot.send_message(MINH.id, "x", reply_parameters=ReplyParameters(99)),
        BadRequest,
        "replied not found",
    ),
    (lambda bot, _: bot.send_message(MINH.id, "x", message_thread_id=1), BadRequest, "Message thread not found"),
    (lambda bot, _: bot.send_chat_action(MINH.id, "dancing"), BadRequest, "Wrong parameter action"),
    (
        lambda bot, _: bot.answer_callback_query("99"),
        BadRequest,
        "Query is too old and response timeout expired or query",
    ),
    (lambda bot, _: bot.get_chat_member(MINH.id, 99), BadRequest, "Invalid user_id specified"),
]


@pytest.mark.parametrize(("act", "kind", "reason"), NOWHERE)
async def test_what_names_something_unknown_is_refused(
    telegram: FakeTelegram, bot: Bot, act: Act, kind: type[TelegramError], reason: str
) -> None:
    with pytest.raises(kind, match=reason):
        await act(bot, telegram)


async def test_a_reply_may_ask_to_be_sent_though_its_message_is_gone(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.send_message(MINH.id, "x", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True))

    assert telegram.messages(MINH.id)[0].reply_to is None


async def test_a_topic_is_kept_and_the_general_one_refused(telegram: FakeTelegram, bot: Bot) -> None:
    forum = telegram.supergroup("Lab", MINH, topics={FORUM_TOPIC: "H100"})
    sent = await bot.send_message(forum.id, "x", message_thread_id=FORUM_TOPIC)
    await bot.send_chat_action(forum.id, "typing", message_thread_id=1)
    for topic in (1, 6):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(forum.id, "x", message_thread_id=topic)

    assert (sent.message_thread_id, sent.is_topic_message) == (FORUM_TOPIC, True)
    assert telegram.writing.actions == [(forum.id, "typing")]


async def test_a_blocked_and_a_removed_bot_are_forbidden_to_write(telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group("Lab", MINH)
    telegram.block(MINH)
    telegram.kick(group)
    assert [telegram.say(chat, MINH, "/gpu") for chat in (telegram.private(MINH), group)] == [None, None]
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(MINH.id, "x")
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group.id, "x")
    telegram.unblock(MINH)

    assert (await bot.send_message(MINH.id, "x")).text == "x"


async def test_a_migrated_group_says_where_it_went(telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group("Lab", MINH)
    new = telegram.migrate(group)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(group.id, "x")

    assert caught.value.new_chat_id == new.id
    assert (await bot.send_message(new.id, "x")).chat.type == "supergroup"


async def test_edits_keep_what_was_shown_before_and_refuse_the_same_again(telegram: FakeTelegram, bot: Bot) -> None:
    keyboard = make_keyboard([("Cancel", "c|7F3K")])
    sent = await bot.send_message(MINH.id, "<b>0 %</b>", parse_mode="HTML", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup"):
        await sent.edit_text("<b>0 %</b>", parse_mode="HTML", reply_markup=keyboard)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_reply_markup(keyboard)
    await sent.edit_text("50 %", reply_markup=keyboard)
    await sent.edit_reply_markup(None)

    shown = telegram.messages(MINH.id)[0]
    assert [version.text for version in shown.versions] == ["0 %", "50 %", "50 %"]
    assert [bool(version.keyboard) for version in shown.versions] == [True, True, False]
    assert shown.edits[0].at <= shown.edits[1].at <= shown.versions[2].at


async def test_only_the_bots_own_messages_can_be_edited(telegram: FakeTelegram, bot: Bot) -> None:
    chat = telegram.private(MINH)
    telegram.say(chat, MINH, "mine")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", MINH.id, telegram.history(chat)[0].id)


async def test_the_bot_deletes_its_own_messages_and_others_only_as_an_admin(telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group("Lab", MINH)
    telegram.say(group, MINH, "/gpu")
    spoken, own = telegram.history(group)[0], await bot.send_message(group.id, "x")
    await own.delete()
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, spoken.id)
    group.admins.add(BOT.id)
    await bot.delete_message(group.id, spoken.id)

    assert (telegram.messages(group), [shown.deleted for shown in telegram.history(group)]) == ([], [True, True])
