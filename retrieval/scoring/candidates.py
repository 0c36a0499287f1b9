"""What the ranking works on: a card with its price, its predicted speed and what software says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge.prices import Price
from knowledge.specs import GpuSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a judgement came out as it did, in no language: the key of a text, and the values that stand in it."""

    key: str  #: under [choose] of the texts, such as "score.speed"
    values: Mapping[str, float | str] = field(default_factory=dict)  #: bare numbers; units are in the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """A predicted throughput with its 80 % interval."""

    value: float
    lo: float
    hi: float
    unit: str  #: such as "samples/s"
    basis: str  #: "fitted", "roofline" or "launch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One card and all that is known of it for one set of wishes."""

    card: GpuSpec
    price: Price | None  #: a card; None: no price is known
    speed: Speed | None  #: in the first work; None: nothing can be predicted
    need_gb: float  #: the largest need of the works, a card; 0 where it is not known
    fits: bool  #: whether all works fit into the card's memory, as the memory model says
    support_share: float  #: 0 for software that has given the card up, 1 for full support with years to come
    support_reason: str
    support_level: str  #: "none" where the ecosystem asked for does not run on the card
    ecosystem_share: float  #: 0 for a card that no framework runs on, 1 for the one that all run on first
    ecosystem_reason: str
    age_years: int | None = None  #: calendar years since the launch; None where that is not known

    @property
    def usd(self) -> float | None:
        """Price of one card."""
        return self.price.usd if self.price else None
