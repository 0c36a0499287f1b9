"""Cards that say what a script says, and the looks of a watcher at them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.nvml import POLICIES, CardFacts, CardUser, Reading
from bench.sharing import sharing_of

UUID = "GPU-00000000-1111-2222-3333-444444444444"
OURS, STRANGER = 100, 900


def make_facts(**fields: Any) -> CardFacts:
    """Return the facts of a whole card of 80 GB."""
    usual: dict[str, Any] = {
        "uuid": UUID,
        "name": "Quiet 80",
        "driver": "580.1",
        "memory_bytes": 80_000_000_000,
        "power_limit_w": 600.0,
        "power_limit_default_w": 700.0,
        "pci_bus_id": "00000000:17:00.0",
        "pci_device_id": "233010de",
        "pcie_gen_max": 5,
        "pcie_width_max": 16,
        "is_split": False,
        "is_slice": False,
        "has_ecc": True,
    }
    return CardFacts(**(usual | fields))


def make_reading(*, throttled_ns: dict[str, int] | None = None, **fields: Any) -> Reading:
    """Return a reading of a busy card that nothing slows; *throttled_ns* are counters that are not 0."""
    usual: dict[str, Any] = {
        "sm_mhz": 1700,
        "mem_mhz": 2600,
        "temp_c": 60,
        "power_w": 400.0,
        "energy_mj": 0,
        "violation_ns": dict.fromkeys(POLICIES, 0) | (throttled_ns or {}),
        "reasons": 0,
        "pcie_gen": 5,
        "pcie_width": 16,
    }
    return Reading(**(usual | fields))


def make_user(pid: int = OURS, *, memory_bytes: int | None = 1_000, is_compute: bool = True) -> CardUser:
    return CardUser(pid=pid, memory_bytes=memory_bytes, is_compute=is_compute)


def make_look(t: float, users: Sequence[CardUser] | None = (make_user(),), **reading: Any) -> dict[str, Any]:
    """Return one look at a host where every process is visible and `OURS` is the run."""
    seen = {user.pid for user in users or ()}
    gpu = {**asdict(make_reading(**reading)), **sharing_of(users, {OURS}, seen).to_json()}
    return {"t": t, "foreign_cpu_pct": 0.0, "steal_pct": 0.0, "load1": 0.1, "gpu": gpu}


class ScriptedCard:
    """A card that says each answer of a script in turn, the last one for ever."""

    def __init__(self, *users: Sequence[CardUser] | None, facts: CardFacts | None = None) -> None:
        self._facts = facts or make_facts()
        self._users = list(users or [()])

    def facts(self) -> CardFacts:
        return self._facts

    def read(self) -> Reading:
        return make_reading()

    def users(self) -> tuple[CardUser, ...] | None:
        said = self._users.pop(0) if len(self._users) > 1 else self._users[0]
        return None if said is None else tuple(said)
