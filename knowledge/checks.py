"""Recomputes what a spec sheet says from its own parts. The rates a clock come from whitepapers and ISA manuals."""

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.specs import GpuSpec

TOLERANCE = 0.02

#: Dense FP16 multiply-adds (as FLOP) a compute unit and clock, with FP32 accumulation, by architecture and market.
MATRIX_RATE: dict[tuple[str, str], int] = {
    ("Volta", "any"): 1024,
    ("Turing", "GeForce"): 512,
    ("Turing", "any"): 1024,
    ("Ampere", "GeForce"): 512,
    ("Ampere", "GA100"): 2048,
    ("Ampere", "GA10B"): 2048,
    ("Ampere", "any"): 1024,
    ("Ada", "GeForce"): 512,
    ("Ada", "any"): 1024,
    ("Hopper", "any"): 4096,
    ("Blackwell", "GeForce"): 512,
    ("Blackwell", "Thor"): 8192,
    ("Blackwell", "any"): 1024,
    ("CDNA 1", "any"): 1024,
    ("CDNA 2", "any"): 1024,
    ("CDNA 3", "any"): 2048,
    ("CDNA 4", "any"): 4096,
    ("RDNA 3", "any"): 512,
    ("RDNA 3.5", "any"): 512,
    ("RDNA 4", "any"): 1024,
    ("Xe-HPG", "any"): 2048,
    ("Xe2-HPG", "any"): 2048,
}


#: FP32 FLOP a shader unit and clock where it is not the usual 2: these issue two instructions at once.
FP32_RATE: dict[str, int] = {"RDNA 3": 4, "RDNA 3.5": 4, "RDNA 4": 4, "CDNA 3": 4, "CDNA 4": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One recomputed figure beside the one on the sheet."""

    card: str
    name: str  #: fp32, tensor or bandwidth
    stated: float
    computed: float
    reason: str  #: why it may differ; empty when it must not

    @property
    def holds(self) -> bool:
        """Whether both agree within the tolerance."""
        return abs(self.stated - self.computed) <= TOLERANCE * self.computed


def check_card(card: GpuSpec) -> Iterator[Check]:
    """Yield every check that the card's fields allow."""
    for name, stated, computed in (
        ("fp32", card.fp32_tflops, _fp32(card)),
        ("tensor", card.fp16_matrix_fp32acc_tflops, _tensor(card)),
        ("bandwidth", card.memory_bandwidth_gb_s, _bandwidth(card)),
    ):
        if stated is not None and computed is not None:
            yield Check(
                card=card.name, name=name, stated=stated, computed=computed, reason=card.exceptions.get(name, "")
            )


def matrix_rate(card: GpuSpec) -> int | None:
    """Return dense FP16 FLOP a compute unit and clock, accumulating in FP32, or None where no constant is known."""
    market = "GeForce" if card.name.startswith("GeForce") else card.chip or "any"
    return MATRIX_RATE.get((card.architecture, market)) or MATRIX_RATE.get((card.architecture, "any"))


def _fp32(card: GpuSpec) -> float | None:
    if card.shader_units is None or card.boost_clock_mhz is None:
        return None
    return card.shader_units * FP32_RATE.get(card.architecture, 2) * card.boost_clock_mhz / 1e6


def _tensor(card: GpuSpec) -> float | None:
    rate = matrix_rate(card)
    if rate is None or card.compute_units is None or card.boost_clock_mhz is None:
        return None
    return card.compute_units * rate * card.boost_clock_mhz / 1e6


def _bandwidth(card: GpuSpec) -> float | None:
    if card.memory_bus_bits is None or card.memory_rate_gbps is None:
        return None
    return card.memory_bus_bits / 8 * card.memory_rate_gbps
