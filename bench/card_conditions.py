"""What a card did around a run, from the watcher's looks: clocks, heat, power, counters, users. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bench.measurement import quantile
from bench.nvml import HW_SLOWDOWN, HW_THERMAL, POLICIES, POWER_BRAKE, SW_THERMAL

#: Seconds below which the energy counter, renewed about ten times a second, says too little.
ENERGY_S = 5.0
#: Reasons that no counter tells: the time is that of the looks that show their bit.
_SAMPLED = {"hw_slowdown": HW_SLOWDOWN, "brake": POWER_BRAKE}
_THERMAL = SW_THERMAL | HW_THERMAL

Looks = Sequence[Mapping[str, Any]]


def card_conditions(within: Looks, around: Looks) -> dict[str, Any]:
    """Return the part of `conditions` that a GPU adds, nothing where no look saw one.

    *within* are the looks of the window; *around* has one more at either end, between which counters are subtracted.
    """
    looks = _of_card(within)
    if not looks:
        return {}
    sm_mhz, power_w = _values(looks, "sm_mhz"), _values(looks, "power_w")
    mem_mhz, temp_c = _values(looks, "mem_mhz"), _values(looks, "temp_c")
    return {
        "sm_clock": {f"p{share:02}": quantile(sm_mhz, share / 100) for share in (5, 50, 95)} if sm_mhz else None,
        "mem_clock_p50": quantile(mem_mhz, 0.5) if mem_mhz else None,
        "temp": {"start": temp_c[0], "end": temp_c[-1], "max": max(temp_c)} if temp_c else None,
        "power_w": {"mean": sum(power_w) / len(power_w), "p95": quantile(power_w, 0.95)} if power_w else None,
        "throttle_ns": throttle_ns(around),
        "foreign_gpu_pids": _foreign_pids(looks, is_whole=len(looks) == len(within)),
        "foreign_vram_bytes": _most(looks, "foreign_vram_bytes"),
    }


def throttle_ns(around: Looks) -> dict[str, int | None] | None:
    """Return nanoseconds below the wanted clocks by reason, None where the card tells none.

    Reasons with a counter are exact. "hw_slowdown" and "brake" have none, and "thermal" not on every card: those are
    the time of the looks that show their bit, so what is shorter than a look may be missed.
    """
    looks = _of_card(around)
    counted = {name: _difference([look["violation_ns"].get(name) for look in looks]) for name in POLICIES}
    found = counted | {name: _time_with(around, bit) for name, bit in _SAMPLED.items()}
    if found["thermal"] is None:
        found["thermal"] = _time_with(around, _THERMAL)
    return None if all(value is None for value in found.values()) else found


def energy_of(around: Looks) -> dict[str, Any] | None:
    """Return joules between the first and the last look; None below 5 s, and where nothing is counted."""
    looks = [look for look in around if (look.get("gpu") or {}).get("energy_mj") is not None]
    if not looks or (window_s := looks[-1]["t"] - looks[0]["t"]) < ENERGY_S:
        return None
    joules = (looks[-1]["gpu"]["energy_mj"] - looks[0]["gpu"]["energy_mj"]) / 1000
    return {"joules": joules, "window_s": window_s, "method": "counter"} if joules > 0 else None


def link_of(looks: Looks) -> dict[str, int | None]:
    """Return the PCIe link as it was at most, as an idle one falls back; None where it was not seen."""
    return {"gen": _most(_of_card(looks), "pcie_gen"), "width": _most(_of_card(looks), "pcie_width")}


def _foreign_pids(looks: Looks, *, is_whole: bool) -> list[int] | None:
    """Return everybody who was seen; None where nobody was, but somebody may have been missed."""
    seen = sorted({pid for look in looks for pid in look["foreign_pids"]})
    is_unknown = any(look["foreign_unknown"] for look in looks) or not is_whole
    return None if not seen and is_unknown else seen


def _time_with(around: Looks, bit: int) -> int | None:
    """Return the nanoseconds between looks of which the later shows *bit*; None where no look shows any."""
    looks = [look for look in around if (look.get("gpu") or {}).get("reasons") is not None]
    if len(looks) < 2:  # noqa: PLR2004 - a time lies between two
        return None
    pairs = pairwise(looks)
    shown: list[float] = [after["t"] - before["t"] for before, after in pairs if after["gpu"]["reasons"] & bit]
    return round(sum(shown) * 1e9)


def _difference(counts: Iterable[int | None]) -> int | None:
    """Return by how much a counter grew; None where it was not told, or began anew."""
    known = [count for count in counts if count is not None]
    if len(known) < 2 or known[-1] < known[0]:  # noqa: PLR2004 - a difference is of two
        return None
    return known[-1] - known[0]


def _of_card(looks: Looks) -> list[Mapping[str, Any]]:
    return [look["gpu"] for look in looks if look.get("gpu")]


def _values(looks: Looks, name: str) -> list[float]:
    return [look[name] for look in looks if look.get(name) is not None]


def _most(looks: Looks, name: str) -> int | None:
    values: list[int] = [look[name] for look in looks if look.get(name) is not None]
    return max(values, default=None)
