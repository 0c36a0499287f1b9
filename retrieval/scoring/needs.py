"""What somebody wants from a card: the work it shall do, and the limits it must keep."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """What is done with a network."""

    TRAINING = "training"
    INFERENCE = "inference"


class Method(StrEnum):
    """How much of a network is trained."""

    FULL = "full"
    TRANSFER = "transfer"  #: a frozen base under a new head
    LORA = "lora"
    QLORA = "qlora"  #: LoRA over weights kept in 4 bits


class Precision(StrEnum):
    """The number format that the matrix products run in. AMP keeps FP32 master weights beside 16-bit arithmetic."""

    FP32 = "fp32"
    TF32 = "tf32"
    AMP = "amp"
    FP16 = "fp16"
    BF16 = "bf16"
    FP8 = "fp8"
    INT8 = "int8"
    INT4 = "int4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One thing to run. None: not said, the network's usual value is taken and shown as assumed."""

    network: str  #: key of knowledge/workloads.toml
    mode: Mode = Mode.TRAINING
    method: Method = Method.FULL
    precision: Precision | None = None
    batch: int | None = None  #: samples a card and step
    length: int | None = None  #: time steps or tokens a sample
    hidden: int | None = None  #: units of a recurrent layer
    parameters_b: float | None = None  #: billions, of a language model named by its size alone


class Purpose(StrEnum):
    """What the purchase is for: decides the weights of the criteria."""

    TRAINING = "training"
    FINE_TUNING = "fine-tuning"
    INFERENCE = "inference"
    LEARNING = "learning"


class FormFactor(StrEnum):
    """Where the card must fit."""

    DESKTOP = "desktop"
    LAPTOP = "laptop"
    WORKSTATION = "workstation"
    SERVER = "server"  #: a rack server with airflow for passive cards
    SERVER_1U = "1u"  #: the same, one slot wide cards lying flat
    EDGE = "edge"  #: slot power only, 75 W or less, or a module of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Hard limits: a card that breaks one is removed, with the reason. None: no such limit."""

    budget_usd: float | None = None  #: for all cards together
    max_watts: float | None = None  #: for all cards together
    psu_watts: float | None = None  #: of the whole power supply, where that is what was said
    min_memory_gb: float | None = None  #: a card
    vendors: frozenset[str] = frozenset()  #: "NVIDIA", "AMD", "Intel"; empty: any
    not_vendors: frozenset[str] = frozenset()
    ecosystem: str | None = None  #: "cuda", "rocm", "pytorch", "tensorflow", "jax", "oneapi"
    form_factor: FormFactor | None = None
    count: int = 1  #: cards to buy
    not_cards: frozenset[str] = frozenset()  #: slugs the asker does not want
    condition: str | None = None  #: "new": no card that is only found used; "used": used cards are welcome
    max_slots: float | None = None  #: widest card, in slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Everything that was asked of a shortlist, across the turns of a thread."""

    limits: Limits = field(default_factory=Limits)
    works: tuple[Work, ...] = ()  #: all must fit; speed counts for the first
    purpose: Purpose | None = None
    weights: tuple[tuple[str, float], ...] = ()  #: criterion -> share, what the asker changed
    order: str | None = (
        None  #: "cheapest", "most_memory" or "most_efficient": what the list goes by before all criteria
    )
    quoted_usd: tuple[tuple[str, float], ...] = ()  #: slug -> price a card that the asker was told

    def with_limits(self, **changes: Any) -> "Wishes":
        """Return the same wishes with some limits changed."""
        return replace(self, limits=replace(self.limits, **changes))
