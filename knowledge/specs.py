"""One card as its maker describes it, and what each of its fields means."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuSpec:
    """One variant of a card. Numbers are per card and dense, in the unit their names end with; None: not published."""

    name: str
    slug: str
    family: str  #: what variants of one marketing name share, such as "RTX 3080"
    vendor: str
    architecture: str
    market: str  #: one of MARKETS
    aliases: tuple[str, ...] = ()
    chip: str | None = None
    compute_units: int | None = None  #: streaming multiprocessors, compute units, Xe cores …
    compute_unit_kind: str | None = None
    matrix_units: int | None = None  #: tensor cores, matrix cores, XMX engines; None where the chip has none
    shader_units: int | None = None  #: CUDA cores, stream processors
    boost_clock_mhz: float | None = None
    memory_gb: float | None = None
    memory_type: str | None = None
    memory_bus_bits: int | None = None
    memory_rate_gbps: float | None = None  #: a pin
    memory_bandwidth_gb_s: float | None = None
    l2_cache_mb: float | None = None
    last_level_cache_mb: float | None = None  #: beyond L2, such as AMD's Infinity Cache
    fp64_tflops: float | None = None
    fp32_tflops: float | None = None
    fp16_vector_tflops: float | None = None  #: on the shader units
    tf32_matrix_tflops: float | None = None
    fp16_matrix_fp32acc_tflops: float | None = None
    fp16_matrix_fp16acc_tflops: float | None = None
    bf16_matrix_tflops: float | None = None
    fp8_matrix_fp32acc_tflops: float | None = None
    fp8_matrix_fp16acc_tflops: float | None = None
    fp4_matrix_tflops: float | None = None
    int8_matrix_tops: float | None = None
    int4_matrix_tops: float | None = None
    sparsity_factor: float | None = None  #: promised by structured sparsity, on top of the dense rates
    bf16_hardware: bool | None = None
    tdp_w: float | None = None
    tdp_min_w: float | None = None  #: lower end where the laptop's maker sets the power
    slots: float | None = None
    length_mm: float | None = None
    power_connectors: str | None = None
    psu_recommended_w: float | None = None
    pcie_generation: int | None = None
    pcie_lanes: int | None = None
    link: str | None = None  #: card to card, such as NVLink 3
    link_gb_s: float | None = None  #: both directions together
    form_factor: str | None = None  #: one of FORM_FACTORS
    cooling: str | None = None
    launch_date: str | None = None  #: ISO, as exact as it is known
    launch_price_usd: float | None = None
    compute_capability: str | None = None
    gfx_target: str | None = None
    verified: str = "partial"  #: "yes", or "partial" with why in `doubts`
    doubts: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)  #: field -> key of a source
    absent: Mapping[str, str] = field(default_factory=dict)  #: field without a value -> why, one of Absence
    exceptions: Mapping[str, str] = field(default_factory=dict)  #: check -> why it fails on purpose

    @property
    def launch_year(self) -> int | None:
        """Year of the launch."""
        return int(self.launch_date[:4]) if self.launch_date else None


#: Fields that hold a number, in the order a sheet shows them.
NUMBERS: tuple[str, ...] = (
    "memory_gb",
    "memory_bus_bits",
    "memory_rate_gbps",
    "memory_bandwidth_gb_s",
    "compute_units",
    "matrix_units",
    "shader_units",
    "boost_clock_mhz",
    "l2_cache_mb",
    "last_level_cache_mb",
    "fp64_tflops",
    "fp32_tflops",
    "fp16_vector_tflops",
    "tf32_matrix_tflops",
    "fp16_matrix_fp32acc_tflops",
    "fp16_matrix_fp16acc_tflops",
    "bf16_matrix_tflops",
    "fp8_matrix_fp32acc_tflops",
    "fp8_matrix_fp16acc_tflops",
    "fp4_matrix_tflops",
    "int8_matrix_tops",
    "int4_matrix_tops",
    "sparsity_factor",
    "tdp_w",
    "tdp_min_w",
    "slots",
    "length_mm",
    "psu_recommended_w",
    "pcie_generation",
    "pcie_lanes",
    "link_gb_s",
    "launch_price_usd",
)

#: Fields that hold words. Of those marked in WORDS_WITH_SOURCE a sheet says where they come from.
WORDS: tuple[str, ...] = (
    "name",
    "slug",
    "family",
    "vendor",
    "architecture",
    "market",
    "chip",
    "compute_unit_kind",
    "memory_type",
    "power_connectors",
    "link",
    "form_factor",
    "cooling",
    "launch_date",
    "compute_capability",
    "gfx_target",
    "verified",
    "doubts",
)

#: Words that a source is named for, as for every number.
WORDS_WITH_SOURCE: tuple[str, ...] = (
    "memory_type",
    "power_connectors",
    "link",
    "form_factor",
    "cooling",
    "launch_date",
    "compute_capability",
    "gfx_target",
    "chip",
)

WHOLE: frozenset[str] = frozenset(
    {
        "compute_units",
        "matrix_units",
        "shader_units",
        "memory_bus_bits",
        "pcie_generation",
        "pcie_lanes",
    }
)

#: Where a card is sold: edge is a module for machines and robots.
MARKETS: frozenset[str] = frozenset({"desktop", "laptop", "workstation", "datacenter", "edge"})

#: How it is built: a module is soldered or plugged on a carrier board, a system is a whole computer.
FORM_FACTORS: frozenset[str] = frozenset(
    {"PCIe card", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "OAM", "superchip", "laptop", "module", "system"}
)

#: Words a card cannot be without.
REQUIRED: tuple[str, ...] = ("name", "slug", "family", "vendor", "architecture", "market", "verified")

#: Where a field's unit is not the end of its name.
UNITS: Mapping[str, str] = {
    "memory_gb": "GB",
    "memory_bus_bits": "bit",
    "memory_rate_gbps": "Gbps",
    "memory_bandwidth_gb_s": "GB/s",
    "compute_units": "",
    "matrix_units": "",
    "shader_units": "",
    "boost_clock_mhz": "MHz",
    "l2_cache_mb": "MB",
    "last_level_cache_mb": "MB",
    "int8_matrix_tops": "TOPS",
    "int4_matrix_tops": "TOPS",
    "sparsity_factor": "×",
    "tdp_w": "W",
    "tdp_min_w": "W",
    "slots": "",
    "length_mm": "mm",
    "psu_recommended_w": "W",
    "pcie_generation": "",
    "pcie_lanes": "",
    "link_gb_s": "GB/s",
    "launch_price_usd": "USD",
}


def unit_of(name: str) -> str:
    """Return the unit that people write after the number in field *name*; rates are TFLOPS."""
    return UNITS.get(name, "TFLOPS" if name.endswith("_tflops") else "")
