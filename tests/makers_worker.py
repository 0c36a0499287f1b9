"""A real worker process, and what is left of it in /proc."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

    def until_phase(self, phase: str) -> None:
        self.until(lambda line: line.get("phase") == phase)

    def finish(self) -> list[dict[str, Any]]:
        """Read everything that is left and return all lines but heartbeats."""
        while self.read() is not None:
            pass
        self.process.wait(_PATIENCE_S)
        return [line for line in self.lines if line["type"] != "heartbeat"]

    def close(self) -> None:
        """Close the asker's end: cancel."""
        assert self.process.stdin
        self.process.stdin.close()

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
    mark = secrets.token_hex(8)
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ, MARK: mark},
    )
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
