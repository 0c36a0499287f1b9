"""Why a field of a spec sheet is empty: what other fields of the same card rule out needs no line in its file."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from knowledge.specs import NUMBERS, WORDS_WITH_SOURCE

Values = Mapping[str, Any]


class Absence(StrEnum):
    """The reasons there are."""

    NOT_APPLICABLE = "not applicable"  #: the card has no such thing
    NOT_PUBLISHED = "not published"  #: its maker names none
    NOT_FOUND = "not found"  #: probably published, seen in no source so far


#: Fields that every card gives or explains.
EXPLAINED: tuple[str, ...] = (*NUMBERS, *WORDS_WITH_SOURCE)

_MATRIX = (
    "matrix_units",
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
)
_SLOT = ("slots", "length_mm", "power_connectors", "psu_recommended_w")

_WITHOUT_MATRIX = {"Kepler", "Maxwell", "Pascal", "GCN 4", "GCN 5 (Vega)", "RDNA 1", "RDNA 2"}
_PLAIN_TURING = {"TU116", "TU117"}  #: GTX 16: Turing without tensor cores
_DATACENTER_BLACKWELL = {"GB100 x2", "GB110 x2"}
_NVIDIA_SPARSE = {"Ampere", "Ada", "Hopper", "Blackwell"}
_WITH_TF32 = _NVIDIA_SPARSE | {"CDNA 3", "Xe-HPC", "Xe2-HPG", "Gaudi"}
_WITH_FP8 = {"Ada", "Hopper", "Blackwell", "CDNA 3", "CDNA 4", "RDNA 4", "Gaudi"}
_WITH_FP4 = {"Blackwell", "CDNA 4"}
_WITHOUT_BF16 = {"Volta", "Turing"}
_WITHOUT_INT8 = {"Volta"}
_WITHOUT_INT4 = {"Volta", "Hopper", "Blackwell", "CDNA 1", "CDNA 2", "CDNA 3", "CDNA 4", "Xe-HPC", "Gaudi"}
_SPARSE = _NVIDIA_SPARSE | {"CDNA 3", "CDNA 4", "RDNA 4"}
_WITH_LAST_LEVEL_CACHE = {"RDNA 2", "RDNA 3", "RDNA 3.5", "RDNA 4", "CDNA 3", "CDNA 4"}
_WITHOUT_FP16 = {"Kepler", "Maxwell"}
_WITHOUT_FP64 = {"Xe-HPG", "Gaudi"}
_WITHOUT_LINK = {"GCN 4", "RDNA 1", "RDNA 2", "RDNA 3", "RDNA 3.5", "RDNA 4", "Ada", "Xe-HPG", "Xe2-HPG"}


def implied(values: Values) -> dict[str, str]:
    """Return the fields that are not applicable to a card because of its other fields."""
    return {
        name: Absence.NOT_APPLICABLE.value
        for names, rules in _RULES
        if any(rule(values) for rule in rules)
        for name in names
        if values.get(name) is None
    }


def unexplained(values: Values, absent: Iterable[str]) -> tuple[str, ...]:
    """Return the fields that a card neither gives nor explains."""
    explained = set(absent)
    return tuple(name for name in EXPLAINED if values.get(name) is None and name not in explained)


def _is(field: str, *wanted: str) -> Callable[[Values], bool]:
    return lambda values: values.get(field) in wanted


def _is_not(field: str, *wanted: str) -> Callable[[Values], bool]:
    return lambda values: values.get(field) not in wanted


def _has_no_matrix_units(values: Values) -> bool:
    return values.get("architecture") in _WITHOUT_MATRIX or values.get("chip") in _PLAIN_TURING


def _has_no_slot(values: Values) -> bool:
    """Whether it is no card for a slot: a part of a laptop, a module on a board, a whole computer."""
    form = values.get("form_factor") or ""
    return form in {"laptop", "OAM", "module", "system", "superchip"} or form.startswith("SXM")


def _is_cooled_by_its_server(values: Values) -> bool:
    return values.get("market") == "datacenter"


def _has_no_link(values: Values) -> bool:
    if values.get("link") is not None:
        return False
    blackwell_card = values.get("architecture") == "Blackwell" and values.get("chip") not in _DATACENTER_BLACKWELL
    return values.get("architecture") in _WITHOUT_LINK or values.get("market") in {"laptop", "edge"} or blackwell_card


_RULES: tuple[tuple[tuple[str, ...], tuple[Callable[[Values], bool], ...]], ...] = (
    (("compute_capability",), (_is_not("vendor", "NVIDIA"),)),
    (("gfx_target",), (_is_not("vendor", "AMD"),)),
    (_MATRIX, (_has_no_matrix_units,)),
    (("tf32_matrix_tflops",), (_is_not("architecture", *_WITH_TF32),)),
    (("bf16_matrix_tflops",), (_is("architecture", *_WITHOUT_BF16),)),
    (("fp8_matrix_fp32acc_tflops",), (_is_not("architecture", *_WITH_FP8),)),
    (
        # Only NVIDIA can accumulate FP8 in FP16.
        ("fp8_matrix_fp16acc_tflops",),
        (_is_not("architecture", *_WITH_FP8), _is_not("vendor", "NVIDIA")),
    ),
    (("fp4_matrix_tflops",), (_is_not("architecture", *_WITH_FP4),)),
    (("int8_matrix_tops",), (_is("architecture", *_WITHOUT_INT8),)),
    (("int4_matrix_tops",), (_is("architecture", *_WITHOUT_INT4),)),
    (("sparsity_factor",), (_is_not("architecture", *_SPARSE),)),
    (("last_level_cache_mb",), (_is_not("architecture", *_WITH_LAST_LEVEL_CACHE),)),
    (("fp16_vector_tflops",), (_is("architecture", *_WITHOUT_FP16),)),
    (("fp64_tflops",), (_is("architecture", *_WITHOUT_FP64),)),
    (("shader_units",), (_is("architecture", "Gaudi"),)),
    (_SLOT, (_has_no_slot,)),
    (("pcie_generation", "pcie_lanes"), (_is("form_factor", "module", "system"),)),
    (("cooling",), (_is("form_factor", "module"),)),
    (("psu_recommended_w",), (_is_cooled_by_its_server,)),
    (("cooling", "launch_price_usd"), (_is("market", "laptop"),)),
    (("tdp_min_w",), (_is_not("market", "laptop", "edge"),)),
    (("link", "link_gb_s"), (_has_no_link,)),
)
