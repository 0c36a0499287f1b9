"""One NVIDIA card as its driver describes it: the only file that imports pynvml, and only when a card is opened.

What a card or driver does not support is None, never 0. Ids of processes are those that the driver gives: inside a
container they may be the host's, and others' processes may be missing; `bench.sharing` says what follows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from bench.errors import BenchError

#: Bits of the clock event reasons, https://docs.nvidia.com/deploy/nvml-api/group__nvmlClocksEventReasons.html
APPLICATION_CLOCKS, POWER_CAP, HW_SLOWDOWN, SYNC_BOOST = 0x2, 0x4, 0x8, 0x10
SW_THERMAL, HW_THERMAL, POWER_BRAKE = 0x20, 0x40, 0x80
#: Policies of nvmlDeviceGetViolationStatus under the names that a verdict uses.
POLICIES = MappingProxyType(
    {
        "power": "NVML_PERF_POLICY_POWER",
        "thermal": "NVML_PERF_POLICY_THERMAL",
        "sync": "NVML_PERF_POLICY_SYNC_BOOST",
        "board": "NVML_PERF_POLICY_BOARD_LIMIT",
        "low_utilization": "NVML_PERF_POLICY_LOW_UTILIZATION",
        "reliability": "NVML_PERF_POLICY_RELIABILITY",
        "app_clocks": "NVML_PERF_POLICY_TOTAL_APP_CLOCKS",
        "base_clocks": "NVML_PERF_POLICY_TOTAL_BASE_CLOCKS",
    }
)
#: Errors that say that this card, driver or user has no such value; every other one is told.
_ABSENT = (
    "NVML_ERROR_NOT_SUPPORTED",
    "NVML_ERROR_NO_PERMISSION",
    "NVML_ERROR_FUNCTION_NOT_FOUND",
    "NVML_ERROR_INVALID_ARGUMENT",  # a policy that this driver does not know
    "NVML_ERROR_NO_DATA",
    "NVML_ERROR_ARGUMENT_VERSION_MISMATCH",
    "NVML_ERROR_DEPRECATED",
    "NVML_ERROR_UNKNOWN",
)
_NOT_AVAILABLE = (2**32 - 1, 2**64 - 1)  #: what NVML writes where it has no number


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What does not change while a run goes on."""

    uuid: str  #: as it was asked for: a card's or a slice's
    name: str
    driver: str | None
    memory_bytes: int | None  #: of the card, or of the slice
    power_limit_w: float | None  #: enforced now
    power_limit_default_w: float | None
    pci_bus_id: str | None
    pci_device_id: str | None  #: device and vendor, "233010de"
    pcie_gen_max: int | None
    pcie_width_max: int | None
    is_split: bool | None  #: whether MIG divides the card
    is_slice: bool  #: whether *uuid* names one of its parts
    slices: tuple[str, ...] = ()  #: UUIDs of the parts, where *uuid* names a card that is split
    has_ecc: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a card says at one moment; counters only ever grow until the driver is loaded anew."""

    sm_mhz: int | None
    mem_mhz: int | None
    temp_c: int | None
    power_w: float | None
    energy_mj: int | None  #: millijoules, counted; None for a slice, as the counter is the whole card's
    violation_ns: dict[str, int | None]  #: nanoseconds below the wanted clocks, counted, by policy
    reasons: int | None  #: clock event bits
    pcie_gen: int | None  #: an idle link falls back: only a reading under load says what it is
    pcie_width: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUser:
    """One process on a card."""

    pid: int
    memory_bytes: int | None
    is_compute: bool  #: else it only draws


class Card(Protocol):
    """Reads one card: NVML in production, a script in tests. BenchError where the card is gone."""

    def facts(self) -> CardFacts:
        """Return what does not change while a run goes on."""
        ...

    def read(self) -> Reading:
        """Return the clocks, temperature, power and counters of this moment."""
        ...

    def users(self) -> tuple[CardUser, ...] | None:
        """Return the processes on the card; None where they cannot be listed."""
        ...


def open_card(uuid: str, library: Any = None) -> Card:
    """Return the card or MIG slice with that UUID; BenchError says what to do where there is none."""
    nvml = _load() if library is None else library
    try:
        nvml.nvmlInit()
        return NvmlCard(nvml, uuid, nvml.nvmlDeviceGetHandleByUUID(uuid))
    except nvml.NVMLError as error:
        raise BenchError(_what_to_do(nvml, error, uuid)) from error


class NvmlCard:
    """A card behind NVML; for a slice, what only the whole card has is read there."""

    def __init__(self, nvml: Any, uuid: str, handle: Any) -> None:
        self._nvml, self._uuid, self._handle = nvml, uuid, handle
        self._is_slice = uuid.startswith("MIG-")
        self._whole = nvml.nvmlDeviceGetDeviceHandleFromMigDeviceHandle(handle) if self._is_slice else handle

    def facts(self) -> CardFacts:
        """Return what does not change while a run goes on."""
        of, whole = self._of, self._whole
        is_split = _is_on(of("nvmlDeviceGetMigMode", whole))
        memory, pci = of("nvmlDeviceGetMemoryInfo", self._handle), of("nvmlDeviceGetPciInfo", whole)
        return CardFacts(
            uuid=self._uuid,
            name=of("nvmlDeviceGetName", self._handle) or "an NVIDIA card",
            driver=of("nvmlSystemGetDriverVersion"),
            memory_bytes=None if memory is None else int(memory.total),
            power_limit_w=_thousandth(of("nvmlDeviceGetEnforcedPowerLimit", whole)),
            power_limit_default_w=_thousandth(of("nvmlDeviceGetPowerManagementDefaultLimit", whole)),
            pci_bus_id=None if pci is None else _text(pci.busId),
            pci_device_id=None if pci is None else f"{pci.pciDeviceId:08x}",
            pcie_gen_max=of("nvmlDeviceGetMaxPcieLinkGeneration", whole),
            pcie_width_max=of("nvmlDeviceGetMaxPcieLinkWidth", whole),
            is_split=is_split,
            is_slice=self._is_slice,
            slices=tuple(self._slices()) if is_split and not self._is_slice else (),
            has_ecc=_is_on(of("nvmlDeviceGetEccMode", whole)),
        )

    def read(self) -> Reading:
        """Return the clocks, temperature, power and counters of this moment."""
        of, nvml, whole = self._of, self._nvml, self._whole
        return Reading(
            sm_mhz=of("nvmlDeviceGetClockInfo", whole, nvml.NVML_CLOCK_SM),
            mem_mhz=of("nvmlDeviceGetClockInfo", whole, nvml.NVML_CLOCK_MEM),
            temp_c=of("nvmlDeviceGetTemperature", whole, nvml.NVML_TEMPERATURE_GPU),
            power_w=_thousandth(of("nvmlDeviceGetPowerUsage", whole)),
            energy_mj=None if self._is_slice else of("nvmlDeviceGetTotalEnergyConsumption", whole),
            violation_ns={name: self._violation(policy) for name, policy in POLICIES.items()},
            reasons=self._reasons(),
            pcie_gen=of("nvmlDeviceGetCurrPcieLinkGeneration", whole),
            pcie_width=of("nvmlDeviceGetCurrPcieLinkWidth", whole),
        )

    def users(self) -> tuple[CardUser, ...] | None:
        """Return the processes on the card; those that only draw are left out where they cannot be listed."""
        compute = self._of("nvmlDeviceGetComputeRunningProcesses", self._handle)
        if compute is None:
            return None
        drawing = self._of("nvmlDeviceGetGraphicsRunningProcesses", self._handle) or ()
        computing = {process.pid for process in compute}
        return tuple(
            CardUser(pid=process.pid, memory_bytes=process.usedGpuMemory, is_compute=process.pid in computing)
            for process in (*compute, *(process for process in drawing if process.pid not in computing))
        )

    def _slices(self) -> Iterator[str]:
        """Yield the UUIDs of the slices that MIG made of this card."""
        for index in range(self._of("nvmlDeviceGetMaxMigDeviceCount", self._whole) or 0):
            handle = self._of("nvmlDeviceGetMigDeviceHandleByIndex", self._whole, index, or_else="NVML_ERROR_NOT_FOUND")
            if handle is not None:
                yield str(self._of("nvmlDeviceGetUUID", handle))

    def _violation(self, policy: str) -> int | None:
        status = self._of("nvmlDeviceGetViolationStatus", self._whole, getattr(self._nvml, policy))
        return None if status is None or status.violationTime in _NOT_AVAILABLE else int(status.violationTime)

    def _reasons(self) -> int | None:
        """Return the clock event bits, which drivers before 535 name otherwise."""
        bits = self._of("nvmlDeviceGetCurrentClocksEventReasons", self._whole)
        found = self._of("nvmlDeviceGetCurrentClocksThrottleReasons", self._whole) if bits is None else bits
        return None if found is None else int(found)

    def _of(self, name: str, *arguments: Any, or_else: str | None = None) -> Any:
        """Return what NVML answers, None where it has no such value; BenchError where it fails."""
        call: Callable[..., Any] | None = getattr(self._nvml, name, None)
        if call is None:
            return None
        try:
            value = call(*arguments)
        except self._nvml.NVMLError as error:
            absent = {getattr(self._nvml, code) for code in (*_ABSENT, or_else) if code and hasattr(self._nvml, code)}
            if error.value in absent:
                return None
            raise BenchError(_what_to_do(self._nvml, error, self._uuid)) from error
        return None if isinstance(value, int) and value in _NOT_AVAILABLE else _text(value)


def _load() -> Any:
    try:
        import pynvml  # noqa: PLC0415 - a worker on a CPU needs neither the package nor its import time
    except ImportError as error:
        raise BenchError(
            "The Python package nvidia-ml-py is missing on this host: install gpuwise[bench], or run on the CPU."
        ) from error
    return pynvml


def _what_to_do(nvml: Any, error: Any, uuid: str) -> str:
    said = {
        nvml.NVML_ERROR_LIBRARY_NOT_FOUND: "NVIDIA's driver library libnvidia-ml.so.1 is missing: install the driver",
        nvml.NVML_ERROR_DRIVER_NOT_LOADED: "NVIDIA's driver is not loaded: load it (modprobe nvidia), or reboot",
        nvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH: "NVIDIA's driver was updated while it ran: reboot the host",
        nvml.NVML_ERROR_NOT_FOUND: f"This host has no {uuid}: `nvidia-smi -L` lists what it has",
        nvml.NVML_ERROR_GPU_IS_LOST: f"{uuid} no longer answers on the bus: look at `dmesg`, and reboot the host",
    }.get(error.value, f"NVML says of {uuid}: {error}. Try `nvidia-smi` on the host")
    return f"{said}, or run on the CPU."


def _thousandth(value: int | None) -> float | None:
    return None if value is None else value / 1000


def _is_on(modes: Any) -> bool | None:
    """Return whether the first of (current, pending) is on."""
    return None if modes is None else bool(modes[0])


def _text(value: Any) -> Any:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value
