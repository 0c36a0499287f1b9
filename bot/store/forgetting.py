"""Takes out of the database what somebody wants forgotten, and what has been kept for long enough."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.store.chat_schema import ANSWERS, CONVERSATIONS, FEEDBACK, INBOX, OUTBOX, PEOPLE, PROPOSALS, REVIEWS
from bot.store.outbox import WAITING
from bot.store.rows import to_text


def forget_chat(connection: Connection, platform: str, chat: str) -> int:
    """Forget all that was said in a chat and return how many answers that were. Benchmarks' records stay."""
    answers = (ANSWERS.c.platform == platform) & (ANSWERS.c.chat == chat)
    count = _forget_answers(connection, answers)
    _blank_inbox(connection, (INBOX.c.platform == platform) & (INBOX.c.chat == chat))
    _delete(connection, OUTBOX, (OUTBOX.c.platform == platform) & (OUTBOX.c.chat == chat))
    _delete(connection, CONVERSATIONS, (CONVERSATIONS.c.platform == platform) & (CONVERSATIONS.c.chat == chat))
    _delete(connection, REVIEWS, (REVIEWS.c.platform == platform) & (REVIEWS.c.chat == chat))
    return count


def forget_person(connection: Connection, platform: str, user: str) -> int:
    """Forget what one person asked, wherever, and return how many answers that were. Benchmarks' records stay."""
    own = (ANSWERS.c.platform == platform) & (ANSWERS.c.user == user)
    places = connection.execute(select(ANSWERS.c.chat, ANSWERS.c.thread).where(own).distinct()).all()
    ids = connection.execute(select(ANSWERS.c.id).where(own)).scalars().all()
    _delete(connection, OUTBOX, OUTBOX.c.subject.in_(ids))
    for place in places:  # what a group's thread remembers holds the words of one of them
        here = (CONVERSATIONS.c.chat == place.chat) & (CONVERSATIONS.c.thread == place.thread)
        _delete(connection, CONVERSATIONS, (CONVERSATIONS.c.platform == platform) & here)
    count = _forget_answers(connection, own)
    _delete(connection, FEEDBACK, FEEDBACK.c.user == user)
    _delete(connection, REVIEWS, (REVIEWS.c.platform == platform) & (REVIEWS.c.user == user))
    _blank_inbox(connection, (INBOX.c.platform == platform) & (INBOX.c.user == user))
    _delete(connection, PEOPLE, (PEOPLE.c.platform == platform) & (PEOPLE.c.user == user))
    return count


def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget what was said before *moment* and return how many answers that were; judgements hold no words and stay."""
    before = to_text(moment)
    count = _forget_answers(connection, ANSWERS.c.asked < before)
    _delete(connection, INBOX, (INBOX.c.received < before) & INBOX.c.settled.is_not(None))
    _delete(connection, OUTBOX, (OUTBOX.c.created < before) & (OUTBOX.c.state != WAITING))
    _delete(connection, CONVERSATIONS, CONVERSATIONS.c.updated < before)
    _delete(connection, PEOPLE, PEOPLE.c.seen < before)
    _delete(connection, PROPOSALS, (PROPOSALS.c.expires < before) & PROPOSALS.c.job_id.is_(None))
    return count


def _forget_answers(connection: Connection, which: Any) -> int:
    ids = select(ANSWERS.c.id).where(which)
    _delete(connection, FEEDBACK, FEEDBACK.c.answer_id.in_(ids))
    return _delete(connection, ANSWERS, which)


def _blank_inbox(connection: Connection, which: Any) -> None:
    """Take the words out and leave the keys, so that nothing is answered again."""
    connection.execute(update(INBOX).where(which, INBOX.c.settled.is_not(None)).values(payload="{}"))


def _delete(connection: Connection, table: Table, which: Any) -> int:
    return int(connection.execute(delete(table).where(which)).rowcount)
