"""Queues one run and sees it through to its end."""

import asyncio

from bench.backlog import CPU, TERMINAL, position
from bench.jobs import Job, Order
from bench.request import Request
from bot.benching.hosts import Host
from bot.benching.running import Runner, Watch
from bot.store.jobs import SqlJobStore

_WAIT_S = 1.0


async def queue(store: SqlJobStore, host: Host, request: Request) -> tuple[Job, int]:
    """Return a new job of the terminal's user, and how many come before it."""
    gpu = request.gpu or CPU
    job = await store.add(Order(request=request.to_json(), host=host.name, gpu=gpu, requested_by=TERMINAL))
    return job, position(await store.list(active=True), job)


async def see_through(store: SqlJobStore, host: Host, job: Job, watch: Watch) -> Job:
    """Run what is queued on the job's GPU until it has ended, and return it; cancel it where nobody waits any more."""
    runner = Runner(store, host, watch)
    try:
        while not job.has_ended:
            if await runner.run_next(job.gpu) is None:
                await asyncio.sleep(_WAIT_S)
            job = await store.get(job.id)
    except asyncio.CancelledError:
        await give_up(store, job.id)
        raise
    return job


async def give_up(store: SqlJobStore, job_id: str) -> None:
    """Cancel a job, unless it has ended."""
    if not (await store.get(job_id)).has_ended:
        await store.cancel(job_id)
