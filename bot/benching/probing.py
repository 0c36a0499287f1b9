"""`gpuwise hosts`: asks every host at once what it has."""

import argparse
import asyncio
import json
from dataclasses import dataclass
from typing import Any

from bench.request import VERSION
from bot.app import App
from bot.benching.hosts import Connection, HostError, host_of
from bot.benching.inventory import Inventory
from bot.benching.saying import probe_lines

_SAME = "Install the same version of gpuwise on both sides."
_PATIENCE_S = 60.0  #: for one host, torch's import from a cold disk included


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


async def probe_all(inventory: Inventory, patience_s: float = _PATIENCE_S) -> list[Probe]:
    """Return what each host says; one that cannot be asked holds up no other."""
    return list(await asyncio.gather(*(_probe(name, inventory, patience_s) for name in inventory.names)))


async def _probe(name: str, inventory: Inventory, patience_s: float) -> Probe:
    try:
        async with asyncio.timeout(patience_s):
            connection = await host_of(name, inventory).start({"probe": True})
            try:
                return await _answer(name, connection)
            finally:
                await connection.end()
    except HostError as error:
        return Probe(name=name, problems=(str(error),))
    except TimeoutError:
        return Probe(name=name, problems=(f"It did not answer within {patience_s:g} s: look at its load.",))


async def _answer(name: str, connection: Connection) -> Probe:
    said = f"The worker ended without a word. {_SAME}"
    async for line in connection.lines():
        if line.get("type") == "probe" and line.get("version") == VERSION:
            return Probe(name=name, found=line, problems=tuple(map(str, line.get("problems", ()))))
        if line.get("type") == "error":
            said = f"The worker refused to look: {line.get('message')} {_SAME}"
    return Probe(name=name, problems=(said,))
