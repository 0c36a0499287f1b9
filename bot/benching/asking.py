"""Finds the device of one run, queues it and sees it through to its end."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.backlog import CPU, TERMINAL, position
from bench.jobs import Job, Order
from bench.request import VERSION, Request
from bot.benching.devices import Device, pick
from bot.benching.hosts import Connection, Host, HostError
from bot.benching.running import Runner, Watch
from bot.store.jobs import SqlJobStore

_WAIT_S = 1.0
_PATIENCE_S = 60.0  #: for a host's answer, torch's import from a cold disk included


async def with_device(
    host: Host, request: Request, wish: str, tell: Callable[[Device], None] = lambda _: None
) -> Request:
    """Return *request* on the device of *host* that *wish* means, which *tell* is told.

    A wish is auto, cpu, gpu, an index, a UUID or a card's name. HostError where the host cannot be asked, DeviceError
    where it has no such device.
    """
    device = pick(await _look(host), wish, host.name)
    tell(device)
    return replace(request, gpu=device.uuid)


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


async def _look(host: Host) -> dict[str, Any]:
    """Return what a host says that it has."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            connection = await host.start({"probe": True})
            try:
                return await _answer(host.name, connection)
            finally:
                await connection.end()
    except TimeoutError as error:
        raise HostError(f"{host.name} did not answer within {_PATIENCE_S:g} s: look at its load.") from error


async def _answer(name: str, connection: Connection) -> dict[str, Any]:
    said = "the worker ended without a word"
    async for line in connection.lines():
        if line.get("type") == "probe" and line.get("version") == VERSION:
            return line
        if line.get("type") == "error":
            said = str(line.get("message"))
    raise HostError(f"{name} cannot be asked what it has ({said}): install the same version of gpuwise on both sides.")
