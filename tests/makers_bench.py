"""Blocks, conditions and records of benchmark runs for tests."""

import random
from typing import Any

from bench.measurement import RULES, Block, summarise
from bench.record import Record, make_record
from bench.verdict import judge

WORKLOAD = {
    "id": "cnn",
    "version": 1,
    "mode": "training",
    "batch": 128,
    "length": None,
    "hidden": None,
    "precision": "fp32",
    "layout": "contiguous",
    "compile": False,
    "frozen": False,
    "cached": False,
}
HOST = {"cpu_model": "EPYC", "cores_visible": 8, "load1_before": 0.1}
GPU = {"uuid": "GPU-1", "name": "Quiet 24", "vram_gb": 24, "power_limit_w": 300}
SOFTWARE = {"torch": "2.13.0", "python": "3.11.2", "driver": "580.1"}
CHECK = {"loss_first": 2.3, "loss_last": 0.4, "nan_inf": False}


def make_block(step_ms: float = 10, *, steps: int = 20, device: float = 1.0, rejected: str | None = None) -> Block:
    """Return a block whose device worked for the share *device* of the wall time."""
    wall_s = steps * step_ms / 1000
    return Block(steps=steps, device_s=device * wall_s, wall_s=wall_s, rejected=rejected)


def make_blocks(*step_ms: float) -> list[Block]:
    """Return a block for each step time, ten of 10 ms when none is given."""
    return [make_block(each) for each in step_ms or (10,) * 10]


def make_noisy_blocks(seed: int, *, step_ms: float = 10, noise: float = 0.01, drift: float = 0.0) -> list[Block]:
    """Return 40 lognormal blocks of a run that as a whole is off by at most the share *drift*."""
    chance = random.Random(f"blocks {seed}")  # noqa: S311 - a fixed draw
    off = 1 + chance.uniform(-drift, drift)
    return make_blocks(*(step_ms * off * chance.lognormvariate(0, noise) for _ in range(40)))


def make_conditions(**fields: Any) -> dict[str, Any]:
    """Return the conditions of a quiet GPU host that was watched for 10 s."""
    quiet: dict[str, Any] = {
        "watcher": {"alive": True, "samples": 100, "errors": 0},
        "foreign_cpu_pct": {"mean": 1.0, "p95": 4.0},
        "steal_pct": 0.0,
        "throttle_ns": {"power": 0, "thermal": 0, "hw_slowdown": 0, "brake": 0},
        "foreign_gpu_pids": [],
        "window_s": 10.0,
    }
    return quiet | fields


def make_run(blocks: list[Block] | None = None, *, run: int = 1, **parts: Any) -> Record:
    """Return the record of a clean training run on a GPU, unless a part says otherwise."""
    blocks = make_blocks() if blocks is None else blocks
    given: dict[str, Any] = {
        "workload": WORKLOAD,
        "flags": {"allow_tf32": False},
        "protocol": RULES.to_json(),
        "host": HOST,
        "gpu": GPU,
        "software": SOFTWARE,
        "conditions": make_conditions(),
        "check": CHECK,
        "limited_by": "compute",
        "lineage": {"token": "t-1"},
    }
    given |= parts
    if "validity" not in given:
        on_gpu = given["gpu"] is not None
        given["validity"] = judge(given["conditions"], blocks, given["check"], on_gpu=on_gpu).to_json()
    if "result" not in given:
        statistics = summarise(blocks, given["workload"]["batch"])
        given["result"] = statistics and statistics.to_json("images/s")
    return make_record(time_ms=1_700_000_000_000, entropy=run.to_bytes(10, "big"), blocks=blocks, **given)
