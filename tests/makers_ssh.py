"""A real OpenSSH server on a high port of this machine, run by the user who runs the tests."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.processes import parent_of
from tests.makers_worker import MARK
from tests.processes import is_nobody_left, processes_with, read_of

SSHD = "/usr/sbin/sshd"
WORKER = f"{sys.executable} -m bench.worker"
_PATIENCE_S = 20.0


class SshServer:
    """The server, its keys, and the processes that its sessions left."""

    def __init__(self, folder: Path, alive_s: int) -> None:
        self.folder, self.mark, self._alive_s = folder, secrets.token_hex(8), alive_s
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.port = free_port()
        for name in ("host", "other_host", "open", "forced", "stranger"):
            make_key(folder / name)
        forced = f'restrict,command="{WORKER}" {self.public("forced")}'
        (folder / "authorized_keys").write_text(f"{self.public('open')}{forced}", encoding="ascii")
        self.trust("host", self.public("host"))
        self.trust("changed", self.public("other_host"))
        (folder / "empty_hosts").touch()
        (folder / "sshd_config").write_text(self._config(), encoding="ascii")

    def public(self, key: str) -> str:
        return (self.folder / f"{key}.pub").read_text(encoding="ascii")

    def trust(self, name: str, key: str) -> None:
        """Write the file NAME_hosts, in which the server has *key*."""
        (self.folder / f"{name}_hosts").write_text(f"[127.0.0.1]:{self.port} {key}", encoding="ascii")

    def table(self, name: str, **changed: object) -> str:
        """Return a table of hosts.toml for this server; *changed* replaces fields."""
        fields = {
            "address": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "key": str(self.folder / "open"),
            "known_hosts": str(self.folder / "host_hosts"),
            "command": WORKER,
            **changed,
        }
        return f"[{name}]\n" + "".join(f"{field} = {value!r}\n" for field, value in fields.items())

    def left(self) -> list[int]:
        """Return the processes that sessions of this server started."""
        return processes_with(f"{MARK}={self.mark}")

    def nobody_is_left(self, seconds: float) -> bool:
        """Whether every process is gone within *seconds*."""
        return is_nobody_left(f"{MARK}={self.mark}", seconds)

    def session(self) -> int:
        """Return the server's process that carries the worker's session."""
        pid: int | None = next(pid for pid in self.left() if b"bench.worker" in read_of(pid, "cmdline"))
        while pid and not read_of(pid, "comm").startswith(b"sshd"):
            pid = parent_of(pid)
        assert pid
        return pid

    def _config(self) -> str:
        return (
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder / 'host'}\nPidFile none\nUsePAM no\n"
            f"StrictModes no\nAuthorizedKeysFile {self.folder / 'authorized_keys'}\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nClientAliveInterval {self._alive_s}\n"
            f"ClientAliveCountMax 2\nSetEnv {MARK}={self.mark} TMPDIR={self.folder}\n"
        )


@contextmanager
def ssh_server(folder: Path, alive_s: int = 1) -> Iterator[SshServer]:
    """Run a server whose files are in *folder*; where there is none to run the test is skipped, in CI it fails.

    It asks every *alive_s* seconds whether its client still lives; 0: never.
    """
    if not Path(SSHD).exists() or not shutil.which("ssh-keygen"):
        why = f"{SSHD} and ssh-keygen are needed: install openssh-server"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd puts away its privileges
    server = SshServer(folder, alive_s)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        _wait_for(server, process)
        yield server
    finally:
        for pid in server.left():
            os.kill(pid, signal.SIGKILL)
        process.terminate()
        process.wait(_PATIENCE_S)


def make_key(file: Path) -> None:
    """Make a key pair without a passphrase."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", file.name, "-f", str(file)], check=True)  # noqa: S607


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(server: SshServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, (server.folder / "log").read_text(encoding="utf-8")
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server never listened")
