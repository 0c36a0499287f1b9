"""The sign of life of `gpuwise serve`: a small file that is renewed while it runs, and what it says of its health."""

import asyncio
import json
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

from knowledge.errors import GpuwiseError

BEAT_FILE = "serving.json"
OLDEST_S = 60.0  #: of a beat; several in a row may come late before the process counts as hung
_FRESH = ".new"  #: while it is written

_log = logging.getLogger(__name__)


class UnhealthyError(GpuwiseError):
    """Nothing serves, or not as it should; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One sign of life."""

    pid: int
    time: float  #: seconds since 1970
    platforms: Mapping[str, bool]  #: whether each is connected, by name

    @classmethod
    def from_text(cls, text: str) -> "Beat":
        """Return the beat that a file holds; ValueError where it holds none."""
        match json.loads(text):
            case {"pid": int(pid), "time": int() | float() as moment, "platforms": dict(platforms)} if isfinite(moment):
                return cls(pid=pid, time=moment, platforms={name: value is True for name, value in platforms.items()})
        raise ValueError("it holds no beat")


async def beat(home: Path, connected: Mapping[str, Callable[[], Awaitable[bool]]], every_s: float = 10.0) -> None:
    """Renew the sign of life in *home* until cancelled, then remove it.

    *connected* says of each platform whether it is connected, and raises nothing; one that takes more than half of
    *every_s* counts as not.
    A disk that cannot be written is logged when that begins, and ends nothing.
    """
    file = home / BEAT_FILE
    is_writable = True
    try:
        while True:
            is_writable = _write(file, await _ask(connected, every_s / 2), may_log=is_writable)
            await asyncio.sleep(every_s)
    finally:
        _remove(file)


def judge(state: Beat | None, now: float) -> tuple[bool, str]:
    """Return whether all is well, and a sentence: what serves, or what is wrong and what to do."""
    if state is None:
        return False, "nothing serves here: start `gpuwise serve`, with the same GPUWISE_HOME as this command"
    age = now - state.time
    if age > OLDEST_S:
        return False, (
            f"no sign of life for {age:.0f} s: process {state.pid} hangs, or was killed; end it if it is there, "
            "and start `gpuwise serve` again"
        )
    if age < -OLDEST_S:
        return False, "the last sign of life lies in the future: the clock was set back; ask again in 10 s"
    seen = f"seen {max(age, 0):.0f} s ago"
    if lost := [name for name, is_connected in state.platforms.items() if not is_connected]:
        return False, (
            f"not connected: {', '.join(lost)} ({seen}); look at the network and the tokens, `gpuwise doctor` says more"
        )
    return True, "serving: " + ", ".join((*(f"{name} connected" for name in state.platforms), seen))


def check_health(home: Path, now: float) -> str:
    """Return what serves from *home*; UnhealthyError where nothing does, or not as it should."""
    is_well, sentence = judge(read_beat(home), now)
    if not is_well:
        raise UnhealthyError(sentence)
    return sentence


def read_beat(home: Path) -> Beat | None:
    """Return the last sign of life in *home*, None where there is none; UnhealthyError where it cannot be read."""
    file = home / BEAT_FILE
    try:
        return Beat.from_text(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise UnhealthyError(
            f"{file} cannot be read ({reason}): run this command as the user that serves; "
            "where that does not help, start `gpuwise serve` again"
        ) from error


async def _ask(connected: Mapping[str, Callable[[], Awaitable[bool]]], patience_s: float) -> dict[str, bool]:
    """Return the answer of each platform; all are asked at once."""
    answers = await asyncio.gather(*(_is_connected(ask, patience_s) for ask in connected.values()))
    return dict(zip(connected, answers, strict=True))


async def _is_connected(ask: Callable[[], Awaitable[bool]], patience_s: float) -> bool:
    try:
        async with asyncio.timeout(patience_s):
            return await ask()
    except TimeoutError:
        return False


def _write(file: Path, platforms: Mapping[str, bool], *, may_log: bool) -> bool:
    """Replace *file* as a whole; return whether that worked, where it did not, *may_log* says whether to log that."""
    text = json.dumps(asdict(Beat(pid=os.getpid(), time=time.time(), platforms=platforms)))
    fresh = file.with_suffix(_FRESH)
    try:
        # A few hundred bytes, in the loop on purpose: the beat of a loop that waits for its disk shall grow old.
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        if may_log:
            _log.warning("%s cannot be written (%s): `gpuwise health` will say that nothing serves", file, error)
        return False
    return True


def _remove(file: Path) -> None:
    try:
        file.with_suffix(_FRESH).unlink(missing_ok=True)
        file.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s cannot be removed (%s): `gpuwise health` will say that it hangs", file, error)
