"""What reviewers said of the answers of help channels; it holds no words and so outlives them."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.store.chat_schema import ANSWERS, REVIEWS
from bot.store.rows import to_text


def keep(connection: Connection, answer_id: str, user: str, now: datetime, *, is_right: bool) -> None:
    """Keep what a reviewer says of an answer that is still known; their last word counts."""
    row = connection.execute(select(ANSWERS).where(ANSWERS.c.id == answer_id)).mappings().first()
    if row is None:
        return
    own = (REVIEWS.c.answer_id == answer_id) & (REVIEWS.c.user == user)
    values: dict[str, Any] = {"is_right": is_right, "given": to_text(now)}
    if connection.execute(update(REVIEWS).where(own).values(**values)).rowcount == 0:
        about = {name: row[name] for name in ("platform", "chat")}
        about["confidence"] = float(json.loads(row["evidence"])["confidence"])
        connection.execute(insert(REVIEWS).values(answer_id=answer_id, user=user, **about, **values))


def judged(connection: Connection, platform: str) -> tuple[tuple[str, float, bool], ...]:
    """Return channel, confidence and whether it was right of each answer that reviewers judged, oldest first.

    An answer is right where more reviewers say so than say it is wrong.
    """
    query = select(REVIEWS).where(REVIEWS.c.platform == platform).order_by(REVIEWS.c.given, REVIEWS.c.answer_id)
    votes: dict[str, int] = {}
    about: dict[str, tuple[str, float]] = {}
    for row in connection.execute(query):
        votes[row.answer_id] = votes.get(row.answer_id, 0) + (1 if row.is_right else -1)
        about[row.answer_id] = (row.chat, float(row.confidence))
    return tuple((*about[answer_id], vote > 0) for answer_id, vote in votes.items())
