"""What every contestant's process does alike: build or serve, take the times, print one JSON object.

Imported by the scripts beside it, each of which runs in a fresh process; a job comes on stdin as JSON.
"""

import json
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any, Protocol

LIMIT = 10  #: passages asked for, the number that gpuwise's own search takes
THREADS = 8

Ask = Callable[[str], Any]


class Contestant(Protocol):
    """One way to find passages, from a stored index."""

    packages: tuple[str, ...]

    def build(self, model: str, chunks: Sequence[str], store: Path) -> None:
        """Embed *chunks* with the model in folder *model* and write an index into *store*."""
        ...

    def open(self, model: str, store: Path) -> Ask:
        """Load the index in *store* and return what answers one question; safe to call from several threads."""
        ...

    def best(self, found: Any) -> int | None:
        """Return the number of the first chunk of what an ask returned, None where that is no chunk."""
        ...


def run(contestant: Contestant) -> None:
    """Do the job on stdin and print what was measured."""
    job = json.load(sys.stdin)
    phase = {"build": _build, "serve": _serve}[job["phase"]]
    measured = phase(contestant, job)
    versions = {name: version(name) for name in contestant.packages}
    print(json.dumps({**measured, "versions": {"Python": platform.python_version(), **versions}}))


def _build(contestant: Contestant, job: dict[str, Any]) -> dict[str, Any]:
    contestant.build(job["model"], job["chunks"], Path(job["store"]))
    return {"build_s": time.time() - job["started"]}


def _serve(contestant: Contestant, job: dict[str, Any]) -> dict[str, Any]:
    warm_up, questions = job["warm_up"], job["questions"]
    ask = contestant.open(job["model"], Path(job["store"]))
    ask(warm_up[0])
    startup = time.time() - job["started"]
    for question in warm_up[1:]:
        ask(question)
    latencies, found = _one_asker(ask, questions)
    rate = _many_askers(ask, questions)
    return {
        "startup_s": startup,
        "latencies_ms": latencies,
        "per_second": rate,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "best": [contestant.best(item) for item in found],
    }


def _one_asker(ask: Ask, questions: Sequence[str]) -> tuple[list[float], list[Any]]:
    latencies, found = [], []
    for question in questions:
        begin = time.perf_counter()
        found.append(ask(question))
        latencies.append((time.perf_counter() - begin) * 1000)
    return latencies, found


def _many_askers(ask: Ask, questions: Sequence[str]) -> float:
    """Return questions per second with eight threads at once, twice over all questions."""
    asked = [*questions, *questions]
    with ThreadPoolExecutor(THREADS) as pool:
        ready = count()
        list(pool.map(lambda _: next(ready), range(THREADS)))  # threads are started outside the time taken
        begin = time.perf_counter()
        list(pool.map(ask, asked))
        return len(asked) / (time.perf_counter() - begin)
