"""Hosts that do not answer: all are asked at once, and each is given up after its own time."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from bot.benching.inventory import Inventory, parse_inventory
from bot.benching.probing import Patience, probe_all
from tests.makers_ssh import free_port
from tests.makers_worker import MARK
from tests.processes import is_nobody_left, processes_with

SHORT = Patience(connect_s=2.0, answer_s=0.5)
NOTICED_S = 5.0
HANGING = Path(__file__).parents[1] / "fakes" / "hanging"  #: where `import torch` never ends


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a socket that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def inventory(folder: Path, **ports: int) -> Inventory:
    """Return hosts of those names at ports of this machine."""
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(folder / "key")
    (folder / "known").touch()
    tables = [
        f'[{name}]\naddress = "127.0.0.1"\nport = {port}\nuser = "gpu"\nkey = "key"\nknown_hosts = "known"\n'
        for name, port in ports.items()
    ]
    return parse_inventory("".join(tables), folder / "hosts.toml")


def seconds_for(hosts: Inventory) -> float:
    began = time.monotonic()
    asyncio.run(probe_all(hosts, SHORT))
    return time.monotonic() - began


async def test_what_does_not_answer_is_said_in_the_order_of_the_inventory(tmp_path: Path, silent: int) -> None:
    hosts = inventory(tmp_path, silent=silent, refusing=free_port())

    local, quiet, refusing = await probe_all(hosts, SHORT)

    assert (local.name, quiet.name, refusing.name) == hosts.names
    assert "did not answer within 2 s" in quiet.problems[0]
    assert refusing.problems[0].startswith("Nothing listens at refusing")
    assert (quiet.found, refusing.found) == (None, None)


def test_two_silent_hosts_take_as_long_as_one(tmp_path: Path, silent: int) -> None:
    alone = [seconds_for(inventory(tmp_path, **{name: silent})) for name in ("one", "two")]

    together = seconds_for(inventory(tmp_path, one=silent, two=silent, refusing=free_port()))

    assert together < 0.75 * sum(alone)


async def test_a_local_probe_that_takes_too_long_leaves_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HANGING))
    monkeypatch.setenv(MARK, "probing")
    asking = asyncio.create_task(probe_all(inventory(tmp_path), Patience(answer_s=3.0)))
    await asyncio.sleep(2.0)
    looking = processes_with(f"{MARK}=probing")

    (local,) = await asking

    assert len(looking) == 2  # the worker, and what it has import torch
    assert local.problems == ("It did not answer within 3 s: look at its load.",)
    assert is_nobody_left(f"{MARK}=probing", NOTICED_S)
