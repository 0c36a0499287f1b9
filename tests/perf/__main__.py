"""The command: `python -m tests.perf [--quick]`. A missed bar is said, and the exit code stays 0."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .contestants import PEERS_PYTHON, ROOT, choose_questions, contestants
from .report import write_report
from .running import ContestantError, Course


def main(argv: Sequence[str]) -> int:
    """Return 0 when all was measured, 1 when a contestant could not run."""
    parser = argparse.ArgumentParser(prog="python -m tests.perf", description="Compares gpuwise with its peers.")
    parser.add_argument("--quick", action="store_true", help="two rounds, written to build/perf instead of docs")
    parser.add_argument("--rounds", type=int, help="serving processes of each contestant")
    args = parser.parse_args(argv)
    if not PEERS_PYTHON.is_file():
        print("perf: the peers are not installed; run `make perf`.", file=sys.stderr)
        return 1
    rounds, builds, folder = (2, 1, ROOT / "build" / "perf") if args.quick else (7, 3, ROOT / "docs")
    try:
        print(_compare(args.rounds or rounds, builds, folder))
    except ContestantError as error:
        print(f"perf: {error}", file=sys.stderr)
        return 1
    return 0


def _compare(rounds: int, builds: int, folder: Path) -> str:
    paper = choose_questions()
    with tempfile.TemporaryDirectory(prefix="gpuwise-perf-") as temporary:
        course = Course(Path(temporary), contestants(Path(sys.executable)), paper)
        course.run(rounds=rounds, builds=builds)
    return write_report(folder, course.records, paper, len(course.chunks))


sys.exit(main(sys.argv[1:]))
