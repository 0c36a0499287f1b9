"""Spends a platform's rate limits: when the next call may go out. No clock in here, times are given in seconds."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

#: Of a chat's budget, what progress may use; the rest is kept for answers and ends.
PROGRESS_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most so many calls within any so many seconds."""

    calls: int
    seconds: float


class Pacer:
    """One budget over all chats, and those of each chat."""

    def __init__(
        self,
        overall: Iterable[Budget],
        of_chat: Callable[[str], Iterable[Budget]],
        *,
        edits: Iterable[Budget] = (),
    ) -> None:
        self._overall = [_Window(budget) for budget in overall]
        self._edits = [_Window(budget) for budget in edits]  #: of all chats together, where edits have one of their own
        self._of_chat = of_chat
        self._chats: dict[str, list[_Window]] = {}
        self._closed: dict[str | None, float] = {}  #: until when a chat, or None: the platform, takes nothing

    def wait_s(self, chat: str, now: float, *, is_progress: bool = False, is_edit: bool = False) -> float:
        """Return the seconds until a call may go to *chat*, 0.0 for now; progress leaves room for what matters."""
        share = PROGRESS_SHARE if is_progress else 1.0
        windows = [*self._windows(chat), *(self._edits if is_edit else [])]
        opens = max(self._closed.get(chat, now), self._closed.get(None, now))
        waits = [window.wait_s(now, 1.0) for window in self._overall] + [
            window.wait_s(now, share) for window in windows
        ]
        return max(opens - now, 0.0, *waits)

    def spend(self, chat: str, now: float, *, is_edit: bool = False) -> None:
        """Note a call to *chat*."""
        for window in (*self._overall, *self._windows(chat), *(self._edits if is_edit else [])):
            window.spend(now)
        if len(self._chats) > _MANY:
            self._chats = {
                name: windows for name, windows in self._chats.items() if any(w.is_used(now) for w in windows)
            }

    def note(self, now: float) -> None:
        """Note a call that waits for nobody, such as the answer to a button: it counts over all chats."""
        for window in self._overall:
            window.spend(now)

    def close(self, seconds: float, now: float, chat: str | None = None) -> None:
        """Send nothing to *chat*, or with None to anybody, for *seconds*: the platform asked for it."""
        self._closed[chat] = max(self._closed.get(chat, now), now + seconds)

    def _windows(self, chat: str) -> "list[_Window]":
        if chat not in self._chats:
            self._chats[chat] = [_Window(budget) for budget in self._of_chat(chat)]
        return self._chats[chat]


_MANY = 10_000


class _Window:
    """The calls of the last seconds."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._calls: deque[float] = deque()

    def wait_s(self, now: float, share: float) -> float:
        self._drop(now)
        room = max(1, int(self._budget.calls * share))
        if len(self._calls) < room:
            return 0.0
        return self._calls[len(self._calls) - room] + self._budget.seconds - now

    def spend(self, now: float) -> None:
        self._drop(now)
        self._calls.append(now)

    def is_used(self, now: float) -> bool:
        self._drop(now)
        return bool(self._calls)

    def _drop(self, now: float) -> None:
        while self._calls and self._calls[0] + self._budget.seconds <= now:
            self._calls.popleft()
