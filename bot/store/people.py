"""Who was seen on a platform: a name for cards, and the language that somebody chose."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.store.chat_schema import PEOPLE
from bot.store.rows import to_text


def see(connection: Connection, platform: str, user: str, name: str, now: datetime) -> None:
    """Remember what somebody is called."""
    _set(connection, platform, user, {"name": name, "seen": to_text(now)}, {"language": None})


def choose_language(connection: Connection, platform: str, user: str, language: str | None, now: datetime) -> None:
    """Remember which language somebody wants; None: the one they write in."""
    _set(connection, platform, user, {"language": language, "seen": to_text(now)}, {"name": user})


def language_of(connection: Connection, platform: str, user: str) -> str | None:
    """Return the language that somebody chose."""
    row = connection.execute(select(PEOPLE.c.language).where(_is(platform, user))).first()
    return row.language if row else None


def name_of(connection: Connection, asker: str) -> str:
    """Return what "telegram:42" is called, as far as it is known."""
    platform, _, user = asker.partition(":")
    row = connection.execute(select(PEOPLE.c.name).where(_is(platform, user))).first()
    return row.name if row else asker


def _set(connection: Connection, platform: str, user: str, values: dict[str, Any], start: dict[str, Any]) -> None:
    if connection.execute(update(PEOPLE).where(_is(platform, user)).values(**values)).rowcount == 0:
        connection.execute(insert(PEOPLE).values(platform=platform, user=user, **start | values))


def _is(platform: str, user: str) -> Any:
    return (PEOPLE.c.platform == platform) & (PEOPLE.c.user == user)
