"""Processes that carry a variable in their environment, read from /proc: what is left of something that was started."""

import time
from pathlib import Path


def read_of(pid: int, name: str) -> bytes:
    """Return a file of /proc/PID, empty where the process is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def processes_with(variable: str) -> list[int]:
    """Return the processes whose environment holds *variable*, such as "MARK=1"; zombies are ended."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if variable.encode() in read_of(pid, "environ").split(b"\0")]


def is_nobody_left(variable: str, seconds: float) -> bool:
    """Whether every such process is gone within *seconds*."""
    deadline = time.monotonic() + seconds
    while processes_with(variable) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not processes_with(variable)
