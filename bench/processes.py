"""What Linux says of processes and how they are ended, so that none is left behind.

A worker adopts every orphan below it (a subreaper), its runs die with it (PDEATHSIG), and every process of a run has
a mark in its environment, by which the watcher ends what is left when the worker is killed.
"""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from bench.errors import BenchError

#: Environment variable that every process of a run inherits.
MARK = "GPUWISE_RUN"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_PROC = Path("/proc")
_UTIME, _STIME, _CUTIME, _CSTIME, _STATE, _PARENT = 11, 12, 13, 14, 0, 1  # fields behind the name, see proc(5)


def become_subreaper() -> None:
    """Make this process the parent of every orphan below it."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when *parent*, which started it, ends; end at once where it already has."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit(1)


def parent_of(pid: int) -> int | None:
    """Return the parent's id, None where there is no such process."""
    fields = _stat(pid)
    return int(fields[_PARENT]) if fields else None


def is_below(pid: int, above: int) -> bool:
    """Whether *pid* is *above* or a process below it."""
    at: int | None = pid
    while at and at != above:
        at = parent_of(at)
    return at == above


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped the process."""
    fields = _stat(pid)
    return bool(fields) and fields[_STATE] in {"T", "t"}


def descendants(pid: int) -> tuple[int, ...]:
    """Return the processes below *pid*, without it, zombies included."""
    parents = {child: parent_of(child) for child in _ids()}
    found: list[int] = []
    level = [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        found += level
    return tuple(found)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of *pid*, of what is below it and of what it has waited for; 0 where it is gone."""
    ticks = sum(
        int(fields[place])
        for one in (pid, *descendants(pid))
        if (fields := _stat(one))
        for place in (_UTIME, _STIME, _CUTIME, _CSTIME)
    )
    return ticks / os.sysconf("SC_CLK_TCK")


def kill_below(pid: int, patience_s: float = 5.0) -> bool:
    """Kill everything below *pid*, reap what is ours, and return whether nothing is left after *patience_s* seconds."""
    deadline = time.monotonic() + patience_s
    while True:
        _reap()
        left = descendants(pid)
        if not left:
            return True
        for one in left:
            _kill(one)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)


def kill_marked(mark: str, *, spare: int | None = None) -> None:
    """Kill every process of this user whose environment carries *mark*, but for *spare*."""
    for pid in tuple(_marked(mark)):
        if pid not in {spare, os.getpid()}:
            _kill(pid)


def _marked(mark: str) -> Iterator[int]:
    wanted = f"{MARK}={mark}".encode()
    for pid in _ids():
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes()
        except OSError:  # gone, or another user's
            continue
        if wanted in environment.split(b"\0"):
            yield pid


def _reap() -> None:
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _ids() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat behind the name, empty where the process is gone."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def _prctl(option: int, value: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(option, value, 0, 0, 0) != 0:
        raise BenchError(f"prctl: {os.strerror(ctypes.get_errno())}. A worker needs Linux 3.4 or newer.")
