"""A Bot API server on loopback that refuses what Telegram refuses, for tests over real sockets."""

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.flood import Limits
from tests.fakes.telegram.people import ALICE, LAN, MINH, Press
from tests.fakes.telegram.server import BOT, TOKEN, FakeTelegram
from tests.fakes.telegram.world import GENERAL_TOPIC, Chat, File, Shown, User

__all__ = [
    "ALICE",
    "BOT",
    "GENERAL_TOPIC",
    "LAN",
    "MINH",
    "TOKEN",
    "Call",
    "Chat",
    "FakeTelegram",
    "File",
    "Limits",
    "Press",
    "Shown",
    "User",
]
