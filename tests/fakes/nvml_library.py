"""The functions of pynvml over one card that a script describes; what the script leaves out is not supported."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

SUPPORTED = ("nvmlInit", "nvmlDeviceGetHandleByUUID", "nvmlDeviceGetDeviceHandleFromMigDeviceHandle")
LISTS = ("nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses")
CONSTANTS = {
    "NVML_CLOCK_SM": 1,
    "NVML_CLOCK_MEM": 2,
    "NVML_TEMPERATURE_GPU": 0,
    "NVML_PERF_POLICY_POWER": 0,
    "NVML_PERF_POLICY_THERMAL": 1,
    "NVML_PERF_POLICY_SYNC_BOOST": 2,
    "NVML_PERF_POLICY_BOARD_LIMIT": 3,
    "NVML_PERF_POLICY_LOW_UTILIZATION": 4,
    "NVML_PERF_POLICY_RELIABILITY": 5,
    "NVML_PERF_POLICY_TOTAL_APP_CLOCKS": 10,
    "NVML_PERF_POLICY_TOTAL_BASE_CLOCKS": 11,
    "NVML_ERROR_INVALID_ARGUMENT": 2,
    "NVML_ERROR_NOT_SUPPORTED": 3,
    "NVML_ERROR_NO_PERMISSION": 4,
    "NVML_ERROR_NOT_FOUND": 6,
    "NVML_ERROR_DRIVER_NOT_LOADED": 9,
    "NVML_ERROR_LIBRARY_NOT_FOUND": 12,
    "NVML_ERROR_FUNCTION_NOT_FOUND": 13,
    "NVML_ERROR_GPU_IS_LOST": 15,
    "NVML_ERROR_LIB_RM_VERSION_MISMATCH": 18,
    "NVML_ERROR_NO_DATA": 21,
    "NVML_ERROR_ARGUMENT_VERSION_MISMATCH": 25,
    "NVML_ERROR_DEPRECATED": 26,
    "NVML_ERROR_UNKNOWN": 999,
}


class NVMLError(Exception):
    def __init__(self, value: int) -> None:
        super().__init__(f"NVML error {value}")
        self.value = value


class FakeNvml:
    """pynvml; *script* gives for a function its answer, {"error": code}, or a mapping by its last argument."""

    NVMLError = NVMLError

    def __init__(self, script: Callable[[], Mapping[str, Any]]) -> None:
        self._script = script

    def __getattr__(self, name: str) -> Any:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if not name.startswith("nvml"):
            raise AttributeError(name)
        return lambda *arguments: self._call(name, arguments)

    def _call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        said = self._script().get(name, name if name in SUPPORTED else {"error": CONSTANTS["NVML_ERROR_NOT_SUPPORTED"]})
        if isinstance(said, dict) and "by" in said:
            said = said["by"].get(str(arguments[-1]), {"error": CONSTANTS["NVML_ERROR_NOT_SUPPORTED"]})
        if isinstance(said, dict) and "error" in said:
            raise NVMLError(said["error"])
        if name in LISTS:
            return [SimpleNamespace(pid=pid, usedGpuMemory=memory) for pid, memory in said]
        return SimpleNamespace(**said) if isinstance(said, dict) else said
