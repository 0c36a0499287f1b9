"""JSON lines between the processes of a run: one object a line, flushed at once."""

import json
import os
import select
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Line = dict[str, Any]
Emit = Callable[[Mapping[str, Any]], None]
_CHUNK = 65536
_TICK_S = 0.25


def emitter(attend: Callable[[], None] | None = None) -> Emit:
    """Return what writes lines to stdout, which from now on is this alone: prints of libraries go to stderr.

    While nobody reads, *attend* is called again and again; what it raises ends the wait.
    """
    sys.stdout.flush()
    descriptor = os.dup(1)
    os.dup2(2, 1)

    def emit(line: Mapping[str, Any]) -> None:
        data = (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()
        while data:
            if attend is None:
                data = data[os.write(descriptor, data) :]
            elif select.select([], [descriptor], [], _TICK_S)[1]:  # so much room is there that this much never waits
                data = data[os.write(descriptor, data[: select.PIPE_BUF]) :]
            else:
                attend()

    return emit


class LineBuffer:
    """Cuts what a pipe gives into lines."""

    def __init__(self) -> None:
        self._rest = b""
        self.is_open = True

    def read(self, descriptor: int) -> Iterator[Line]:
        """Yield the whole lines that one read gives; what is no JSON object is left out."""
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return
        self.is_open = bool(data)
        *whole, self._rest = (self._rest + data).split(b"\n")
        for raw in whole:
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line
