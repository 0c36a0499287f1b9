"""What shall stand in the chats, and what stands there. A send that may have arrived is never repeated blindly."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from bot.store.chat_schema import OUTBOX
from bot.store.rows import to_json, to_text

WAITING, SENDING, SHOWN, GIVEN_UP = "waiting", "sending", "shown", "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands."""

    platform: str
    chat: str
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message that shall stand somewhere; the same key again means the same message with other content."""

    key: str
    place: Place
    content: Mapping[str, Any]  #: JSON that the platform's adapter reads
    subject: str | None = None
    is_progress: bool = False  #: whether something newer may take its place before it was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message whose newest content is not shown yet, without that content."""

    id: int
    chat: str
    is_progress: bool
    is_new: bool  #: whether nothing of it stands in the chat yet
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message that shall be shown now."""

    id: int
    key: str
    subject: str | None
    place: Place
    content: dict[str, Any]
    version: int
    message_id: str | None  #: of the message that shows an older version
    tries: int


def put(connection: Connection, post: Post, now: datetime) -> int:
    """Want *post* shown and return its number; content that is wanted already changes nothing."""
    content = to_json(post.content)
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.key == post.key)).mappings().first()
    if row is None:
        place = {"platform": post.place.platform, "chat": post.place.chat, "thread": post.place.thread}
        said = {"key": post.key, "subject": post.subject, "is_progress": post.is_progress, "content": content}
        start = {"version": 1, "shown": 0, "state": WAITING, "tries": 0, "created": to_text(now)}
        done = connection.execute(insert(OUTBOX).values(**said, **place, **start))
        return int((done.inserted_primary_key or (0,))[0])
    if row["content"] != content:
        changes: dict[str, Any] = {"content": content, "version": row["version"] + 1, "is_progress": post.is_progress}
        if row["state"] != SENDING:
            changes |= {"state": WAITING, "tries": 0, "not_before": None}
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == row["id"]).values(**changes))
    return int(row["id"])


def waiting(connection: Connection, platform: str) -> tuple[Waiting, ...]:
    """Return what waits to be shown, oldest first."""
    columns = (OUTBOX.c.id, OUTBOX.c.chat, OUTBOX.c.is_progress, OUTBOX.c.message_id, OUTBOX.c.not_before)
    here = (OUTBOX.c.platform == platform) & (OUTBOX.c.state == WAITING)
    return tuple(
        Waiting(
            id=row.id,
            chat=row.chat,
            is_progress=bool(row.is_progress),
            is_new=row.message_id is None,
            not_before=datetime.fromisoformat(row.not_before) if row.not_before else None,
        )
        for row in connection.execute(select(*columns).where(here).order_by(OUTBOX.c.id))
    )


def take(connection: Connection, ids: Collection[int]) -> tuple[Due, ...]:
    """Return these messages to be shown now; those sent for the first time are on their way until they arrived."""
    chosen = OUTBOX.c.id.in_(ids) & (OUTBOX.c.state == WAITING)
    found = tuple(map(_to_due, connection.execute(select(OUTBOX).where(chosen).order_by(OUTBOX.c.id)).mappings()))
    new = [item.id for item in found if item.message_id is None]
    connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_(new)).values(state=SENDING))
    return found


def arrived(connection: Connection, post_id: int, version: int, message_id: str | None) -> None:
    """Note that *version* stands in the chat; what was wanted meanwhile waits."""
    row = connection.execute(select(OUTBOX.c.version).where(OUTBOX.c.id == post_id)).first()
    if row is None:
        return  # forgotten meanwhile
    values: dict[str, Any] = {"shown": version, "state": SHOWN if row.version <= version else WAITING, "tries": 0}
    values |= {"not_before": None, "problem": None} | ({"message_id": message_id} if message_id else {})
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == post_id).values(**values))


def postpone(connection: Connection, post_id: int, until: datetime, problem: str) -> None:
    """Try a message again later that surely did not arrive."""
    values = {"state": WAITING, "tries": OUTBOX.c.tries + 1, "not_before": to_text(until), "problem": problem[:300]}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == post_id).values(**values))


def give_up(connection: Connection, post_id: int, problem: str) -> None:
    """Note that a message cannot be shown, since its chat is gone or closed to the bot."""
    values = {"state": GIVEN_UP, "problem": problem[:300]}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == post_id).values(**values))


def on_their_way(connection: Connection, platform: str) -> tuple[Due, ...]:
    """Return the messages of which nobody knows whether they arrived: the process that sent them is gone."""
    sent = (OUTBOX.c.platform == platform) & (OUTBOX.c.state == SENDING)
    return tuple(map(_to_due, connection.execute(select(OUTBOX).where(sent).order_by(OUTBOX.c.id)).mappings()))


def hold(connection: Connection, post_id: int, notice: Mapping[str, Any]) -> None:
    """Show *notice* in place of a message that may have arrived, and keep its content for who asks for it."""
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.id == post_id)).mappings().one()
    held = row["held"] or row["content"]
    values = {"held": held, "content": to_json(notice), "version": row["version"] + 1, "state": WAITING}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == post_id).values(**values, message_id=None, tries=0))


def send_again(connection: Connection, post_id: int) -> None:
    """Send a message anew of which nobody knows whether it arrived: it may stand there twice."""
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == post_id).values(state=WAITING, message_id=None))


def release(connection: Connection, post_id: int, chat: str) -> bool:
    """Show what was held back in *chat*; False where nothing is."""
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.id == post_id, OUTBOX.c.chat == chat)).mappings().first()
    if row is None or row["held"] is None:
        return False
    values = {"content": row["held"], "held": None, "version": row["version"] + 1, "state": WAITING, "tries": 0}
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == post_id).values(**values))
    return True


def move_chat(connection: Connection, platform: str, old: str, new: str) -> None:
    """Let what waits for a chat go to the one that it became; the messages in it have other numbers there."""
    here = (OUTBOX.c.platform == platform) & (OUTBOX.c.chat == old)
    connection.execute(update(OUTBOX).where(here).values(chat=new, message_id=None))


def about(connection: Connection, subject: str) -> tuple[Due, ...]:
    """Return the messages about *subject*, shown or not."""
    rows = connection.execute(select(OUTBOX).where(OUTBOX.c.subject == subject).order_by(OUTBOX.c.id)).mappings()
    return tuple(map(_to_due, rows))


def place_of(connection: Connection, platform: str, message_id: str) -> Place | None:
    """Return where the message of this id was put; None where it is not one of these."""
    query = select(OUTBOX.c.chat, OUTBOX.c.thread).where(
        OUTBOX.c.platform == platform, OUTBOX.c.message_id == message_id
    )
    row = connection.execute(query).first()
    return Place(platform=platform, chat=row.chat, thread=row.thread) if row else None


def count_waiting(connection: Connection) -> int:
    """Return how many messages wait to be shown."""
    return connection.execute(select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == WAITING)).scalar() or 0


def _to_due(row: RowMapping) -> Due:
    return Due(
        id=row["id"],
        key=row["key"],
        subject=row["subject"],
        place=Place(platform=row["platform"], chat=row["chat"], thread=row["thread"]),
        content=json.loads(row["content"]),
        version=row["version"],
        message_id=row["message_id"],
        tries=row["tries"],
    )
