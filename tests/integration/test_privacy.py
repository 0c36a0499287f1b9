"""What answering leaves on a machine beside the bot's own folder: nothing."""

import os
import subprocess
import sys
from pathlib import Path

from tests.makers_serving import make_home

GPUWISE = Path(sys.executable).with_name("gpuwise")


def test_answering_writes_nothing_outside_its_own_folder(tmp_path: Path) -> None:
    person = tmp_path / "person"
    person.mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    environ |= {"HOME": str(person), "GPUWISE_HOME": str(make_home(tmp_path))}

    said = subprocess.run(
        [GPUWISE, "ask", "what is VRAM?"], env=environ, capture_output=True, timeout=120, check=True, text=True
    )

    assert "VRAM" in said.stdout
    # ONNX Runtime, left to itself, keeps the number of a device here and what it is about to report.
    assert [str(file.relative_to(person)) for file in person.rglob("*") if file.is_file()] == []
