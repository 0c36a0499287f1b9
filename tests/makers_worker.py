"""A real worker process, and what is left of it in /proc."""

import fcntl
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.processes import is_nobody_left, processes_with, read_of

MARK = "GPUWISE_TEST"
_PATIENCE_S = 90.0


@dataclass
class Running:
    """A worker that was given a request, and what it said so far."""

    process: "subprocess.Popen[str]"
    mark: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> dict[str, Any] | None:
        """Return the next line, None at the end."""
        assert self.process.stdout
        text = self.process.stdout.readline()
        if not text:
            return None
        self.lines.append(json.loads(text))
        return self.lines[-1]

    def until(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read to the first line that is wanted and return it."""
        deadline = time.monotonic() + _PATIENCE_S
        while (line := self.read()) is not None and time.monotonic() < deadline:
            if is_wanted(line):
                return line
        raise AssertionError(f"the worker never said it; it said {self.lines[-5:]}")

    def until_phase(self, phase: str, *, beat: bool = False) -> None:
        """Read to the phase; with *beat* the asker is heard at each line up to it."""

        def is_there(line: dict[str, Any]) -> bool:
            if beat:
                self._beat()
            return line.get("phase") == phase

        self.until(is_there)

    def until_there_is(self, module: str) -> None:
        """Wait for a process that runs *module*."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self.of(module):
            assert time.monotonic() < deadline, f"{module} never ran"
            time.sleep(0.05)

    def finish(self, *, beat: bool = False) -> list[dict[str, Any]]:
        """Read everything that is left and return all lines but heartbeats; with *beat* the asker is heard."""
        while self.read() is not None:
            if beat:
                self._beat()
        self.process.wait(_PATIENCE_S)
        return [line for line in self.lines if line["type"] != "heartbeat"]

    def close(self) -> None:
        """Close the asker's end: cancel."""
        assert self.process.stdin
        self.process.stdin.close()

    def _beat(self) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):  # it has ended
            self.process.stdin.write("\n")
            self.process.stdin.flush()

    def of(self, module: str) -> list[int]:
        """Return the processes of this run that run *module*."""
        return [pid for pid in self.left() if module.encode() in read_of(pid, "cmdline")]

    def left(self) -> list[int]:
        """Return the processes that belong to this worker, itself included; zombies are ended."""
        return processes_with(f"{MARK}={self.mark}")

    def nobody_is_left(self, seconds: float) -> bool:
        """Whether every process is gone within *seconds*."""
        return is_nobody_left(f"{MARK}={self.mark}", seconds)


@contextmanager
def worker(request: dict[str, Any] | str, **environ: str) -> Iterator[Running]:
    """Start a worker with *request* and more of an environment, and end whatever is left of it afterwards."""
    with _started(request, environ, is_read=True) as running:
        yield running


@contextmanager
def unread_worker(request: dict[str, Any]) -> Iterator[Running]:
    """Start a worker that finds its stdout full, so that whatever it says waits."""
    with _started(request, {}, is_read=False) as running:
        yield running


@contextmanager
def _started(request: dict[str, Any] | str, environ: Mapping[str, str], *, is_read: bool) -> Iterator[Running]:
    mark = secrets.token_hex(8)
    reading, writing = os.pipe()
    if not is_read:
        os.write(writing, b"\n" * fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.worker"],
        stdin=subprocess.PIPE,
        stdout=writing,
        text=True,
        env={**os.environ, **environ, MARK: mark},
    )
    os.close(writing)
    process.stdout = os.fdopen(reading, encoding="utf-8")
    running = Running(process, mark)
    try:
        assert process.stdin
        process.stdin.write((request if isinstance(request, str) else json.dumps(request)) + "\n")
        process.stdin.flush()
        yield running
    finally:
        for pid in running.left():
            os.kill(pid, 9)
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
