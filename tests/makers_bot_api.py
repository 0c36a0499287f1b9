"""Makers for what goes to Telegram: a client over the socket, pictures, keyboards."""

import os
import struct
import zlib

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from tests.fakes.telegram import TOKEN, FakeTelegram


def make_bot(telegram: FakeTelegram, token: str = TOKEN) -> Bot:
    """Return the library's client that talks to the server."""
    return Bot(token, base_url=f"{telegram.url}/bot")


def make_keyboard(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    """Return an inline keyboard of labels and callback data."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


def make_png(width: int = 8, height: int = 4, *, noise: bool = False) -> bytes:
    """Return a grey PNG; one of noise does not get smaller by packing."""
    fill = os.urandom if noise else bytes
    pixels = b"".join(b"\0" + fill(width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
