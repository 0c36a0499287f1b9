"""What the platforms delivered: accepted once, settled once, and picked up again after a crash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from bot.store.chat_schema import INBOX
from bot.store.rows import to_json, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event as a platform delivered it."""

    key: str  #: the same whenever this event is delivered again
    twin: str | None = None  #: the same for every event that carries this message; None where there is no message
    platform: str
    chat: str
    user: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A delivery that was written down and waits to be settled."""

    key: str
    payload: dict[str, Any]
    received: datetime


def accept(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """Write *delivery* down; False where it, or the message it carries, was accepted before."""
    same = INBOX.c.key == delivery.key
    if delivery.twin is not None:
        same = or_(same, INBOX.c.twin == delivery.twin)
    if connection.execute(select(INBOX.c.key).where(same)).first() is not None:
        return False
    values = {name: getattr(delivery, name) for name in ("key", "twin", "platform", "chat", "user")}
    connection.execute(insert(INBOX).values(**values, payload=to_json(delivery.payload), received=to_text(now)))
    return True


def settle(connection: Connection, key: str, now: datetime, *, keeps_words: bool = True) -> bool:
    """Note that all that follows from a delivery is written down; False where it was settled before.

    Without its words only its key is left, so that it is not taken up again.
    """
    unsettled = (INBOX.c.key == key) & INBOX.c.settled.is_(None)
    values = {"settled": to_text(now)} | ({} if keeps_words else {"payload": "{}"})
    return connection.execute(update(INBOX).where(unsettled).values(**values)).rowcount == 1


def has_twin(connection: Connection, twin: str) -> bool:
    """Whether the message that is known by *twin* was accepted."""
    return connection.execute(select(INBOX.c.key).where(INBOX.c.twin == twin)).first() is not None


def unsettled(connection: Connection, platform: str) -> tuple[Accepted, ...]:
    """Return what was accepted and not settled, oldest first."""
    query = (
        select(INBOX.c.key, INBOX.c.payload, INBOX.c.received)
        .where(INBOX.c.platform == platform, INBOX.c.settled.is_(None))
        .order_by(INBOX.c.received, INBOX.c.key)
    )
    return tuple(
        Accepted(key=row.key, payload=json.loads(row.payload), received=datetime.fromisoformat(row.received))
        for row in connection.execute(query)
    )


def count_unsettled(connection: Connection) -> int:
    """Return how many deliveries wait to be settled."""
    return connection.execute(select(func.count()).select_from(INBOX).where(INBOX.c.settled.is_(None))).scalar() or 0
