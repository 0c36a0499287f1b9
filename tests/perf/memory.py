"""Memory peaks beside the estimates: `python -m tests.perf.memory` runs the cases on this CPU, each in a new process.

The peak is what the run's process grew by after torch, the ruler and the network's code were loaded: weights,
gradients, optimiser, activations and the libraries' workspace. The estimate is that of `gpuwise predict` without the
framework's share.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from knowledge.library import load_library
from knowledge.tables import load_tables
from retrieval.scoring.memory import memory_need
from retrieval.scoring.needs import Mode, Precision, Work

ROOT = Path(__file__).parents[2]
RUNS = {
    "cnn": (512, 4096),
    "rnn": (1024, 8192),
    "lstm": (1024, 8192),
    "gru": (1024, 8192),
    "vgg16-transfer": (8, 32),
    "vgg16": (4, 16),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """One run's memory, in MB of 1e6 bytes."""

    case: str
    mode: str
    batch: int
    measured: float
    estimated: float

    @property
    def error(self) -> float:
        """How far the estimate lies off, as a share of what was measured."""
        return self.estimated / self.measured - 1


def measured_mb(request: dict[str, object]) -> float:
    """Return what a run's process grew by, in MB."""
    command = [sys.executable, "-m", "bench.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        if worker.stdin is None or worker.stdout is None:
            raise RuntimeError("a worker has pipes")
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
        lines = [json.loads(line) for line in worker.stdout]
    (record,) = [line["record"] for line in lines if line["type"] == "result"]
    memory = record["result"]["memory"]
    return float(memory["peak_rss_bytes"] - memory["baseline_rss_bytes"]) / 1e6


def peaks() -> Iterator[Peak]:
    """Run every case at two batches, training and inference."""
    networks = load_tables(load_library().sources).networks
    for case, batches in RUNS.items():
        for mode in Mode:
            for batch in batches:
                request = {
                    "case": case,
                    "mode": str(mode),
                    "batch": batch,
                    "quick": True,
                    "max_seconds": 5,
                    "wait": True,
                }
                work = Work(network=case, mode=mode, precision=Precision.FP32, batch=batch)
                need = memory_need(work, networks[case])
                estimated = 1000 * (need.total_gb - need.part_gb("framework"))
                yield Peak(case=case, mode=str(mode), batch=batch, measured=measured_mb(request), estimated=estimated)


def table(found: list[Peak]) -> str:
    """Return the Markdown table with the median error."""
    rows = [
        f"| {peak.case} | {peak.mode} | {peak.batch} | {peak.measured:,.0f} | {peak.estimated:,.0f} "
        f"| {peak.error:+.0%} |"
        for peak in found
    ]
    head = "| case | mode | batch | measured, MB | estimated, MB | error |\n| --- | --- | --- | --- | --- | --- |"
    off = median(abs(peak.error) for peak in found)
    return "\n".join((head, *rows, "", f"The estimate is off by a median of {off:.0%}.")).replace("%", " %")


def main() -> int:
    """Measure, print and write docs/memory.md."""
    text = table(list(peaks()))
    heading = (
        "# Memory peaks beside the estimates\n\nMade by `python -m tests.perf.memory`: the growth of a run's process "
        "on a CPU in FP32, without what torch itself takes, beside the estimate without the framework's share. The "
        "estimates are for GPUs: on a CPU the process also grows by libraries that load late and by the convolutions' "
        "own copies of weights and images, so they lie low.\n\n"
    )
    (ROOT / "docs" / "memory.md").write_text(heading + text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
