"""hosts.toml: what it may say, and that what is wrong is named by file, table and field."""

from pathlib import Path

import pytest

from bot.benching.hosts import LocalHost, UnknownHostError, host_of
from bot.benching.inventory import Inventory, RemoteHost, parse_inventory, read_inventory
from bot.config import Settings
from knowledge.errors import KnowledgeError

FILE = Path("/etc/gpuwise/hosts.toml")
LAB = '[lab]\naddress = "lab.example.org"\nuser = "bench"\nkey = "keys/lab"\nknown_hosts = "/srv/lab_hosts"\n'


def test_what_is_left_out_is_the_usual_and_paths_are_taken_from_the_folder() -> None:
    assert parse_inventory(LAB, FILE).remote == (
        RemoteHost(
            name="lab",
            address="lab.example.org",
            port=22,
            user="bench",
            key=Path("/etc/gpuwise/keys/lab"),
            known_hosts=Path("/srv/lab_hosts"),
            command="python3 -m bench.worker",
            keepalive_s=5.0,
        ),
    )


def test_what_is_said_is_taken() -> None:
    (host,) = parse_inventory(f'{LAB}port = 2222\ncommand = "worker"\nkeepalive_s = 1.5\n', FILE).remote

    assert (host.port, host.command, host.keepalive_s) == (2222, "worker", 1.5)


def test_this_machine_comes_first_whatever_the_file_says() -> None:
    assert parse_inventory("", FILE).names == ("local",)
    assert parse_inventory(LAB, FILE).names == ("local", "lab")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[lab", "/etc/gpuwise/hosts.toml: is no TOML: "),
        ("lab = 1", "hosts.toml › lab: stands outside a table"),
        ("[local]", "hosts.toml › [local]: means this machine"),
        ("[Lab]", "hosts.toml › [Lab]: a host's name has at most 32 small letters"),
        ("[lab]", "hosts.toml › [lab] › address: is missing"),
        (LAB + "colour = 1", "hosts.toml › [lab] › colour: is no field of a host; those are address, port, user"),
        (LAB + "port = 0", "hosts.toml › [lab] › port: must be a whole number from 1 to 65535, not 0"),
        (LAB + "port = 22.5", "hosts.toml › [lab] › port: must be a whole number"),
        (LAB + "port = true", "hosts.toml › [lab] › port: must be a whole number"),
        (LAB + "keepalive_s = 0", "hosts.toml › [lab] › keepalive_s: must be a number from 1 to 300, not 0"),
        (LAB + "keepalive_s = nan", "hosts.toml › [lab] › keepalive_s: must be a number from 1 to 300, not nan"),
        (LAB + 'command = ""', "hosts.toml › [lab] › command: must be text on one line"),
        (LAB + 'command = "a\\nb"', "hosts.toml › [lab] › command: must be text on one line"),
        (LAB.replace('"bench"', "7"), "hosts.toml › [lab] › user: must be text on one line"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        parse_inventory(text, FILE)

    assert says in str(error.value)


def test_a_file_that_is_not_there_means_this_machine_alone_unless_it_was_named(tmp_path: Path) -> None:
    file = tmp_path / "hosts.toml"

    assert read_inventory(file).names == ("local",)
    with pytest.raises(KnowledgeError, match="there is no such file"):
        read_inventory(file, must_exist=True)


def test_a_host_is_found_by_its_name() -> None:
    inventory = parse_inventory(LAB, FILE)

    assert isinstance(host_of("local", inventory), LocalHost)
    assert host_of("lab", inventory).name == "lab"
    with pytest.raises(UnknownHostError, match=r"No host 'moon'. Known: local, lab; others go into /etc/gpuwise/hosts"):
        host_of("moon", inventory)


def test_the_file_can_be_set() -> None:
    assert Settings.from_environ({}).hosts is None
    assert Settings.from_environ({"GPUWISE_HOSTS": "/srv/hosts.toml"}).hosts == Path("/srv/hosts.toml")
    assert Inventory(file=FILE).remote == ()
