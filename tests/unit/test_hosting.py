"""What hosts have, as a chat shows it."""

from typing import Any

import pytest

from bench.probe import problems_of
from bot.benching.hosting import hosts_text
from bot.benching.probing import Probe

HOST = {"cpu_model": "EPYC", "cores_visible": 8, "ram_gb": 64.5}
CARD = {"name": "NVIDIA H100", "memory_bytes": 85_000_000_000, "sm": "9.0", "uuid": "GPU-1b2c", "pci_bus_id": "0"}
SOFTWARE = {"torch": "2.13.0", "cuda": "12.8", "arch_list": ["sm_80"]}


def test_a_host_is_told_in_the_language_of_the_asker() -> None:
    probes = [
        Probe(name="lab", found={"host": HOST, "software": SOFTWARE, "gpus": [CARD]}),
        Probe(name="moon", problems=("It did not answer within 20 s: look at its load.",)),
    ]

    assert hosts_text(probes, "vi").split("\n")[1:] == [
        "lab: EPYC, 8 nhân, 64,5 GB, torch 2.13.0",
        "• NVIDIA H100, 85 GB, sm 9.0, GPU-1b2c",
        "moon: không hỏi được",
        "⚠ Máy không trả lời trong 20 s: kiểm tra xem máy có đang quá tải không.",
    ]
    assert "moon: cannot be asked\n⚠ It did not answer within 20 s" in hosts_text(probes, "en")


def test_signs_that_steer_a_terminal_are_left_out() -> None:
    found: dict[str, Any] = {"host": HOST | {"cpu_model": "EP\x1bYC"}, "software": None, "gpus": []}

    assert "lab: EPYC, 8 cores, 64.5 GB, no torch, no GPU" in hosts_text([Probe(name="lab", found=found)], "en")


BLIND = problems_of(SOFTWARE, [], has_driver=True)
CPU_BUILD = problems_of(SOFTWARE | {"cuda": None}, [], has_driver=True)
KERNELS = problems_of(SOFTWARE, [CARD | {"is_built_for": False}], has_driver=True)
SPOKEN = (
    "The worker ended without a word. Install the same version of gpuwise on both sides.",
    "The worker refused to look: no. Install the same version of gpuwise on both sides.",
    "CUDA does not start: driver too old. Run `nvidia-smi` on the host.",
)


@pytest.mark.parametrize("problem", [*BLIND, *CPU_BUILD, *KERNELS, *SPOKEN])
def test_what_a_probe_finds_wrong_is_told_in_vietnamese(problem: str) -> None:
    line = hosts_text([Probe(name="lab", problems=(problem,))], "vi").split("\n")[-1]

    assert problem not in line
    assert any(sign in line for sign in "ăâđêôơưảấầạịủ")
