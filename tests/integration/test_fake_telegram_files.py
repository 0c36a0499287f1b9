"""What the loopback Bot API takes and refuses of pictures, documents and menus, as the real client library sees it."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, NetworkError

from tests.fakes.telegram import ALICE, BOT, LAN, MINH, FakeTelegram
from tests.makers_bot_api import make_bot, make_png


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.private(MINH)
        yield server


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with make_bot(telegram) as client:
        yield client


async def test_a_photo_is_kept_byte_for_byte_and_its_caption_edited(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_photo(MINH.id, make_png(30, 20), caption="<i>loss</i>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="no text in the message to edit"):
        await sent.edit_text("x")
    await sent.edit_caption("accuracy")
    text = await bot.send_message(MINH.id, "x")
    with pytest.raises(BadRequest, match="no caption in the message to edit"):
        await text.edit_caption("y")

    photo = telegram.messages(MINH.id)[0]
    assert photo.photo is not None
    assert (photo.photo.data, photo.photo.size) == (make_png(30, 20), (30, 20))
    assert ([version.text for version in photo.versions], sent.photo[0].width) == (["loss", "accuracy"], 30)


@pytest.mark.parametrize(
    ("data", "caption", "reason"),
    [
        (make_png()[:-1], "", "Image_process_failed"),
        (b"<svg/>", "", "Image_process_failed"),
        (make_png().replace(b"IHDR", b"IHDS"), "", "Image_process_failed"),
        (make_png(100, 4), "", "Photo_invalid_dimensions"),
        (make_png(5001, 5000), "", "Photo_invalid_dimensions"),
        (make_png(3300, 3300, noise=True), "", "is too big for a photo"),
        (make_png(), "😀" * 513, "Message caption is too long"),
    ],
    ids=["cut", "not a picture", "damaged", "too narrow", "too wide", "too heavy", "caption too long"],
)
async def test_a_photo_is_refused(bot: Bot, data: bytes, caption: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.send_photo(MINH.id, data, caption=caption)


async def test_a_document_is_kept_and_one_of_over_fifty_megabytes_refused(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_document(MINH.id, b'{"ms": 1}', filename="run.json", caption="x" * 1024)
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(MINH.id, bytes(52 * 1024**2), filename="huge.bin")

    document = telegram.messages(MINH.id)[0].document
    assert document is not None
    assert (document.name, document.data) == ("run.json", b'{"ms": 1}')
    assert sent.document is not None
    assert sent.document.file_name == "run.json"


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([("so_sánh", "x")], "Bot_command_invalid"),
        ([("x" * 33, "x")], "Bot_command_invalid"),
        ([("gpu", " ")], "Bot_command_description_invalid"),
        ([("gpu", "x" * 257)], "Bot_command_description_invalid"),
        ([(f"c{n}", "x") for n in range(101)], "Bot_commands_too_much"),
    ],
)
async def test_a_command_menu_is_refused(bot: Bot, commands: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){reason}"):
        await bot.set_my_commands([BotCommand(name, text) for name, text in commands])


async def test_a_person_sees_the_menu_of_the_nearest_scope_in_their_language(telegram: FakeTelegram, bot: Bot) -> None:
    private, lab = telegram.private(MINH), telegram.group("Lab", MINH)
    english, vietnamese, here = ([BotCommand("gpu", text)] for text in ("Ask", "Hỏi", "Ở đây"))
    await bot.set_my_commands(english)
    await bot.set_my_commands(vietnamese, scope=BotCommandScopeAllPrivateChats(), language_code="vi")
    await bot.set_my_commands(here, scope=BotCommandScopeChat(lab.id))

    seen = [
        telegram.asking.menu(chat, user)
        for chat, user in ((private, MINH), (telegram.private(ALICE), ALICE), (lab, LAN))
    ]
    assert [menu[0]["description"] for menu in seen] == ["Hỏi", "Ask", "Ở đây"]
    assert (await bot.get_my_commands(language_code="vi", scope=BotCommandScopeAllPrivateChats()))[
        0
    ].description == "Hỏi"
    await bot.delete_my_commands(scope=BotCommandScopeChat(lab.id))
    assert telegram.asking.menu(lab, LAN)[0]["description"] == "Ask"


async def test_descriptions_reactions_drafts_and_members_are_kept(telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group("Lab", MINH)
    group.admins.add(MINH.id)
    telegram.say(group, MINH, "/gpu")
    await bot.set_my_description("Hỏi về GPU", language_code="vi")
    await bot.set_message_reaction(group.id, telegram.history(group)[0].id, ReactionEmoji.THUMBS_UP)
    await bot.send_message_draft(MINH.id, 1, "đang tìm…")
    with pytest.raises(BadRequest, match=r"(?i)textdraft_peer_invalid"):
        await bot.send_message_draft(group.id, 1, "x")

    assert telegram.asking.described == {("setmydescription", "vi"): "Hỏi về GPU"}
    assert telegram.history(group)[0].reactions == ("👍",)
    assert [(draft.chat, draft.text) for draft in telegram.writing.drafts] == [(MINH.id, "đang tìm…")]
    assert (await bot.get_chat(group.id)).title == "Lab"
    assert [(await bot.get_chat_member(group.id, user)).status for user in (MINH.id, BOT.id)] == [
        "administrator",
        "member",
    ]
