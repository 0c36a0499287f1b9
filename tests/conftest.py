"""What many tests share: the knowledge that ships, and the bot over the built index."""

import os

import pytest

from bot.app import App
from bot.config import Settings
from bot.responding import Bot
from knowledge.errors import GpuwiseError
from knowledge.library import Library, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def bot() -> Bot:
    try:
        return App(Settings.from_environ(os.environ)).bot
    except GpuwiseError as error:
        pytest.fail(f"These tests need the built index: {error}", pytrace=False)
