"""What a step keeps in memory besides weights: activations, intermediate results, the cache of keys and values.

Closed forms for transformers, counted tensor by tensor (https://arxiv.org/abs/2205.05198 counts 34 bytes a token and
column, 5 a pair of tokens and head); for other networks the count in knowledge/workloads.toml.
"""

from dataclasses import dataclass

from knowledge.workloads import Network
from retrieval.scoring.needs import Method, Precision

WIDE = frozenset({Precision.FP32, Precision.TF32})  #: formats that keep 4 bytes an element
ATTENTIVE = frozenset({"transformer", "llm"})
CHECKPOINTED = ATTENTIVE | {"diffusion"}  #: families whose training can compute activations again
#: Of a diffusion network's activations, what is kept when each block is computed again: an estimate, for no count of
#: them was found. It puts LoRA on SDXL at about 13 GB, which people run on cards of 16 GB.
_CHECKPOINTED_SHARE = 0.25

#: Bytes a token, layer and column that autograd keeps, without attention matrices. Wide, mixed, and 16-bit LoRA, whose
#: frozen layers need not keep their inputs. Mixed keeps norms, softmax and residuals in 4 bytes. The llm row is for
#: gated blocks as in Llama, counted on transformers 5.23.
_KEPT_BYTES = {"transformer": (66.0, 40.0, 34.0), "llm": (83.0, 52.0, 40.0)}
_FROZEN_SHARE = 0.87  #: of the wide bytes, that LoRA keeps; counted on the same blocks
_PAIR_BYTES = (9.0, 11.0, 6.0)  #: a pair of tokens and head where attention is not fused: softmax, mask, dropout
_LOGIT_BYTES = (8.0, 10.0, 10.0)  #: an output word: logits, their FP32 copy, their gradient
_WORKING_COLUMNS = (
    12  #: results alive at once in a transformer block, in widths: its inputs, queries, the wide layer twice
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of one network, with everything that was left open filled in."""

    network: Network
    method: Method
    precision: Precision
    batch: int
    length: int
    checkpointing: bool
    flash_attention: bool

    @property
    def element_bytes(self) -> int:
        """What one element takes that is not a weight."""
        return 4 if self.precision in WIDE else 2

    @property
    def column(self) -> int:
        """Which figure of a row of three counts: wide, mixed, or 16-bit LoRA."""
        if self.precision in WIDE:
            return 0
        return 2 if self.method in {Method.LORA, Method.QLORA} else 1


def kept_bytes(step: Step) -> float:
    """Return what one sample keeps for the way back in training, in bytes."""
    network = step.network
    if step.method is Method.TRANSFER or network.trainable:
        return _head_bytes(step) + working_bytes(step)
    if network.family in ATTENTIVE:
        return _transformer_bytes(step)
    share = _CHECKPOINTED_SHARE if step.checkpointing and network.family == "diffusion" else 1.0
    return share * network.activations * stretch(network, step.length) * step.element_bytes


def working_bytes(step: Step) -> float:
    """Return what one sample has alive at once in a forward pass that keeps nothing, in bytes."""
    network = step.network
    if network.family not in ATTENTIVE:
        return network.working * stretch(network, step.length) * step.element_bytes
    outputs = (network.vocabulary or 0) * (step.length if network.family == "transformer" else 1)
    return (_WORKING_COLUMNS * (network.hidden or 0) * step.length + outputs) * step.element_bytes


def cache_bytes(step: Step) -> float:
    """Return what the keys and values of one sequence take, in bytes: two for each layer, head, column and token."""
    network = step.network
    columns = (network.kv_heads or 0) * (network.head_size or 0)
    return 2 * (network.layers or 0) * columns * step.length * step.element_bytes


def stretch(network: Network, length: int) -> float:
    """Return how a sample of *length* compares with the usual one: pictures grow with the square of their side."""
    if not network.length:
        return 1.0
    return (length / network.length) ** (2 if network.family == "diffusion" else 1)


def _head_bytes(step: Step) -> float:
    return 2 * (step.network.hidden or 0) * step.element_bytes


def _transformer_bytes(step: Step) -> float:
    network, tokens = step.network, step.length
    layers, hidden = network.layers or 0, network.hidden or 0
    block = tokens * hidden * _block_bytes(step)
    if not step.flash_attention:
        block += (network.heads or 0) * tokens**2 * _PAIR_BYTES[step.column]
    outputs = (network.vocabulary or 0) * tokens * _LOGIT_BYTES[step.column]
    if step.checkpointing:
        return layers * tokens * hidden * step.element_bytes + block + outputs
    return layers * block + outputs


def _block_bytes(step: Step) -> float:
    kept = _KEPT_BYTES[step.network.family][step.column]
    frozen = step.precision in WIDE and step.method in {Method.LORA, Method.QLORA}
    return kept * _FROZEN_SHARE if frozen else kept
