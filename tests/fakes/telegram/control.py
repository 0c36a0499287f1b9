"""The same server steered over HTTP, for a bot that is tested from another process."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.fakes.telegram.people import ALICE, LAN, MINH
from tests.fakes.telegram.server import FakeTelegram
from tests.fakes.telegram.world import Chat, Shown, User

PEOPLE = {user.first_name.lower(): user for user in (MINH, LAN, ALICE)}
FAULTS = ("flood", "fail", "conflict", "hang", "reset", "clear")
MEDIA = ("say", "photo", "voice", "document", "sticker", "joins")

Answer = Callable[[web.Request], Awaitable[web.Response]]


class ControlledTelegram(FakeTelegram):
    """Serves `/control/…` next to the Bot API.

    `POST /control/<act>` takes the act's arguments as JSON: `chat` is an id, `user` one of minh, lan, alice, `message`
    an id in its chat. `GET /control/messages?chat=<id>` and `GET /control/calls` tell what the bot did.
    """

    def extend(self, app: web.Application) -> None:
        app.router.add_get("/control/messages", self._answering(self._tell_messages))
        app.router.add_get("/control/calls", self._answering(self._tell_calls))
        app.router.add_post("/control/{act}", self._answering(self._act))

    def _answering(self, tell: Callable[[web.Request, dict[str, Any]], Any]) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            try:
                body = await request.json() if request.can_read_body else {}
                return web.json_response({"result": tell(request, body)})
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

        return answer

    def _act(self, request: web.Request, body: dict[str, Any]) -> Any:
        act = request.match_info["act"]
        fields = self._read(body)
        if act in FAULTS:
            getattr(self.faults, act)(**fields)
            return True
        if act == "redeliver":
            self.updates.redeliver(**fields)
            return True
        if act == "press":
            return self.press(self.world.chats[body["chat"]].shown[body["message"]], body["button"], fields["user"])
        if act not in {*MEDIA, "edit", "private", "group", "supergroup", "channel", "block", "unblock", "migrate"}:
            raise LookupError(f"no act {act!r}")
        done = getattr(self, act)(*fields.pop("members", ()), **fields)
        return done.id if isinstance(done, Chat) else done

    def _read(self, body: dict[str, Any]) -> dict[str, Any]:
        fields = dict(body)
        if "chat" in fields:
            fields["chat"] = self.world.chats[fields["chat"]]
        if "user" in fields:
            fields["user"] = _person(fields["user"])
        if "topics" in fields:
            fields["topics"] = {int(number): name for number, name in fields["topics"].items()}
        return fields

    def _tell_messages(self, request: web.Request, body: dict[str, Any]) -> list[dict[str, Any]]:
        return [_told(shown) for shown in self.messages(int(request.query["chat"]))]

    def _tell_calls(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        calls = [
            {
                "method": call.method,
                "chat": call.chat,
                "at": call.at,
                "status": call.status,
                "refused": call.description,
            }
            for call in self.calls
        ]
        return {"calls": calls, "floods": self.floods, "unconfirmed": self.updates.unconfirmed}


def _person(name: str) -> User:
    return PEOPLE[name.lower()]


def _told(shown: Shown) -> dict[str, Any]:
    picture = len(shown.photo.data) if shown.photo else None
    versions = [asdict(version) for version in shown.versions]
    known = {"id": shown.id, "text": shown.text, "html": shown.html, "labels": shown.labels, "versions": versions}
    return known | {"reply_to": shown.reply_to, "thread": shown.thread, "photo_bytes": picture}
