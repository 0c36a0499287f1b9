"""What the tests of Slack's adapter share: a strict workspace that was not wronged, and a database."""

from collections.abc import AsyncIterator

import pytest

from bot.store.database import Database
from tests.fakes.slack import FakeSlack, Limits
from tests.makers_chats import database_in


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A workspace in which nothing may be refused, be late or come too fast."""
    async with FakeSlack(limits=Limits()) as slack:
        yield slack
        assert slack.refused == []
        assert slack.warnings == []
        assert slack.late_acks == []
        assert slack.floods == 0


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A database of its own."""
    async with database_in() as database:
        yield database
