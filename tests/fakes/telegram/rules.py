"""What Telegram refuses to show: lengths, keyboards, pictures, command menus."""

import json
import re
import struct
import zlib
from typing import Any

from tests.fakes.telegram.formatting import Formatted, utf16
from tests.fakes.telegram.refusals import bad_request

MAX_TEXT, MAX_CAPTION, MAX_RICH_TEXT = 4096, 1024, 32768
MAX_PHOTO_BYTES, MAX_DOCUMENT_BYTES = 10 * 1024**2, 50 * 1024**2
MAX_CALLBACK_BYTES, MAX_ROW, MAX_BUTTONS = 64, 8, 100
MAX_COMMANDS, MAX_COMMAND_DESCRIPTION, MAX_ALERT = 100, 256, 200
PNG = b"\x89PNG\r\n\x1a\n"
_EMOJI = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡
"""
REACTIONS = frozenset(_EMOJI.split())  #: what a bot may react with

Keyboard = list[list[dict[str, Any]]]


def check_text(shown: Formatted) -> None:
    if not shown.text.strip():
        raise bad_request("message text is empty")
    if utf16(shown.text) > MAX_TEXT:
        raise bad_request("message is too long")


def check_caption(shown: Formatted) -> None:
    if utf16(shown.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")


def read_keyboard(markup: str | None) -> Keyboard:
    """Return the rows of an inline keyboard, or none at all for another markup."""
    if not markup:
        return []
    try:
        rows = json.loads(markup).get("inline_keyboard", [])
    except (ValueError, AttributeError):
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    rows = [row for row in rows if row]
    for row in rows:
        for button in row:
            _check_button(button)
    if any(len(row) > MAX_ROW for row in rows) or sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return rows


def _check_button(button: dict[str, Any]) -> None:
    if not str(button.get("text", "")).strip():
        raise bad_request('can\'t parse inline keyboard button: field "text" must be non-empty')
    if "callback_data" in button:
        if not 1 <= len(button["callback_data"].encode()) <= MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        if not re.match(r"(https?|tg)://[^\s/]+", button["url"]):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif not set(button) & {"switch_inline_query", "switch_inline_query_current_chat", "copy_text"}:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def check_photo(data: bytes) -> tuple[int, int]:
    """Return width and height of a whole PNG that Telegram would take as a photo."""
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MAX_PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {MAX_PHOTO_BYTES} bytes"
        )
    size = read_png(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def read_png(data: bytes) -> tuple[int, int] | None:
    """Return width and height when every chunk is whole and the pixels unpack, else None."""
    if not data.startswith(PNG):
        return None
    place, size, pixels = len(PNG), None, b""
    try:
        while True:
            length, kind = struct.unpack_from(">I4s", data, place)
            body = data[place + 8 : place + 8 + length]
            if zlib.crc32(kind + body) != struct.unpack_from(">I", data, place + 8 + length)[0]:
                return None
            place += 12 + length
            if kind == b"IHDR":
                size = struct.unpack_from(">II", body)
            elif kind == b"IDAT":
                pixels += body
            elif kind == b"IEND":
                return (size[0], size[1]) if size and all(size) and zlib.decompress(pixels) else None
    except (struct.error, zlib.error):
        return None


def read_commands(given: str | None) -> list[dict[str, str]]:
    """Return a command menu that Telegram would show."""
    commands: list[dict[str, str]] = json.loads(given or "[]")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"].removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16(command["description"].strip()) <= MAX_COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return commands
