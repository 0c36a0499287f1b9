"""The Home tab: one's benchmarks, recent results, and the language."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.benching.saying import work_text
from bot.chatting.measuring import Measuring
from bot.platforms.slack.reading import NAME
from bot.rendering.slack_home import AUTO, LANGUAGE, LANGUAGES, to_home
from bot.store import people
from bot.store.database import Database

_RESULTS = 5
_log = logging.getLogger(__name__)


class Homing:
    """Publishes the tab of whoever opens it."""

    def __init__(self, database: Database, client: AsyncWebClient, measuring: Measuring | None) -> None:
        self._database, self._client, self._measuring = database, client, measuring

    async def publish(self, user: str) -> None:
        """Show somebody's tab as things stand."""
        chosen = await self._database.read(lambda connection: people.language_of(connection, NAME, user))
        language = chosen or "en"
        jobs = await self._measuring.own_jobs(f"{NAME}:{user}", language) if self._measuring else ()
        results = [
            f"{result.id} · {result.created[:16]} · {work_text(record['workload'])}"
            for result in await self._database.jobs.results.list(_RESULTS)
            for record in result.records[:1]
        ]
        try:
            await self._client.views_publish(user_id=user, view=to_home(language, chosen, jobs, results))
        except (SlackClientError, ClientError, TimeoutError) as error:
            _log.warning("the Home tab was not published: %s", type(error).__name__)

    def chosen(self, body: Mapping[str, Any]) -> str | None:
        """Return the language that was chosen in the tab; None for another press."""
        action = body["actions"][0]
        value = (action.get("selected_option") or {}).get("value")
        return value if action.get("action_id") == LANGUAGE and value in LANGUAGES else None

    async def choose(self, user: str, value: str) -> None:
        """Keep a choice and show the tab in it."""
        language = None if value == AUTO else value

        def work(connection: Any) -> None:
            people.choose_language(connection, NAME, user, language, datetime.now(UTC))

        await self._database.write(work)
        await self.publish(user)
