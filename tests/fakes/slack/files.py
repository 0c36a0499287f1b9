"""Uploads in Slack's three steps: a place is asked for, bytes are put there, and the file is shown."""

import itertools
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.fakes.slack.calls import Call, read_parts
from tests.fakes.slack.refusals import Refusal, missing
from tests.fakes.slack.world import Channel, File, Shown, World
from tests.fakes.slack.writing import Writing

MOST_ALT_TEXT = 1000


class Files:
    """Files that are on their way, and those that were shown."""

    def __init__(self, world: World, writing: Writing, tell: Callable[[Shown, str], None]) -> None:
        self._world, self._writing, self._tell = world, writing, tell
        self._numbers = itertools.count(1)
        self._asked: dict[str, tuple[File, int]] = {}
        self._put: dict[str, File] = {}
        self.url = ""  #: where uploads go, set when the server listens

    def get_upload_url(self, call: Call) -> dict[str, Any]:
        name, _ = call.need("filename", "length")
        length, alt_text = call.number("length", 0), call.get("alt_txt")
        if length <= 0 or len(alt_text) > MOST_ALT_TEXT:
            raise Refusal("invalid_arguments")
        number = f"F{next(self._numbers):04d}"
        self._asked[number] = File(id=number, name=name, data=b"", alt_text=alt_text), length
        return {"upload_url": f"{self.url}/{number}", "file_id": number}

    async def upload(self, request: web.Request) -> web.Response:
        """Take the bytes of one file, once."""
        asked = self._asked.pop(request.match_info["file"], None)
        if asked is None:
            return web.Response(status=404, text="no such upload")
        multipart = request.content_type == "multipart/form-data"
        parts = [part for part in (await read_parts(request)).values() if isinstance(part, bytes)] if multipart else []
        data = parts[0] if parts else await request.read()
        file, length = asked
        if len(data) != length:
            return web.Response(status=400, text=f"{len(data)} bytes instead of {length}")
        self._put[file.id] = File(id=file.id, name=file.name, data=data, alt_text=file.alt_text)
        return web.Response(text=f"OK - {length}")

    def complete(self, call: Call) -> dict[str, Any]:
        listed = call.read("files")
        if not isinstance(listed, list) or not listed:
            raise missing("files")
        if any(given.get("id") not in self._put for given in listed):
            raise Refusal("file_not_found")
        channels = [self._world.enter(given) for given in _channels(call)]
        files = tuple(self._finish(given) for given in listed)
        for channel in channels:
            self._show(call, channel, files)
        return {"files": [file.to_api() for file in files]}

    def _finish(self, given: dict[str, Any]) -> File:
        file = self._put.pop(given["id"])
        title = given.get("title") or file.name
        return File(id=file.id, name=file.name, data=file.data, alt_text=file.alt_text, title=title)

    def _show(self, call: Call, channel: Channel, files: tuple[File, ...]) -> None:
        thread, comment = self._writing.thread(call, channel), call.get("initial_comment")
        shown = self._world.show(channel, self._world.bot, comment, thread_ts=thread, files=files)
        self._tell(shown, "")


def _channels(call: Call) -> list[str]:
    return [given for given in (call.get("channel_id"), *call.get("channels").split(",")) if given]
