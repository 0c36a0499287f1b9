"""Requests that are not one: each is told so, and nothing is started."""

import fcntl
import json
import os
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bench.asker import Asker
from bench.nvml import Card
from bench.preflight import Preflight
from bench.processes import descendants
from bench.worker import Worker
from tests.makers_requests import LINES, LONGEST

SETTINGS = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
LONGEST_MESSAGE = 500  #: characters: a chat shows it


def opens_nothing(uuid: str) -> Card:
    raise AssertionError(f"{uuid} was opened")


def asks_no_hour() -> datetime:
    raise AssertionError("The request was taken for a good one.")


def said_to(line: bytes) -> tuple[int, list[dict[str, Any]]]:
    """Return the exit code of a worker in this process, and its lines."""
    asker, asking = os.pipe()
    fcntl.fcntl(asking, fcntl.F_SETPIPE_SZ, 2 * LONGEST)  # all of it fits before anybody reads
    try:
        os.write(asking, line)
        os.close(asking)
        lines: list[dict[str, Any]] = []
        preflight = Preflight(opens=opens_nothing, now=asks_no_hour)
        code = Worker(lambda said: lines.append(dict(said)), Asker(asker), {}, preflight).serve()
    finally:
        os.close(asker)
    return code, lines


def is_refusal(lines: list[dict[str, Any]]) -> bool:
    """Whether one error of class "request" and the end is all that was said."""
    error, end = lines if len(lines) == 2 else ({}, {})
    message = str(error.get("message", ""))
    is_short = 0 < len(message) <= LONGEST_MESSAGE and message.isprintable()
    return is_short and error.get("class") == "request" and end == {"type": "end", "state": "failed"}


def check_in_process(line: bytes) -> None:
    before = descendants(os.getpid())

    code, lines = said_to(line)

    assert (code, is_refusal(lines)) == (1, True), lines
    assert descendants(os.getpid()) == before


@settings(SETTINGS, max_examples=2_000)
@given(LINES)
def test_a_malformed_request_is_refused_and_starts_nothing(line: bytes) -> None:
    check_in_process(line)


@pytest.mark.soak
@settings(SETTINGS, max_examples=10_000)
@given(LINES)
def test_ten_thousand_malformed_requests_are_refused_and_start_nothing(line: bytes) -> None:
    check_in_process(line)


@settings(SETTINGS, max_examples=50)
@given(LINES)
def test_a_real_worker_refuses_a_malformed_request(line: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker"], input=line, capture_output=True, timeout=30, check=False
    )

    lines = [json.loads(raw) for raw in done.stdout.splitlines()]
    assert (done.returncode, is_refusal(lines)) == (1, True), (lines, done.stderr)
    assert done.stderr == b""
