"""A help channel in the loopback Slack, with the reviewers' channel beside it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.helping import Helping
from bot.platforms import Responder
from bot.store import inbox, outbox
from bot.store.database import Connection, Database
from tests.fakes.slack import ALICE, LAN, MINH, OTHER_BOT, Channel, FakeSlack, Shown, User
from tests.makers_chats import database_in
from tests.makers_slack_chats import running

LOOK_AGAIN_S, PATIENCE_S = 0.02, 20.0

#: A question that is answered at the strict bar, and one that is only offered.
SURE, UNSURE = "What are tensor cores good for?", "Is NVLink worth it for two cards?"
LOCAL, ASIDE = "ssh to node 7 hangs, why?", "Lunch at 12:15, who's in?"


def _is_sending(connection: Connection) -> bool:
    return bool(outbox.count_waiting(connection) or outbox.on_their_way(connection, "slack"))


@dataclass
class Room:
    """A help channel with the bot in it, the reviewers' channel beside it, and the database behind."""

    slack: FakeSlack
    database: Database
    help: Channel
    review: Channel

    async def settled(self) -> None:
        """Wait until the bot has dealt with all that was said, and shown what follows."""
        await self.slack.wait_for_acks()
        deadline = time.monotonic() + PATIENCE_S
        while await self.database.read(inbox.count_unsettled) or await self.database.read(_is_sending):
            assert time.monotonic() < deadline
            await asyncio.sleep(LOOK_AGAIN_S)
        await asyncio.sleep(0.2)  # what a press is answered with is said after it was settled

    async def say(self, text: str, **fields: Any) -> Shown:
        said = self.slack.say(self.help, MINH, text, **fields)
        await self.settled()
        return said

    def seen(self, *, by: User | None = None) -> list[Shown]:
        return self.slack.messages(self.help, seen_by=by)

    async def offer(self) -> Shown:
        """Ask what is only offered and return the offer."""
        await self.say(UNSURE)
        await self.slack.wait_for_messages(self.help)
        (offer,) = self.seen()
        return offer

    async def answer(self) -> Shown:
        """Ask what is answered and return the answer."""
        (answer,) = await self.slack.wait_for_answers(await self.say(SURE))
        return answer


@asynccontextmanager
async def helping(
    slack: FakeSlack, bot: Responder, *, bar: float | None = None, is_shadow: bool = False, humans: tuple[str, ...] = ()
) -> AsyncIterator[Room]:
    channel, review = slack.channel("help", MINH, LAN, OTHER_BOT), slack.channel("review", LAN, ALICE, kind="private")
    channels = {channel.id: bar, review.id: None} if is_shadow else {channel.id: bar}
    given = Helping(channels=channels, shadow=review.id if is_shadow else None, humans=humans)
    async with database_in() as database, running(slack, bot, database, helping=given):
        yield Room(slack, database, channel, review)
