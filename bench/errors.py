"""What can go wrong with a benchmark; this package travels alone, so it has a root of its own."""


class BenchError(Exception):
    """Something that the asker or the operator of the host can do something about; the message says what."""


class RequestError(BenchError):
    """A request is not one that a worker runs; nothing was started."""


class UnsupportedError(BenchError):
    """This host's torch or hardware cannot run what was asked; the message says what to take instead."""
