"""What was answered with what evidence, and what people thought of it."""

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bench.backlog import ALPHABET
from bot.store import reviews
from bot.store.chat_schema import ANSWERS, FEEDBACK
from bot.store.outbox import Place
from bot.store.rows import to_json, to_text

UP, DOWN = "up", "down"  #: what people think of an answer
RIGHT, WRONG = "right", "wrong"  #: what reviewers say of one that only they saw
_SOURCE = random.SystemRandom()
_DIGITS = 8  #: 27^8 ids: nobody finds another chat's answer by trying


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer as it was given."""

    id: str
    place: Place
    user: str
    language: str
    question: str
    answer: str
    evidence: Mapping[str, Any]  #: JSON: citations, statements, confidence …
    index_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one person thought of one answer."""

    answer_id: str
    user: str
    mark: str  #: UP or DOWN, RIGHT or WRONG
    reason: str | None = None


def new_answer_id() -> str:
    """Return a short id that fits into a button."""
    return "".join(_SOURCE.choices(ALPHABET, k=_DIGITS))


def keep(connection: Connection, answered: Answered, now: datetime) -> None:
    """Keep an answer, for its buttons and for who reads the feedback."""
    values = {name: getattr(answered, name) for name in ("id", "user", "language", "question", "answer")}
    values |= {"evidence": to_json(answered.evidence), "index_version": answered.index_version, "asked": to_text(now)}
    connection.execute(insert(ANSWERS).values(**values, **asdict(answered.place)))


def find(connection: Connection, answer_id: str, platform: str, chat: str) -> Answered | None:
    """Return an answer that was given in this chat; None where there is none, or none any more."""
    here = (ANSWERS.c.id == answer_id) & (ANSWERS.c.platform == platform) & (ANSWERS.c.chat == chat)
    row = connection.execute(select(ANSWERS).where(here)).mappings().first()
    if row is None:
        return None
    place = Place(platform=row["platform"], chat=row["chat"], thread=row["thread"])
    names = ("id", "user", "language", "question", "answer", "index_version")
    return Answered(place=place, evidence=json.loads(row["evidence"]), **{name: row[name] for name in names})


def find_anywhere(connection: Connection, answer_id: str, platform: str) -> Answered | None:
    """Return an answer whichever chat it was given in, for reviewers; None where there is none any more."""
    row = connection.execute(select(ANSWERS.c.chat).where(ANSWERS.c.id == answer_id)).first()
    return find(connection, answer_id, platform, row.chat) if row else None


def judge(connection: Connection, opinion: Opinion, now: datetime) -> None:
    """Keep what a person thinks of an answer; the last word counts."""
    if opinion.mark in {RIGHT, WRONG}:
        reviews.keep(connection, opinion.answer_id, opinion.user, now, is_right=opinion.mark == RIGHT)
    of_person = (FEEDBACK.c.answer_id == opinion.answer_id) & (FEEDBACK.c.user == opinion.user)
    values = {"mark": opinion.mark, "reason": opinion.reason, "given": to_text(now)}
    if connection.execute(update(FEEDBACK).where(of_person).values(**values)).rowcount == 0:
        connection.execute(insert(FEEDBACK).values(answer_id=opinion.answer_id, user=opinion.user, **values))


def opinions(connection: Connection, limit: int = 1000) -> tuple[tuple[Opinion, str, str], ...]:
    """Return the newest opinions with question and answer, newest first."""
    query = (
        select(FEEDBACK, ANSWERS.c.question, ANSWERS.c.answer)
        .join(ANSWERS, ANSWERS.c.id == FEEDBACK.c.answer_id)
        .order_by(FEEDBACK.c.given.desc())
        .limit(limit)
    )
    return tuple(
        (
            Opinion(answer_id=row.answer_id, user=row.user, mark=row.mark, reason=row.reason),
            row.question,
            row.answer,
        )
        for row in connection.execute(query)
    )
