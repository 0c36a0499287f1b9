"""How much memory a work needs on one card, part by part, each with its reason.

GB are decimal (1e9 bytes) here, so that 7 billion parameters in 4 bits are 3.5 GB. Cards are sold in binary GB: one of
24 GB holds 24 x 2^30 bytes, 7 % more. `fits` and `largest_batch` compare the decimal need with USABLE_SHARE of the
number on the box. The 7 % cover what ECC, the driver and a desktop take; the share left out, what fragmentation wastes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import floor

from knowledge.workloads import Network
from retrieval.scoring.activations import (
    ATTENTIVE,
    CHECKPOINTED,
    WIDE,
    Step,
    cache_bytes,
    kept_bytes,
    working_bytes,
)
from retrieval.scoring.memory_reasons import Reasons, reasons
from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.networks import sized, widened

USABLE_SHARE = 0.95
RELATIVE_ERROR = 0.20  #: half width of the interval; 78 % of the published figures lie inside, see memory_errors.py
CONTEXT_GB = 0.8  #: what a CUDA process takes before it allocates: 0.5 to 1.3, by driver and card
ALLOCATOR_SHARE = 0.05  #: blocks are rounded up and partly unused
WORKSPACE_GB = 0.05
CONVOLUTION_SHARE = 0.10  #: of the activations, as scratch space and gradients in flight
ADAPTER_SHARE = 0.005  #: of the parameters, as LoRA of rank 16 on all matrices trains
HEAD_SHARE = 0.01  #: of the parameters, for a new head whose size is not known
SCALE_BYTES = 4 / 64  #: an FP32 scale for 64 weights (https://arxiv.org/abs/2305.14314)

_WEIGHT_BYTES = {Precision.FP8: 1.0, Precision.INT8: 1.0, Precision.INT4: 0.5}
_UNTRAINABLE = frozenset({Precision.INT8, Precision.INT4})
_ADAPTED = frozenset({Method.LORA, Method.QLORA})


class Optimizer(StrEnum):
    """What turns gradients into new weights."""

    ADAM = "adam"
    ADAM_8BIT = "adam-8bit"
    MOMENTUM = "momentum"
    SGD = "sgd"


OPTIMIZER_BYTES = {Optimizer.ADAM: 8, Optimizer.ADAM_8BIT: 2, Optimizer.MOMENTUM: 4, Optimizer.SGD: 0}
OPTIMIZER_NAMES = {
    Optimizer.ADAM: "Adam",
    Optimizer.ADAM_8BIT: "8-bit Adam",
    Optimizer.MOMENTUM: "SGD with momentum",
    Optimizer.SGD: "SGD",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How training is set up. None: as is usual for the network, and listed as assumed."""

    optimizer: Optimizer | None = None  #: usually Adam
    checkpointing: bool | None = None  #: usually on for language models and for LoRA on diffusion; CNNs ignore it
    flash_attention: bool = True  #: attention that never stores its matrix, what PyTorch 2 does by itself


#: What may lie in memory, in the order it is listed.
PARTS = (
    "weights",
    "scales",
    "master weights",
    "adapters",
    "gradients",
    "optimiser",
    "activations",
    "kv_cache",
    "workspace",
    "framework",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that lies in memory."""

    name: str  #: one of PARTS
    gb: float  #: decimal
    reason: Reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNeed:
    """What a work needs on one card, in decimal GB."""

    parts: tuple[Part, ...]
    assumed: tuple[str, ...]  #: of batch, length, precision, optimiser, checkpointing, parameters: what nobody said

    @property
    def total_gb(self) -> float:
        """All parts together."""
        return sum(part.gb for part in self.parts)

    @property
    def lower_gb(self) -> float:
        """Lower end of the interval."""
        return self.total_gb * (1 - RELATIVE_ERROR)

    @property
    def upper_gb(self) -> float:
        """Upper end of the interval."""
        return self.total_gb * (1 + RELATIVE_ERROR)

    def part_gb(self, name: str) -> float:
        """Return one part, 0.0 where the work has no such part."""
        return sum(part.gb for part in self.parts if part.name == name)


def memory_need(work: Work, network: Network, choices: Choices | None = None) -> MemoryNeed:
    """Return what *work* needs on one card when *network* is what it runs; all modes, methods and precisions.

    Training in 16 or 8 bits means mixed precision: 16-bit weights beside FP32 ones, 18 bytes a parameter with Adam
    (https://arxiv.org/abs/1910.02054 counts 16, Accelerate and DeepSpeed count 18). LoRA keeps its frozen weights in
    the format asked for, QLoRA in 4 bits; a network with a frozen base trains its head whatever the method.
    """
    chosen = choices or Choices()
    step = _step(work, network, chosen)
    if work.mode is Mode.INFERENCE:
        parts = [*_weights(step, work.mode), *_inference(step)]
    else:
        parts = [*_weights(step, work.mode), *_states(step, chosen.optimizer or Optimizer.ADAM), *_training(step)]
    parts += _overhead(step, parts)
    return MemoryNeed(parts=tuple(part for part in parts if part.gb), assumed=tuple(_assumed(work, step, chosen)))


def fits(need_gb: float, memory_gb: float) -> bool:
    """Return whether a need in decimal GB fits into a card sold with *memory_gb*."""
    return need_gb <= memory_gb * USABLE_SHARE


def largest_batch(work: Work, network: Network, memory_gb: float, choices: Choices | None = None) -> int:
    """Return the most samples a step that fit into a card sold with *memory_gb*; 0 when not even one does."""
    one, two = (memory_need(replace(work, batch=batch), network, choices).total_gb for batch in (1, 2))
    if not fits(one, memory_gb):
        return 0
    return 1 + floor((memory_gb * USABLE_SHARE - one) / (two - one))


def _step(work: Work, network: Network, choices: Choices) -> Step:
    network = widened(sized(network, work.parameters_b), work.hidden)
    adapted = network.family == "diffusion" and work.method in _ADAPTED
    usual = (network.family == "llm" or adapted) and work.mode is Mode.TRAINING
    return Step(
        network=network,
        method=work.method if work.mode is Mode.TRAINING else Method.FULL,
        precision=_precision(work, network),
        batch=work.batch or network.batch,
        length=work.length or network.length or 1,
        checkpointing=usual if choices.checkpointing is None else choices.checkpointing,
        flash_attention=choices.flash_attention,
    )


def _precision(work: Work, network: Network) -> Precision:
    """Return the format asked for, or what is usual; whole networks are not trained in integers: AMP instead."""
    if work.mode is Mode.TRAINING and work.method is Method.QLORA:
        return Precision.INT4
    if work.mode is Mode.TRAINING and work.method not in _ADAPTED and work.precision in _UNTRAINABLE:
        return Precision.AMP
    if work.precision:
        return work.precision
    if network.family == "recurrent":
        return Precision.FP32
    if work.mode is Mode.INFERENCE:
        return Precision.FP16
    return Precision.BF16 if work.method is Method.LORA else Precision.AMP


def _assumed(work: Work, step: Step, choices: Choices) -> Iterator[str]:
    training = work.mode is Mode.TRAINING
    if work.batch is None:
        yield "batch"
    if work.length is None and step.network.length:
        yield "length"
    if work.precision is not step.precision and not (training and work.method is Method.QLORA):
        yield "precision"
    if training and choices.optimizer is None:
        yield "optimiser"
    if training and choices.checkpointing is None and step.network.family in CHECKPOINTED:
        yield "checkpointing"
    if step.network.key == "llm" and work.parameters_b is None:
        yield "parameters"


def _weights(step: Step, mode: Mode) -> Iterator[Part]:
    count = step.network.parameters
    mixed = step.precision is Precision.AMP or mode is Mode.TRAINING
    if mixed and step.precision not in WIDE and step.method not in _ADAPTED:
        yield _part("weights", 2 * count, "weights copy", count=count)
        yield _part("master weights", 4 * count, "master weights", count=count)
        return
    size = 4.0 if step.precision in WIDE else _WEIGHT_BYTES.get(step.precision, 2.0)
    yield _part("weights", size * count, "weights", count=count, bytes=size)
    if step.precision in {Precision.INT8, Precision.INT4}:
        words = min(2 * (step.network.vocabulary or 0) * (step.network.hidden or 0), count)
        scales = SCALE_BYTES * (count - words) if step.precision is Precision.INT4 else 0.0
        yield _part("scales", scales + (2 - size) * words, "scales", words=float(step.network.vocabulary or 0))


def _states(step: Step, optimizer: Optimizer) -> Iterator[Part]:
    count = _trained(step)
    if step.method in _ADAPTED:
        yield _part("adapters", 4 * count, "adapters", count=count)
    yield _part("gradients", 4 * count, "gradients", count=count)
    size = OPTIMIZER_BYTES[optimizer]
    yield _part("optimiser", size * count, "optimiser", count=count, bytes=size, optimizer=OPTIMIZER_NAMES[optimizer])


def _trained(step: Step) -> float:
    count = step.network.parameters
    if step.method in _ADAPTED:
        return ADAPTER_SHARE * count
    if step.method is Method.TRANSFER:
        return step.network.trainable or HEAD_SHARE * count
    return step.network.trainable or count


def _training(step: Step) -> Iterator[Part]:
    one = kept_bytes(step)
    yield _part("activations", step.batch * one, _kind(step), batch=float(step.batch), one=one)


def _kind(step: Step) -> str:
    if step.method is Method.TRANSFER or step.network.trainable:
        return "frozen"
    return "checkpointed" if step.checkpointing and step.network.family in CHECKPOINTED else "activations"


def _inference(step: Step) -> Iterator[Part]:
    network, one = step.network, working_bytes(step)
    yield _part("activations", step.batch * one, "working", batch=float(step.batch), one=one)
    yield _part(
        "kv_cache",
        step.batch * cache_bytes(step),
        "kv_cache",
        layers=float(network.layers or 0),
        heads=float(network.kv_heads or 0),
        size=float(network.head_size or 0),
        length=float(step.length),
        batch=float(step.batch),
        bytes=float(step.element_bytes),
    )


def _overhead(step: Step, parts: list[Part]) -> Iterator[Part]:
    activations = sum(part.gb for part in parts if part.name == "activations")
    moving = activations + sum(part.gb for part in parts if part.name == "kv_cache")
    share = 0.0 if step.network.family in ATTENTIVE else CONVOLUTION_SHARE
    workspace = WORKSPACE_GB + share * activations
    yield _part("workspace", 1e9 * workspace, "workspace")
    framework = CONTEXT_GB + ALLOCATOR_SHARE * (moving + workspace)
    yield _part("framework", 1e9 * framework, "framework", context=CONTEXT_GB)


def _part(name: str, size_bytes: float, key: str, **values: float | str) -> Part:
    return Part(name=name, gb=size_bytes / 1e9, reason=reasons(key, **values))
