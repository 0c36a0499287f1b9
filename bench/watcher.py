"""`python -m bench.watcher WORKER MARK [UUID]`: looks around a run, the second line when its worker is killed.

One JSON line a look: CPU that others use, steal, and of the GPU with that UUID its clocks, counters and users. Where
the worker ends or is stopped, it ends every process of the run.
"""

import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.lines import Emit, emitter
from bench.nvml import Card, open_card
from bench.processes import cpu_seconds, is_below, is_stopped, kill_marked, parent_of
from bench.sharing import sharing_of

#: Seconds between two looks: ten CPU ticks of two cores, and little enough that a neighbour's burst is seen.
PERIOD_S = 0.2
#: Seconds that a worker may be stopped before its run is ended: longer than a debugger's glance.
STOPPED_S = 3.0
_STAT = Path("/proc/stat")
_USER, _NICE, _SYSTEM, _IRQ, _SOFTIRQ, _STEAL = 1, 2, 3, 6, 7, 8


class Look:
    """One look at the host: totals since it started, in seconds."""

    def __init__(self, worker: int) -> None:
        fields = [
            int(field) if field.isdigit() else 0
            for field in _STAT.read_text(encoding="ascii").split("\n", 1)[0].split()
        ]
        tick = os.sysconf("SC_CLK_TCK")
        self.at = time.monotonic()
        self.busy = sum(fields[place] for place in (_USER, _NICE, _SYSTEM, _IRQ, _SOFTIRQ)) / tick
        self.steal = fields[_STEAL] / tick
        self.own = cpu_seconds(worker)


def sample(before: Look, after: Look) -> dict[str, float]:
    """Return what happened between two looks, in per cent of one core."""
    seconds = max(after.at - before.at, 1e-6)
    foreign = (after.busy - before.busy) - max(after.own - before.own, 0.0)
    return {
        "t": after.at,
        "foreign_cpu_pct": round(max(foreign, 0.0) / seconds * 100, 1),
        "steal_pct": round(max(after.steal - before.steal, 0.0) / seconds * 100, 1),
        "load1": os.getloadavg()[0],
    }


def look_at(card: Card, worker: int) -> dict[str, Any]:
    """Return what the card says now, and who else than the tree of *worker* is on it."""
    users = card.users()
    pids = {user.pid for user in users or ()}
    own = {pid for pid in pids if is_below(pid, worker)}
    seen = {pid for pid in pids if parent_of(pid) is not None}
    return {**asdict(card.read()), **sharing_of(users, own, seen).to_json()}


class Watch:
    """Watches one worker until it ends."""

    def __init__(self, worker: int, mark: str, emit: Emit, *, gpu: str | None = None) -> None:
        self._worker, self._mark, self._emit, self._gpu = worker, mark, emit, gpu
        self._card: Card | None = None
        self._stopped_at: float | None = None

    def run(self) -> None:
        """Look until the worker is gone, then end what it left behind."""
        before = Look(self._worker)
        while os.getppid() == self._worker and not self._is_stuck():
            time.sleep(PERIOD_S)
            before = self._look(before)
        if os.getppid() == self._worker:
            os.kill(self._worker, signal.SIGKILL)
        kill_marked(self._mark)

    def _is_stuck(self) -> bool:
        if not is_stopped(self._worker):
            self._stopped_at = None
            return False
        self._stopped_at = self._stopped_at or time.monotonic()
        return time.monotonic() - self._stopped_at > STOPPED_S

    def _look(self, before: Look) -> Look:
        try:
            after = Look(self._worker)
            line: dict[str, Any] = sample(before, after)
        except (OSError, ValueError) as error:
            after, line = before, {"t": time.monotonic(), "error": str(error)}
        if self._gpu is not None:
            line |= self._look_at_gpu(self._gpu)
        try:
            self._emit({"type": "look", **line})
        except BrokenPipeError:
            return after  # nobody listens any more; the worker's end is seen by its id
        return after

    def _look_at_gpu(self, uuid: str) -> dict[str, Any]:
        """Return the look's `gpu`, or the error: a watcher that is blind there still ends what is left behind."""
        try:
            self._card = self._card or open_card(uuid)
            return {"gpu": look_at(self._card, self._worker)}
        except BenchError as error:
            return {"error": str(error)}


def main(argv: list[str]) -> int:
    """Watch the worker that is named."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.nice(5)
    worker, mark, *gpu = argv[1:]
    Watch(int(worker), mark, emitter(), gpu=gpu[0] if gpu else None).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
