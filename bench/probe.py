"""`python -m bench.probe [WORKER]`: what this host has for a run, and what is wrong with it, as one JSON line."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.host import describe
from bench.lines import emitter
from bench.processes import die_with_parent
from bench.request import VERSION, read_heard_s

_NVIDIA = Path("/dev/nvidia0")
_PATIENCE_S = 45.0  #: torch's import from a cold disk, and CUDA's start
_TICK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequest:
    """Asks what the host has, instead of for a run."""

    heard_s: int | None = None  #: as in a request for a run


def read_probe(text: str) -> ProbeRequest | None:
    """Return what a line asks, None where it asks for no probe; RequestError where it does but wrongly."""
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or asked.get("probe") is not True or asked.keys() - {"probe", "heard_s"}:
        return None
    return ProbeRequest(heard_s=read_heard_s(asked))


def ask(is_wanted: Callable[[], bool] = lambda: True, patience_s: float = _PATIENCE_S) -> dict[str, Any] | None:
    """Return what a process of its own finds, None once it *is_wanted* no more.

    Torch may crash or hang where a driver is broken.
    """
    command = [sys.executable, "-m", "bench.probe", str(os.getpid())]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:  # noqa: S603 - no word of it comes from a request
        try:
            return _found(process, is_wanted, patience_s)
        finally:
            process.kill()


def _found(
    process: "subprocess.Popen[bytes]", is_wanted: Callable[[], bool], patience_s: float
) -> dict[str, Any] | None:
    deadline = time.monotonic() + patience_s
    while is_wanted():
        try:
            said, _ = process.communicate(timeout=min(_TICK_S, patience_s))
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
            return _answer(None, [], [f"torch or its driver did not answer within {patience_s:g} s: run `nvidia-smi`."])
        return _read(said, process.returncode)
    return None


def _read(said: bytes, status: int) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(said)
    except ValueError:
        problem = f"the look at torch ended with status {status}: run `python3 -m bench.probe` on the host."
        return _answer(None, [], [problem])
    return found


def examine() -> dict[str, Any]:
    """Return what this process finds."""
    try:
        device = import_module("bench.cases").device  # torch takes seconds to import
    except (ImportError, OSError) as error:  # OSError: a library of torch's does not load
        return _answer(None, [], [f"torch cannot be imported ({error}): install `gpuwise[bench]` on the host."])
    software = device.software()
    try:
        gpus = device.gpus()
    except RuntimeError as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        return _answer(software, [], [f"CUDA does not start: {reason}. Run `nvidia-smi` on the host."])
    return _answer(software, gpus, problems_of(software, gpus, has_driver=_NVIDIA.exists()))


def problems_of(software: Mapping[str, Any], gpus: Sequence[Mapping[str, Any]], *, has_driver: bool) -> list[str]:
    """Return what keeps torch from a GPU that the host has; a host without one has no problem, it runs on its CPU."""
    torch, cuda = f"torch {software['torch']}", software["cuda"]
    found = []
    if has_driver and not gpus:
        found.append(
            f"{torch} is built for CUDA {cuda} but sees no GPU: the driver may be too old for it; run `nvidia-smi`."
            if cuda
            else f"{torch} is built without CUDA, though the host has an NVIDIA GPU: install a CUDA build."
        )
    for gpu in gpus:
        if not gpu["is_built_for"]:
            built = ", ".join(software["arch_list"]) or "none"
            found.append(f"{torch} has no kernels for {gpu['name']} (sm {gpu['sm']}), only for {built}: take another.")
    return found


def _answer(
    software: Mapping[str, Any] | None, gpus: Sequence[Mapping[str, Any]], problems: Sequence[str]
) -> dict[str, Any]:
    return {
        "type": "probe",
        "version": VERSION,
        "host": describe(),
        "python": platform.python_version(),
        "software": software,
        "gpus": list(gpus),
        "problems": list(problems),
    }


def main(argv: Sequence[str]) -> int:
    """Print what is found; a worker that asks takes this process with it when it ends."""
    if len(argv) > 1:
        die_with_parent(int(argv[1]))
    emitter()(examine())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
