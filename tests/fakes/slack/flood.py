"""How often a bot may call: the figures that Slack documents."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

MINUTE_S = 60.0
TIER_2, TIER_3, TIER_4 = 20, 50, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls allowed; messages are counted per channel, the rest per method over the whole workspace."""

    posts_per_second: float = 1.0
    post_burst: int = 3  #: messages that a silent channel takes at once
    per_minute: dict[str, int] = field(
        default_factory=lambda: {
            "chat.update": TIER_3,
            "chat.delete": TIER_3,
            "chat.postEphemeral": TIER_4,
            "reactions.add": TIER_3,
            "reactions.remove": TIER_2,
            "conversations.history": TIER_3,
            "conversations.replies": TIER_3,
            "conversations.info": TIER_3,
            "conversations.open": TIER_3,
            "conversations.members": TIER_4,
            "users.info": TIER_4,
            "views.open": TIER_4,
            "views.push": TIER_4,
            "views.publish": TIER_4,
            "views.update": TIER_4,
            "files.getUploadURLExternal": TIER_4,
            "files.completeUploadExternal": TIER_4,
            "agents.sessions.setStatus": TIER_3,
            "agents.sessions.rename": TIER_3,
            "apps.connections.open": TIER_3,
        }
    )


class Meter:
    """Counts calls by the clock it is given."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._credit: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, channel: str, now: float) -> int:
        """Return the whole seconds to wait, 0 for a call that is allowed and then counted."""
        limits = self._limits
        if method == "chat.postMessage":
            credit = self._credit_of(channel, now)
            if credit < 1.0:
                return math.ceil((1.0 - credit) / limits.posts_per_second)
            self._credit[channel] = (credit - 1.0, now)
            return 0
        most, times = limits.per_minute.get(method), self._calls[method]
        if most is None:
            return 0
        while times and times[0] <= now - MINUTE_S:
            times.popleft()
        if len(times) >= most:
            return math.ceil(times[0] + MINUTE_S - now)
        times.append(now)
        return 0

    def _credit_of(self, channel: str, now: float) -> float:
        credit, since = self._credit.get(channel, (float(self._limits.post_burst), now))
        return min(credit + (now - since) * self._limits.posts_per_second, float(self._limits.post_burst))
