"""How long software will run on a card, and in which number formats it computes."""

from dataclasses import dataclass
from datetime import date

from knowledge.specs import GpuSpec
from knowledge.support import FRAMEWORKS, Level, SupportRules
from retrieval.scoring.needs import Precision

#: What is asked about when nobody named a framework.
USUAL_FRAMEWORK = "pytorch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How well one piece of software runs on one card on one day."""

    level: Level
    until: date | None  #: the day on which this changes, where it is known
    reason: str
    reason_vi: str
    source: str  #: key of a source
    share: float  #: 0.0 for no package, 1.0 for current releases with no end in sight
    see: tuple[str, ...] = ()  #: keys of further sources
    doubts: str = ""  #: why it is not sure; empty when it is


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecisionSupport:
    """How one card computes in one number format."""

    hardware: bool  #: the chip has instructions for it
    emulated: bool  #: programs that ask for it run all the same, in another format
    matrix_units: bool  #: the instructions are those of its tensor cores, matrix cores or XMX engines
    reason: str
    reason_vi: str
    source: str  #: key of a source
    see: tuple[str, ...] = ()  #: keys of further sources
    doubts: str = ""  #: why it is not sure; empty when it is


def support_for(card: GpuSpec, framework: str | None, rules: SupportRules, today: date) -> Support:
    """Return how well *framework* (PyTorch when None or unknown) runs on *card* on that day."""
    asked = framework if framework in FRAMEWORKS else USUAL_FRAMEWORK
    rule = next(
        rule for rule in rules.supports if asked in rule.frameworks and rule.holds_on(today) and rule.cards.cover(card)
    )
    return Support(
        level=rule.level,
        until=rule.until,
        reason=rule.reason,
        reason_vi=rule.reason_vi,
        source=rule.source,
        share=rule.share,
        see=rule.see,
        doubts=rule.doubts,
    )


def precision_support(card: GpuSpec, precision: Precision, rules: SupportRules) -> PrecisionSupport:
    """Return how *card* computes in *precision*."""
    rule = next(rule for rule in rules.precisions if precision in rule.precisions and rule.cards.cover(card))
    return PrecisionSupport(
        hardware=rule.hardware,
        emulated=rule.emulated,
        matrix_units=rule.matrix_units,
        reason=rule.reason,
        reason_vi=rule.reason_vi,
        source=rule.source,
        see=rule.see,
        doubts=rule.doubts,
    )
