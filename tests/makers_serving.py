"""`gpuwise serve` as a process of its own, which can be killed, in a home with the built index."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.config import Settings

_READY_S = 60.0


def make_home(folder: Path) -> Path:
    """Return a home of its own with the index that the tests use."""
    home = folder / "home"
    home.mkdir()
    (home / "index").symlink_to(Settings.from_environ(os.environ).home / "index")
    return home


@contextmanager
def serving(home: Path, **environ: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Start the bot and kill it when the block ends."""
    environment = {**os.environ, "GPUWISE_HOME": str(home), "GPUWISE_THREADS": "1", **environ}
    log = (home / "serve.log").open("ab")
    with subprocess.Popen([Path(sys.executable).with_name("gpuwise"), "serve"], env=environment, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()
            log.close()


async def stopped(process: "subprocess.Popen[bytes]", seconds: float = 15.0) -> int:
    """Ask the bot to stop and return its exit code."""
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(process.wait, seconds)
