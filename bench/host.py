"""What the host is: the part of a record that needs neither torch nor a GPU."""

import hashlib
import os
import platform
import tomllib
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.quiet import QuietHours, parse_quiet_hours

#: Where the owner of a host, then its user, may say what it is for; the first file that exists counts.
CONFIGS = (Path("/etc/gpuwise/host.toml"), Path("~/.config/gpuwise/host.toml"))
_CPUINFO, _MEMINFO, _MACHINE = Path("/proc/cpuinfo"), Path("/proc/meminfo"), Path("/etc/machine-id")


def describe() -> dict[str, Any]:
    """Return the `host` of a record; memory in GB of 1e9 bytes, what the system does not say left out."""
    facts: dict[str, Any] = {
        "cpu_model": _field(_CPUINFO, "model name") or platform.machine(),
        "cores_visible": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
    }
    if memory := _field(_MEMINFO, "MemTotal"):
        facts["ram_gb"] = round(int(memory.split()[0]) * 1024 / 1e9, 1)
    if machine := _text(_MACHINE).strip():
        facts["machine_hash"] = hashlib.sha256(machine.encode()).hexdigest()[:16]
    return facts


def read_quiet_hours(named: Path | None = None) -> QuietHours:
    """Return the hours of the *named* file, else of the first usual one; BenchError where it cannot be used."""
    for file in (file.expanduser() for file in ((named,) if named else CONFIGS)):
        try:
            return _hours(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, BenchError) as error:
            if isinstance(error, FileNotFoundError) and not named:
                continue
            raise BenchError(f"The owner of this host has to correct {file}: {error}") from error
    return QuietHours()


def _hours(text: str) -> QuietHours:
    said = tomllib.loads(text)
    if unknown := sorted(said.keys() - {"quiet_hours"}):
        raise BenchError(f"{unknown[0][:40]!r} is not known; quiet_hours is.")
    return parse_quiet_hours(said.get("quiet_hours", []))


def _field(file: Path, name: str) -> str | None:
    """Return the first value of *name* in a file of "name : value" lines."""
    for line in _text(file).splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name and value.strip():
            return value.strip()
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
