"""What comes to the bot's address and was not sent by Slack, or not as Slack sends it: 401 or 400, never 500."""

import asyncio
import io
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from bot.platforms.slack.building import PATH, check
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import SIGNING_SECRET, FakeSlack, sign, signed
from tests.makers_chats import database_in
from tests.makers_slack_http import check_that_it_answers, listening

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
EVENT = b'{"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"type": "app_home_opened"}}'
KINDS = (
    "event_callback", "block_actions", "message_action", "view_submission", "view_closed", "url_verification",
    "shortcut", "workflow_step_edit", "dialog_submission", "interactive_message", "block_suggestion", "message", None,
)  # fmt: skip
NAMES = (
    "type", "event", "team", "team_id", "user", "channel", "actions", "view", "authorizations", "enterprise", "command",
    "trigger_id", "user_id", "channel_id", "event_id", "message", "text", "container", "response_url", "challenge",
    "ts", "thread_ts", "state", "values", "callback_id", "files", "id", "action_ts", "value", "tab", "ssl_check",
    "function_data",
)  # fmt: skip


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with database_in() as database:
        yield database


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        yield slack


def headers_of(case: str) -> dict[str, str]:
    """Return headers that are not what Slack would send with EVENT now."""
    now = int(time.time())
    arabic = "".join(chr(0x660 + int(figure)) for figure in str(now))
    stamps: dict[str, Any] = {
        "old": now - 301, "future": now + 330, "no number": "now", "unicode digits": arabic,
        "fraction": now + 0.5, "huge": "9" * 30, "negative": -now, "spaces": f" {now} 1",
    }  # fmt: skip
    good = signed(EVENT)
    signature = good["x-slack-signature"]
    signatures = {
        "other body": sign(SIGNING_SECRET, good["x-slack-request-timestamp"], EVENT + b" "),
        "not ASCII": "v0=" + "é" * 64, "short": signature[:-1], "long": signature + "0", "no version": signature[3:],
        "upper case": signature.replace("v0=", "").upper().join(["v0=", ""]), "other version": "v1" + signature[2:],
    }  # fmt: skip
    if case in stamps:
        return signed(EVENT, at=stamps[case])
    if case in signatures:
        return {"x-slack-signature": signatures[case]}
    return {
        "wrong secret": signed(EVENT, "another-SECRET"),
        "no stamp": {"x-slack-request-timestamp": ""},
        "no signature": {"x-slack-signature": ""},
        "nothing": {"x-slack-request-timestamp": "", "x-slack-signature": ""},
    }[case]


BAD_HEADERS = (
    "old", "future", "no number", "unicode digits", "fraction", "huge", "negative", "spaces", "other body", "not ASCII",
    "short", "long", "no version", "upper case", "other version", "wrong secret", "no stamp", "no signature", "nothing",
)  # fmt: skip


@pytest.mark.parametrize("case", BAD_HEADERS)
async def test_what_slack_did_not_sign_is_turned_away(
    slack: FakeSlack, database: Database, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    async with listening(slack, ScriptedResponder(), database) as http:
        posted = await http.post(EVENT, headers=headers_of(case))
        assert (posted.status, posted.text) == (401, "")
        await check_that_it_answers(slack, database)

    assert troubles_in(caplog) == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ((b"\xff\xfe\x00", JSON), 400),
        ((b"{", JSON), 400),
        ((b"{", FORM), 400),
        ((b"[]", JSON), 400),
        ((b'[{"type": "event_callback"}]', JSON), 400),
        ((b"5", JSON), 400),
        ((b"null", JSON), 400),
        ((b'"text"', "application/json; charset=utf-8"), 400),
        ((b"[" * 100_000, JSON), 400),
        ((b'{"a":' * 100_000, JSON), 400),
        ((b"{}", JSON), 400),
        ((b"", JSON), 400),
        ((b"", FORM), 400),
        ((b"payload=%7B", FORM), 400),
        ((b"payload=%5B%5D", FORM), 400),
        ((b"payload=null", FORM), 400),
        ((b"payload=", FORM), 400),
        ((b"payload=%ff", FORM), 400),
        ((EVENT, JSON), 400),
        ((b'{"type": "event_callback"}', JSON), 400),
        ((b'{"type": "event_callback", "event": 1}', JSON), 400),
        ((b'{"type": "event_callback", "event": {"type": "message", "user": "U7"}}', JSON), 400),
        ((b'{"type": "block_actions"}', JSON), 400),
        ((b'{"type": "block_actions", "actions": {"id": 1}}', JSON), 400),
        ((b'{"type": "view_submission", "view": {"callback_id": "pick"}}', JSON), 400),
        ((b'{"type": "view_submission", "view": []}', JSON), 400),
        ((b'{"type": "message_action", "user": {"id": "U7"}}', JSON), 400),
        ((b"command=%2Fgpu&text=jobs", FORM), 400),
        ((b'{"command": {}, "trigger_id": 1, "channel_id": {}, "user_id": 1}', JSON), 400),
        ((b"words=alone", FORM), 200),
        ((b'{"type": "a_kind_of_tomorrow", "event": {}}', JSON), 200),
    ],
    ids=lambda given: given[0][:24].decode("latin-1") if isinstance(given, tuple) else None,
)
async def test_signed_bodies_of_no_known_shape_are_turned_away(
    slack: FakeSlack, database: Database, caplog: pytest.LogCaptureFixture, sent: tuple[bytes, str], status: int
) -> None:
    async with listening(slack, ScriptedResponder(), database) as http:
        posted = await http.post(*sent)
        assert posted.status == status
        await check_that_it_answers(slack, database)

    assert troubles_in(caplog) == []


async def test_a_body_that_is_too_long_is_turned_away(slack: FakeSlack, database: Database) -> None:
    raw = b"x" * 2 * 1024**2
    async with listening(slack, ScriptedResponder(), database) as http, aiohttp.ClientSession() as session:
        async with session.post(http.url, data=io.BytesIO(raw), headers=signed(raw)) as answer:
            assert answer.status == 413
        await check_that_it_answers(slack, database)


VALUES = st.recursive(
    st.sampled_from([None, True, 1, 1.5, "", "x", "D1", "U7", "message", "app_home_opened", "\ud800", "\0"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
BODIES = st.builds(
    lambda kind, rest: rest | {"type": kind}, st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), VALUES)
)


@given(bodies=st.lists(BODIES, min_size=30, max_size=60))
@settings(deadline=None, derandomize=True, database=None, max_examples=15, suppress_health_check=list(HealthCheck))
def test_no_signed_body_of_any_shape_is_an_error(bodies: list[dict[str, Any]]) -> None:
    async def post_all() -> set[int]:
        async with (
            FakeSlack() as slack,
            database_in() as database,
            listening(slack, ScriptedResponder(), database) as http,
        ):
            return {(await http.post(body)).status for body in bodies}

    assert asyncio.run(post_all()) <= {200, 400}


def troubles_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as an error, or with a traceback."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", PATH, 405), ("POST", "/", 404), ("PUT", PATH, 405)])
async def test_there_is_one_address_for_posts(
    slack: FakeSlack, database: Database, method: str, path: str, status: int
) -> None:
    async with listening(slack, ScriptedResponder(), database) as http, aiohttp.ClientSession() as session:
        async with session.request(method, http.url.removesuffix(PATH) + path, headers=signed(b"")) as answer:
            assert answer.status == status
        await check_that_it_answers(slack, database)


class Frozen:
    """A clock that stands still."""

    def now(self) -> float:
        return 1_700_000_000.0


STAMPS = st.one_of(
    st.integers(1_699_999_690, 1_700_000_310).map(str),
    st.integers().map(str),
    st.text(max_size=12),
    st.sampled_from(["", "1700000000.0", "+1700000000", "1_700_000_000", "١٧٠٠٠٠٠٠٠٠", " 1700000000", "1700000000\n"]),
)
DAMAGES = st.one_of(
    st.just(lambda signature: signature),
    st.integers(0, 66).map(lambda at: lambda signature: f"{signature[:at]}x{signature[at + 1 :]}"),
    st.text(max_size=70).map(lambda text: lambda _: text),
    st.sampled_from([str.upper, str.title, lambda signature: f"{signature}\n", lambda signature: signature[3:]]),
)


@given(stamp=STAMPS, body=st.text(), damage=DAMAGES, secret=st.sampled_from(["s3cret", "other"]))
@settings(deadline=None, derandomize=True, database=None, max_examples=1500)
def test_signatures_are_judged_as_slacks_own_library_judges_them(
    stamp: str, body: str, damage: Any, secret: str
) -> None:
    raw = body.encode()
    try:
        signature = damage(sign(secret, stamp, raw))
        verifier = SignatureVerifier("s3cret", clock=Frozen())  # type: ignore[arg-type]  # it only asks for the time
        is_good = verifier.is_valid(body=raw, timestamp=stamp, signature=signature)
    except (ValueError, TypeError):  # its own answers to what has no form, which are errors
        is_good = False
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}

    is_plain = stamp.isascii() and stamp.isdecimal()  # Slack writes a time in no other way
    assert check("s3cret", headers, raw, Frozen().now()) == (200 if is_good and is_plain else 401)
