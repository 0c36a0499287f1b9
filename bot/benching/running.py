"""Runs the jobs of a backlog on a host, one at a time, and writes down what becomes of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.backlog import LeaseStore, StaleTokenError
from bench.jobs import PHASES, Cancelled, Failed, Heartbeat, Job, Phase, TimedOut
from bot.benching.hosts import Connection, Host, HostError, Line

#: Seconds that a job is leased for, and after how long a silent worker counts as gone.
LEASE_S, SILENCE_S = 30.0, 15.0
_THAW_S = 1.0
#: Progress as somebody may want to see it.
Watch = Callable[[Job, Line], None]
_PHASES = {state.value: state for state in PHASES}


class Runner:
    """Takes the oldest job of a host's GPU and sees it to its end."""

    def __init__(self, store: LeaseStore, host: Host, watch: Watch) -> None:
        self._store, self._host, self._watch = store, host, watch

    async def run_next(self, gpu: str) -> Job | None:
        """Return the job that was run, as it ended; None where none is queued or another one runs."""
        claiming = asyncio.ensure_future(self._store.claim(self._host.name, gpu, LEASE_S))
        try:
            job = await asyncio.shield(claiming)
        except asyncio.CancelledError:  # the claim goes on in its thread: what it leased must not be left to nobody
            if job := await claiming:
                await self._store.write(job.id, job.token or 0, Cancelled())
            raise
        return await _Running(self._store, job, self._watch).run(self._host) if job else None


class _Running:
    """One job while its worker runs."""

    def __init__(self, store: LeaseStore, job: Job, watch: Watch) -> None:
        self._store, self._job, self._watch = store, job, watch
        self._token = job.token or 0
        self._records: list[dict[str, Any]] = []
        self._error: Failed | None = None
        self._is_cancelling = False

    async def run(self, host: Host) -> Job:
        try:
            return await self._attempt(host)
        except StaleTokenError:
            return self._job  # the lease ran out meanwhile; nothing of this run is kept

    async def _attempt(self, host: Host) -> Job:
        try:
            connection = await self._started(host)
            try:
                return await self._conclude(await self._listen(connection))
            except asyncio.CancelledError:  # nobody waits any more: the run ends, and the backlog knows how
                await connection.cancel()
                await self._conclude(await self._listen(connection))
                raise
            finally:
                await connection.end()
        except HostError as error:
            gone = Failed(kind="host", message=str(error))
            return await self._store.write(self._job.id, self._token, gone)

    async def _started(self, host: Host) -> Connection:
        try:
            return await host.start({**self._job.request, "token": str(self._token)})
        except asyncio.CancelledError:  # nothing ran yet, and nobody waits for it any more
            await self._store.write(self._job.id, self._token, Cancelled())
            raise

    async def _listen(self, connection: Connection) -> Line:
        """Return the worker's last line; an empty one where it fell silent or ended without a word."""
        async for line in _within(connection.lines(), SILENCE_S):
            if line["type"] == "end":
                return line
            await self._take(line, connection)
        return {}

    async def _take(self, line: Line, connection: Connection) -> None:
        match line["type"]:
            case "heartbeat":
                until = datetime.now(UTC) + timedelta(seconds=LEASE_S)
                self._job = await self._store.write(self._job.id, self._token, Heartbeat(until=until))
            case "phase" if line["phase"] in _PHASES:
                state = _PHASES[line["phase"]]
                if state is not self._job.state:
                    self._job = await self._store.write(self._job.id, self._token, Phase(state=state))
            case "result":
                self._records.append(line["record"])
            case "error":
                self._error = Failed(kind=str(line["class"]), message=str(line["message"]))
        self._watch(self._job, line)
        if self._job.cancel_requested and not self._is_cancelling:
            self._is_cancelling = True
            await connection.cancel()

    async def _conclude(self, end: Line) -> Job:
        """Write how the job ended, once."""
        match end.get("state"):
            case "done" if self._records:
                record = self._records[0] if len(self._records) == 1 else self._sweep(end)
                return await self._store.finish(self._job.id, self._token, record)
            case "cancelled":
                return await self._store.write(self._job.id, self._token, Cancelled())
            case "timed_out":
                return await self._store.write(self._job.id, self._token, TimedOut())
            case None:
                gone = Failed(kind="gone", message="The worker ended or fell silent without a word: run it again.")
                return await self._store.write(self._job.id, self._token, gone)
        return await self._store.write(self._job.id, self._token, self._error or self._failure())

    def _sweep(self, end: Line) -> dict[str, Any]:
        return {"schema": "bench/1-sweep", "records": self._records, "largest_batch_ok": end.get("largest_batch_ok")}

    def _failure(self) -> Failed:
        error = self._records[-1].get("error") if self._records else None
        said = error or {"class": "failed", "message": "The worker gave no reason."}
        return Failed(kind=str(said["class"]), message=str(said.get("message") or said["class"]))


async def _within(lines: AsyncIterator[Line], seconds: float) -> AsyncIterator[Line]:
    """Yield the lines until one takes longer than *seconds*; a heartbeat comes every second."""
    iterator = aiter(lines)
    while True:
        coming = asyncio.ensure_future(anext(iterator))
        try:
            await asyncio.wait({coming}, timeout=seconds)
            # Time passes for a bot that is frozen, too: what came meanwhile is read before the worker counts as silent.
            await asyncio.wait({coming}, timeout=_THAW_S)
            if not coming.done():
                return
            yield coming.result()
        except StopAsyncIteration:
            return
        finally:
            coming.cancel()
            await asyncio.wait({coming})
