"""What bounds a card's speed in one number format, as a framework uses it."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.specs import GpuSpec
from retrieval.scoring.needs import Precision

#: Boards that a framework sees as several GPUs, each with its share of the board's rates and memory.
DEVICES: Mapping[str, int] = {"mi250": 2, "mi250x": 2, "a16": 4, "k80": 2, "gpu-max-1550": 2}
#: FP32 on the matrix units beside the vector rate: AMD Instinct MI100 (46.1 against 23.1) and MI200 whitepapers.
_FP32_MATRIX: Mapping[str, float] = {"CDNA 1": 2.0, "CDNA 2": 2.0}
_SIXTEEN = frozenset({Precision.AMP, Precision.FP16, Precision.BF16})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Peak rates of one device: a board's share where a board is several."""

    tensor_tflops: float  #: of the matrix products, in the format asked for
    vector_tflops: float  #: FP32 on the shader units
    bandwidth_gb_s: float
    power_w: float


def devices_of(card: GpuSpec) -> int:
    """Return how many GPUs a framework sees on this board."""
    return DEVICES.get(card.slug, 1)


def memory_of(card: GpuSpec) -> float:
    """Return the memory of one device, in GB; 0 where the sheet gives none."""
    return (card.memory_gb or 0.0) / devices_of(card)


def rates_of(card: GpuSpec, precision: Precision, *, tf32_for_fp32: bool = False) -> Rates | None:
    """Return the rates of one device, or None where the sheet lacks bandwidth or FP32.

    *tf32_for_fp32*: the software quietly runs FP32 products as TF32 where the card can, as cuDNN convolutions do.
    """
    if card.memory_bandwidth_gb_s is None or card.fp32_tflops is None or card.tdp_w is None:
        return None
    devices = devices_of(card)
    return Rates(
        tensor_tflops=_tensor(card, card.fp32_tflops, precision, tf32_for_fp32=tf32_for_fp32) / devices,
        vector_tflops=card.fp32_tflops / devices,
        bandwidth_gb_s=card.memory_bandwidth_gb_s / devices,
        power_w=card.tdp_w / devices,
    )


def _tensor(card: GpuSpec, fp32: float, precision: Precision, *, tf32_for_fp32: bool) -> float:
    sixteen = card.fp16_matrix_fp32acc_tflops or max(card.fp16_vector_tflops or 0.0, fp32)
    if precision in _SIXTEEN:
        return sixteen
    if precision is Precision.FP8:
        return card.fp8_matrix_fp32acc_tflops or sixteen
    if precision in {Precision.INT8, Precision.INT4}:  # weights are stored so and multiplied in 16 bits
        return sixteen
    if precision is Precision.TF32 or tf32_for_fp32:
        return card.tf32_matrix_tflops or fp32
    return fp32 * _FP32_MATRIX.get(card.architecture, 1.0)
