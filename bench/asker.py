"""Who asked, at the other end of a worker's stdin: one line is the request, the end of stdin cancels.

An asker that promises to be heard (`heard_s`) writes anything at least so often, such as an empty line. One that is
frozen keeps stdin open but falls silent, and nothing else tells it from one that waits.
"""

import os
import select
import time

from bench.errors import BenchError, RequestError

#: Seconds that a request may take to arrive, and bytes that it may have.
_ARRIVAL_S, _LONGEST = 30.0, 65536
_CHUNK = 4096


class UnheardError(BenchError):
    """The asker has been silent for longer than it promised."""

    kind = "unheard"

    def __init__(self, heard_s: float) -> None:
        super().__init__(
            f"The asker fell silent for {heard_s:g} s, so the run was ended and the device given back: ask again."
        )


class Asker:
    """What is known of the asker: whether it has gone away, and since when it is silent."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.has_ended = False  #: whether stdin was seen to end: cancel
        self._heard_s: float | None = None
        self._heard = time.monotonic()

    def read_line(self) -> str:
        """Return the first line that arrives; RequestError where none does."""
        data, deadline = b"", time.monotonic() + _ARRIVAL_S
        while b"\n" not in data:
            ready, _, _ = select.select([self.descriptor], [], [], max(deadline - time.monotonic(), 0))
            chunk = os.read(self.descriptor, _CHUNK) if ready else b""
            data += chunk
            if not chunk or len(data) > _LONGEST:
                break
        line, end, _ = data.partition(b"\n")
        if not end:
            raise RequestError("A request is one JSON object on one line; its end did not arrive.")
        return line.decode("utf-8", errors="replace")

    def promise(self, heard_s: float | None) -> None:
        """Note how often the asker is to be heard from now on; None: never."""
        self._heard_s, self._heard = heard_s, time.monotonic()

    def listen(self, seconds: float = 0.0) -> None:
        """Take what the asker says within *seconds*."""
        if self.has_ended:
            return
        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        if ready:
            self.has_ended = not os.read(self.descriptor, _CHUNK)
            self._heard = time.monotonic()

    def silence(self) -> UnheardError | None:
        """Return what is wrong where the asker has been silent for too long; what it said unread counts as heard."""
        self.listen()
        if self._heard_s is None or time.monotonic() - self._heard <= self._heard_s:
            return None
        return UnheardError(self._heard_s)

    def attend(self) -> None:
        """Raise what `silence` returns."""
        if silence := self.silence():
            raise silence
