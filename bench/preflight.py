"""What is asked before a device is taken: whether the hour is quiet, whether the card is whole and free."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.errors import BenchError, QuietError
from bench.host import read_quiet_hours
from bench.locking import BusyError
from bench.nvml import Card, CardFacts, open_card
from bench.quiet import to_clock

_NAMED = 3  #: slices of a split card in a message


def local_time() -> datetime:
    """Return the host's own time."""
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Asks the host whether a run may begin now."""

    config: Path | None = None  #: file of the host's owner; None: where such a file usually is
    now: Callable[[], datetime] = local_time
    opens: Callable[[str], Card] = open_card

    def ask_hour(self) -> None:
        """Return where the hour is not quiet, QuietError says until when it is."""
        now = self.now()
        until = read_quiet_hours(self.config).until(now.hour * 60 + now.minute)
        if until is not None:
            raise QuietError(to_clock(until))

    def ask_card(self, gpu: str | None) -> dict[str, Any] | None:
        """Return the record's part on a free card, None for the CPU; BusyError where somebody computes on it."""
        if gpu is None:
            return None
        card = self.opens(gpu)
        facts = card.facts()
        if facts.is_split and not facts.is_slice:
            named = ", ".join(facts.slices[:_NAMED]) or "none yet, so make one"
            raise BenchError(f"{gpu} is split by MIG, so it cannot be measured whole. Name one of its slices: {named}.")
        users = [user.pid for user in card.users() or () if user.is_compute]  # nothing of ours is on it yet
        if users:
            raise BusyError(gpu, f"Process {users[0]} of somebody else")
        return gpu_section(facts)


def gpu_section(facts: CardFacts) -> dict[str, Any]:
    """Return the `gpu` of a record with the driver beside it; memory in GB of 1e9 bytes, limits in watts."""
    return {
        "uuid": facts.uuid,
        "name": facts.name,
        "vram_gb": None if facts.memory_bytes is None else round(facts.memory_bytes / 1e9, 1),
        "power_limit_w": facts.power_limit_w,
        "power_limit_default_w": facts.power_limit_default_w,
        "pci_bus_id": facts.pci_bus_id,
        "pci_device_id": facts.pci_device_id,
        "pcie": {"gen_max": facts.pcie_gen_max, "width_max": facts.pcie_width_max},
        "mig": facts.is_split,
        "ecc": facts.has_ecc,
        "driver": facts.driver,
    }
