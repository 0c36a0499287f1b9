"""How wrong predictions are for an architecture that was never seen: leave one out, fit the rest, compare."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import median

import numpy as np

from knowledge.catalogue import Catalogue
from knowledge.measurements import Throughput
from knowledge.specs import GpuSpec
from retrieval.fitting import Key, Observation, Solution, family_of, observe, solve, to_family, to_fits
from retrieval.scoring.fits import Family, Fit, Fits, Row

LEVEL = 0.8
Rival = Callable[[GpuSpec], float]
#: The simple rankings: throughput in proportion to one figure of the sheet.
RIVALS: Mapping[str, Rival] = {
    "fp32": lambda card: card.fp32_tflops or 0.0,
    "bandwidth": lambda card: card.memory_bandwidth_gb_s or 0.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One card, network, mode and precision, predicted without its architecture."""

    key: Key
    family: str
    card: str
    architecture: str
    measured: float  #: median of all rows
    predicted: float
    rivals: Mapping[str, float]
    covered: bool = False  #: whether the 80 % interval holds the measured value

    def error(self, rival: str | None = None) -> float:
        """Return |predicted - measured| / measured, of ours or of a simple ranking."""
        predicted = self.rivals[rival] if rival else self.predicted
        return abs(predicted - self.measured) / self.measured

    @property
    def residual(self) -> float:
        """How far off in log."""
        return abs(float(np.log(self.measured / self.predicted)))


#: What the table shows, in order: each group's keys.
GROUPS: Mapping[str, Callable[[Key], bool]] = {
    "BERT": lambda key: key[0].startswith("bert"),
    "GNMT (LSTM)": lambda key: key[0] == "gnmt",
    "ResNet-50": lambda key: key[0] == "resnet50",
    "VGG16 training": lambda key: key[0] == "vgg16" and key[1] == "training",
    "VGG16 inference": lambda key: key[0] == "vgg16" and key[1] == "inference",
    "other image networks": lambda key: key[0] in {"alexnet", "inception3", "inception4", "resnet152"},
    "SSD300": lambda key: key[0] == "ssd300",
    "Transformer-XL": lambda key: key[0].startswith("transformerxl"),
    "Tacotron 2 (LSTM), WaveGlow": lambda key: key[0] in {"tacotron2", "waveglow"},
    "GPT, OPT (FP32)": lambda key: key[0].startswith(("gpt", "opt")),
    "all": lambda _: True,
}


def leave_out(seen: Mapping[Key, Sequence[Observation]], of: Callable[[GpuSpec], str]) -> list[Left]:
    """Return every unit predicted by fits without the cards that share its *of* (architecture, or slug)."""
    found: list[Left] = []
    for family, keys in families_of(seen).items():
        every = [item for key in keys for item in seen[key]]
        for group in sorted({of(item.card) for item in every}):
            rest = [item for item in every if of(item.card) != group]
            known = {item.key for item in rest}
            if known:
                solution = solve(family, keys, rest)
                found += [
                    left
                    for key in keys
                    if key in known
                    for left in _predict(solution, key, seen[key], {i.card.slug for i in every if of(i.card) == group})
                ]
    return found


def families_of(seen: Mapping[Key, Sequence[Observation]]) -> dict[str, list[Key]]:
    """Return the keys of each family."""
    families: dict[str, list[Key]] = defaultdict(list)
    for key in seen:
        families[family_of(key)].append(key)
    return dict(families)


def _predict(solution: Solution, key: Key, seen: Sequence[Observation], out: set[str]) -> Iterator[Left]:
    inside = [item for item in seen if item.card.slug not in out]
    scales = {name: _scale(inside, rival) for name, rival in RIVALS.items()}
    trained = {item.card.architecture for item in inside}
    for slug in sorted(out & {item.card.slug for item in seen}):
        mine = [item for item in seen if item.card.slug == slug]
        card = mine[0].card
        yield Left(
            key=key,
            family=solution.family,
            card=slug,
            architecture=card.architecture,
            measured=_middle(mine),
            predicted=float(np.exp(solution.log_speed(key, card, known=card.architecture in trained))),
            rivals={name: scales[name] * rival(card) for name, rival in RIVALS.items()},
        )


def _middle(items: Sequence[Observation]) -> float:
    """Return a card's median over its rows, each kind of software counted as often as it was published."""
    return median(chain.from_iterable([item.value] * item.rows for item in items))


def _scale(seen: Sequence[Observation], rival: Rival) -> float:
    """Return the throughput a unit of one figure, as the cards seen say: the geometric mean."""
    logs = [np.log(item.value / rival(item.card)) for item in seen]
    return float(np.exp(np.mean(logs))) if logs else 0.0


def with_coverage(lefts: Sequence[Left]) -> list[Left]:
    """Return the units with whether their interval holds, its width taken from the other architectures alone."""
    widths: dict[tuple[str, str], float] = {}
    for left in lefts:
        key = (left.family, left.architecture)
        if key not in widths:
            others = [o for o in lefts if o.family == left.family and o.architecture != left.architecture]
            widths[key] = spread(others or lefts)
    return [replace(left, covered=left.residual <= widths[left.family, left.architecture]) for left in lefts]


def spread(lefts: Sequence[Left]) -> float:
    """Return half of the 80 % interval in log."""
    return float(np.quantile([left.residual for left in lefts], LEVEL))


def table(lefts: Sequence[Left]) -> list[Row]:
    """Return the mean errors by group of networks."""
    rows = []
    for name, belongs in GROUPS.items():
        mine = [left for left in lefts if belongs(left.key)]
        if mine:
            rows.append(_row(name, mine))
    return rows


def _row(name: str, mine: Sequence[Left]) -> Row:
    count = len(mine)
    return Row(
        name=name,
        units=count,
        ours=round(sum(left.error() for left in mine) / count, 4),
        fp32=round(sum(left.error("fp32") for left in mine) / count, 4),
        bandwidth=round(sum(left.error("bandwidth") for left in mine) / count, 4),
        coverage=round(sum(left.covered for left in mine) / count, 4),
    )


def make_fits(throughputs: Sequence[Throughput], catalogue: Catalogue) -> Fits:
    """Return the fits over all rows with their cross-validated spreads and the table of errors."""
    seen = observe(throughputs, catalogue)
    new = with_coverage(leave_out(seen, lambda card: card.architecture))
    known = leave_out(seen, lambda card: card.slug)
    fits: list[Fit] = []
    families: dict[str, Family] = {}
    for family, keys in families_of(seen).items():
        every = [item for key in keys for item in seen[key]]
        solution = solve(family, keys, every)
        families[family] = to_family(
            solution, every, spread(_of(known, family)), max(spread(_of(new, family)), spread(_of(known, family)))
        )
        fits += [_with_errors(fit, new) for fit in to_fits(solution, throughputs, every)]
    return Fits(tuple(fits), families, tuple(table(new)))


def _of(lefts: Sequence[Left], family: str) -> list[Left]:
    return [left for left in lefts if left.family == family]


def _with_errors(fit: Fit, lefts: Sequence[Left]) -> Fit:
    mine = [left for left in lefts if left.key == (fit.network, fit.mode, fit.precision)]
    if not mine:
        return fit
    row = _row("", mine)
    errors = {"ours": row.ours, "fp32": row.fp32, "bandwidth": row.bandwidth, "coverage": row.coverage}
    return replace(fit, errors=errors)
