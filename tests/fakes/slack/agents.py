"""The agent's panel: status lines, suggested prompts, titles, and sessions with a native Stop."""

from dataclasses import dataclass
from typing import Any

from tests.fakes.slack.calls import Call
from tests.fakes.slack.refusals import Refusal, invalid
from tests.fakes.slack.world import Channel, World

STATUSES = ("active", "processing", "suspended", "closed")
NOT_SUBSCRIBED = "missing_agent_session_stopped_event_subscription"
MOST_PROMPTS, MOST_TITLE = 4, 200


@dataclass(slots=True, kw_only=True)
class Session:
    """Work of an agent in one thread; while it is `processing`, people see Stop."""

    channel: str
    thread_ts: str
    status: str
    title: str = ""


class Agents:
    """Keeps what the panel shows."""

    def __init__(self, world: World, warnings: list[str], events: frozenset[str]) -> None:
        self._world, self._warnings, self._events = world, warnings, events
        self.sessions: dict[tuple[str, str], Session] = {}  #: by channel and thread
        self.statuses: list[tuple[str, str, str]] = []  #: channel, thread and status line, in order
        self.prompts: dict[str, list[dict[str, str]]] = {}  #: by channel
        self.titles: dict[tuple[str, str], str] = {}

    def set_thread_status(self, call: Call) -> dict[str, Any]:
        channel, thread = self._thread(call)
        if "status" not in call.args:
            raise invalid("invalid_arguments", "missing required field: status")
        self.statuses.append((channel.id, thread, call.get("status")))
        return {}

    def set_prompts(self, call: Call) -> dict[str, Any]:
        (given,) = call.need("channel_id")
        channel, prompts = self._world.enter(given), call.read("prompts")
        if not isinstance(prompts, list) or not 1 <= len(prompts) <= MOST_PROMPTS:
            raise invalid("invalid_arguments", f"between 1 and {MOST_PROMPTS} items allowed [json-pointer:/prompts]")
        if not all(prompt.get("title") and prompt.get("message") for prompt in prompts):
            raise invalid("invalid_arguments", "missing required field: title or message [json-pointer:/prompts]")
        self.prompts[channel.id] = prompts
        return {}

    def set_title(self, call: Call) -> dict[str, Any]:
        channel, thread = self._thread(call)
        (title,) = call.need("title")
        self.titles[channel.id, thread] = title
        return {}

    def set_session_status(self, call: Call) -> dict[str, Any]:
        (status,) = call.need("status")
        channel, thread = self._thread(call)
        session = self.move(channel, thread, status, call.get("title"))
        told = {"status": status, "agent_status": status, "title": session.title}
        if status == "processing" and "agent_session_stopped" not in self._events:
            self._warnings.append(f"{call.method}: {NOT_SUBSCRIBED}")
            return told | {"warning": NOT_SUBSCRIBED}
        return told

    def move(self, channel: Channel, thread: str, status: str, title: str = "") -> Session:
        """Give a session its status; one that is new takes the title too."""
        if status not in STATUSES:
            raise invalid("invalid_arguments", f"must be one of {', '.join(STATUSES)} [json-pointer:/status]")
        if len(title) > MOST_TITLE:
            raise invalid("invalid_arguments", "must be less than 201 characters [json-pointer:/title]")
        new = Session(channel=channel.id, thread_ts=thread, status=status, title=title)
        session = self.sessions.setdefault((channel.id, thread), new)
        session.status = status
        return session

    def rename_session(self, call: Call) -> dict[str, Any]:
        (title,) = call.need("title")
        channel, thread = self._thread(call)
        session = self.sessions.get((channel.id, thread))
        if session is None:
            raise Refusal("session_not_found")
        if len(title) > MOST_TITLE:
            raise invalid("invalid_arguments", "must be less than 201 characters [json-pointer:/title]")
        session.title = title
        return {"title": title}

    def _thread(self, call: Call) -> tuple[Channel, str]:
        given, ts = call.need("channel_id", "thread_ts")
        channel = self._world.enter(given)
        return channel, self._world.message(channel, ts, "thread_not_found").root
