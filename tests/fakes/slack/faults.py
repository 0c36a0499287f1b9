"""Faults on demand: what happens to the next calls."""

from dataclasses import dataclass
from enum import Enum

from tests.fakes.slack.refusals import Refusal, too_many

SENDS = "sends"  #: every method that shows or changes a message
ANY = "*"
RESPONSE_URL = "response_url"  #: the name under which a post to a response_url is known
WRITING = frozenset(
    {
        "chat.postMessage",
        "chat.update",
        "chat.postEphemeral",
        "chat.startStream",
        "chat.appendStream",
        "chat.stopStream",
        "files.completeUploadExternal",
        RESPONSE_URL,
    }
)


class Break(Enum):
    """How the connection ends without an answer."""

    HANG = "hang"
    RESET = "reset"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One kind of fault for the next calls of one method."""

    method: str
    times: int = 1
    refusal: Refusal | None = None
    ending: Break | None = None
    delivered: bool = False  #: whether the call is carried out before the connection ends

    def concerns(self, method: str) -> bool:
        return self.method in {method, ANY} or (self.method == SENDS and method in WRITING)


class Faults:
    """Faults to come, oldest first."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def flood(self, times: int = 1, *, retry_after: int = 1, method: str = SENDS) -> None:
        """Answer the next calls 429."""
        self._coming.append(Fault(method=method, times=times, refusal=too_many(retry_after)))

    def fail(
        self, method: str = SENDS, times: int = 1, *, status: int = 503, error: str = "service_unavailable"
    ) -> None:
        """Answer the next calls with a server error."""
        self._coming.append(Fault(method=method, times=times, refusal=Refusal(error, status=status)))

    def refuse(self, error: str, method: str = SENDS, times: int = 1) -> None:
        """Answer the next calls with an error code of Slack's."""
        self._coming.append(Fault(method=method, times=times, refusal=Refusal(error)))

    def hang(self, method: str = SENDS, times: int = 1, *, delivered: bool) -> None:
        """Never answer the next calls, which are carried out all the same when *delivered*."""
        self._coming.append(Fault(method=method, times=times, ending=Break.HANG, delivered=delivered))

    def reset(self, method: str = SENDS, times: int = 1, *, delivered: bool = False) -> None:
        """Cut the connection instead of answering."""
        self._coming.append(Fault(method=method, times=times, ending=Break.RESET, delivered=delivered))

    def clear(self) -> None:
        self._coming.clear()

    def next_for(self, method: str) -> Fault | None:
        """Return the fault that this call meets and count it down."""
        fault = next((fault for fault in self._coming if fault.concerns(method)), None)
        if fault:
            fault.times -= 1
            self._coming = [fault for fault in self._coming if fault.times > 0]
        return fault
