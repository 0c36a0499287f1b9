"""The device of a run is looked up on a host over SSH before anything is queued: a real server, a real worker."""

import asyncio
from collections.abc import Iterator

import pytest

from bench.request import Request, read_request
from bot.answering.problems import error_text
from bot.benching.asking import with_device
from bot.benching.devices import Device, DeviceError
from bot.benching.hosts import HostError, host_of
from bot.benching.inventory import parse_inventory
from tests.makers_ssh import SshServer, free_port, ssh_server

LSTM = read_request({"case": "lstm", "quick": True, "max_seconds": 1, "wait": True})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def choose(server: SshServer, wish: str, **changed: object) -> tuple[Request, list[Device]]:
    inventory = parse_inventory(server.table("lab", **changed), server.folder / "hosts.toml")
    told: list[Device] = []
    return asyncio.run(with_device(host_of("lab", inventory), LSTM, wish, told.append)), told


def test_the_processor_of_a_host_is_taken_where_it_is_wished(server: SshServer) -> None:
    request, told = choose(server, "cpu")

    assert request == LSTM
    assert [device.uuid for device in told] == [None]
    assert told[0].name not in {"", "CPU"}


def test_a_gpu_that_the_host_does_not_have_is_an_error_that_names_the_host(server: SshServer) -> None:
    with pytest.raises(DeviceError, match="lab has no GPU"):
        choose(server, "97")


def test_a_host_that_cannot_be_reached_says_why_in_the_language_of_the_asker(server: SshServer) -> None:
    port = free_port()

    with pytest.raises(HostError) as caught:
        choose(server, "auto", port=port)

    where = f"lab (127.0.0.1, port {port})"
    assert error_text(caught.value, "vi") == (
        f"Không có gì lắng nghe ở {where}: bật SSH server trên máy đó, hoặc sửa `port` trong hosts.toml."
    )


def test_a_key_that_the_host_refuses_is_told_with_what_to_add(server: SshServer) -> None:
    key = server.folder / "stranger"

    with pytest.raises(HostError) as caught:
        choose(server, "auto", key=str(key))

    assert f"không nhận khóa {key} của {server.user}: thêm {key}.pub vào" in error_text(caught.value, "vi")


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ("changed_hosts", "đưa ra host key khác với key trong"),
        ("empty_hosts", "chưa có host key của máy này nên mình chưa gửi gì. `ssh-keyscan -p"),
        ("no_hosts", "chưa có host key của máy này nên mình chưa gửi gì. `ssh-keyscan -p"),
    ],
)
def test_a_host_key_that_is_not_known_is_told(server: SshServer, known: str, says: str) -> None:
    with pytest.raises(HostError) as caught:
        choose(server, "auto", known_hosts=str(server.folder / known))

    assert says in error_text(caught.value, "vi")
    assert known in error_text(caught.value, "en")


def test_a_command_that_is_no_worker_is_told_apart_from_a_host_that_is_down(server: SshServer) -> None:
    with pytest.raises(HostError) as caught:
        choose(server, "auto", command="false")

    assert error_text(caught.value, "vi").startswith("lab: lệnh trong hosts.toml kết thúc với mã 1, không phải worker.")
