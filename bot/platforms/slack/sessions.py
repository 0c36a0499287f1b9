"""What the agent's panel shows beside messages: that somebody is at it, and a Stop while a benchmark runs."""

from contextlib import suppress

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.reading import NAME, is_direct
from bot.store.outbox import Place
from bot.texts import texts

_TROUBLE = (SlackApiError, SlackClientError, ClientError, TimeoutError)


class Sessions:
    """Tells Slack how things stand in a thread; what Slack does not take costs no answer."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._running: set[Place] = set()

    def place(self, channel: str, thread: str) -> Place:
        """Return the place of a thread."""
        return Place(platform=NAME, chat=channel, thread=thread)

    async def note(self, place: Place, *, is_running: bool) -> None:
        """Show or take away the native Stop, where a thread with the bot has it."""
        if not place.thread or not place.chat.startswith("D") or (place in self._running) == is_running:
            return
        if is_running:
            self._running.add(place)
        else:
            self._running.discard(place)
        status = "processing" if is_running else "active"
        with suppress(*_TROUBLE):
            await self._client.agents_sessions_setStatus(channel_id=place.chat, thread_ts=place.thread, status=status)

    async def stopped(self, channel: str, thread: str) -> None:
        """Confirm that Stop was pressed: Slack leaves the status to the bot."""
        place = self.place(channel, thread)
        self._running.add(place)
        await self.note(place, is_running=False)

    async def show_status(self, channel: str, thread: str, language: str | None) -> None:
        """Show that an answer is being looked for; the answer takes it away."""
        if not thread or (is_direct(channel) and not channel.startswith("D")):
            return
        with suppress(*_TROUBLE):
            await self._client.assistant_threads_setStatus(
                channel_id=channel, thread_ts=thread, status=texts(language or "en").say("slack.looking")
            )
