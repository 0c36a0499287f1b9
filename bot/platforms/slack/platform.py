"""Slack's adapter: takes what Slack sends, has it served, and shows what follows."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError

from bot.chatting.allowance import Allowance
from bot.chatting.conversing import Conversing, Question
from bot.chatting.delivery import Delivery
from bot.chatting.ordering import Ordering, Rights
from bot.chatting.pacing import Budget, Pacer
from bot.chatting.pressing import Pressing
from bot.chatting.wording import slow_down
from bot.platforms import PlatformError, Redaction, Turns, may_ask, stranger_text
from bot.platforms.slack import modal
from bot.platforms.slack.building import LOGGERS, connector_of, make_app, make_client
from bot.platforms.slack.checking import REMEDY, ask_who
from bot.platforms.slack.dialect import SlackDialect
from bot.platforms.slack.helping import REACTION, Helper
from bot.platforms.slack.homing import Homing
from bot.platforms.slack.more import SlackMore
from bot.platforms.slack.people import People
from bot.platforms.slack.pressed import Presses
from bot.platforms.slack.reading import HOME, NAME, STOPPED, Heard, Way, is_hidden, to_heard
from bot.platforms.slack.receiving import Receiving
from bot.platforms.slack.sending import SlackCarrier
from bot.platforms.slack.sessions import Sessions
from bot.platforms.slack.wiring import SlackWiring
from bot.store.inbox import Accepted

SETTING = "GPUWISE_SLACK_ALLOW"
#: About one message a second in a channel, a few hundred a minute over all, and 50 edits a minute of which 40 are used.
_OVERALL, _EDITS = (Budget(calls=240, seconds=60.0),), (Budget(calls=40, seconds=61.0),)
_CHANNEL = (Budget(calls=1, seconds=1.04),)
_STATUS_AFTER_S = 0.4
_LATE_S = 60.0  #: after which an answer says when it was asked
_CONNECTOR_S, _TASKS_S, _DRAIN_S = 1.5, 3.5, 2.0  #: together below the eight seconds that a stop may take
_CARDS_S = 5.5  #: after the stop began, until which benchmarks may end and be told
_TROUBLE = (SlackClientError, ClientError, TimeoutError)
_log = logging.getLogger(__name__)


class SlackPlatform:
    """Carries questions from Slack to the bot and its answers back to where they were asked."""

    def __init__(self, wiring: SlackWiring) -> None:
        self._wiring, self._database = wiring, wiring.database
        secrets = filter(None, [wiring.bot_token, wiring.app_token, wiring.signing_secret])
        self._redaction = Redaction(secrets)
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self._redaction)
        self._client = make_client(wiring, retries=True)
        self.pacer = Pacer(_OVERALL, lambda _: _CHANNEL, edits=_EDITS)
        self.delivery = Delivery(self._database, SlackCarrier(make_client(wiring, retries=False)), self.pacer)
        dialect = SlackDialect()
        self.conversing = Conversing(
            self._database, wiring.responder, dialect, wiring.executor, index_version=wiring.index_version
        )
        self._helper = Helper(self._database, self.conversing, dialect, wiring.helping)
        self._sessions = Sessions(self._client)
        if wiring.measuring is not None:
            self.conversing.propose = wiring.measuring.propose
            wiring.measuring.join(NAME, dialect, self.delivery.wake, self._sessions.note)
        pressing = Pressing(self._database, self.conversing, wiring.measuring, SlackMore())
        self._presses = Presses(self._database, self.conversing, pressing, self._helper, self._client)
        rights = Rights(admins=wiring.admins, is_chat_admin=_nobody)
        self._ordering = Ordering(self._database, self.conversing, wiring.responder, wiring.measuring, rights)
        self._homing = Homing(self._database, self._client, wiring.measuring)
        self._people = People(self._database, self._client)
        self._allowance, self._turns = Allowance(wiring.questions), Turns()
        self._receiving = Receiving(self._database, self._take, self._helper.listens)
        self._connector = connector_of(wiring, make_app(wiring, self._client, self._receiving))
        self._tasks: set[asyncio.Task[None]] = set()
        self._delivering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            self._receiving.bot_user = await self._introduce()
            self._people.learn(self._wiring.named)
            await self.delivery.recover()
            self._delivering = asyncio.create_task(self.delivery.run())
            for accepted in await self._receiving.left_over():
                self._take(accepted, is_late=True)
            await self._connector.open()
        except _TROUBLE as error:
            await self._close()
            raise PlatformError(
                "Slack cannot be connected to: set SLACK_APP_TOKEN to an app-level token (xapp-…) "
                "with connections:write."
            ) from error
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def run(self) -> None:
        """Serve until cancelled; what is being answered then is still sent, as far as eight seconds allow."""
        async with self:
            await asyncio.get_running_loop().create_future()

    async def is_connected(self) -> bool:
        """Whether events can arrive."""
        return await self._connector.is_open()

    async def _introduce(self) -> str:
        try:
            return str((await ask_who(self._client, REMEDY))["user_id"])
        except _TROUBLE as error:
            raise PlatformError("Slack cannot be reached. Check the network and GPUWISE_SLACK_API_URL.") from error

    def _take(self, accepted: Accepted, *, is_late: bool = False) -> None:
        """Have something served that was written down; the task is kept, the library would lose it."""
        task = asyncio.create_task(self._serve(accepted, is_late=is_late))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, accepted: Accepted, *, is_late: bool) -> None:
        try:
            await self._serve_body(accepted, is_late=is_late)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the one loop that must outlive an event; it stays unsettled
            _log.error("a Slack event was not served: %s", self._redaction.clean(repr(error)), exc_info=True)
        finally:
            self.delivery.wake()

    async def _serve_body(self, accepted: Accepted, *, is_late: bool) -> None:
        body = accepted.payload
        kind = body.get("event", {}).get("type") or body.get("type")
        heard = modal.to_heard(body) or to_heard(body, self._receiving.bot_user) if body else None
        if kind == "block_actions":
            await self._on_press(accepted)
        elif kind == HOME:
            await self._homing.publish(str(body["event"]["user"]))
            await self.conversing.pass_over(accepted.key)
        elif kind == STOPPED:
            await self._on_stop(accepted)
        elif heard is None:
            await self.conversing.pass_over(accepted.key)
        else:
            async with self._turns.take(heard.message.conversation):
                await self._on_heard(heard, accepted, is_late=is_late)

    async def _on_heard(self, heard: Heard, accepted: Accepted, *, is_late: bool) -> None:
        message = await self._people.known(heard)
        asked = accepted.received
        is_late = is_late or (datetime.now(UTC) - asked).total_seconds() > _LATE_S
        back = heard.back.to_json() if heard.back else {}
        question = Question(key=accepted.key, message=message, received=asked, is_late=is_late, back=back)
        is_called = heard.way not in {Way.OPEN, Way.FOLLOW_UP}
        if not may_ask(self._wiring.allow, (message.user, message.chat)):
            text = stranger_text(message.user, SETTING, message.language_hint)
            await (self.conversing.say(question, text) if is_called else self.conversing.pass_over(question.key))
        elif not is_called:
            await self._on_overheard(heard.way, question)
        elif (wait_s := self._allowance.wait_s(message.user, time.monotonic())) > 0:
            await self.conversing.say(question, slow_down(question, self._wiring.questions, wait_s))
        elif modal.is_wanted(heard, str(accepted.payload.get("text") or "")):
            await self._open_modal(heard, question)
        elif heard.order is None or not await self._ordering.serve(question, heard.order):
            await self._answer(question)

    async def _on_overheard(self, way: Way, question: Question) -> None:
        """Deal with what was said to nobody: in a thread where the bot was asked, or in a help channel."""
        message = question.message
        if way is Way.FOLLOW_UP:
            await self._helper.follow_up(question)
        elif not self._helper.listens(message.chat):
            await self.conversing.pass_over(question.key)
        elif await self._helper.help(question):
            with suppress(*_TROUBLE):
                await self._client.reactions_add(channel=message.chat, timestamp=message.id, name=REACTION)

    async def _answer(self, question: Question) -> None:
        """Answer, and show that somebody is at it where that takes longer than a moment."""
        answering = asyncio.ensure_future(self.conversing.answer(question))
        done, _ = await asyncio.wait({answering}, timeout=_STATUS_AFTER_S)
        message = question.message
        if not done and not is_hidden(message.thread):
            await self._sessions.show_status(message.chat, message.thread or message.id, message.language_hint)
        await answering

    async def _open_modal(self, heard: Heard, question: Question) -> None:
        """Open the form of a choice; where that fails the bot asks in words."""
        view = modal.view_of(heard, question.message.language_hint)
        try:
            await self._client.views_open(trigger_id=heard.trigger_id, view=view)
        except _TROUBLE as error:
            _log.warning("the form of a choice was not opened: %s", self._redaction.clean(repr(error)))
            await self._answer(question)
        else:
            await self.conversing.pass_over(question.key)

    async def _on_press(self, accepted: Accepted) -> None:
        body = accepted.payload
        user, chat = str(body["user"]["id"]), str(body.get("channel", {}).get("id") or "")
        language = await self._people.language(user)
        if not may_ask(self._wiring.allow, (user, chat)):
            await self._presses.tell(body, stranger_text(user, SETTING, language))
            await self.conversing.pass_over(accepted.key)
        elif (chosen := self._homing.chosen(body)) is not None:
            await self._homing.choose(user, chosen)
            await self.conversing.pass_over(accepted.key)
        else:
            await self._presses.serve(accepted, language)

    async def _on_stop(self, accepted: Accepted) -> None:
        """Cancel what runs in a thread whose native Stop was pressed."""
        event, measuring = accepted.payload["event"], self._wiring.measuring
        await self._sessions.stopped(str(event["channel"]), str(event["thread_ts"]))
        if measuring is not None:
            place = self._sessions.place(str(event["channel"]), str(event["thread_ts"]))
            await measuring.stop(place, f"{NAME}:{event['user']}")
        await self.conversing.pass_over(accepted.key)

    async def _close(self) -> None:
        deadline = time.monotonic() + _CARDS_S
        with suppress(TimeoutError):
            async with asyncio.timeout(_CONNECTOR_S):
                await self._connector.close()
        await self._people.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_TASKS_S)
            for task in late:  # they are taken up at the next start
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._delivering is not None:
            self._delivering.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivering
            if self._wiring.measuring is not None:
                await self._wiring.measuring.settle(max(deadline - time.monotonic(), 0.0))
            await self.delivery.drain(_DRAIN_S)
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self._redaction)


async def _nobody(_question: Question) -> bool:
    """Whether somebody administers a channel: Slack does not say so to bots."""
    return False
