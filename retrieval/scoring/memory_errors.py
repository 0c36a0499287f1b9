"""How far the memory model is off: its estimates beside published figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from knowledge.memory_figures import MemoryFigure
from knowledge.workloads import Network
from retrieval.scoring.memory import RELATIVE_ERROR, Choices, MemoryNeed, Optimizer, memory_need
from retrieval.scoring.needs import Method, Mode, Precision, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryGap:
    """One published figure and what the model says in its place, in decimal GB."""

    name: str
    published_gb: float
    estimated_gb: float  #: of the parts that the figure counts

    @property
    def relative(self) -> float:
        """Estimate over figure, less 1: below 0 the model says too little."""
        return self.estimated_gb / self.published_gb - 1

    @property
    def is_covered(self) -> bool:
        """Whether the figure lies in the interval that the model gives."""
        return abs(self.published_gb / self.estimated_gb - 1) <= RELATIVE_ERROR


def published_errors(figures: Iterable[MemoryFigure], networks: Mapping[str, Network]) -> tuple[MemoryGap, ...]:
    """Return the model's error for each of *figures*."""
    return tuple(
        MemoryGap(name=figure.key, published_gb=figure.gb, estimated_gb=_estimate(figure, networks[figure.network]))
        for figure in figures
    )


def median_error(errors: Iterable[MemoryGap]) -> float:
    """Return the median of the sizes of the relative errors."""
    return median(abs(error.relative) for error in errors)


def _estimate(figure: MemoryFigure, network: Network) -> float:
    need = _need(figure, network)
    return need.total_gb - sum(need.part_gb(name) for name in figure.leaves_out)


def _need(figure: MemoryFigure, network: Network) -> MemoryNeed:
    work = Work(
        network=figure.network,
        mode=Mode(figure.mode),
        method=Method(figure.method),
        precision=Precision(figure.precision),
        batch=figure.batch,
        length=figure.length,
        parameters_b=figure.parameters_b,
    )
    choices = Choices(
        optimizer=Optimizer(figure.optimizer),
        checkpointing=figure.checkpointing,
        flash_attention=figure.flash_attention,
    )
    return memory_need(work, network, choices)
