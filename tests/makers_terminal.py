"""The terminal chat in a real pseudo-terminal, driven by keys."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 120
GPUWISE = Path(sys.executable).with_name("gpuwise")
CONTROL = re.compile(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Terminal:
    """A chat in a pseudo-terminal; `shown` is all that it has drawn, without control sequences."""

    process: subprocess.Popen[bytes]
    master: int
    raw: bytes = b""

    @property
    def shown(self) -> str:
        return CONTROL.sub("", self.raw.decode("utf-8", "replace"))

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def wait_for(self, text: str, after: int = 0) -> None:
        """Read until *text* is shown beyond position *after*."""
        end = time.monotonic() + TIMEOUT
        while text not in self.shown[after:]:
            assert time.monotonic() < end, f"{text!r} never came; shown: {self.shown[-2000:]}"
            assert self._read(), f"the chat ended before {text!r}; shown: {self.shown[-2000:]}"

    def leave(self, last: str) -> int:
        """Press Ctrl-D at the prompt that follows the text *last*; return the exit status."""
        self.wait_for("›", self.shown.rindex(last))  # before that the keys would go to a terminal that is not raw yet
        self.type(b"\x04")
        return self.wait_until_left()

    def read_for(self, seconds: float) -> None:
        """Read on, as a terminal does; a chat whose output nobody reads stands still."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._read(end - time.monotonic()):
            pass

    def wait_until_left(self) -> int:
        end = time.monotonic() + TIMEOUT
        while self._read() and time.monotonic() < end:
            pass
        return self.process.wait(timeout=10)

    def _read(self, patience: float = 0.2) -> bool:
        """Read what is there; False once the other end is closed."""
        if not select.select([self.master], [], [], max(patience, 0))[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        if b"\x1b[6n" in data:
            os.write(self.master, b"\x1b[1;1R")  # a terminal says where its cursor is
        self.raw += data
        return bool(data)


@contextmanager
def chat_in_terminal(env: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_OWN_TERMINAL, GPUWISE],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})},
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


#: Makes the pseudo-terminal the controlling one, so that Ctrl-C is a signal as in a shell.
_IN_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], [sys.argv[1], 'chat'])"
)
