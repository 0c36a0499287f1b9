"""Faults on demand: what happens to the next calls."""

from dataclasses import dataclass
from enum import Enum

from tests.fakes.telegram.flood import WRITING
from tests.fakes.telegram.refusals import OTHER_POLL, Refusal, too_many

SENDS = "sends"  #: every method that shows or changes a message


class Break(Enum):
    """How the connection ends without an answer."""

    HANG = "hang"
    RESET = "reset"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One kind of fault for the next calls of one method."""

    method: str  #: lower case, `sends`, or `*` for any but getUpdates
    times: int = 1
    refusal: Refusal | None = None
    ending: Break | None = None
    delivered: bool = False  #: whether the call is carried out before the connection ends

    def concerns(self, method: str) -> bool:
        if self.method == SENDS:
            return method in WRITING
        return method == self.method or (self.method == "*" and method != "getupdates")


class Faults:
    """Faults to come, oldest first."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def flood(self, times: int = 1, *, retry_after: int = 1, method: str = SENDS) -> None:
        """Answer the next calls 429."""
        self._add(method, times, refusal=too_many(retry_after))

    def fail(self, method: str, times: int = 1, *, code: int = 502, description: str = "Bad Gateway") -> None:
        """Answer the next calls of *method* with an error."""
        self._add(method, times, refusal=Refusal(description, code=code))

    def conflict(self, times: int = 1) -> None:
        """Answer the next polls 409."""
        self._add("getUpdates", times, refusal=Refusal(OTHER_POLL, code=409))

    def hang(self, method: str = SENDS, times: int = 1, *, delivered: bool) -> None:
        """Never answer the next calls, which are carried out all the same when *delivered*."""
        self._add(method, times, ending=Break.HANG, delivered=delivered)

    def reset(self, method: str = SENDS, times: int = 1, *, delivered: bool = False) -> None:
        """Cut the connection instead of answering."""
        self._add(method, times, ending=Break.RESET, delivered=delivered)

    def clear(self) -> None:
        self._coming.clear()

    def next_for(self, method: str) -> Fault | None:
        """Return the fault that this call meets and count it down."""
        fault = next((fault for fault in self._coming if fault.concerns(method)), None)
        if fault:
            fault.times -= 1
            self._coming = [fault for fault in self._coming if fault.times > 0]
        return fault

    def _add(
        self,
        method: str,
        times: int,
        *,
        refusal: Refusal | None = None,
        ending: Break | None = None,
        delivered: bool = False,
    ) -> None:
        name = method if method == SENDS else method.lower()
        self._coming.append(Fault(method=name, times=times, refusal=refusal, ending=ending, delivered=delivered))
