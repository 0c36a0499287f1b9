"""Runs one request in a process of its own, a watcher beside it, and leaves no process behind however it ends."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any

from bench.asker import Asker
from bench.lines import Emit, LineBuffer
from bench.outcome import Outcome
from bench.processes import MARK, is_stopped, kill_below
from bench.request import Request
from bench.sharing import taken_by

#: Seconds without a line after which a run counts as hung: a step, a compilation and torch's import are all shorter.
SILENCE_S = 300.0
#: Seconds that a run may be stopped by a signal.
STOPPED_S = 5.0
#: Seconds beyond what blocks may take: import, ruler, warm-up, compilation.
OVERHEAD_S = 600.0
_TICK_S = 0.25
_HEARTBEAT_S = 1.0
#: Seconds since the watcher's last look, beyond which it counts as dead.
_BLIND_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a run may take."""

    silence_s: float = SILENCE_S
    stopped_s: float = STOPPED_S
    overhead_s: float = OVERHEAD_S


class Supervisor:
    """One run: its process, its watcher, and the asker, whose end means cancel."""

    def __init__(self, emit: Emit, asker: Asker, environ: Mapping[str, str], patience: Patience) -> None:
        self._emit, self._asker, self._environ, self._patience = emit, asker, environ, patience
        self._outcome = Outcome()
        self._heard = self._beat = self._moving = time.monotonic()

    def run(self, request: Request, mark: str) -> Outcome:
        """Return what became of the run; every process that it started is gone."""
        environ = {**self._environ, MARK: mark, "CUDA_VISIBLE_DEVICES": request.gpu or ""}
        with ExitStack() as held:  # left from its end: killing goes before waiting, which alone would never end
            watcher = held.enter_context(
                self._start("bench.watcher", mark, *filter(None, [request.gpu]), environ=environ)
            )
            held.callback(self._end_all)
            child = held.enter_context(self._start("bench.child", environ=environ))
            held.callback(self._end_all)
            self._talk(request, child, watcher)
            self._conclude(child, watcher)
        return self._outcome

    def _end_all(self) -> None:
        """Kill every process of the run, also where nobody listens any more."""
        if not kill_below(os.getpid()):
            self._emit({"type": "error", "class": "left-over", "message": "Processes of the run did not end."})

    def _start(self, module: str, *arguments: str, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", module, str(os.getpid()), *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environ))  # noqa: S603 - no word of it comes from a request

    def _talk(self, request: Request, child: "subprocess.Popen[bytes]", watcher: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + request.max_seconds + self._patience.overhead_s
        with selectors.DefaultSelector() as selector:
            _hand_over(child.stdin, request)
            buffers = {_descriptor(process.stdout): LineBuffer() for process in (child, watcher)}
            for descriptor in (self._asker.descriptor, *buffers):
                selector.register(descriptor, selectors.EVENT_READ)
            while self._goes_on(child, deadline):
                for key, _ in selector.select(_TICK_S):
                    self._read(key.fd, buffers, selector)
                if not buffers[_descriptor(child.stdout)].is_open:
                    return

    def _read(self, descriptor: int, buffers: Mapping[int, LineBuffer], selector: selectors.BaseSelector) -> None:
        buffer = buffers.get(descriptor)
        if buffer is None:
            self._asker.listen()
            return
        for line in buffer.read(descriptor):
            self._take(line)
        if not buffer.is_open:
            selector.unregister(descriptor)

    def _take(self, line: dict[str, Any]) -> None:
        if line.get("type") == "look":
            self._look(line)
            return
        self._heard = time.monotonic()
        self._outcome.take(line)
        if line.get("type") in {"phase", "block"}:
            self._emit(line)

    def _look(self, line: dict[str, Any]) -> None:
        """Keep one look of the watcher; give the GPU back where somebody else has come to it."""
        self._outcome.looks.append(line)
        is_running = self._outcome.error is None and not self._outcome.end
        if is_running and (pid := taken_by(self._outcome.looks)) is not None:
            self._fail(
                "yielded",
                f"Process {pid} of somebody else began to compute on the GPU, so the run was stopped and the GPU given "
                "back: ask again when it is free, or ask with wait.",
            )

    def _goes_on(self, child: "subprocess.Popen[bytes]", deadline: float) -> bool:
        """Say that the worker lives; end the wait where the run was cancelled, hangs or takes too long."""
        now = time.monotonic()
        if now - self._beat >= _HEARTBEAT_S:
            self._beat = now
            self._emit({"type": "heartbeat"})
        if not is_stopped(child.pid):
            self._moving = now
        if now > deadline:
            self._fail("timeout", "The run took longer than its limit: ask for a smaller batch or more seconds.")
        elif now - self._moving > self._patience.stopped_s:
            self._fail("hung", "The run was stopped by a signal and did not go on.")
        elif now - self._heard > self._patience.silence_s:
            self._fail("hung", f"The run said nothing for {self._patience.silence_s:.0f} seconds.")
        elif silence := self._asker.silence():
            self._fail(silence.kind, str(silence))
        self._outcome.is_cancelled = self._asker.has_ended
        return self._outcome.error is None and not self._outcome.is_cancelled

    def _fail(self, kind: str, message: str) -> None:
        self._outcome.error = {"class": kind, "message": message}

    def _conclude(self, child: "subprocess.Popen[bytes]", watcher: "subprocess.Popen[bytes]") -> None:
        """Note how the processes ended, before they are killed."""
        looks = self._outcome.looks
        is_recent = bool(looks) and time.monotonic() - looks[-1].get("t", 0.0) < _BLIND_S
        self._outcome.watcher_alive = watcher.poll() is None and is_recent and not is_stopped(watcher.pid)
        if self._outcome.error or self._outcome.is_cancelled or self._outcome.end:
            return
        try:
            code = child.wait(_BLIND_S)
        except subprocess.TimeoutExpired:
            code = 0
        if code < 0:
            message = f"The run's process was killed by signal {-code}: the system may have been short of memory."
            self._fail("killed", message)


def _hand_over(pipe: IO[bytes] | None, request: Request) -> None:
    """Write the request to the run's process; one that is dead already is noticed by its output's end."""
    if pipe is None:
        return
    try:
        pipe.write(json.dumps(request.to_json()).encode() + b"\n")
        pipe.flush()
    except BrokenPipeError:
        return


def _descriptor(pipe: IO[bytes] | None) -> int:
    return pipe.fileno() if pipe else -1
