"""The tests' own temporary folder."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.locking import device_lock

_LONGEST_SOCKET = 107 - len("/gpuwise-locks/0123456789abcdef.sock")


def test_locks_are_taken_in_a_folder_of_this_session_alone(own_temporary_folder: Path) -> None:
    with device_lock("a device of this test"):
        held = [file.name for file in (own_temporary_folder / "gpuwise-locks").iterdir()]

    assert "a device of this test.lock" in held
    assert len(str(own_temporary_folder)) < _LONGEST_SOCKET


def test_programs_that_tests_start_have_it_too(own_temporary_folder: Path) -> None:
    program = "import json, tempfile; print(json.dumps(tempfile.gettempdir()))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == tempfile.gettempdir() == str(own_temporary_folder)
