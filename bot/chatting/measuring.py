"""Benchmarks from a chat: a card that is proposed, decided, watched and ended, wherever it is shown."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from bench.errors import BenchError
from bench.jobs import Job, State
from bot.answering.problems import error_text
from bot.answers import Answer
from bot.benching.asking import with_device
from bot.benching.desk import Desk, House, Pressed, Verb
from bot.benching.floor import Changed, Floor
from bot.benching.hosting import hosts_text
from bot.benching.hosts import host_of
from bot.benching.inventory import Inventory
from bot.benching.probing import probe_all
from bot.benching.proposals import Asked, Proposal
from bot.cards import ENDED, CardState, JobCard
from bot.chatting.carding import CardButton, CardDialect, Watch
from bot.chatting.conversing import Question, place_of
from bot.chatting.resulting import comparison_content, end_contents, record_content
from bot.store import outbox
from bot.store.database import Connection, Database
from bot.store.outbox import Place, Post
from bot.texts import texts
from knowledge.errors import GpuwiseError

#: Verbs of a card's buttons beside the desk's own.
ASK_CANCEL, KEEP, COMPARE, RAW, WATCH = "cancel?", "keep", "compare", "raw", "watch"
VERBS = frozenset({*Verb, ASK_CANCEL, KEEP, COMPARE, RAW, WATCH})
_RESULT = "result:"  #: what the keys of a result's messages begin with
_log = logging.getLogger(__name__)
_EXPIRY_S = 10.0  #: between two looks at what nobody decided
_LOOKED_AT = 500  #: results
_CONFIRM_S = 30.0  #: that the question whether to cancel stands on a card
#: Buttons of a card by its state: label's key and verb.
_BUTTONS: Mapping[CardState, tuple[str, ...]] = {
    CardState.PREVIEW: (Verb.RUN, Verb.DISMISS),
    CardState.WAITING: (Verb.APPROVE, Verb.DISMISS),
    CardState.QUEUED: (ASK_CANCEL,),
    CardState.RUNNING: (ASK_CANCEL,),
    CardState.DONE: (Verb.AGAIN, COMPARE, RAW),
} | dict.fromkeys(ENDED - {CardState.DONE}, (Verb.AGAIN,))


class Measuring:
    """Keeps every card of a benchmark as its proposal and its job stand."""

    def __init__(self, database: Database, house: House, inventory: Inventory) -> None:
        self._database, self._inventory = database, inventory
        self._floor = Floor(database, inventory, self._changed)
        self._desk = Desk(database, house, progress_of=self._floor.progress_of, wake=self._floor.wake)
        self._dialects: dict[str, CardDialect] = {}
        self._wakes: list[Callable[[], None]] = []
        self._watches: dict[str, Watch] = {}
        self._showing = asyncio.Lock()  #: what was read of a card earlier must not be put down later
        self._stopped = asyncio.Event()  #: set while nothing is run
        self._stopped.set()
        self._confirming: dict[str, float] = {}  #: proposals whose cards ask whether to cancel, and until when

    def join(self, platform: str, dialect: CardDialect, wake: Callable[[], None], watch: Watch | None = None) -> None:
        """Write cards for a platform with *dialect*; *wake* tells its delivery that there are new ones.

        *watch* is told whether a benchmark runs in a place.
        """
        self._dialects[platform] = dialect
        self._wakes.append(wake)
        if watch is not None:
            self._watches[platform] = watch

    async def run(self) -> None:
        """Run what is queued, and close what nobody decides, until cancelled."""
        self._stopped.clear()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._floor.run(), name="floor")
                group.create_task(self._expire(), name="expiry")
        finally:
            self._stopped.set()

    async def settle(self, seconds: float) -> None:
        """Wait until what ran when `run` was cancelled has ended and its cards say so, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()

    async def propose(self, answer: Answer, question: Question) -> Sequence[Post]:
        """Return the card of what an answer would run, and one for each approver where it is asked in private."""
        run, place, key = answer.run, place_of(question.message), question.key
        if run is None:
            return ()
        dialect, language = self._dialects[place.platform], answer.language

        def line(text: str) -> Post:
            return Post(key=f"answer:{key}:0", place=place, content=dialect.of_line(text, back=question.back))

        stands = dialect.place_of_card(question)
        try:
            host = host_of(run.host, self._inventory)
            request = await with_device(host, run.request, run.wish)
        except (BenchError, GpuwiseError) as error:
            return [line(error_text(error, language))]
        asked = Asked(
            source=key,
            request=request,
            wish=run.wish,
            host=run.host,
            requested_by=question.message.asker,
            language=language,
            place=stands,
        )
        pressed = await self._desk.propose(asked)
        if pressed.proposal is None:
            return [line(refused_text(pressed, language))]
        cards = await self._posts(pressed.proposal, [stands, *self._of_approvers(pressed.proposal)])
        return cards if stands == place else [line(texts(language).say("cards.elsewhere")), *cards]

    async def press(self, verb: str, name: str, user: str, place: Place, language: str) -> str:
        """Do what a button of a card says and return the words that pop up."""
        if verb in {ASK_CANCEL, KEEP}:
            self._confirming.pop(name, None)
            if verb == ASK_CANCEL:
                self._confirming[name] = time.monotonic() + _CONFIRM_S
            await self.refresh(name)
            return ""
        self._confirming.pop(name, None)
        if verb in {COMPARE, RAW}:
            return await self._add_result(verb, name, place, language)
        pressed = await self._desk.press(Verb(verb), name, user)
        if pressed.proposal is not None:
            approvers = self._of_approvers(pressed.proposal) if verb == Verb.AGAIN else []
            await self._show(pressed.proposal, place, *approvers)
        if pressed.refusal is not None:
            return refused_text(pressed, language)
        return texts(language).say(f"cards.did.{verb}")

    async def watch(self, name: str, place: Place) -> bool:
        """Show the card of a proposal or job here too; False where there is none."""
        proposal = await self._desk.of_job(name) or await self._desk.of_id(name)
        if proposal is not None:
            await self._show(proposal, place)
        return proposal is not None

    async def _changed(self, changed: Changed) -> None:
        """Show how a job stands now, wherever its card is."""
        proposal = await self._desk.of_job(changed.job.id)
        if proposal is None:
            return
        if (watch := self._watches.get(proposal.place.platform)) is not None:
            await watch(proposal.place, is_running=changed.job.is_running)
        await self.refresh(proposal.id, is_progress=changed.progress is not None and not changed.job.has_ended)
        if changed.job.state is State.DONE and changed.job.result_id:
            await self._show_result(proposal, changed.job.result_id)

    async def _show_result(self, proposal: Proposal, result_id: str) -> None:
        """Show table and chart of what was measured where it was asked for, once."""
        dialect, results = self._dialects.get(proposal.place.platform), self._database.jobs.results
        shown = await self._database.read(lambda connection: outbox.about(connection, proposal.id))
        if dialect is None or any(due.key.startswith(_RESULT) for due in shown):
            return
        contents = await end_contents(
            await results.get(result_id), await results.list(_LOOKED_AT), proposal.language, dialect
        )
        keyed = enumerate(contents)
        await self._put([_post(f"{_RESULT}{proposal.id}:{number}", proposal, content) for number, content in keyed])

    async def _expire(self) -> None:
        """Close the cards that nobody decided in time."""
        while True:
            try:
                for proposal in await self._desk.expire():
                    await self.refresh(proposal.id)
            except BenchError as error:  # a full disk, a lock held too long: they are closed a moment later
                _log.error("cards wait for the database: %s", error)
            await asyncio.sleep(_EXPIRY_S)

    async def refresh(self, proposal_id: str, *, is_progress: bool = False) -> None:
        """Show a card as it stands now, wherever it is."""
        async with self._showing:
            places = await self._database.read(
                lambda connection: {due.place for due in outbox.about(connection, proposal_id) if _is_card(due.key)}
            )
            posts = [await self._card(proposal_id, place, is_progress=is_progress) for place in places]
            await self._put([post for post in posts if post is not None])

    async def jobs(self, language: str, place: Place, back: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a message of the queued and running jobs, with a button for each whose card can be shown."""
        listed = await self._desk.jobs()
        say, dialect = texts(language).say, self._dialects[place.platform]
        if not listed:
            return dialect.of_line(say("cards.no_jobs"), back=back)
        lines = [job_line(item.job, item.ahead, item.wait_s, language) for item in listed]
        buttons = [
            CardButton(label=say("cards.verbs.watch", id=item.job.id), verb=f"{WATCH}|{item.proposal_id}")
            for item in listed
            if item.proposal_id
        ]
        return dialect.of_line("\n".join([say("cards.jobs"), *lines]), buttons, back)

    async def own_jobs(self, user: str, language: str) -> list[tuple[str, str | None]]:
        """Return the queued and running jobs of one person, each as a line and the proposal that shows its card."""
        listed = [item for item in await self._desk.jobs() if item.job.requested_by == user]
        return [(job_line(item.job, item.ahead, item.wait_s, language), item.proposal_id) for item in listed]

    async def stop(self, place: Place, user: str) -> None:
        """Cancel what runs or waits in a place, as far as *user* may."""
        for item in await self._desk.jobs():
            proposal = await self._desk.of_id(item.proposal_id) if item.proposal_id else None
            if proposal is not None and proposal.place == place:
                await self._desk.press(Verb.CANCEL, proposal.id, user)
                await self.refresh(proposal.id)

    async def hosts(self, language: str) -> str:
        """Return what each host has, in lines."""
        return hosts_text(await probe_all(self._inventory), language)

    async def _add_result(self, verb: str, proposal_id: str, place: Place, language: str) -> str:
        """Show a result's record, or how it stands beside the one before, once."""
        proposal = await self._desk.of_id(proposal_id)
        if proposal is None or proposal.job_id is None:
            return texts(language).say("chats.forgotten")
        language, results = proposal.language, self._database.jobs.results
        result, dialect = await results.get(proposal.job_id), self._dialects[place.platform]
        if verb == RAW:
            content = record_content(result, language, dialect)
        else:
            content = await comparison_content(result, await results.list(_LOOKED_AT), language, dialect)
        key = f"{verb}:{proposal_id}:{place.platform}:{place.chat}:{place.thread}"
        await self._put([Post(key=key, place=place, content=content, subject=proposal_id)])
        return ""

    async def _show(self, proposal: Proposal, *places: Place) -> None:
        """Put the card of a proposal here, and show it anew everywhere else where it stands."""
        async with self._showing:
            await self._put(await self._posts(proposal, places))
        await self.refresh(proposal.id)

    async def _posts(self, proposal: Proposal, places: Sequence[Place]) -> list[Post]:
        posts = [await self._card(proposal.id, place) for place in places]
        return [post for post in posts if post is not None]

    async def _card(self, proposal_id: str, place: Place, *, is_progress: bool = False) -> Post | None:
        card = await self._desk.card(proposal_id)
        if card is None:
            return None
        buttons = self._buttons(card, proposal_id)
        content = self._dialects[place.platform].of_card(card, buttons, proposal_id)
        key = f"card:{proposal_id}:{place.platform}:{place.chat}:{place.thread}"
        return Post(key=key, place=place, content=content, subject=proposal_id, is_progress=is_progress)

    def _buttons(self, card: JobCard, proposal_id: str) -> list[CardButton]:
        verbs = _BUTTONS.get(card.state, ())
        if ASK_CANCEL in verbs and self._confirming.get(proposal_id, 0.0) > time.monotonic():
            verbs = (Verb.CANCEL, KEEP)
        say = texts(card.language).say
        keys = {ASK_CANCEL: "cancel_ask"}
        return [CardButton(label=say(f"cards.verbs.{keys.get(verb, verb)}"), verb=verb) for verb in verbs]

    def _of_approvers(self, proposal: Proposal) -> list[Place]:
        """Return the private chats of those who may approve what was asked for where they do not see it."""
        if not self._dialects[proposal.place.platform].is_private(proposal.place):
            return []  # whoever approves is there, or is called
        ids = [user.partition(":") for user in self._desk.approvers_of(proposal)]
        return [Place(platform=platform, chat=user) for platform, _, user in ids if platform in self._dialects and user]

    async def _put(self, posts: Sequence[Post]) -> None:
        def work(connection: Connection) -> None:
            for post in posts:
                outbox.put(connection, post, datetime.now(UTC))

        if posts:
            await self._database.write(work)
            for wake in self._wakes:
                wake()


def refused_text(pressed: Pressed, language: str) -> str:
    """Return why nothing was done."""
    return pressed.refusal.text(language) if pressed.refusal else ""


def job_line(job: Job, ahead: int, wait_s: float, language: str) -> str:
    """Return a queued or running job in a line."""
    say, phase = texts(language), f"bench.phases.{job.state.value}"
    state = say.say(phase) if say.has(phase) else job.state.value
    waits = say.say("cards.waits", ahead=str(ahead), minutes=str(max(1, round(wait_s / 60)))) if ahead else ""
    return " · ".join(filter(None, (job.id, str(job.request["case"]), job.host, state, waits)))


def _is_card(key: str) -> bool:
    return key.startswith("card:")


def _post(key: str, proposal: Proposal, content: Mapping[str, Any]) -> Post:
    return Post(key=key, place=proposal.place, content=content, subject=proposal.id)
