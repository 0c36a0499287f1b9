"""One run a GPU, whoever asked: a lock file on the host that the kernel frees when its holder ends."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.errors import BenchError, NotNowError

_FOLDER = "gpuwise-locks"
_ANYONE, _STICKY = 0o666, 0o1777


class BusyError(NotNowError):
    """Somebody else has the GPU, or the CPU."""

    kind = "busy"

    def __init__(self, device: str, who: str = "Another run") -> None:
        super().__init__(f"{who} is on {device}: ask again when it is done, or ask with wait.")


@contextmanager
def device_lock(device: str, folder: Path | None = None) -> Iterator[None]:
    """Hold the lock of *device*, a GPU's UUID or "cpu"; BusyError where another process holds it.

    *folder* is one in the temporary folder unless it is given.
    """
    descriptor = _open(folder or Path(tempfile.gettempdir()) / _FOLDER, device)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BusyError(device) from error
    finally:
        os.close(descriptor)


def _open(folder: Path, device: str) -> int:
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(_STICKY)
        descriptor = os.open(folder / f"{device}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _ANYONE)
        with suppress(PermissionError):  # another user's, who opened it to all when it was made
            os.fchmod(descriptor, _ANYONE)
    except OSError as error:
        raise BenchError(f"The lock of {device} cannot be opened: {error}. Look at the rights of {folder}.") from error
    return descriptor
