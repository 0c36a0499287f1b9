"""What can go wrong with a benchmark; this package travels alone, so it has a root of its own."""


class BenchError(Exception):
    """Something that the asker or the operator of the host can do something about; the message says what."""

    kind = "host"  #: the class of its error line


class RequestError(BenchError):
    """A request is not one that a worker runs; nothing was started."""

    kind = "request"


class NotNowError(BenchError):
    """The device is not to be had at this moment; a request that waits asks again."""


class QuietError(NotNowError):
    """The host is left alone at this hour."""

    kind = "quiet"

    def __init__(self, until: str) -> None:
        super().__init__(f"This host is left alone until {until} its time: ask again then, or ask with wait.")


class UnsupportedError(BenchError):
    """This host's torch or hardware cannot run what was asked; the message says what to take instead."""
