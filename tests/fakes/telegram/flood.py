"""How often a bot may call: the figures that Telegram documents."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

WRITING = frozenset(
    {
        "sendmessage",
        "sendphoto",
        "senddocument",
        "sendrichmessage",
        "editmessagetext",
        "editmessagecaption",
        "editmessagereplymarkup",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls allowed in a time; drafts and chat actions count for the whole bot only."""

    overall_per_second: int = 30
    private_per_second: float = 1.0
    private_burst: int = 3  #: messages that a silent private chat takes at once
    group_per_minute: int = 20


class Meter:
    """Counts calls by the clock it is given."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._calls: deque[float] = deque()
        self._written: defaultdict[int, deque[float]] = defaultdict(deque)
        self._credit: dict[int, tuple[float, float]] = {}

    def wait(self, method: str, chat: int | None, now: float) -> int:
        """Return the whole seconds to wait, 0 for a call that is allowed and then counted."""
        limits = self._limits
        waits = [_window_wait(self._calls, limits.overall_per_second, 1.0, now)]
        is_writing = chat is not None and method in WRITING
        if chat is not None and is_writing:
            if chat > 0:
                waits.append(max(1.0 - self._credit_of(chat, now), 0.0) / limits.private_per_second)
            else:
                waits.append(_window_wait(self._written[chat], limits.group_per_minute, 60.0, now))
        if max(waits) > 0:
            return math.ceil(max(waits))
        self._calls.append(now)
        if chat is not None and is_writing:
            self._written[chat].append(now)
            self._credit[chat] = (self._credit_of(chat, now) - 1.0, now)
        return 0

    def _credit_of(self, chat: int, now: float) -> float:
        credit, since = self._credit.get(chat, (float(self._limits.private_burst), now))
        return min(credit + (now - since) * self._limits.private_per_second, float(self._limits.private_burst))


def _window_wait(times: deque[float], most: int, length_s: float, now: float) -> float:
    while times and times[0] <= now - length_s:
        times.popleft()
    return times[0] + length_s - now if len(times) >= most else 0.0
