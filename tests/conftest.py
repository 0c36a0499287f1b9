"""What many tests share: the knowledge that ships, the bot over the built index, and a folder that is their own."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import App
from bot.config import Settings
from bot.responding import Bot
from knowledge.errors import GpuwiseError
from knowledge.library import Library, load_library

# Tests run two at a time: threads of one benchmark that spin while they wait would hold up the other's for seconds.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
_SOAK_S = 3600.0  #: that a long sweep may take, unless it says how long itself


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the tests locks of their own, so that no other suite or run on this machine is in the way.

    The path stays short: that of a socket in it has at most 107 bytes.
    """
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long sweeps take longer than a test may."""
    for item in items:
        if item.get_closest_marker("soak") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_SOAK_S))


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def bot() -> Bot:
    try:
        return App(Settings.from_environ(os.environ)).bot
    except GpuwiseError as error:
        pytest.fail(f"These tests need the built index: {error}", pytrace=False)
