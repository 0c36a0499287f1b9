"""How many questions one person may ask. No clock in here, times are given in seconds."""

from collections import OrderedDict, deque

_REMEMBERED = 10_000


class Allowance:
    """At most *questions* of one person within any minute; 0: as many as they like."""

    def __init__(self, questions: int) -> None:
        self._questions = questions
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, person: str, now: float) -> float:
        """Count one more question, and return 0.0; or the seconds until one may be asked again."""
        if self._questions == 0:
            return 0.0
        times = self._asked.setdefault(person, deque())
        self._asked.move_to_end(person)
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        while times and times[0] + _MINUTE_S <= now:
            times.popleft()
        if len(times) >= self._questions:
            return times[0] + _MINUTE_S - now
        times.append(now)
        return 0.0


_MINUTE_S = 60.0
