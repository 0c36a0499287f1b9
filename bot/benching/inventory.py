"""The hosts that `hosts.toml` names; this machine is always one of them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError

LOCAL = "local"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_COMMAND, _PORT, _KEEPALIVE_S = "python3 -m bench.worker", 22, 5.0
_PORTS, _KEEPALIVES_S = (1, 65535), (1.0, 300.0)
_FIELDS = ("address", "port", "user", "key", "known_hosts", "command", "keepalive_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteHost:
    """A host over SSH as its table describes it."""

    name: str
    address: str  #: a name or an IP address
    port: int
    user: str
    key: Path  #: private key, without a passphrase
    known_hosts: Path  #: the only host keys that are trusted
    command: str  #: asked for; behind a forced command the host runs that one instead
    keepalive_s: float  #: seconds after which a dead link is noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Every host that can be named."""

    file: Path
    remote: tuple[RemoteHost, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """This machine first, then the others in the order of the file."""
        return (LOCAL, *(host.name for host in self.remote))


def read_inventory(file: Path, *, must_exist: bool = False) -> Inventory:
    """Return the hosts of *file*; without such a file there is this machine alone, unless it *must_exist*."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if must_exist:
            raise KnowledgeError(str(file), "", "", "there is no such file: make it or unset GPUWISE_HOSTS") from error
        return Inventory(file=file)
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(str(file), "", "", f"cannot be read: {error}") from error
    return parse_inventory(text, file)


def parse_inventory(text: str, file: Path) -> Inventory:
    """Return the hosts that *text* states; errors name *file*, table and field, and paths are taken from its folder."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(str(file), "", "", f"is no TOML: {error}") from error
    return Inventory(file=file, remote=tuple(_host(name, table, file) for name, table in tables.items()))


def _host(name: str, table: Any, file: Path) -> RemoteHost:
    if not isinstance(table, dict):
        raise KnowledgeError(str(file), name, "", "stands outside a table: begin one with a host's name, such as [lab]")
    if name == LOCAL:
        raise KnowledgeError(str(file), f"[{name}]", "", "means this machine and needs no table: choose another name")
    if not _NAME.fullmatch(name):
        problem = "a host's name has at most 32 small letters, digits, . _ and -"
        raise KnowledgeError(str(file), f"[{name}]", "", problem)
    return _Table(file, name, table).host()


class _Table:
    """One table of the file while it is read."""

    def __init__(self, file: Path, name: str, values: Mapping[str, Any]) -> None:
        self._file, self._name, self._values = file, name, values

    def host(self) -> RemoteHost:
        if unknown := sorted(set(self._values) - set(_FIELDS)):
            raise self._error(unknown[0], f"is no field of a host; those are {', '.join(_FIELDS)}")
        return RemoteHost(
            name=self._name,
            address=self._text("address"),
            port=int(self._number("port", _PORT, _PORTS, whole=True)),
            user=self._text("user"),
            key=self._path("key"),
            known_hosts=self._path("known_hosts"),
            command=self._text("command", _COMMAND),
            keepalive_s=self._number("keepalive_s", _KEEPALIVE_S, _KEEPALIVES_S),
        )

    def _text(self, field: str, usual: str | None = None) -> str:
        value = self._values.get(field, usual)
        if value is None:
            raise self._error(field, "is missing")
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self._error(field, "must be text on one line")
        return value.strip()

    def _path(self, field: str) -> Path:
        return self._file.parent / Path(self._text(field)).expanduser()

    def _number(self, field: str, usual: float, bounds: tuple[float, float], *, whole: bool = False) -> float:
        value = self._values.get(field, usual)
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not bounds[0] <= value <= bounds[1]:
            kind = "a whole number" if whole else "a number"
            raise self._error(field, f"must be {kind} from {bounds[0]:g} to {bounds[1]:g}, not {value!r}")
        return value

    def _error(self, field: str, problem: str) -> KnowledgeError:
        return KnowledgeError(str(self._file), f"[{self._name}]", field, problem)
