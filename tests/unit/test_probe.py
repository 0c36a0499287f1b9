"""What a host has, and what keeps torch from its GPU."""

from typing import Any

import pytest

from bench.errors import RequestError
from bench.probe import ProbeRequest, ask, problems_of, read_probe
from bot.benching.saying import probe_lines

CPU_BUILD: dict[str, Any] = {"torch": "2.13.0+cpu", "cuda": None, "arch_list": []}
CUDA_BUILD: dict[str, Any] = {"torch": "2.13.0", "cuda": "13.0", "arch_list": ["sm_80", "sm_90"]}
CARD: dict[str, Any] = {
    "uuid": "GPU-1b2c",
    "name": "NVIDIA H100",
    "sm": "9.0",
    "memory_bytes": 85_000_000_000,
    "pci_bus_id": "00000000:01:00.0",
    "is_built_for": True,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"probe": true}', ProbeRequest()),
        ('{"probe": true, "heard_s": 20}', ProbeRequest(heard_s=20)),
        ('{"probe": false}', None),
        ('{"probe": true, "case": "cnn"}', None),
        ("[]", None),
        ("no", None),
        ("[" * 100_000, None),
    ],
)
def test_a_probe_is_asked_for_by_one_line(text: str, expected: ProbeRequest | None) -> None:
    assert read_probe(text) == expected


def test_a_probe_promises_as_a_request_does() -> None:
    with pytest.raises(RequestError, match="heard_s is a whole number from 5 to 600"):
        read_probe('{"probe": true, "heard_s": 1}')


@pytest.mark.parametrize(
    ("software", "gpus", "has_driver", "expected"),
    [
        (CPU_BUILD, [], False, []),
        (CUDA_BUILD, [], False, []),
        (CUDA_BUILD, [CARD], True, []),
        (CPU_BUILD, [], True, ["torch 2.13.0+cpu is built without CUDA, though"]),
        (CUDA_BUILD, [], True, ["torch 2.13.0 is built for CUDA 13.0 but sees no GPU"]),
        (
            CUDA_BUILD,
            [CARD, {**CARD, "name": "GTX 1080", "sm": "6.1", "is_built_for": False}],
            True,
            ["torch 2.13.0 has no kernels for GTX 1080 (sm 6.1), only for sm_80, sm_90"],
        ),
    ],
)
def test_what_keeps_torch_from_a_gpu_is_a_problem(
    software: dict[str, Any],
    gpus: list[dict[str, Any]],
    has_driver: bool,  # noqa: FBT001
    expected: list[str],
) -> None:
    found = problems_of(software, gpus, has_driver=has_driver)

    assert len(found) == len(expected)
    assert all(problem.startswith(start) for problem, start in zip(found, expected, strict=True))


def test_a_look_that_takes_too_long_is_a_problem_and_no_error() -> None:
    found = ask(patience_s=0.01)

    assert found
    assert (found["type"], found["software"], found["gpus"]) == ("probe", None, [])
    assert found["host"]["cores_visible"] >= 1
    assert found["problems"] == ["torch or its driver did not answer within 0.01 s: run `nvidia-smi`."]


def test_a_look_that_nobody_wants_any_more_finds_nothing() -> None:
    assert ask(is_wanted=lambda: False) is None


def test_a_host_is_said_with_its_gpus_and_its_problems() -> None:
    found = {"host": {"cpu_model": "EPYC", "cores_visible": 8, "ram_gb": 64.0}, "software": CUDA_BUILD, "gpus": [CARD]}

    assert list(probe_lines("lab", found, ["a"])) == [
        "lab       EPYC, 8 cores, 64 GB; torch 2.13.0",
        "          NVIDIA H100, 85.0 GB, sm 9.0, GPU-1b2c, PCI 00000000:01:00.0",
        "          wrong: a",
    ]
    assert list(probe_lines("moon", None, ["b"])) == ["moon      cannot be asked", "          wrong: b"]
