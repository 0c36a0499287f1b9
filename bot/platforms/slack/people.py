"""Who asks: their chosen language, and what they are called, which Slack's events leave out."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import Message
from bot.platforms.slack.reading import NAME, Heard
from bot.store import people
from bot.store.database import Database

_PAUSE_S = 0.7  #: between two look-ups, of which Slack takes about 100 a minute


class People:
    """Remembers names, asked for once while the bot runs, beside the answering."""

    def __init__(self, database: Database, client: AsyncWebClient) -> None:
        self._database, self._client = database, client
        self._known: set[str] = set()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def known(self, heard: Heard) -> Message:
        """Return a message in the language that its asker chose; what they are called is found out meanwhile."""
        user = heard.message.user
        if user not in self._known and heard.called:
            await self._see(user, heard.called)
        self._learn(user)
        language = await self.chosen(user)
        return replace(heard.message, language_hint=language or heard.message.language_hint)

    def learn(self, named: Iterable[str]) -> None:
        """Find out what those are called that settings name, such as "slack:U42"."""
        for name in named:
            platform, _, user = name.partition(":")
            if platform == NAME and user:
                self._learn(user)

    async def close(self) -> None:
        """Ask no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _learn(self, user: str) -> None:
        if user not in self._known:
            self._known.add(user)
            task = asyncio.create_task(self._ask(user))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def chosen(self, user: str) -> str | None:
        """Return the language that somebody chose."""
        return await self._database.read(lambda connection: people.language_of(connection, NAME, user))

    async def language(self, user: str) -> str:
        """Return the language in which somebody is answered who says nothing."""
        return await self.chosen(user) or "en"

    async def _ask(self, user: str) -> None:
        async with self._turn:
            await self._look_up(user)
            await asyncio.sleep(_PAUSE_S)

    async def _look_up(self, user: str) -> None:
        with suppress(SlackClientError, ClientError, TimeoutError, KeyError, TypeError):
            found = (await self._client.users_info(user=user))["user"]
            profile = found.get("profile", {})
            name = profile.get("display_name") or profile.get("real_name") or found.get("real_name") or found["name"]
            await self._see(user, str(name))

    async def _see(self, user: str, name: str) -> None:
        await self._database.write(lambda connection: people.see(connection, NAME, user, name, datetime.now(UTC)))
