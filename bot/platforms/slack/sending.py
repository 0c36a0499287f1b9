"""Shows one message in Slack, and says what became of it in the words of the delivery."""

import asyncio
import base64
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.chatting.delivery import GoneError, LimitedError, UnreachableError, UnsureError
from bot.platforms.slack.content import Back, Content, Picture, read_content
from bot.platforms.slack.dialect import notice_of, text_content
from bot.platforms.slack.reading import NAME, is_hidden
from bot.rendering.tables import draw_table, grid_alt_text
from bot.store.outbox import Due
from bot.texts import texts
from knowledge.errors import GpuwiseError

_log = logging.getLogger(__name__)
#: What Slack says of a form that it does not take; a simpler one may be taken.
FORMS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "block_mismatch", "no_text"}
)
#: What it says where it may have done part of its work, or will take the same call later.
_UNSURE, _LATER = frozenset({"internal_error", "fatal_error"}), frozenset({"service_unavailable", "request_timeout"})
_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_USED = 404  #: of a response_url that was used up or is too old
_PATIENCE_S = 30


class SlackCarrier:
    """Sends and edits; every refusal of a form is answered with a simpler form."""

    platform = NAME

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._level = 0  #: forms that this workspace refused are not tried again

    async def show(self, due: Due) -> str:
        """Send *due*, or edit the message that shows an older version of it, and return the message's id."""
        content = read_content(due.content)
        is_edit = due.message_id is not None
        try:
            return await (self._edit(due, content) if is_edit else self._send(due, content))
        except SlackApiError as error:
            raise _meaning(error, is_edit=is_edit) from error
        except ClientConnectorError as error:
            raise UnreachableError(str(error)) from error
        except (SlackClientError, ClientError, TimeoutError) as error:
            raise (UnreachableError(repr(error)) if is_edit else UnsureError) from error

    def notice(self, due: Due) -> Mapping[str, Any] | None:
        """Return an offer to show an answer that may have arrived; a benchmark's card is sent again."""
        if due.key.startswith("card:"):
            return None
        return notice_of(read_content(due.content), due.id).to_json()

    async def _send(self, due: Due, content: Content) -> str:
        if content.back is not None:
            return await self._send_back(due, content, content.back)
        place = {"channel": due.place.chat, "thread_ts": _thread(due.place.thread)}
        if content.file:
            return await self._upload(place, content)
        return await self._post(place, content)

    async def _post(self, place: Mapping[str, Any], content: Content) -> str:
        level, said = await self._step_down(content, lambda blocks: self._say(place, content.text, blocks))
        if 0 < len(content.forms) - 1 <= level:
            await self._show_pictures({**place, "channel": said["channel"]}, content)
        return f"{said['channel']}:{said['ts']}"

    async def _say(self, place: Mapping[str, Any], text: str, blocks: Any) -> Mapping[str, Any]:
        found = await self._client.chat_postMessage(
            **place, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False
        )
        return {"channel": found["channel"], "ts": found["ts"]}

    async def _step_down(self, content: Content, call: Any) -> tuple[int, Any]:
        """Call with the best form that is taken, last without any; return its level and what came back."""
        start = min(self._level, max(len(content.forms) - 1, 0))
        for level in range(start, len(content.forms)):
            try:
                found = await call(list(content.blocks(level)))
            except SlackApiError as error:
                if _reason(error) not in FORMS:
                    raise
                _log.warning("Slack refused a form of a message, a simpler one is sent: %s", _reason(error))
            else:
                if level > start and len(content.forms) > 1:
                    self._level = level
                return level, found
        return len(content.forms), await call(None)

    async def _show_pictures(self, place: Mapping[str, Any], content: Content) -> None:
        """Add the pictures of what could not be drawn; the text says the same, so a failure loses nothing."""
        for picture in (*content.pictures, *await asyncio.to_thread(_drawn, content)):
            with suppress(SlackApiError, SlackClientError, ClientError, TimeoutError):
                await self._client.files_upload_v2(
                    **place,
                    content=base64.b64decode(picture.data),
                    filename=picture.name,
                    alt_txt=picture.spoken[:1000],
                )

    async def _upload(self, place: Mapping[str, Any], content: Content) -> str:
        data = base64.b64decode(content.file or "")
        channel = await self._channel(place["channel"])
        try:
            await self._client.files_upload_v2(
                channel=channel,
                thread_ts=place["thread_ts"],
                content=data,
                filename=content.name,
                initial_comment=content.text,
            )
        except SlackApiError as error:
            if _reason(error) != "missing_scope":
                raise
            excuse = texts(content.language).say("slack.no_files", name=content.name)
            said = f"{content.text}\n{excuse}"
            return await self._post({**place, "channel": channel}, text_content(said, content.language))
        return f"{channel}:"

    async def _channel(self, chat: str) -> str:
        """Return the channel of a person: files go to channels only."""
        if chat[:1] not in {"U", "W"}:
            return chat
        with suppress(SlackApiError):  # without im:write the upload says what is missing
            return str((await self._client.conversations_open(users=chat))["channel"]["id"])
        return chat

    async def _edit(self, due: Due, content: Content) -> str:
        channel, _, ts = (due.message_id or "").partition(":")
        if not ts:
            return str(due.message_id)  # a file, or what one person saw: neither can be edited
        await self._step_down(
            content,
            lambda blocks: self._client.chat_update(channel=channel, ts=ts, text=content.text, blocks=blocks or []),
        )
        return f"{channel}:{ts}"

    async def _send_back(self, due: Due, content: Content, back: Back) -> str:
        """Answer what one person sees: where they asked while that takes answers, else beside it, else in private."""
        if back.response_url and await self._respond(back.response_url, content, back):
            return ":"
        if back.is_shared:
            return await self._post({"channel": due.place.chat, "thread_ts": back.thread or None}, content)
        place: dict[str, Any] = {"channel": due.place.chat, "user": back.user, "thread_ts": back.thread or None}
        try:
            await self._step_down(
                content, lambda blocks: self._client.chat_postEphemeral(**place, text=content.text, blocks=blocks)
            )
        except SlackApiError as error:
            if _reason(error) not in _ELSEWHERE:
                raise
            return await self._post({"channel": back.user, "thread_ts": None}, content)
        return ":"

    async def _respond(self, url: str, content: Content, back: Back) -> bool:
        """Answer a command or press; False where its address takes no more."""
        hook = AsyncWebhookClient(url, timeout=_PATIENCE_S)
        kind = "in_channel" if back.is_shared else "ephemeral"
        more = {"response_type": kind, "replace_original": False, "unfurl_links": False, "unfurl_media": False}
        if back.thread:
            more["thread_ts"] = back.thread
        start = min(self._level, max(len(content.forms) - 1, 0))
        for level in range(start, len(content.forms) + 1):
            blocks = {"blocks": list(content.blocks(level))} if level < len(content.forms) else {}
            found = await hook.send_dict({"text": content.text, **blocks, **more})
            if found.status_code == 200:  # noqa: PLR2004 - taken
                return True
            if found.status_code == 429:  # noqa: PLR2004 - too many
                raise LimitedError(float(found.headers.get("Retry-After", 1)))
            if found.status_code == _USED:
                return False
            if found.status_code >= 500:  # noqa: PLR2004 - a fault of Slack's
                raise UnsureError
            _log.warning("Slack refused a form of an answer, a simpler one is sent: %s", found.body[:200])
        return False


_ELSEWHERE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})


def _drawn(content: Content) -> list[Picture]:
    """Return the tables of a message as pictures; none where the extra that draws is not installed."""
    with suppress(GpuwiseError):
        return [
            Picture(data=base64.b64encode(draw_table(grid)).decode(), name="table.png", spoken=grid_alt_text(grid))
            for grid in content.grids
        ]
    return []


def _meaning(error: SlackApiError, *, is_edit: bool) -> Exception:
    """Return what a refusal means for the delivery."""
    reason, status = _reason(error), getattr(error.response, "status_code", 200)
    if status == 429 or reason in _LIMITED:  # noqa: PLR2004 - too many
        return LimitedError(float(error.response.headers.get("Retry-After", 1)), everywhere=is_edit)
    if reason in _UNSURE and not is_edit:
        return UnsureError()
    if status >= 500 or reason in _UNSURE | _LATER:  # noqa: PLR2004 - a fault of Slack's
        return UnreachableError(reason)
    if reason in _TOKENS:
        return UnreachableError(f"{reason}: set SLACK_BOT_TOKEN again")
    return GoneError(reason)


_TOKENS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})


def _reason(error: SlackApiError) -> str:
    try:
        return str(error.response["error"])
    except (KeyError, TypeError, AttributeError):
        return ""


def _thread(thread: str) -> str | None:
    return thread if thread and not is_hidden(thread) else None
