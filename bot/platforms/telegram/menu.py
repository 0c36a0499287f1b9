"""The commands that Telegram offers while one types, by language and by kind of chat."""

from collections.abc import Callable, Iterator

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from bot.texts import texts

_ENGLISH = ("help", "ask", "compare", "pick", "spec", "bench", "jobs", "cancel", "results", "hosts", "lang", "forget")
_VIETNAMESE = (
    "trogiup", "hoi", "sosanh", "chon", "thongso", "do", "viec", "huy", "ketqua", "may", "ngonngu", "quen",
)  # fmt: skip
#: In a group the menu is everybody's: what is about oneself is left to private chats.
_PRIVATE_ONLY = frozenset({"lang", "ngonngu"})


def menus() -> Iterator[tuple[BotCommandScope, str | None, list[BotCommand]]]:
    """Yield scope, language code and commands; without a code: everybody whose language has no menu of its own."""
    for names, language, codes in ((_ENGLISH, "en", (None,)), (_VIETNAMESE, "vi", ("vi",))):
        say = texts(language).say
        commands = [
            BotCommand(name, say(f"telegram.commands.{english}")) for name, english in zip(names, _ENGLISH, strict=True)
        ]
        for code in codes:
            yield BotCommandScopeAllPrivateChats(), code, commands
            yield (
                BotCommandScopeAllGroupChats(),
                code,
                [command for command in commands if command.command not in _PRIVATE_ONLY],
            )


async def publish(bot: Bot, note: Callable[[], None] = lambda: None) -> None:
    """Tell Telegram the menus; *note* is called before each call, which counts as any other."""
    for scope, code, commands in menus():
        note()
        await bot.set_my_commands(commands, scope=scope, language_code=code)
