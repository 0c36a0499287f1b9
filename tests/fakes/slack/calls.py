"""One call of a Web API method: what it carries, how it came and how it ended."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.slack.refusals import Refusal, missing


@dataclass(slots=True, kw_only=True)
class Call:
    """A call as it came; `status` is 0 until it is answered and stays so where the connection ended instead."""

    method: str
    args: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    form: str = "query"  #: query, form, json or multipart
    at: float  #: monotonic seconds
    status: int = 0
    error: str = ""

    @property
    def channel(self) -> str:
        """The channel that it names, empty without one."""
        return str(self.args.get("channel") or self.args.get("channel_id") or "")

    def get(self, name: str) -> str:
        """Return an argument as text, empty when it is not given."""
        given = self.args.get(name)
        return "" if given is None else str(given)

    def need(self, *names: str) -> list[str]:
        """Return required arguments, or refuse the call."""
        if absent := [name for name in names if not self.get(name)]:
            raise missing(*absent)
        return [self.get(name) for name in names]

    def read(self, name: str) -> Any:
        """Return a structured argument, None when it is not given; forms carry it as JSON."""
        given = self.args.get(name)
        if not isinstance(given, str):
            return given
        try:
            return json.loads(given) if given else None
        except ValueError:
            raise Refusal("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None

    def is_true(self, name: str) -> bool:
        return self.get(name).lower() in {"true", "1"}

    def number(self, name: str, default: int) -> int:
        given = self.get(name)
        if not given:
            return default
        try:
            return int(given)
        except ValueError:
            raise Refusal("invalid_arguments") from None


async def read_call(request: web.Request, call: Call) -> None:
    """Read the token and the arguments, in whichever of Slack's four forms they come."""
    header = request.headers.get("Authorization", "")
    call.args.update(request.query)
    match request.content_type:
        case "application/json":
            call.form = "json"
            call.args.update(await _read_json(request))
        case "application/x-www-form-urlencoded":
            call.form = "form"
            call.args.update({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
        case "multipart/form-data":
            call.form = "multipart"
            call.args.update(await read_parts(request))
    token = call.args.pop("token", "")
    call.token = header.removeprefix("Bearer ") if header else ("" if call.form == "json" else str(token))


async def read_parts(request: web.Request) -> dict[str, Any]:
    """Return the parts of a multipart body: files as bytes, fields as text."""
    parts: dict[str, Any] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            data = bytes(await part.read())
            parts[part.name] = data if part.filename else data.decode()
    return parts


async def _read_json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    return body
