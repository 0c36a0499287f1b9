"""Stands for pynvml in a real worker: on its PYTHONPATH, with a JSON file as the script, read anew at each call."""

import json
import os
from pathlib import Path
from typing import Any

from tests.fakes.nvml_library import FakeNvml

_library = FakeNvml(lambda: json.loads(Path(os.environ["GPUWISE_FAKE_NVML"]).read_text(encoding="utf-8")))


def __getattr__(name: str) -> Any:
    return getattr(_library, name)
