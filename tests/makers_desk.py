"""A desk and a floor on a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.backlog import Permissions, Quota
from bench.jobs import Job
from bench.request import read_request
from bot.benching.desk import House
from bot.benching.floor import Changed, Floor
from bot.benching.inventory import Inventory
from bot.benching.proposals import Asked, Policy
from bot.store.database import Database
from bot.store.outbox import Place

AN, MINH = "telegram:3", "slack:U2"
CARD = "GPU-1b2c3d4e-0000-0000-0000-000000000000"


def make_house(quota: Quota | None = None, *, approvers: frozenset[str] = frozenset({MINH})) -> House:
    permissions = Permissions(runners=frozenset({"*"}), approvers=approvers)
    return House(policy=Policy(permissions=permissions), quota=quota or Quota())


def make_asked(source: str = "telegram:5:1", *, by: str = AN, host: str = "local", **request: object) -> Asked:
    usual = {"case": "lstm", "quick": True, "max_seconds": 1, "batch": 1, "length": 2}
    return Asked(
        source=source,
        request=read_request({**usual, **request}),
        wish="auto",
        host=host,
        requested_by=by,
        language="en",
        place=Place(platform="telegram", chat="5", thread="9"),
    )


class Heard:
    """What a floor told."""

    def __init__(self) -> None:
        self.changes: list[Changed] = []
        self._news = asyncio.Event()

    async def __call__(self, changed: Changed) -> None:
        self.changes.append(changed)
        self._news.set()

    async def until(self, is_wanted: Callable[[Changed], bool], seconds: float = 60) -> Changed:
        async with asyncio.timeout(seconds):
            while True:
                if found := [change for change in self.changes if is_wanted(change)]:
                    return found[0]
                self._news.clear()
                await self._news.wait()

    async def end_of(self, job: Job) -> Job:
        return (await self.until(lambda change: change.job.id == job.id and change.job.has_ended)).job

    def of(self, job: Job) -> list[Changed]:
        return [change for change in self.changes if change.job.id == job.id]


@asynccontextmanager
async def running_floor(database: Database, heard: Heard, inventory: Inventory | None = None) -> AsyncIterator[Floor]:
    """Run a floor until the block ends."""
    floor = Floor(database, inventory or Inventory(file=Path("hosts.toml")), heard, poll_s=0.3)
    task = asyncio.create_task(floor.run())
    try:
        yield floor
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
