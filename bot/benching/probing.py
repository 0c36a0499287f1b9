"""`gpuwise hosts`: asks every host at once what it has."""

import argparse
import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bench.request import VERSION
from bot.app import App
from bot.benching.hosts import CONNECT_S, Connection, HostError, host_of
from bot.benching.inventory import Inventory
from bot.benching.saying import probe_lines

_SAME = "Install the same version of gpuwise on both sides."


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one host may take, in seconds."""

    connect_s: float = CONNECT_S
    answer_s: float = 20.0  #: torch's import included
    leave_s: float = 2.0  #: for a worker that did not answer to end by itself


USUAL = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What became of asking one host."""

    name: str
    found: dict[str, Any] | None = None  #: None where nothing was heard
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        facts = {key: value for key, value in (self.found or {}).items() if key not in {"type", "problems"}}
        return {"name": self.name, "reached": self.found is not None, **facts, "problems": list(self.problems)}


def hosts_command(app: App, args: argparse.Namespace) -> None:
    """Print what each host has and what is wrong with it."""
    probes = asyncio.run(probe_all(app.inventory))
    if args.json:
        print(json.dumps([probe.to_json() for probe in probes], ensure_ascii=False))  # noqa: T201
        return
    lines = [line for probe in probes for line in probe_lines(probe.name, probe.found, probe.problems)]
    print("\n".join("".join(filter(str.isprintable, line)) for line in lines))  # noqa: T201  # a host's words are not ours


async def probe_all(inventory: Inventory, patience: Patience = USUAL) -> list[Probe]:
    """Return what each host says, in the inventory's order; one that cannot be asked holds up no other."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_probe(name, inventory, patience)) for name in inventory.names]
    return [task.result() for task in tasks]


async def _probe(name: str, inventory: Inventory, patience: Patience) -> Probe:
    try:
        connection = await host_of(name, inventory, patience.connect_s).start({"probe": True})
        try:
            async with asyncio.timeout(patience.answer_s):
                return await _answer(name, connection)
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience.leave_s):
                    await connection.end()
    except HostError as error:
        return Probe(name=name, problems=(str(error),))
    except TimeoutError:
        return Probe(name=name, problems=(f"It did not answer within {patience.answer_s:g} s: look at its load.",))


async def _answer(name: str, connection: Connection) -> Probe:
    said = f"The worker ended without a word. {_SAME}"
    async for line in connection.lines():
        if line.get("type") == "probe" and line.get("version") == VERSION:
            return Probe(name=name, found=line, problems=tuple(map(str, line.get("problems", ()))))
        if line.get("type") == "error":
            said = f"The worker refused to look: {line.get('message')} {_SAME}"
    return Probe(name=name, problems=(said,))
