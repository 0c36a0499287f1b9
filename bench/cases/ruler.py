"""A short yardstick of the host: what its matrix products, copies and launches reach whatever the case."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter

import torch

from bench.cases import device as settings

#: Sides of the square matrices, and bytes that a copy reads: past any cache, and small beside a GPU's memory.
_CPU_SIDE, _GPU_SIDE = 1024, 8192
_COPIED = 256 * 2**20
_TINY = 64  #: side of the matrices of the one-thread loop
_ROUNDS = 2000  #: pure Python of one pass of it


def measure(device: torch.device, seconds: float = 5.0) -> dict[str, float]:
    """Return the yardstick of *device*, measured in about *seconds* that its parts share.

    matmul_*_tflops count two operations a multiply-add, memcpy_gbs bytes read and written, h2d_gbs pinned bytes
    moved to the GPU, launch_us one tiny operation among many, cpu_1t_score passes of a fixed loop a second.
    """
    cuda = device.type == "cuda"
    parts: dict[str, Callable[[torch.device, float], float]] = {"matmul_fp32_tflops": _matmul_fp32}
    if cuda:
        parts |= {"matmul_tf32_tflops": _matmul_tf32, "matmul_fp16_tflops": partial(_matmul, dtype=torch.float16)}
    parts |= {"matmul_bf16_tflops": partial(_matmul, dtype=torch.bfloat16), "memcpy_gbs": _copy}
    if cuda:
        parts["h2d_gbs"] = _upload
    parts |= {"launch_us": _launch, "cpu_1t_score": _score}
    with torch.inference_mode():
        return {name: part(device, seconds / len(parts)) for name, part in parts.items()}


def rate(call: Callable[[], object], sync: Callable[[], None], seconds: float) -> float:
    """Return calls a second of the fastest block within about *seconds*; blocks double until one takes a tenth."""
    deadline = perf_counter() + seconds
    call()
    sync()
    best, count = 0.0, 1
    while True:
        began = perf_counter()
        for _ in range(count):
            call()
        sync()
        took = perf_counter() - began
        best = max(best, count / took)
        if took < seconds / 10:
            count, took = 2 * count, 2 * took
        if perf_counter() + took > deadline:
            return best


def _matmul_fp32(device: torch.device, seconds: float) -> float:
    with _tf32(enabled=False):
        return _matmul(device, seconds, dtype=torch.float32)


def _matmul_tf32(device: torch.device, seconds: float) -> float:
    with _tf32(enabled=True):
        return _matmul(device, seconds, dtype=torch.float32)


def _matmul(device: torch.device, seconds: float, *, dtype: torch.dtype) -> float:
    side = _GPU_SIDE if device.type == "cuda" else _CPU_SIDE
    left, right = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    result = torch.empty_like(left)
    return 2 * side**3 * rate(lambda: torch.mm(left, right, out=result), _sync(device), seconds) / 1e12


def _copy(device: torch.device, seconds: float) -> float:
    source = torch.ones(_COPIED, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * _COPIED * rate(lambda: target.copy_(source), _sync(device), seconds) / 1e9


def _upload(device: torch.device, seconds: float) -> float:
    source = torch.ones(_COPIED, dtype=torch.uint8, pin_memory=True)
    target = torch.empty(_COPIED, dtype=torch.uint8, device=device)
    return _COPIED * rate(lambda: target.copy_(source, non_blocking=True), _sync(device), seconds) / 1e9


def _launch(device: torch.device, seconds: float) -> float:
    tiny = torch.zeros(1, device=device)
    return 1e6 / rate(lambda: tiny.add_(1), _sync(device), seconds)


def _score(_: torch.device, seconds: float) -> float:
    left = torch.ones(_TINY, _TINY)
    result = torch.empty_like(left)

    def loop() -> None:
        sum(number * number for number in range(_ROUNDS))
        torch.mm(left, left, out=result)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return rate(loop, _sync(torch.device("cpu")), seconds)
    finally:
        torch.set_num_threads(threads)


def _sync(device: torch.device) -> Callable[[], None]:
    return partial(torch.cuda.synchronize, device) if device.type == "cuda" else lambda: None


@contextmanager
def _tf32(*, enabled: bool) -> Iterator[None]:
    """Set TF32 for a while."""
    before = settings.flags()
    settings.set_tf32(enabled=enabled)
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before["allow_tf32_matmul"]
        torch.backends.cudnn.allow_tf32 = before["allow_tf32_cudnn"]
