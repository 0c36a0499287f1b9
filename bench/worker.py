"""`python -m bench.worker`: one JSON request on stdin, JSON lines out; the end of stdin cancels.

An asker that promises to be heard (`heard_s`) and falls silent ends its run too. A line is a phase, a block, a
heartbeat, a result with its record, an error, and last the end with its state. Nothing that a request says reaches a
shell, a path or an import: it names a case of a closed set and bounded integers.
"""

import os
import secrets
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.asker import Asker, UnheardError
from bench.errors import BenchError, NotNowError
from bench.host import describe
from bench.lines import Emit, emitter
from bench.locking import device_lock
from bench.outcome import Outcome, record_of
from bench.preflight import Preflight
from bench.probe import ProbeRequest, ask, read_probe
from bench.processes import MARK, become_subreaper, kill_marked
from bench.request import Request, parse_request
from bench.supervisor import Patience, Supervisor

_WAIT_S = 1.0
_STATES = {"cancelled": "cancelled", "timeout": "timed_out", "hung": "timed_out"}
#: Ends of a sweep that say nothing about the batches that ran before, but that nobody wants the rest.
_BROKEN_OFF = frozenset({"yielded", "unheard"})


class Worker:
    """Runs one request, or one batch after the other of a sweep."""

    def __init__(
        self,
        emit: Emit,
        asker: Asker,
        environ: Mapping[str, str],
        preflight: Preflight,
        patience: Patience | None = None,
    ) -> None:
        self._emit, self._asker, self._environ, self._preflight = emit, asker, environ, preflight
        self._patience = patience or Patience()
        self._card: dict[str, Any] | None = None  #: what NVML says of the GPU that is held

    def serve(self) -> int:
        """Read the request, run it and say how it ended; the exit code is 0 where it was done."""
        try:
            return self._serve()
        except (BrokenPipeError, UnheardError):  # nobody listens; what ran has been ended
            return 1

    def _serve(self) -> int:
        try:
            line = self._asker.read_line()
            if probe := read_probe(line):
                return self._probe(probe)
            request = parse_request(line)
            self._asker.promise(request.heard_s)
            with ExitStack() as held:
                if not self._hold(request, held):
                    return self._end("cancelled")
                return self._run(request)
        except BenchError as error:
            self._emit({"type": "error", "class": error.kind, "message": str(error)})
            return self._end("failed")

    def _probe(self, probe: ProbeRequest) -> int:
        self._asker.promise(probe.heard_s)
        found = ask(self._is_wanted)
        if found is None:
            return self._end("cancelled")
        self._emit(found)
        return self._end("done")

    def _is_wanted(self) -> bool:
        self._asker.attend()
        return not self._asker.has_ended

    def _hold(self, request: Request, held: ExitStack) -> bool:
        """Take the device as soon as a run may begin; False where the asker went away while it was waited for."""
        is_waiting = False
        while True:
            try:
                self._take(request.gpu, held)
            except NotNowError:
                if not request.wait:
                    raise
                if not is_waiting:
                    self._emit({"type": "phase", "phase": "waiting"})
                is_waiting = True
                self._emit({"type": "heartbeat"})
                self._asker.listen(_WAIT_S)
                if not self._is_wanted():
                    return False
            else:
                return True

    def _take(self, gpu: str | None, held: ExitStack) -> None:
        """Hold the device; NotNowError, and nothing held, where its hour is quiet or somebody is on it."""
        self._preflight.ask_hour()
        with ExitStack() as taken:
            taken.enter_context(device_lock(gpu or "cpu"))
            self._card = self._preflight.ask_card(gpu)
            held.enter_context(taken.pop_all())

    def _run(self, request: Request) -> int:
        host, fitting, state, kind = describe(), None, "done", None
        for batch in request.sweep or (request.batch,):
            one = replace(request, batch=batch, sweep=())
            if request.sweep:
                self._emit({"type": "batch", "batch": batch})
            outcome = self._supervise(one)
            self._result(one, outcome, host)
            if outcome.is_complete:
                fitting = max(batch, fitting or 0)
            else:
                state = state_of(outcome)
                kind = (outcome.error or {}).get("class")
                if state != "failed" or kind != "oom":
                    break
        is_enough = fitting and state == "failed" and kind not in _BROKEN_OFF
        return self._end("done" if is_enough else state, largest_batch_ok=fitting)

    def _supervise(self, request: Request) -> Outcome:
        mark = secrets.token_hex(8)
        try:
            outcome = Supervisor(self._emit, self._asker, self._environ, self._patience).run(request, mark)
            outcome.card = self._card
            return outcome
        finally:
            kill_marked(mark)

    def _result(self, request: Request, outcome: Outcome, host: Mapping[str, Any]) -> None:
        record = record_of(request, outcome, host, time_ms=time.time_ns() // 1_000_000, entropy=secrets.token_bytes(10))
        self._emit({"type": "result", "record": record})

    def _end(self, state: str, **more: Any) -> int:
        self._emit({"type": "end", "state": state, **more})
        return 0 if state == "done" else 1


def state_of(outcome: Outcome) -> str:
    """Return the state that a job ends in: done, failed, cancelled or timed_out."""
    if outcome.is_complete:
        return "done"
    if outcome.is_cancelled:
        return "cancelled"
    return _STATES.get((outcome.error or {}).get("class", ""), "failed")


def main() -> int:
    """Serve the request on stdin."""
    become_subreaper()
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # the asker cancels by closing stdin
    environ = {name: value for name, value in os.environ.items() if name != MARK}
    config = os.environ.get("GPUWISE_HOST_CONFIG")
    preflight = Preflight(config=Path(config) if config else None)
    asker = Asker(sys.stdin.fileno())
    return Worker(emitter(asker.attend), asker, environ, preflight).serve()


if __name__ == "__main__":
    sys.exit(main())
