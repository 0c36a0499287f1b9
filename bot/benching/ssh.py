"""A host over SSH: its worker, behind a forced command or not, is spoken to in JSON lines on stdin and stdout."""

import asyncio
import json
import math
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, suppress
from typing import Any

import asyncssh

from bot.benching.beating import HEARD_S, Beat, promising
from bot.benching.hosts import CONNECT_S, HostError, Line
from bot.benching.inventory import RemoteHost

_PATIENCE_S = 10.0  #: that a worker may take to end by itself once its stdin is closed
_CLOSE_S = 2.0
_KEEPALIVES = 3  #: without an answer, after which the link counts as dead
_LONGEST_LINE = 64 * 2**20  #: bytes; a record holds every block
_TAIL = 2000  #: bytes of stderr that are kept for an error's message


class SshHost:
    """A machine with an SSH server and `bench` installed."""

    def __init__(self, remote: RemoteHost, heard_s: int = HEARD_S, connect_s: float = CONNECT_S) -> None:
        self.name = remote.name
        self._remote, self._connect_s = remote, connect_s
        # What the operator lets a link be dead for, the worker has to put up with as well.
        self._heard_s = max(heard_s, 2 * math.ceil(remote.keepalive_s))

    async def start(self, request: Mapping[str, Any]) -> "SshConnection":
        """Connect, ask for the command and hand over the request; HostError says what stands in the way."""
        self._look_for_files()
        try:
            async with asyncio.timeout(self._connect_s):
                return await self._open(request)
        except (asyncssh.Error, OSError, ValueError) as error:  # ValueError: a key that cannot be read
            raise HostError(explanation(self._remote, error, self._connect_s)) from error

    async def _open(self, request: Mapping[str, Any]) -> "SshConnection":
        with ExitStack() as undo:
            connection = await self._connect()
            undo.callback(connection.abort)
            session = _Session()
            channel, _ = await connection.create_session(
                lambda: session, self._remote.command, encoding=None, request_pty=False
            )
            channel.write(json.dumps(promising(request, self._heard_s)).encode() + b"\n")
            undo.pop_all()
            return SshConnection(self._remote, connection, channel, session, Beat(channel.write, self._heard_s))

    async def _connect(self) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            self._remote.address,
            self._remote.port,
            config=None,  # nothing of ~/.ssh decides: not its hosts, not its keys, not its agent
            username=self._remote.user,
            client_keys=[str(self._remote.key)],
            agent_path=None,
            known_hosts=str(self._remote.known_hosts),
            preferred_auth=("publickey",),
            password_auth=False,
            kbdint_auth=False,
            host_based_auth=False,
            gss_host=None,
            keepalive_interval=self._remote.keepalive_s / (_KEEPALIVES + 1),
            keepalive_count_max=_KEEPALIVES,
        )

    def _look_for_files(self) -> None:
        remote = self._remote
        if not remote.key.is_file():
            make = f"make one with `ssh-keygen -t ed25519 -N '' -f {remote.key}`"
            raise HostError(f"{remote.name}: there is no key {remote.key}: {make}, or correct `key` in hosts.toml.")
        if not remote.known_hosts.is_file():
            raise HostError(f"{remote.name}: there is no file {remote.known_hosts}. {_trusting(remote)}")


class SshConnection:
    """A worker on the host, its channel and the connection that carries it."""

    def __init__(
        self,
        remote: RemoteHost,
        connection: asyncssh.SSHClientConnection,
        channel: "asyncssh.SSHClientChannel[bytes]",
        session: "_Session",
        beat: Beat,
    ) -> None:
        self._remote, self._connection, self._channel, self._session = remote, connection, channel, session
        self._beat = beat

    async def lines(self) -> AsyncIterator[Line]:
        """Yield what the worker says until it ends; HostError where the link broke or the command was no worker."""
        has_spoken = False
        while (raw := await self._session.lines.get()) is not None:
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict) and "type" in line:
                has_spoken = True
                yield line
        if problem := self._session.problem:
            raise HostError(f"The connection to {self._remote.name} was lost ({problem}): run it again.")
        if not has_spoken:
            raise HostError(self._silence())

    async def cancel(self) -> None:
        """Close the worker's stdin: it ends its run and says so."""
        self._beat.stop()
        with suppress(OSError):  # closed already
            self._channel.write_eof()

    async def end(self) -> None:
        """Close stdin and wait, then close the connection; a worker that is still there sees its pipes close."""
        await self.cancel()
        with ExitStack() as left:
            left.callback(self._connection.abort)  # which does nothing once the connection is closed
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    await self._channel.wait_closed()
            self._connection.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._connection.wait_closed()

    def _silence(self) -> str:
        status, said = self._channel.get_exit_status(), self._session.complaint
        why = f": {said}" if said else "."
        return (
            f"{self._remote.name}: the command ended with status {status} and was no worker{why} "
            "Install `gpuwise[bench]` on the host and name its Python in `command` or in authorized_keys."
        )


class _Session(asyncssh.SSHClientSession[bytes]):
    """Cuts stdout into lines of any length, and keeps the end of stderr; both are read, so that neither blocks."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.problem: Exception | None = None
        self._rest, self._errors = bytearray(), b""
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    @property
    def complaint(self) -> str:
        """The last line of stderr."""
        lines = self._errors.decode("utf-8", errors="replace").split("\n")
        kept = [shown for line in lines if (shown := "".join(filter(str.isprintable, line)).strip())]
        return kept[-1] if kept else ""

    def connection_made(self, chan: "asyncssh.SSHClientChannel[bytes]") -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if datatype == asyncssh.EXTENDED_DATA_STDERR:
            self._errors = (self._errors + data)[-_TAIL:]
            return
        first, *more = data.split(b"\n")
        self._rest += first
        for part in more:
            self.lines.put_nowait(bytes(self._rest))
            self._rest = bytearray(part)
        if len(self._rest) > _LONGEST_LINE and self._channel:
            self.problem = HostError(f"a line was longer than {_LONGEST_LINE} bytes")
            self._channel.abort()

    def eof_received(self) -> bool:
        return True  # the exit status is still to come

    def connection_lost(self, exc: Exception | None) -> None:
        self.problem = self.problem or exc
        self.lines.put_nowait(None)


def explanation(remote: RemoteHost, error: Exception, connect_s: float = CONNECT_S) -> str:
    """Return what kept us from a worker on the host, and what to do about it."""
    where = f"{remote.name} ({remote.address}, port {remote.port})"
    match error:
        case asyncssh.HostKeyNotVerifiable():
            said = f"{where}: {_untrusted(remote)} Nothing was sent. {_trusting(remote)}"
        case asyncssh.KeyExchangeFailed():
            said = f"{where}: no agreement on keys ({error.reason}). {_trusting(remote)}"
        case asyncssh.PermissionDenied():
            said = (
                f"{where} refused {remote.key} for the user {remote.user}: add its public half, {remote.key}.pub, to "
                "that user's ~/.ssh/authorized_keys on the host."
            )
        case TimeoutError():
            said = f"{where} did not answer within {connect_s:g} s: is it up, and does a firewall let the port through?"
        case ConnectionRefusedError():
            said = f"Nothing listens at {where}: start the host's SSH server, or correct `port` in hosts.toml."
        case socket.gaierror():
            said = f"{where}: no such address ({error.strerror}): correct `address` in hosts.toml."
        case OSError():
            said = f"{where} cannot be reached: {error.strerror or error}."
        case ValueError():
            said = f"{where}: {remote.key} cannot be read as a private key without a passphrase: {error}."
        case _:
            said = f"{where} ended the connection: {error}. Its log (`journalctl -u ssh`) says why."
    return said


def _untrusted(remote: RemoteHost) -> str:
    known = asyncssh.match_known_hosts(str(remote.known_hosts), remote.address, "", remote.port)
    if any(known[:2]):
        return f"its host key is not the one in {remote.known_hosts}: it was set up anew, or it is another machine."
    return f"its host key is not in {remote.known_hosts}."


def _trusting(remote: RemoteHost) -> str:
    return (
        f"`ssh-keyscan -p {remote.port} {remote.address}` prints the host's keys: put them into {remote.known_hosts} "
        "if their fingerprints (`ssh-keygen -lf`) are those that the host itself shows for /etc/ssh/ssh_host_*_key.pub."
    )
