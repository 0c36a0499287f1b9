"""What measuring costs: `python -m tests.perf.harness`. A bare training loop and the harness, interleaved in one run.

The harness times its blocks while its watcher looks; in a bare segment the watcher is stopped. The same workload takes
steps in both, the order of the two changes from pair to pair, and the ratio is of the medians of a step.
"""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.cases import build, device
from bench.cases.timing import time_block
from bench.cases.workload import Workload
from bench.measurement import interval, steps_for_block
from bench.request import read_request

ROOT = Path(__file__).parents[2]
CASES = ("cnn", "lstm", "vgg16-head")
PAIRS, SEGMENT_S, BAR = 60, 0.25, 1.02


def bare(workload: Workload, steps: int) -> float:
    """Return the seconds of *steps* as anybody would time them."""
    began = time.perf_counter()
    for _ in range(steps):
        workload.step()
    return time.perf_counter() - began


def under_harness(workload: Workload, steps: int) -> float:
    """Return the seconds of *steps* as a run's block reports them."""
    _, wall_s = time_block(workload, steps)
    return wall_s


@contextmanager
def watcher() -> Iterator[int]:
    """Lend a real watcher of this process, stopped."""
    command = [sys.executable, "-m", "bench.watcher", str(os.getpid()), "perf"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGSTOP)
        try:
            yield process.pid
        finally:
            process.kill()


def measure(case: str, watching: int) -> list[tuple[float, float]]:
    """Return pairs of seconds a step: bare, and under the harness."""
    workload = build(read_request({"case": case, "quick": True}))
    step_s = under_harness(workload, 20) / 20
    steps = steps_for_block(step_s, SEGMENT_S)
    pairs = []
    for number in range(PAIRS):
        times: dict[str, float] = {}
        for name in ("bare", "harness") if number % 2 else ("harness", "bare"):
            if name == "bare":
                times[name] = bare(workload, steps) / steps
                continue
            os.kill(watching, signal.SIGCONT)
            times[name] = under_harness(workload, steps) / steps
            os.kill(watching, signal.SIGSTOP)
        pairs.append((times["bare"], times["harness"]))
    return pairs


def row(case: str, pairs: list[tuple[float, float]]) -> str:
    """Return a row of the table: the ratio is the median of the pairs', which a neighbour's burst does not move."""
    ratios = [harness / plain for plain, harness in pairs]
    ratio, (low, high) = median(ratios), interval(ratios)
    verdict = "met" if ratio <= BAR else "missed"
    plain, harness = (1000 * median(times) for times in zip(*pairs, strict=True))
    return f"| {case} | {plain:.2f} | {harness:.2f} | {ratio:.3f} ({low:.3f} to {high:.3f}) | ≤ {BAR:g}, {verdict} |"


def main() -> int:
    """Measure, print and write docs/perf-harness.md."""
    device.flush_denormals()
    with watcher() as watching:
        rows = [row(case, measure(case, watching)) for case in CASES]
    head = "| case | bare loop, ms a step | harness, ms a step | ratio (95 %) | bar |"
    text = "\n".join((head, "| --- | --- | --- | --- | --- |", *rows))
    heading = (
        "# The harness\n\nMade by `make perf`: a bare training loop and the harness with its watcher, interleaved in "
        f"one process, {PAIRS} pairs of segments of {SEGMENT_S} s; the ratio is the median of the pairs'. "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}.\n\n"
    )
    (ROOT / "docs" / "perf-harness.md").write_text(heading + text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
