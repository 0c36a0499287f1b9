"""The device of a run as torch sees it: choosing it, setting torch's flags, and reporting both."""

import platform
import re
import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from bench.errors import UnsupportedError

#: Variables that change what a library of the GPU or of threads does.
_PREFIXES = ("OMP_", "MKL_", "CUDA_", "CUDNN_", "CUBLAS_", "NVIDIA_TF32_", "TORCH_", "TORCHINDUCTOR_", "PYTORCH_")
_ARCHITECTURE = re.compile(r"(sm|compute)_(\d+)(\d)([af]?)")
_OUT_OF_MEMORY = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "alloc_failed",
)
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  #: bytes of getrusage's ru_maxrss
_flushes: dict[str, bool] = {}  #: whether this process flushes denormals, set by flush_denormals
_baseline: dict[str, int] = {}  #: of the process, set by reset_peak


def select(gpu_uuid: str | None) -> torch.device:
    """Return the CPU for None, else the one GPU that the caller left visible in CUDA_VISIBLE_DEVICES."""
    if gpu_uuid is None:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise UnsupportedError(
            f"torch {torch.__version__} sees no CUDA device: install a CUDA build of torch and a driver that is new "
            "enough for it, or run on the CPU."
        )
    torch.cuda.init()  # type: ignore[no-untyped-call]
    major, minor = torch.cuda.get_device_capability(0)
    built = torch.cuda.get_arch_list()
    if not is_built_for(major, minor, built):
        raise UnsupportedError(
            f"torch {torch.__version__} has no kernels for sm_{major}{minor}, only for {', '.join(built) or 'none'}: "
            "install a build of torch that lists it."
        )
    found = str(getattr(torch.cuda.get_device_properties(0), "uuid", "")).removeprefix("GPU-")
    if found and gpu_uuid.startswith("GPU-") and found != gpu_uuid.removeprefix("GPU-"):
        raise UnsupportedError(f"Set CUDA_VISIBLE_DEVICES to {gpu_uuid} before torch starts: it shows GPU-{found}.")
    return torch.device("cuda", 0)


def is_built_for(major: int, minor: int, architectures: Sequence[str]) -> bool:
    """Whether kernels for *architectures* run on compute capability major.minor.

    Machine code runs on the same major version and a minor not below its own, PTX on everything later; a suffix "a"
    ties it to that one card. https://docs.nvidia.com/cuda/cuda-c-programming-guide/#binary-compatibility
    """
    for match in filter(None, map(_ARCHITECTURE.fullmatch, architectures)):
        kind, suffix, least = match[1], match[4], (int(match[2]), int(match[3]))
        if least == (major, minor):
            return True
        if suffix != "a" and least < (major, minor) and (least[0] == major or (kind == "compute" and not suffix)):
            return True
    return False


def configure(precision: str, device: torch.device) -> None:
    """Set this process's flags for *precision*: TF32 only where it was asked for, cuDNN's search for kernels on."""
    if precision == "tf32" and device.type == "cpu":
        raise UnsupportedError("A CPU has no TF32: take fp32 or bf16, or a GPU of compute capability 8.0 or more.")
    if precision == "tf32" and torch.cuda.get_device_capability(device) < (8, 0):
        raise UnsupportedError("This GPU has no TF32, which begins with compute capability 8.0: take fp32 or fp16.")
    set_tf32(enabled=precision == "tf32")
    torch.backends.cudnn.benchmark = True


def set_tf32(*, enabled: bool) -> None:
    """Let matrix products and cuDNN round FP32 inputs to TF32, or forbid it."""
    torch.backends.cuda.matmul.allow_tf32 = enabled
    torch.backends.cudnn.allow_tf32 = enabled


def flush_denormals() -> None:
    """Have the processor take numbers below 1e-38 for 0: Adam's moments of a fixed batch end there, and slow it down.

    For the whole process, so it is for a process that does nothing but a run.
    """
    _flushes["denormals"] = torch.set_flush_denormal(True)


def flags(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what torch is set to, and of *environ* what libraries read; env is None where none was given."""
    return {
        "allow_tf32_matmul": torch.backends.cuda.matmul.allow_tf32,
        "allow_tf32_cudnn": torch.backends.cudnn.allow_tf32,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
        "flush_denormals": _flushes.get("denormals", False),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "threads": torch.get_num_threads(),
        "matmul_precision": torch.get_float32_matmul_precision(),
        "env": None
        if environ is None
        else {name: value for name, value in sorted(environ.items()) if name.startswith(_PREFIXES)},
    }


def software() -> dict[str, Any]:
    """Return the versions of torch and what it was built with; None where this build has none."""
    return {
        "torch": str(torch.__version__),
        "torch_git": torch.version.git_version,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        "arch_list": torch.cuda.get_arch_list(),
        "python": platform.python_version(),
    }


def gpu() -> dict[str, Any] | None:
    """Return the CUDA device in use, None where this process uses none; what torch does not say is None."""
    return _described(torch.cuda.current_device()) if _uses_cuda() else None


def gpus() -> list[dict[str, Any]]:
    """Return every CUDA device that torch sees, each with whether this torch was built for it."""
    if not torch.cuda.is_available():
        return []
    built = torch.cuda.get_arch_list()
    return [
        {**_described(place), "is_built_for": is_built_for(*torch.cuda.get_device_capability(place), built)}
        for place in range(torch.cuda.device_count())
    ]


def reset_peak() -> None:
    """Begin to count peak memory from here; on a CPU take the baseline that `peak_memory` reports."""
    if _uses_cuda():
        torch.cuda.empty_cache()  # else what earlier work reserved counts as this one's
        torch.cuda.reset_peak_memory_stats()
    with suppress(OSError):  # Linux forgets the peak on a 5, see proc_pid_clear_refs(5); elsewhere it stays
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    _baseline["rss_bytes"] = _peak_rss()


def peak_memory() -> dict[str, int | None]:
    """Return bytes: what CUDA allocated and reserved at most, or the process's peak RSS and that at `reset_peak`."""
    if _uses_cuda():
        return {
            "max_allocated_bytes": torch.cuda.max_memory_allocated(),
            "max_reserved_bytes": torch.cuda.max_memory_reserved(),
        }
    return {"peak_rss_bytes": _peak_rss(), "baseline_rss_bytes": _baseline.get("rss_bytes")}


def is_out_of_memory(error: BaseException) -> bool:
    """Whether *error* says that memory, the GPU's or the host's, did not suffice."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _OUT_OF_MEMORY)


def _described(place: int) -> dict[str, Any]:
    found = torch.cuda.get_device_properties(place)
    uuid, bus = getattr(found, "uuid", None), getattr(found, "pci_bus_id", None)
    address = (getattr(found, "pci_domain_id", 0), bus, getattr(found, "pci_device_id", 0))
    return {
        "uuid": None if uuid is None else "GPU-" + str(uuid).removeprefix("GPU-"),
        "name": found.name,
        "sm": f"{found.major}.{found.minor}",
        "sms": found.multi_processor_count,
        "memory_bytes": found.total_memory,
        "pci_bus_id": None if bus is None else "{:08x}:{:02x}:{:02x}.0".format(*address),
    }


def _uses_cuda() -> bool:
    return bool(torch.cuda.is_initialized())  # type: ignore[no-untyped-call]


def _peak_rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
