"""What a test sees of the workspace, and how it waits for it."""

import time
from collections.abc import Callable

from tests.fakes.slack.calls import Call
from tests.fakes.slack.deliveries import Deliveries, Delivery
from tests.fakes.slack.socket_mode import SocketMode
from tests.fakes.slack.views import View, Views
from tests.fakes.slack.world import Channel, Shown, User, World
from tests.fakes.telegram.updates import Signal

LOOK_AGAIN_S = 0.05  #: for conditions of which no call or acknowledgement tells


class Watching:
    """What was shown, called, refused and acknowledged."""

    world: World
    deliveries: Deliveries
    viewing: Views
    socket: SocketMode
    calls: list[Call]
    changed: Signal

    @property
    def refused(self) -> list[str]:
        """Why calls were refused, oldest first."""
        return [call.error for call in self.calls if call.error]

    @property
    def late_acks(self) -> list[Delivery]:
        """What was acknowledged too late, or not at all though its time is over."""
        return [one for one in self.deliveries.log if one.is_overdue]

    def messages(self, channel: Channel, *, seen_by: User | None = None) -> list[Shown]:
        """Return what the bot has shown in a channel and not deleted, oldest first; one person misses some of it."""
        shown = [one for one in channel.shown.values() if one.bot_id == self.world.bot.bot_id and not one.deleted]
        return [one for one in shown if seen_by is None or one.ephemeral_to in {"", seen_by.id}]

    def answers(self, question: Shown) -> list[Shown]:
        """Return what the bot has shown in the thread of a message, after it, oldest first."""
        return [one for one in self.messages(question.channel) if one.root == question.root and one.ts > question.ts]

    def views(self, user: User) -> list[View]:
        """Return the Home tab and modals of one person, oldest first."""
        return [view for view in self.viewing.shown if view.user == user.id]

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until *condition* holds, of this workspace or of anything else."""
        deadline = time.monotonic() + timeout_s
        while not await self.changed.wait_for(condition, LOOK_AGAIN_S):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing of the kind in {timeout_s:g} s; refused: {self.refused[-5:]}")

    async def wait_for_messages(self, channel: Channel, count: int = 1, timeout_s: float = 10.0) -> list[Shown]:
        """Wait until the bot has shown so many messages in a channel and return them."""
        await self.wait_for(lambda: len(self.messages(channel)) >= count, timeout_s)
        return self.messages(channel)

    async def wait_for_answers(self, question: Shown, count: int = 1, timeout_s: float = 10.0) -> list[Shown]:
        """Wait until the bot has shown so many messages in the thread of a question and return them."""
        await self.wait_for(lambda: len(self.answers(question)) >= count, timeout_s)
        return self.answers(question)

    async def wait_for_ack(self, delivery: Delivery, timeout_s: float = 10.0) -> Delivery:
        """Wait until the bot has acknowledged a delivery."""
        await self.wait_for(lambda: delivery.acked_at is not None, timeout_s)
        return delivery

    async def wait_for_acks(self, timeout_s: float = 10.0) -> None:
        """Wait until the bot has acknowledged everything that was sent to it, or let its time go by."""
        await self.wait_for(lambda: all(one.acked_at or one.is_overdue for one in self.deliveries.log), timeout_s)

    async def wait_for_connection(self, opened: int = 1, timeout_s: float = 10.0) -> None:
        """Wait until that many sockets were ever opened and one of them takes deliveries."""
        await self.wait_for(lambda: self.socket.opened >= opened and self.socket.connections > 0, timeout_s)
