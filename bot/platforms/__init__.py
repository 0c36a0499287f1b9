"""What every chat adapter shares: the seam to the bot, who may ask, one turn at a time, no secrets."""

import asyncio
import logging
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakValueDictionary

from bot.answers import Answer
from bot.messages import Message
from bot.texts import texts
from knowledge.errors import GpuwiseError

ANYONE = "*"


class Responder(Protocol):
    """Answers messages: the bot in production, scripted answers in tests."""

    def respond(self, message: Message) -> Answer:
        """Return the answer to *message*; may take CPU time, never waits for the network, safe from several threads."""
        ...

    def knows(self, message: Message) -> bool:
        """Whether anything of the message's conversation is remembered."""
        ...

    def forget(self, platform: str, chat: str) -> None:
        """Forget the conversations of a chat."""
        ...


class PlatformError(GpuwiseError):
    """A chat platform cannot be used as it is configured."""


class Turns:
    """Lets what belongs together through one at a time, in order of arrival; the rest passes alongside."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def take(self, key: Hashable) -> AsyncIterator[None]:
        """Hold the turn of *key*."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            yield


class Redaction(logging.Filter):
    """Takes secrets out of what a library logs: httpx writes the address of every call, token and all."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the secrets."""
        if record.exc_info and not record.exc_text:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
        record.msg, record.args = self.clean(record.getMessage()), ()
        return True

    def clean(self, text: str) -> str:
        """Return *text* without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text


def may_ask(allow: frozenset[str], names: Iterable[str]) -> bool:
    """Whether the list lets one of *names* ask; an empty list lets nobody."""
    return ANYONE in allow or not allow.isdisjoint(names)


def stranger_text(name: str, setting: str, language: str | None) -> str:
    """Return what somebody who is not on the list is told: whom and what to ask for."""
    return texts("vi" if language == "vi" else "en").say("platform.stranger", name=name, setting=setting)


def failed_text(language: str | None) -> str:
    """Return what is said when an answer failed for a reason of ours."""
    return texts("vi" if language == "vi" else "en").say("platform.failed")
