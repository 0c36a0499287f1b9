"""A request of the Bot API, whichever way its parameters came: query, form, multipart or JSON."""

import json

from aiohttp import web

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.refusals import Refusal
from tests.fakes.telegram.world import File


async def read_call(request: web.Request, call: Call) -> None:
    """Put the parameters and files of *request* into *call*."""
    call.data |= dict(request.query)
    try:
        if request.content_type == "application/json":
            for name, value in (await request.json()).items():
                call.data[name] = value if isinstance(value, str) else json.dumps(value)
            return
        for name, part in (await request.post()).items():
            if isinstance(part, web.FileField):
                call.files[name] = File(name=part.filename, data=part.file.read())
            else:
                call.data[name] = part if isinstance(part, str) else bytes(part).decode()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal("Request Entity Too Large", code=413) from None
