"""The sign of life of `gpuwise serve`: real files, a real loop, and the command as it is typed."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.heartbeat import BEAT_FILE, OLDEST_S, Beat, beat, judge, read_beat

NOW = 1_800_000_000.0
EVERY_S = 0.02
PATIENCE_S = 10.0
SERVING = """
import asyncio, sys
from pathlib import Path
from bot.heartbeat import beat
async def connected(): return True
asyncio.run(beat(Path(sys.argv[1]), {"telegram": connected, "slack": connected}))
"""
Ask = Callable[[], Awaitable[bool]]


def make_beat(*, age_s: float = 3.0, now: float = NOW, **platforms: bool) -> Beat:
    return Beat(pid=42, time=now - age_s, platforms=platforms or {"telegram": True})


def write_beat(home: Path, *, age_s: float = 3.0, **platforms: bool) -> None:
    held = make_beat(age_s=age_s, now=time.time(), **platforms)
    (home / BEAT_FILE).write_text(json.dumps({"pid": held.pid, "time": held.time, "platforms": held.platforms}))


def answering(*, is_connected: bool) -> Ask:
    async def ask() -> bool:
        return is_connected

    return ask


@asynccontextmanager
async def beating(home: Path, connected: Mapping[str, Ask]) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(beat(home, connected, EVERY_S))
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110  # a file tells nobody that it changed
            await asyncio.sleep(EVERY_S / 2)


def health(home: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import run; run()", "health"],
        env={**os.environ, "GPUWISE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("state", "is_well", "said"),
    [
        (make_beat(), True, "serving: telegram connected, seen 3 s ago"),
        (
            make_beat(age_s=0.4, telegram=True, slack=True),
            True,
            "serving: telegram connected, slack connected, seen 0 s ago",
        ),
        (make_beat(age_s=-2.0), True, "serving: telegram connected, seen 0 s ago"),
        (make_beat(age_s=OLDEST_S), True, "serving: telegram connected, seen 60 s ago"),
        (make_beat(age_s=OLDEST_S + 1), False, "no sign of life for 61 s: process 42 hangs, or was killed"),
        (make_beat(age_s=-OLDEST_S - 1), False, "the clock was set back"),
        (make_beat(telegram=True, slack=False), False, "not connected: slack (seen 3 s ago)"),
        (make_beat(telegram=False, slack=False), False, "not connected: telegram, slack (seen 3 s ago)"),
        (make_beat(age_s=95, telegram=False), False, "no sign of life for 95 s"),
        (None, False, "nothing serves here: start `gpuwise serve`"),
    ],
)
def test_a_beat_is_judged_by_its_age_and_by_its_platforms(state: Beat | None, is_well: bool, said: str) -> None:  # noqa: FBT001
    found, sentence = judge(state, NOW)

    assert (found, said in sentence) == (is_well, True), sentence


@pytest.mark.parametrize("name", ["gpuwise serve", "gpuwise doctor"])
def test_what_is_wrong_says_what_to_do(name: str) -> None:
    states = {"gpuwise serve": make_beat(age_s=95), "gpuwise doctor": make_beat(telegram=False)}

    assert f"`{name}`" in judge(states[name], NOW)[1]


async def test_a_beat_says_who_is_connected_and_is_renewed(tmp_path: Path) -> None:
    begun = time.time()
    connected = {"telegram": answering(is_connected=True), "slack": answering(is_connected=False)}

    async with beating(tmp_path, connected):
        await until(lambda: read_beat(tmp_path) is not None)
        first = read_beat(tmp_path)
        await until(lambda: read_beat(tmp_path) != first)
        later = read_beat(tmp_path)

    assert first is not None
    assert later is not None
    assert (first.pid, first.platforms) == (os.getpid(), {"telegram": True, "slack": False})
    assert begun <= first.time < later.time <= time.time()


async def test_the_end_leaves_nothing_behind(tmp_path: Path) -> None:
    async with beating(tmp_path, {}):
        await until(lambda: read_beat(tmp_path) is not None)

    assert names_in(tmp_path) == []


async def test_a_reader_never_sees_half_a_beat(tmp_path: Path) -> None:
    platforms = {f"platform-{number}": answering(is_connected=True) for number in range(500)}

    async with beating(tmp_path, platforms):
        await until(lambda: read_beat(tmp_path) is not None)
        for _ in range(200):
            found = await asyncio.to_thread(read_beat, tmp_path)  # while the loop writes
            assert found is not None
            assert len(found.platforms) == len(platforms)


async def test_a_platform_that_never_answers_is_not_connected(tmp_path: Path) -> None:
    never = asyncio.Event()

    async def ask() -> bool:
        return await never.wait()

    async with beating(tmp_path, {"telegram": ask, "slack": answering(is_connected=True)}):
        await until(lambda: read_beat(tmp_path) is not None)
        found = read_beat(tmp_path)

    assert found is not None
    assert found.platforms == {"telegram": False, "slack": True}


async def test_a_disk_that_cannot_be_written_ends_nothing_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home, asked = tmp_path / "later", 0

    async def ask() -> bool:
        nonlocal asked
        asked += 1
        return True

    with caplog.at_level(logging.WARNING, "bot.heartbeat"):
        async with beating(home, {"telegram": ask}) as task:
            await until(lambda: asked >= 5)
            assert not task.done()
            assert [record.levelname for record in caplog.records] == ["WARNING"]
            assert "cannot be written" in caplog.text
            home.mkdir()
            await until(lambda: read_beat(home) is not None)

    assert len(caplog.records) == 1


def test_the_command_says_what_serves_in_another_process_and_that_it_ended(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVING, str(tmp_path)]) as serving:
        deadline = time.monotonic() + PATIENCE_S
        while read_beat(tmp_path) is None and time.monotonic() < deadline:
            time.sleep(EVERY_S)

        code, out, error = health(tmp_path)
        serving.kill()

    assert (code, error) == (0, "")
    assert out.startswith("serving: telegram connected, slack connected, seen ")
    assert out.endswith(" s ago\n")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("age_s", "platforms", "said"),
    [
        (95, {"telegram": True}, "gpuwise: no sign of life for 9"),
        (3, {"telegram": False}, "gpuwise: not connected: telegram (seen "),
        (None, {}, "gpuwise: nothing serves here: start `gpuwise serve`"),
    ],
)
def test_the_command_fails_with_one_line_when_something_is_wrong(
    tmp_path: Path, age_s: float | None, platforms: dict[str, bool], said: str
) -> None:
    if age_s is not None:
        write_beat(tmp_path, age_s=age_s, **platforms)

    code, out, error = health(tmp_path)

    assert (code, out, error.count("\n")) == (1, "", 1), error
    assert error.startswith(said)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"pid": 1}', '{"pid": 1, "time": NaN, "platforms": {}}', "\0"]
)
def test_a_damaged_beat_is_one_line_too(tmp_path: Path, text: str) -> None:
    (tmp_path / BEAT_FILE).write_text(text, encoding="utf-8")

    code, out, error = health(tmp_path)

    assert (code, out, error.count("\n")) == (1, "", 1)
    assert "serving.json cannot be read (it is damaged)" in error


def test_the_command_imports_nothing_that_only_serving_needs(tmp_path: Path) -> None:
    write_beat(tmp_path)
    program = (
        "import sys; from bot.cli import main; main(['health']); print([n for n in sys.argv[1:] if n in sys.modules])"
    )
    heavy = ("telegram", "slack_bolt", "sqlalchemy", "torch", "matplotlib", "prompt_toolkit", "asyncssh")

    done = subprocess.run(
        [sys.executable, "-c", program, *heavy],
        env={**os.environ, "GPUWISE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == "[]"
