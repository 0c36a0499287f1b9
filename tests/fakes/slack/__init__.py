"""A Slack workspace on loopback that refuses what Slack refuses, for tests over real sockets."""

from tests.fakes.slack.calls import Call
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.flood import Limits
from tests.fakes.slack.http_mode import SIGNING_SECRET, HttpMode, Posted, sign, signed
from tests.fakes.slack.people import ALICE, LAN, MINH, OTHER_BOT
from tests.fakes.slack.scopes import EVENTS, GRANTED, scopes_for
from tests.fakes.slack.server import APP_TOKEN, BOT, BOT_TOKEN, FakeSlack
from tests.fakes.slack.timing import Timing
from tests.fakes.slack.views import View
from tests.fakes.slack.world import Channel, File, Shown, User

__all__ = [
    "ALICE",
    "APP_TOKEN",
    "BOT",
    "BOT_TOKEN",
    "EVENTS",
    "GRANTED",
    "LAN",
    "MINH",
    "OTHER_BOT",
    "SIGNING_SECRET",
    "Call",
    "Channel",
    "Delivery",
    "FakeSlack",
    "File",
    "HttpMode",
    "Limits",
    "Posted",
    "Shown",
    "Timing",
    "User",
    "View",
    "scopes_for",
    "sign",
    "signed",
]
