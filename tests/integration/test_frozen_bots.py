"""A bot that is frozen: it says nothing, so its worker ends; thawed again, it knows what became of its job."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.jobs import Job, Order, State
from bench.request import read_request
from bot.store.jobs import open_job_store
from tests.makers_ssh import SshServer, ssh_server
from tests.makers_worker import MARK
from tests.processes import is_nobody_left, processes_with

HEARD_S = 5
NOTICED_S = 5.0  #: within which no process may be left
LONG = {"case": "cnn", "wait": True, "max_seconds": 120, "sweep": [1024, 2048, 4096, 8192]}  #: long on any machine
SHORT = {"case": "lstm", "quick": True, "max_seconds": 1, "wait": True}
BOT = """
import asyncio, sys
from pathlib import Path
from bot.benching.hosts import LocalHost
from bot.benching.inventory import read_inventory
from bot.benching.running import Runner
from bot.benching.ssh import SshHost
from bot.store.jobs import open_job_store
home, name, heard_s = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
remote = {host.name: host for host in read_inventory(home / "hosts.toml").remote}
host = SshHost(remote[name], heard_s=heard_s) if name in remote else LocalHost(heard_s=heard_s)
with open_job_store(home) as store:
    job = asyncio.run(Runner(store, host, lambda job, line: print(line.get("phase"), flush=True)).run_next("cpu"))
"""


def queue(home: Path, host: str, *requests: dict[str, object]) -> list[str]:
    """Return the ids of new jobs."""

    async def add() -> list[str]:
        with open_job_store(home) as store:
            orders = [
                Order(request=read_request(request).to_json(), host=host, gpu="cpu", requested_by="terminal")
                for request in requests
            ]
            return [(await store.add(order)).id for order in orders]

    return asyncio.run(add())


def job_of(home: Path, job_id: str) -> Job:
    async def get() -> Job:
        with open_job_store(home) as store:
            return await store.get(job_id)

    return asyncio.run(get())


def expire(home: Path, seconds: float) -> tuple[Job, ...]:
    """Return the jobs that are lost *seconds* from now on."""

    async def look() -> tuple[Job, ...]:
        with open_job_store(home) as store:
            return await store.expire(datetime.now(UTC) + timedelta(seconds=seconds))

    return asyncio.run(look())


@contextmanager
def bot_of(home: Path, host: str, mark: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a bot of its own for the next job of *host*; it carries no mark, what it starts here does."""
    program = f"import os; os.environ[{MARK!r}] = {mark!r}\n{BOT}"
    command = [sys.executable, "-c", program, str(home), host, str(HEARD_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bot:
        try:
            yield bot
        finally:
            bot.kill()  # one that is frozen would be waited for without end


def until_phase(bot: "subprocess.Popen[str]", phase: str) -> None:
    assert bot.stdout
    while phase not in (said := bot.stdout.readline()):
        assert said, "the bot ended"


def thaw(bot: "subprocess.Popen[str]") -> None:
    bot.send_signal(signal.SIGCONT)
    assert bot.stdout
    bot.stdout.read()
    assert bot.wait(30) == 0


@pytest.mark.soak
@pytest.mark.parametrize("phase", ["ruler", "measuring"])
def test_a_local_bot_that_is_frozen_leaves_nobody_and_its_job_failed(tmp_path: Path, phase: str) -> None:
    job_id, after = queue(tmp_path, "local", LONG, SHORT)
    mark = f"frozen-{phase}"
    with bot_of(tmp_path, "local", mark) as bot:
        until_phase(bot, phase)
        assert processes_with(f"{MARK}={mark}")
        bot.send_signal(signal.SIGSTOP)

        assert is_nobody_left(f"{MARK}={mark}", HEARD_S + NOTICED_S)
        thaw(bot)
    with bot_of(tmp_path, "local", mark) as bot:
        thaw(bot)

    job = job_of(tmp_path, job_id)
    assert (job.state, job.error.kind if job.error else None) == (State.FAILED, "unheard")
    assert job_of(tmp_path, after).state is State.DONE


def test_a_job_that_is_lost_meanwhile_stays_lost_when_its_bot_goes_on(tmp_path: Path) -> None:
    (job_id,) = queue(tmp_path, "local", SHORT)
    with bot_of(tmp_path, "local", "lost") as bot:
        until_phase(bot, "warming")
        bot.send_signal(signal.SIGSTOP)
        assert is_nobody_left(f"{MARK}=lost", 60.0)
        lost = [job.id for job in expire(tmp_path, seconds=60)]
        thaw(bot)  # what it reads now, be it the result or the worker's last word, comes too late

    job = job_of(tmp_path, job_id)
    assert (lost, job.state, job.result_id) == ([job_id], State.LOST, None)


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[SshServer]:
    """A server that never asks whether its client still lives."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with ssh_server(folder, alive_s=0) as running:
        (tmp_path / "hosts.toml").write_text(running.table("lab"), encoding="utf-8")
        yield running


@pytest.mark.soak
def test_a_bot_that_is_frozen_leaves_nobody_on_a_host_that_does_not_ask_for_it(
    tmp_path: Path, patient: SshServer
) -> None:
    (job_id,) = queue(tmp_path, "lab", LONG)
    with bot_of(tmp_path, "lab", "not on the host") as bot:
        until_phase(bot, "measuring")
        assert patient.left()
        bot.send_signal(signal.SIGSTOP)

        assert patient.nobody_is_left(HEARD_S + NOTICED_S)
        thaw(bot)

    job = job_of(tmp_path, job_id)
    assert job.state is State.FAILED
    assert job.error
    assert job.error.kind in {"unheard", "host"}  # the link itself may have died of the silence
