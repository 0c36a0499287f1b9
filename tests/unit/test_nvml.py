import subprocess
import sys
from typing import Any

import pytest

import bench.nvml
from bench.errors import BenchError
from bench.nvml import POLICIES, Card, CardUser, open_card
from tests.fakes.nvml_library import CONSTANTS, FakeNvml
from tests.makers_card import UUID

SLICE = UUID.replace("GPU", "MIG")
FULL: dict[str, Any] = {
    "nvmlDeviceGetName": "Quiet 80",
    "nvmlSystemGetDriverVersion": b"580.1",
    "nvmlDeviceGetMemoryInfo": {"total": 80_000_000_000},
    "nvmlDeviceGetEnforcedPowerLimit": 600_000,
    "nvmlDeviceGetPowerManagementDefaultLimit": 700_000,
    "nvmlDeviceGetPciInfo": {"busId": b"00000000:17:00.0", "pciDeviceId": 0x233010DE},
    "nvmlDeviceGetMaxPcieLinkGeneration": 5,
    "nvmlDeviceGetMaxPcieLinkWidth": 16,
    "nvmlDeviceGetMigMode": [0, 1],
    "nvmlDeviceGetEccMode": [1, 1],
    "nvmlDeviceGetClockInfo": {"by": {"1": 1755, "2": 2619}},
    "nvmlDeviceGetTemperature": 61,
    "nvmlDeviceGetPowerUsage": 412_345,
    "nvmlDeviceGetTotalEnergyConsumption": 9_000_001,
    "nvmlDeviceGetViolationStatus": {
        "by": {"0": {"violationTime": 7}, "1": {"violationTime": 0}, "2": {"violationTime": 2**64 - 1}}
    },
    "nvmlDeviceGetCurrentClocksEventReasons": 0x4,
    "nvmlDeviceGetCurrPcieLinkGeneration": 4,
    "nvmlDeviceGetCurrPcieLinkWidth": 2**32 - 1,
    "nvmlDeviceGetComputeRunningProcesses": [[11, 5_000], [12, None]],
    "nvmlDeviceGetGraphicsRunningProcesses": [[12, None], [13, 70]],
}


def card(uuid: str = UUID, **script: Any) -> Card:
    return open_card(uuid, FakeNvml(lambda: script))


def failing(error: str) -> dict[str, int]:
    return {"error": CONSTANTS[error]}


def test_a_card_is_described_in_the_units_of_a_record() -> None:
    facts = card(**FULL).facts()

    assert (facts.name, facts.driver, facts.memory_bytes) == ("Quiet 80", "580.1", 80_000_000_000)
    assert (facts.power_limit_w, facts.power_limit_default_w) == (600.0, 700.0)
    assert (facts.pci_bus_id, facts.pci_device_id) == ("00000000:17:00.0", "233010de")
    assert (facts.pcie_gen_max, facts.pcie_width_max) == (5, 16)
    assert (facts.is_split, facts.is_slice, facts.has_ecc) == (False, False, True)


def test_a_reading_has_clocks_counters_and_bits() -> None:
    reading = card(**FULL).read()

    assert (reading.sm_mhz, reading.mem_mhz, reading.temp_c) == (1755, 2619, 61)
    assert (reading.power_w, reading.energy_mj, reading.reasons) == (412.345, 9_000_001, 0x4)
    assert (reading.pcie_gen, reading.pcie_width) == (4, None)
    assert reading.violation_ns == dict.fromkeys(POLICIES) | {"power": 7, "thermal": 0}


def test_users_are_listed_once_and_tell_computing_from_drawing() -> None:
    assert card(**FULL).users() == (
        CardUser(pid=11, memory_bytes=5_000, is_compute=True),
        CardUser(pid=12, memory_bytes=None, is_compute=True),
        CardUser(pid=13, memory_bytes=70, is_compute=False),
    )


def test_what_a_card_does_not_support_is_none_and_never_0() -> None:
    bare = card()

    assert bare.users() is None
    assert {getattr(bare.read(), name) for name in ("sm_mhz", "temp_c", "power_w", "energy_mj", "reasons")} == {None}
    assert set(bare.read().violation_ns.values()) == {None}
    assert {getattr(bare.facts(), name) for name in ("driver", "memory_bytes", "is_split", "has_ecc")} == {None}


def test_an_older_driver_names_the_bits_otherwise() -> None:
    script: dict[str, Any] = {
        "nvmlDeviceGetCurrentClocksEventReasons": failing("NVML_ERROR_FUNCTION_NOT_FOUND"),
        "nvmlDeviceGetCurrentClocksThrottleReasons": 0x40,
    }

    assert card(**script).read().reasons == 0x40


def test_a_slice_has_no_energy_of_its_own_and_a_split_card_names_its_slices() -> None:
    script = FULL | {"nvmlDeviceGetMigMode": [1, 1], "nvmlDeviceGetMaxMigDeviceCount": 2, "nvmlDeviceGetUUID": SLICE}
    script["nvmlDeviceGetMigDeviceHandleByIndex"] = {"by": {"0": "a slice", "1": failing("NVML_ERROR_NOT_FOUND")}}

    assert card(SLICE, **script).read().energy_mj is None
    assert (card(SLICE, **script).facts().is_slice, card(SLICE, **script).facts().slices) == (True, ())
    assert card(**script).facts().slices == (SLICE,)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("NVML_ERROR_LIBRARY_NOT_FOUND", "install the driver"),
        ("NVML_ERROR_DRIVER_NOT_LOADED", "modprobe nvidia"),
        ("NVML_ERROR_LIB_RM_VERSION_MISMATCH", "reboot"),
        ("NVML_ERROR_UNKNOWN", "nvidia-smi"),
    ],
)
def test_without_nvml_an_error_says_what_to_do(error: str, advice: str) -> None:
    with pytest.raises(BenchError, match=advice):
        card(nvmlInit=failing(error))


def test_a_card_that_is_not_there_or_got_lost_is_an_error() -> None:
    with pytest.raises(BenchError, match=f"no {UUID}"):
        card(nvmlDeviceGetHandleByUUID=failing("NVML_ERROR_NOT_FOUND"))
    with pytest.raises(BenchError, match="no longer answers"):
        card(nvmlDeviceGetPowerUsage=failing("NVML_ERROR_GPU_IS_LOST")).read()


def test_without_the_package_the_error_names_it_and_nothing_else_needs_it() -> None:
    program = (
        "import sys\n"
        "sys.modules['pynvml'] = sys.modules['torch'] = None\n"
        "import bench.worker, bench.watcher, bench.supervisor\n"
        "from bench.nvml import open_card\n"
        "try:\n"
        "    open_card('GPU-1')\n"
        "except bench.errors.BenchError as error:\n"
        "    print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, "install gpuwise[bench]" in done.stdout) == (0, True), done.stderr


def test_the_names_and_numbers_are_those_of_the_package() -> None:
    real = pytest.importorskip("pynvml")

    bits = {
        "APPLICATION_CLOCKS": "ApplicationsClocksSetting",
        "POWER_CAP": "SwPowerCap",
        "HW_SLOWDOWN": "HwSlowdown",
        "SYNC_BOOST": "SyncBoost",
        "SW_THERMAL": "SwThermalSlowdown",
        "HW_THERMAL": "HwThermalSlowdown",
        "POWER_BRAKE": "HwPowerBrakeSlowdown",
    }
    assert {ours: getattr(bench.nvml, ours) for ours in bits} == {
        ours: getattr(real, f"nvmlClocksEventReason{theirs}") for ours, theirs in bits.items()
    }
    assert {name: getattr(real, name) for name in CONSTANTS} == CONSTANTS
    assert [name for name in FULL if not hasattr(real, name)] == []
