"""Runs what is queued in the serving process: one job at a time on a GPU, all hosts side by side."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.errors import BenchError
from bench.jobs import Job, State
from bot.benching.carding import Progress, estimate_s
from bot.benching.hosts import Connection, Host, HostError, Line, UnknownHostError, host_of
from bot.benching.inventory import Inventory
from bot.benching.running import Runner
from bot.store import proposals
from bot.store.database import Database
from bot.store.jobs import utc_now

POLL_S = 3.0  #: for jobs that other processes queue on the same database
SPACING_S = 1.5  #: between two changes of a job that stays in its phase
#: Seconds after which a worker that was asked to end is waited for no more; with what follows it stays below five.
_STOP_S, _LET_GO_S = 4.0, 4.5
#: Jobs that are looked at when a floor starts, and how long ago they may have ended to be told.
_CAUGHT_UP, _LATE = 200, timedelta(days=1)

Device = tuple[str, str]  #: host and gpu
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How a job stands now."""

    job: Job
    progress: Progress | None = None  #: None once it has ended, or where another process runs it


Listener = Callable[[Changed], Awaitable[None]]


class Floor:
    """Sees to it that queued jobs run. A job is claimed under a lease, so no two processes run it."""

    def __init__(
        self,
        database: Database,
        inventory: Inventory,
        listen: Listener,
        *,
        poll_s: float = POLL_S,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._store, self._inventory = database, database.jobs, inventory
        self._poll_s, self._now = poll_s, now
        self._telling = _Telling(listen)
        self._woken, self._looking = asyncio.Event(), asyncio.Lock()
        self._lanes: dict[Device, asyncio.Task[None]] = {}
        self._known: dict[str, State] = {}  #: active jobs as they were told last
        self._sights: dict[str, _Watched] = {}
        self._done: tuple[Job, ...] = ()

    def wake(self) -> None:
        """Look for queued jobs now."""
        self._woken.set()

    def progress_of(self, job_id: str) -> Progress | None:
        """Return how far a job is that runs here."""
        watched = self._sights.get(job_id)
        return watched.progress(self._now()) if watched else None

    async def run(self) -> None:
        """Run what is queued until cancelled; then ask what runs to end, and return within five seconds."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._telling.run(), name="floor-telling")
                try:
                    await self._work(group)
                finally:
                    self._let_go()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._look()
                    await self._telling.flush()

    async def _work(self, group: asyncio.TaskGroup) -> None:
        await self._store.recover()
        await self._catch_up()
        while True:
            self._woken.clear()
            try:
                await self._round(group)
            except BenchError as error:  # a full disk, a lock held too long: what is queued waits
                _log.error("benchmarks wait for the database: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._woken.wait()

    async def _round(self, group: asyncio.TaskGroup) -> None:
        """Tell what changed, and begin to serve each device for which something is queued."""
        await self._look()
        await self._store.recover()  # after the look, so that the next one sees what is lost
        for device in await self._waiting():
            if device not in self._lanes:
                self._lanes[device] = group.create_task(self._serve(device), name=f"floor-{device[0]}-{device[1]}")

    async def _waiting(self) -> set[Device]:
        active = await self._database.read(proposals.active_jobs)
        return {(job.host, job.gpu) for job in active if job.state is State.QUEUED}

    async def _serve(self, device: Device) -> None:
        """Run what is queued on one device until nothing is, or another process has it."""
        host, gpu = device
        runner = Runner(self._store, _host(host, self._inventory), self._watch)
        try:
            while True:
                self._done = await self._database.read(proposals.done_jobs)
                job = await runner.run_next(gpu)
                if job is None:
                    return
                self._sights.pop(job.id, None)
                await self._look()
        except Exception:  # noqa: BLE001  # one device's trouble must stop no other; its job's lease runs out, and that is told
            _log.exception("the floor left %s of %s", gpu, host)
        finally:
            self._lanes.pop(device, None)

    async def _catch_up(self) -> None:
        """Tell what ended of late: whoever ran before may have been killed before it was told."""
        for job in reversed(await self._store.list(limit=_CAUGHT_UP)):
            if job.finished and self._now() - job.finished < _LATE:
                self._telling.tell(Changed(job=job))

    async def _look(self) -> None:
        """Tell what became of the jobs, whoever moved them."""
        async with self._looking:  # two at once would tell what the earlier one read after the later one
            active = {job.id: job for job in await self._database.read(proposals.active_jobs)}
            for job_id in self._known.keys() - active.keys():
                job = await self._store.get(job_id)
                del self._known[job_id]
                self._sights.pop(job_id, None)
                self._telling.tell(Changed(job=job))
            for job in active.values():
                # What runs here tells its own phases, newer than what was read.
                if job.id not in self._sights and self._known.get(job.id) is not job.state:
                    self._known[job.id] = job.state
                    self._telling.tell(Changed(job=job))

    def _watch(self, job: Job, line: Line) -> None:
        """Take one line of a worker."""
        watched = self._sights.get(job.id)
        if watched is None:
            whole_s = estimate_s(job.request, (job.host, job.gpu), self._done)
            watched = self._sights[job.id] = _Watched(job.started or self._now(), whole_s, job.state.value)
        is_new = watched.take(line)
        self._known[job.id] = job.state
        self._telling.tell(Changed(job=job, progress=watched.progress(self._now())), is_between=not is_new)

    def _let_go(self) -> None:
        """Wait for no worker for ever: what does not end counts as lost when its lease runs out."""
        loop = asyncio.get_running_loop()
        for delay in (_STOP_S, _LET_GO_S):
            for lane in self._lanes.values():
                loop.call_later(delay, lane.cancel)


class _Watched:
    """What the worker of one job said so far."""

    def __init__(self, started: datetime, whole_s: float, phase: str) -> None:
        self._started, self._whole_s, self._phase = started, whole_s, phase
        self._step_ms: float | None = None

    def take(self, line: Line) -> bool:
        """Take a line; True where another phase began."""
        if line["type"] == "block":
            self._step_ms = 1000 * line["wall_s"] / line["steps"]
        if line["type"] != "phase" or line["phase"] == self._phase:
            return False
        self._phase = str(line["phase"])
        return True

    def progress(self, now: datetime) -> Progress:
        """Return how far it is."""
        elapsed_s = max((now - self._started).total_seconds(), 0.0)
        left = max(self._whole_s - elapsed_s, 0.0)
        return Progress(phase=self._phase, step_ms=self._step_ms, elapsed_s=elapsed_s, eta_s=left or None)


class _Telling:
    """Tells changes in order; between two phases the newest is enough, an end is never left out."""

    def __init__(self, listen: Listener) -> None:
        self._listen = listen
        self._pending: deque[tuple[Changed, bool]] = deque()
        self._told: dict[str, float] = {}  #: when something of a job was told last, by the loop's clock
        self._filled = asyncio.Event()

    def tell(self, changed: Changed, *, is_between: bool = False) -> None:
        """Have it told, unless it only stands between two others that are close together."""
        job_id, now = changed.job.id, asyncio.get_running_loop().time()
        if is_between and now - self._told.get(job_id, 0.0) < SPACING_S:
            return
        self._told[job_id] = now
        if changed.job.has_ended:
            self._told.pop(job_id, None)
        for waiting in [one for one in self._pending if one[1] and one[0].job.id == job_id]:
            self._pending.remove(waiting)
        self._pending.append((changed, is_between))
        self._filled.set()

    async def run(self) -> None:
        """Tell what there is to tell, for ever."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            await self.flush()

    async def flush(self) -> None:
        """Tell all that waits; what is being told when this is cancelled is told again."""
        while self._pending:
            changed = self._pending[0][0]
            try:
                await self._listen(changed)
            except Exception:  # noqa: BLE001  # a listener's trouble must not stop the measuring
                _log.exception("a change of %s was not taken", changed.job.id)
            if self._pending and self._pending[0][0] is changed:
                self._pending.popleft()


class _Missing:
    """Stands for a host that is not set up, so that its jobs fail and say why."""

    def __init__(self, name: str, problem: str) -> None:
        self.name, self._problem = name, problem

    async def start(self, request: Mapping[str, object]) -> Connection:  # noqa: ARG002  # the same as any host's
        """Say why there is none."""
        raise HostError(self._problem)


def _host(name: str, inventory: Inventory) -> Host:
    try:
        return host_of(name, inventory)
    except (HostError, UnknownHostError) as error:
        return _Missing(name, str(error))
