"""How long things last in Slack; tests make them shorter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds."""

    ack_within_s: float = 3.0
    retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)  #: waits before an event is sent again
    stream_lives_s: float = 300.0
    trigger_valid_s: float = 3.0
    response_valid_s: float = 1800.0
