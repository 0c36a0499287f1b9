import re

import pytest

from bot.chatting.commands import ORDERS, QUESTIONS
from bot.platforms.telegram.buttons import LIMIT, Button, read_button
from bot.platforms.telegram.content import Content, read_content
from bot.platforms.telegram.menu import menus


@pytest.mark.parametrize(
    "button",
    [
        Button(verb="why", subject="7k3bcdfg"),
        Button(verb="reason", subject="7k3bcdfg", detail="unclear"),
        Button(verb="show", subject="99999999999"),
    ],
)
def test_a_button_says_what_it_was_made_from_in_64_bytes(button: Button) -> None:
    data = button.to_data()

    assert len(data.encode()) <= LIMIT
    assert read_button(data) == button


@pytest.mark.parametrize(
    "data", [None, "", "v1", "v1|why", "v2|why|7k3", "v1||7k3", "v1|why|", "v1|a|b|c|d", "anything"]
)
def test_data_that_no_button_has_is_none(data: str | None) -> None:
    assert read_button(data) is None


def test_a_message_survives_the_outbox() -> None:
    content = Content(html="<b>a</b>", plain="a", keyboard=((("Why?", "v1|why|x"), ("👍", "v1|up|x")),), reply_to=7)

    assert read_content(content.to_json()) == content


def test_every_command_of_a_menu_is_understood_and_named_as_telegram_wants() -> None:
    for _, _, commands in menus():
        for command in commands:
            assert command.command in QUESTIONS or command.command in ORDERS
            assert re.fullmatch(r"[a-z0-9_]{1,32}", command.command)
            assert 1 <= len(command.description) <= 256


def test_both_menus_offer_the_same() -> None:
    meant = {
        language: {QUESTIONS.get(command.command, ORDERS.get(command.command)) is not None for command in commands}
        for _, language, commands in menus()
    }

    assert len({len(commands) for _, _, commands in menus()}) == 2  # private chats and groups
    assert meant == {None: {True}, "vi": {True}}
