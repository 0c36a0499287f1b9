"""Hosts over SSH: a real server, real workers, and every way in which a connection ends."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.jobs import Job, Order, State
from bench.request import read_request
from bot.benching.hosts import HostError, Line, host_of
from bot.benching.inventory import parse_inventory
from bot.benching.probing import Patience, probe_all
from bot.benching.running import Runner
from bot.cli import main
from bot.store.jobs import SqlJobStore, open_job_store
from tests.makers_ssh import SshServer, free_port, ssh_server

pytestmark = pytest.mark.timing

LSTM = {"case": "lstm", "quick": True, "max_seconds": 1, "wait": True}
KEEPALIVE_S = 2.0
SERVER_NOTICES_S = 7.0  #: ClientAliveInterval 1 s, three times, each up to a second late while the worker speaks
NOTICED_S = 5.0  #: within which no process may be left
FLOOD = """
import json, sys
sys.stderr.write("x" * 4_000_000)
print("[]", "no JSON", json.dumps({"type": "a" * 5_000_000}), sep=chr(10))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: SshServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two hosts: an open one, and one whose key is tied to the worker."""
    forced = {"key": str(server.folder / "forced"), "command": "echo never run", "keepalive_s": KEEPALIVE_S}
    (tmp_path / "hosts.toml").write_text(server.table("lab") + server.table("forced", **forced), encoding="utf-8")
    monkeypatch.setenv("GPUWISE_HOME", str(tmp_path))
    return tmp_path


async def run_one(home: Path, meet: Callable[[SqlJobStore, Job, Line], None] | None = None) -> Job:
    """Return a job on the forced host as it ended; *meet* sees each line that its worker says."""
    inventory = parse_inventory((home / "hosts.toml").read_text(encoding="utf-8"), home / "hosts.toml")
    host = host_of("forced", inventory)
    with open_job_store(home) as store:
        order = Order(request=read_request(LSTM).to_json(), host=host.name, gpu="cpu", requested_by="terminal")
        await store.add(order)
        runner = Runner(store, host, lambda job, line: meet(store, job, line) if meet else None)
        async with asyncio.timeout(80):
            job = await runner.run_next("cpu")
    assert job
    return job


def is_measuring(line: Line) -> bool:
    return bool(line["type"] == "phase" and line["phase"] == "measuring")


def test_a_run_over_ssh_leaves_a_result(home: Path, server: SshServer, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["bench", "run", "lstm", "--quick", "--max-seconds", "1", "--host", "lab", "--json"]

    assert main(arguments) == 0, capsys.readouterr().err

    (record,) = json.loads(capsys.readouterr().out)["records"]
    assert record["result"]["throughput"]["value"] > 0
    assert server.nobody_is_left(NOTICED_S)


async def test_a_job_that_is_cancelled_ends_behind_a_forced_command(home: Path, server: SshServer) -> None:
    tasks: list[asyncio.Task[Any]] = []

    def cancel(store: SqlJobStore, job: Job, line: Line) -> None:
        if is_measuring(line):
            tasks.append(asyncio.get_running_loop().create_task(store.cancel(job.id)))

    job = await run_one(home, cancel)

    assert (job.state, len(tasks)) == (State.CANCELLED, 1)
    assert server.nobody_is_left(NOTICED_S)


async def test_a_session_that_is_killed_is_a_failed_job_and_the_next_one_runs(home: Path, server: SshServer) -> None:
    def kill(_store: SqlJobStore, _job: Job, line: Line) -> None:
        if is_measuring(line):
            os.kill(server.session(), signal.SIGKILL)

    job = await run_one(home, kill)

    assert server.nobody_is_left(NOTICED_S)
    assert (job.state, job.error.kind if job.error else None) == (State.FAILED, "host")
    assert job.error
    assert "The connection to forced was lost" in job.error.message
    assert (await run_one(home)).state is State.DONE
    assert server.nobody_is_left(NOTICED_S)


@pytest.mark.soak
async def test_a_session_that_is_frozen_is_noticed_by_its_silence(home: Path, server: SshServer) -> None:
    frozen: list[tuple[int, float]] = []

    def freeze(_store: SqlJobStore, _job: Job, line: Line) -> None:
        if is_measuring(line):
            frozen.append((server.session(), time.monotonic()))
            os.kill(frozen[0][0], signal.SIGSTOP)

    try:
        job = await run_one(home, freeze)
        noticed_s = time.monotonic() - frozen[0][1]
    finally:
        for pid, _ in frozen:
            os.kill(pid, signal.SIGCONT)

    assert (job.state, job.error.kind if job.error else None) == (State.FAILED, "host")
    assert KEEPALIVE_S - 1 < noticed_s < KEEPALIVE_S + 3
    assert server.nobody_is_left(NOTICED_S)


@pytest.mark.parametrize("blow", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.soak)])
def test_a_bot_that_is_killed_or_frozen_leaves_no_process_on_the_host(
    home: Path, server: SshServer, blow: signal.Signals
) -> None:
    program = [
        sys.executable,
        "-c",
        "from bot.cli import run; run()",
        "bench",
        "run",
        "lstm",
        "--quick",
        "--host",
        "lab",
    ]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as bot:
        assert bot.stderr
        try:
            while "measuring" not in (said := bot.stderr.readline()):
                assert said, "the bot ended"
            bot.send_signal(blow)

            assert server.nobody_is_left(SERVER_NOTICES_S + NOTICED_S)
        finally:
            bot.kill()  # one that is frozen would be waited for without end


async def start(server: SshServer, **changed: object) -> list[Line]:
    """Return what the host's worker says to a request that asks what the host has."""
    inventory = parse_inventory(server.table("lab", **changed), server.folder / "hosts.toml")
    connection = await host_of("lab", inventory).start({"probe": True})
    try:
        return [line async for line in connection.lines()]
    finally:
        await connection.end()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"known_hosts": "changed_hosts"}, r"its host key is not the one in .*changed_hosts.*Nothing was sent"),
        ({"known_hosts": "empty_hosts"}, r"its host key is not in .*empty_hosts.*ssh-keyscan -p \d+ 127.0.0.1"),
        ({"known_hosts": "no_hosts"}, r"there is no file .*no_hosts\. `ssh-keyscan"),
        ({"key": "stranger"}, r"refused .*stranger for the user .*: add its public half, .*stranger.pub"),
        ({"key": "no_key"}, r"there is no key .*no_key: make one with `ssh-keygen"),
        ({"key": "open.pub"}, r"open.pub cannot be read as a private key"),
        ({"user": "nobody-of-that-name"}, r"refused .*open for the user nobody-of-that-name"),
        ({"address": "host.invalid"}, r"host.invalid.*: correct `address`|host.invalid.* cannot be reached"),
        ({"command": "no-such-worker"}, r"ended with status 127 and was no worker: .*no-such-worker"),
    ],
)
async def test_what_stands_in_the_way_is_said(server: SshServer, changed: dict[str, object], says: str) -> None:
    with pytest.raises(HostError, match=says):
        await start(server, **changed)


async def test_a_port_that_nothing_listens_on_is_said(server: SshServer) -> None:
    with pytest.raises(HostError, match=r"Nothing listens at lab \(127.0.0.1, port \d+\)"):
        await start(server, port=free_port())


async def test_long_lines_and_a_flood_on_stderr_block_nothing(server: SshServer) -> None:
    program = server.folder / "flood.py"
    program.write_text(FLOOD, encoding="utf-8")

    (line,) = await start(server, command=f"{sys.executable} {program}")

    assert line == {"type": "a" * 5_000_000}


def test_a_host_that_cannot_be_reached_leaves_no_job_and_says_why(
    home: Path, server: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "hosts.toml").write_text(server.table("lab", port=free_port()), encoding="utf-8")

    assert main(["bench", "run", "lstm", "--quick", "--host", "lab"]) == 1

    assert "Nothing listens at lab (127.0.0.1" in capsys.readouterr().err
    assert main(["bench", "jobs"]) == 0
    assert "No job is queued or running" in capsys.readouterr().out


def test_hosts_are_asked_what_they_have_behind_a_forced_command_too(
    home: Path, server: SshServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with (home / "hosts.toml").open("a", encoding="utf-8") as file:
        file.write(server.table("down", port=free_port()))

    assert main(["hosts", "--json"]) == 0

    found = {host["name"]: host for host in json.loads(capsys.readouterr().out)}
    assert {name: host["reached"] for name, host in found.items()} == {
        "local": True,
        "lab": True,
        "forced": True,
        "down": False,
    }
    assert found["forced"]["software"]["torch"] == found["local"]["software"]["torch"]
    assert "Nothing listens" in found["down"]["problems"][0]
    assert server.nobody_is_left(NOTICED_S)


async def test_a_host_that_takes_the_request_and_says_nothing_is_given_up(server: SshServer) -> None:
    inventory = parse_inventory(server.table("lab", command="cat > /dev/null"), server.folder / "hosts.toml")

    _, lab = await probe_all(inventory, Patience(answer_s=1.0))

    assert lab.problems == ("It did not answer within 1 s: look at its load.",)
    assert server.nobody_is_left(NOTICED_S)


def test_without_asyncssh_a_remote_host_says_what_to_install(home: Path) -> None:
    program = "import sys; sys.modules['asyncssh'] = None; from bot.cli import run; run()"
    command = [sys.executable, "-c", program, "bench", "run", "lstm", "--host", "lab"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "gpuwise: lab: SSH needs asyncssh: run `pip install 'gpuwise[ssh]'`.\n"
