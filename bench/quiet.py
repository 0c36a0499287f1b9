"""Hours in which a host is left alone. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bench.errors import BenchError

_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})\s*[-–]\s*([0-9]{2}):([0-9]{2})")
_DAY, _HOUR = 24 * 60, 60  #: minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Spans of the day in the host's local time, in minutes after midnight; the end of a span is not in it."""

    spans: tuple[tuple[int, int], ...] = ()

    def until(self, minute: int) -> int | None:
        """Return the minute of the day at which the quiet that holds at *minute* ends; None where it is not quiet."""
        end: int | None = None
        for _ in self.spans:  # where spans touch, each gives its end once
            following = self._end(minute if end is None else end)
            end = end if following is None else following
        return end

    def _end(self, minute: int) -> int | None:
        for begin, end in self.spans:
            if (minute - begin) % _DAY < (end - begin) % _DAY:
                return end
        return None


def parse_quiet_hours(spans: object) -> QuietHours:
    """Return the hours of a list such as ["22:00-07:00"]; BenchError says what is wrong with it."""
    if not isinstance(spans, list) or not all(isinstance(span, str) for span in spans):
        raise BenchError('quiet_hours is a list of spans such as ["22:00-07:00"].')
    hours = QuietHours(spans=tuple(map(_span, spans)))
    if _covers_day(hours.spans):
        raise BenchError("quiet_hours cover the whole day: leave an hour, or take the host off the list of hosts.")
    return hours


def to_clock(minute: int) -> str:
    """Return a minute of the day as "07:00"."""
    return f"{minute // _HOUR:02}:{minute % _HOUR:02}"


def _span(text: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise BenchError(f"{text[:40]!r} in quiet_hours is not a span such as 22:00-07:00.")
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    begin, end = (hour * _HOUR + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) >= _HOUR or begin >= _DAY or end > _DAY or begin == end % _DAY:
        raise BenchError(f"{text[:40]!r} in quiet_hours is no part of a day: hours are 00:00 to 23:59, 24:00 an end.")
    return begin, end % _DAY


def _covers_day(spans: Sequence[tuple[int, int]]) -> bool:
    return all(any((minute - begin) % _DAY < (end - begin) % _DAY for begin, end in spans) for minute in range(_DAY))
