"""Tells a worker again and again that its asker lives; an asker that is frozen falls silent, and the run ends."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

#: Seconds within which a worker hears from us, or ends its run.
HEARD_S = 20
_BEATS = 4  #: within that time: a few may come late


def promising(request: Mapping[str, Any], heard_s: int) -> dict[str, Any]:
    """Return *request* with the promise that a `Beat` keeps."""
    return {**request, "heard_s": heard_s}


class Beat:
    """Writes an empty line every few seconds, from its making until it is stopped."""

    def __init__(self, write: Callable[[bytes], object], heard_s: int) -> None:
        self._write, self._every_s = write, heard_s / _BEATS
        self._next = asyncio.get_running_loop().call_later(self._every_s, self._say)

    def stop(self) -> None:
        """Write no more."""
        self._next.cancel()

    def _say(self) -> None:
        try:
            self._write(b"\n")
        except OSError:  # the worker is gone, which is seen where its lines are read
            return
        self._next = asyncio.get_running_loop().call_later(self._every_s, self._say)
