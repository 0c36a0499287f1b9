"""Where benchmarks run: a worker process on this machine, reached through pipes, or one on another over SSH."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Protocol

from bot.benching.beating import HEARD_S, Beat, promising
from bot.benching.inventory import LOCAL, Inventory
from knowledge.errors import GpuwiseError

Line = dict[str, Any]
_LONGEST_LINE = 64 * 2**20  #: bytes; a record holds every block
_PATIENCE_S = 10.0  #: that a worker may take to end by itself once its stdin is closed
#: Seconds for a connection, both keys and the command's start.
CONNECT_S = 10.0


class UnknownHostError(GpuwiseError):
    """A host was named that is not set up."""

    def __init__(self, name: str, inventory: Inventory) -> None:
        super().__init__(f"No host {name!r}. Known: {', '.join(inventory.names)}; others go into {inventory.file}.")


class HostError(GpuwiseError):
    """A host cannot be reached or was lost; the message says what to do."""


class Connection(Protocol):
    """A worker that was given a request."""

    def lines(self) -> AsyncIterator[Line]:
        """Yield what the worker says, until it ends; HostError where it was lost."""
        ...

    async def cancel(self) -> None:
        """Ask the worker to end, by closing its stdin."""
        ...

    async def end(self) -> None:
        """Make sure that the worker is gone; where this is cancelled, it is not waited for."""
        ...


class Host(Protocol):
    """Runs requests."""

    name: str

    async def start(self, request: Mapping[str, Any]) -> Connection:
        """Start a worker with *request*; HostError where the host cannot be reached."""
        ...


class LocalHost:
    """This machine."""

    name = LOCAL

    def __init__(self, heard_s: int = HEARD_S) -> None:
        self._heard_s = heard_s

    async def start(self, request: Mapping[str, Any]) -> "LocalConnection":
        """Start a worker process."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.worker", stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE, start_new_session=True
        )
        connection = LocalConnection(process, self._heard_s)
        await connection.send(promising(request, self._heard_s))
        return connection


class LocalConnection:
    """A worker process and its pipes."""

    def __init__(self, process: Process, heard_s: int) -> None:
        self._process = process
        self._beat = Beat(self._write, heard_s)

    async def send(self, request: Mapping[str, Any]) -> None:
        """Hand over the request."""
        self._write(json.dumps(dict(request)).encode() + b"\n")
        if self._process.stdin:
            with suppress(ConnectionError):  # it has ended already, which is seen where its lines are read
                await self._process.stdin.drain()

    async def lines(self) -> AsyncIterator[Line]:
        """Yield what the worker says, until it ends; what is no JSON object is left out."""
        while self._process.stdout and (raw := await self._process.stdout.readline()):
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line

    async def cancel(self) -> None:
        """Close stdin: the worker ends its run and says so."""
        self._beat.stop()
        if self._process.stdin:
            self._process.stdin.close()

    async def end(self) -> None:
        """Close stdin and wait; kill a worker that does not end, its watcher ends the rest."""
        await self.cancel()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self._process.wait()
        finally:
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    def _write(self, data: bytes) -> None:
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(data)


def host_of(name: str, inventory: Inventory, connect_s: float = CONNECT_S) -> Host:
    """Return the host called *name*; to reach it may take *connect_s*."""
    if name == LOCAL:
        return LocalHost()
    for remote in inventory.remote:
        if remote.name == name:
            try:
                from bot.benching.ssh import SshHost  # noqa: PLC0415  # asyncssh is an extra of its own
            except ModuleNotFoundError as error:
                raise HostError(f"{name}: SSH needs {error.name}: run `pip install 'gpuwise[ssh]'`.") from error
            return SshHost(remote, connect_s=connect_s)
    raise UnknownHostError(name, inventory)
