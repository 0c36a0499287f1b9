"""What a conversation remembers across restarts: its last questions. Asked again, they give the same thread."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.chat_schema import CONVERSATIONS
from bot.store.outbox import Place
from bot.store.rows import to_text

LONGEST = 8  #: questions that are kept; a follow-up leans on the last few


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as it was asked."""

    text: str
    user: str
    language_hint: str | None = None


def recall(connection: Connection, place: Place) -> tuple[Asked, ...]:
    """Return the questions of a conversation, oldest first."""
    row = connection.execute(select(CONVERSATIONS.c.questions).where(_is(place))).first()
    return tuple(Asked(**item) for item in json.loads(row.questions)) if row else ()


def remember(connection: Connection, place: Place, asked: Asked, now: datetime) -> None:
    """Add a question to its conversation."""
    items = [*recall(connection, place), asked][-LONGEST:]
    values: dict[str, Any] = {
        "questions": json.dumps([asdict(item) for item in items], ensure_ascii=False),
        "updated": to_text(now),
    }
    if connection.execute(update(CONVERSATIONS).where(_is(place)).values(**values)).rowcount == 0:
        connection.execute(insert(CONVERSATIONS).values(**values, **asdict(place)))


def move_chat(connection: Connection, platform: str, old: str, new: str) -> None:
    """Take the conversations of a chat along to the one that it became."""
    of_new = (CONVERSATIONS.c.platform == platform) & (CONVERSATIONS.c.chat == new)
    of_old = (CONVERSATIONS.c.platform == platform) & (CONVERSATIONS.c.chat == old)
    connection.execute(delete(CONVERSATIONS).where(of_new))
    connection.execute(update(CONVERSATIONS).where(of_old).values(chat=new))


def _is(place: Place) -> Any:
    columns = CONVERSATIONS.c
    return (columns.platform == place.platform) & (columns.chat == place.chat) & (columns.thread == place.thread)
