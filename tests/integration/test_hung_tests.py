"""A test that hangs is ended by its time limit, says where it hung, and the others go on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HUNG = """
import asyncio, subprocess

async def test_waits_for_an_event(): await asyncio.Event().wait()

def test_waits_for_a_process(): subprocess.run(["sleep", "600"])

def test_of_arithmetic(): assert 1 + 1 == 2
"""


def test_hung_tests_are_interrupted_and_the_next_one_runs(tmp_path: Path) -> None:
    (tmp_path / "test_hung.py").write_text(HUNG, encoding="utf-8")
    options = [
        "-q",
        "-c",
        str(ROOT / "pyproject.toml"),
        f"--rootdir={tmp_path}",
        "--timeout=2",
        "-p",
        "no:cacheprovider",
    ]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    failed = set(re.findall(r"^FAILED \S*::(\w+)", done.stdout, re.MULTILINE))
    assert failed == {"test_waits_for_an_event", "test_waits_for_a_process"}, done.stdout
    assert done.stdout.count("Failed: Timeout (>2.0s)") >= 2
    assert "1 passed" in done.stdout


def test_every_test_has_a_time_limit(pytestconfig: pytest.Config) -> None:
    assert float(pytestconfig.getini("timeout")) == 300


@pytest.mark.soak
def test_a_long_sweep_has_a_longer_one(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("timeout")

    assert marker
    assert marker.args[0] > 300
