"""What a probe of a host with GPUs finds, made by hand."""

from typing import Any


def make_uuid(number: int) -> str:
    return f"GPU-{number:08x}-0000-4000-8000-000000000000"


def make_found(*names: str, unbuilt: tuple[str, ...] = (), **parts: Any) -> dict[str, Any]:
    """Return the answer of bench.probe on a host with cards called *names*; torch has no kernels for *unbuilt* ones."""
    gpus = [
        {"name": name, "uuid": make_uuid(index), "sm": "8.6", "is_built_for": name not in unbuilt}
        for index, name in enumerate(names)
    ]
    problems = [f"torch 2.9.1 has no kernels for {name} (sm 8.6), only for sm_90: take another." for name in unbuilt]
    found = {"host": {"cpu_model": "EPYC"}, "software": {"torch": "2.9.1"}, "gpus": gpus, "problems": problems}
    return {"type": "probe", "version": 1, **found, **parts}
