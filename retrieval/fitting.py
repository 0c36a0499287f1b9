"""Fits speeds to published throughputs. Runs when fits are renewed or tested, never while answering.

One family of fits is solved at once: all share the weights of the terms, from which each network may deviate a little;
an offset for AMD's software, for XLA and for frameworks of before 2019 takes up what is not the card's, and a
shrunk offset of each architecture keeps six alike cards from counting as six witnesses.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from knowledge.catalogue import Catalogue
from knowledge.measurements import Throughput
from knowledge.specs import GpuSpec
from retrieval.scoring.fits import TERMS, Family, Fit, term_ratios
from retrieval.scoring.needs import Mode, Precision
from retrieval.scoring.rates import rates_of

Vector = NDArray[np.float64]
Key = tuple[str, Mode, Precision]

SPEECH = frozenset({"tacotron2", "waveglow"})
IMAGES = frozenset({"alexnet", "inception3", "inception4", "resnet50", "resnet101", "resnet152", "vgg16", "mobilenet"})
_FEWEST_CARDS, _FEWEST_ARCHITECTURES = 3, 2
#: What is believed before any row is seen: shares of the reference card's time. Speech decoders run small steps over
#: their weights, so bandwidth comes first there.
_PRIOR = (0.3, 0.4, 0.1, 0.15, 0.05)
_PRIOR_SPEECH = (0.1, 0.75, 0.05, 0.05, 0.05)
#: How firmly: penalties on deviations in log, chosen once by the leave-one-architecture-out error over all units.
_STIFF = {"weights": 0.08, "deviation": 0.21, "architecture": 1.73, "amd": 0.22, "stack": 1.0, "xla": 0.5}
_HUBER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The median of one card, network, mode, precision and kind of software."""

    key: Key
    card: GpuSpec
    stack: str  #: xla, old or plain
    value: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What one family's rows say."""

    family: str
    keys: tuple[Key, ...]
    levels: Vector  #: log speed of the reference card, typical software
    weights: Vector  #: (keys, terms), not normalised
    amd: float
    architectures: Mapping[str, float]

    def log_speed(self, key: Key, card: GpuSpec, *, known: bool = False) -> float:
        """Return log samples a second; *known* adds what is left of the card's architecture."""
        at = self.keys.index(key)
        vendor = self.amd if card.vendor == "AMD" else 0.0
        own = self.architectures.get(card.architecture, 0.0) if known else 0.0
        return float(self.levels[at] - np.log(self.weights[at] @ ratios_of(card, key)) + vendor + own)


def family_of(key: Key) -> str:
    """Return which fits one is solved with: by what was run and by which software."""
    network, mode, precision = key
    if network in SPEECH:
        return "speech"
    if precision in {Precision.AMP, Precision.TF32}:
        return f"examples {precision}"
    return f"images {mode} {precision}" if network in IMAGES else f"transformers {mode}"


def ratios_of(card: GpuSpec, key: Key) -> Vector:
    """Return how much longer each term takes on *card* than on the reference card."""
    rates = rates_of(card, key[2], tf32_for_fp32=key[0] in IMAGES)
    if rates is None:
        raise ValueError(f"the sheet of {card.name} lacks a rate that a fit needs")
    return np.array(term_ratios(rates))


def observe(throughputs: Iterable[Throughput], catalogue: Catalogue) -> dict[Key, list[Observation]]:
    """Return the observations by network, mode and precision; keys with too few cards are left out."""
    groups: dict[tuple[Key, str, str], list[Throughput]] = defaultdict(list)
    for item in throughputs:
        if item.mode != "decode":
            key = (item.network, Mode(item.mode), Precision(item.precision))
            groups[key, item.card, stack_of(item.software)].append(item)
    found: dict[Key, list[Observation]] = defaultdict(list)
    for (key, slug, stack), items in groups.items():
        card, value = catalogue.by_slug[slug], median(item.value for item in items)
        rows = sum(item.rows for item in items)
        found[key].append(Observation(key=key, card=card, stack=stack, value=value, rows=rows))
    return {key: seen for key, seen in sorted(found.items()) if _is_enough(seen)}


def stack_of(software: str) -> str:
    """Return which kind of software ran: compiled by XLA, from before mixed precision was common, or plain."""
    if "XLA" in software:
        return "xla"
    return "old" if "PyTorch 0." in software or "TensorFlow 1.4" in software else "plain"


def _is_enough(seen: Sequence[Observation]) -> bool:
    cards = {item.card.slug for item in seen}
    return len(cards) >= _FEWEST_CARDS and len({item.card.architecture for item in seen}) >= _FEWEST_ARCHITECTURES


def solve(family: str, keys: Sequence[Key], seen: Sequence[Observation]) -> Solution:
    """Return the least-squares solution of one family's observations."""
    problem = _Problem(family, keys, seen)
    answer = least_squares(problem.residuals, problem.start(), method="trf").x
    return problem.solution(answer)


class _Problem:
    """The residuals of one family over a flat vector: weights, levels, deviations, architectures, AMD, stacks."""

    def __init__(self, family: str, keys: Sequence[Key], seen: Sequence[Observation]) -> None:
        self.family, self.keys = family, tuple(keys)
        self.architectures = sorted({item.card.architecture for item in seen})
        self.prior = np.log(np.array(_PRIOR_SPEECH if family == "speech" else _PRIOR))
        self.seen = seen
        self.at = np.array([self.keys.index(item.key) for item in seen])
        self.ratios = np.array([ratios_of(item.card, item.key) for item in seen])
        self.log = np.log([item.value for item in seen])
        self.of = np.array([self.architectures.index(item.card.architecture) for item in seen])
        self.amd = np.array([float(item.card.vendor == "AMD") for item in seen])
        self.xla = np.array([float(item.stack == "xla") for item in seen])
        self.old = np.array([float(item.stack == "old") for item in seen])
        stacks = Counter((item.key, item.card.slug) for item in seen)
        self.share = np.array([stacks[item.key, item.card.slug] ** -0.5 for item in seen])
        terms, count = len(TERMS), len(self.keys)
        self.cuts = np.cumsum([terms, count, count * terms, len(self.architectures), 1, 1, 1])

    def parts(self, flat: Vector) -> list[Vector]:
        return np.split(flat, self.cuts)

    def start(self) -> Vector:
        means = [self.log[self.at == key].mean() if (self.at == key).any() else 0.0 for key in range(len(self.keys))]
        rest = len(self.keys) * (len(TERMS) + 1) + len(self.architectures) + 3
        return np.concatenate([self.prior, means, np.zeros(rest)])

    def residuals(self, flat: Vector) -> Vector:
        weights, levels, deviations, architectures, amd, xla, old, own = self.parts(flat)
        own_weights = np.exp(weights + deviations.reshape(-1, len(TERMS))[self.at])
        speed = levels[self.at] - np.log((own_weights * self.ratios).sum(axis=1))
        software = (xla + own[self.at]) * self.xla + old * self.old
        left = self.log - speed - architectures[self.of] - amd * self.amd - software
        soft = self.share * np.sign(left) * _HUBER * np.sqrt(2 * (np.hypot(1, left / _HUBER) - 1))
        return np.concatenate(
            [
                soft,
                _STIFF["weights"] * (weights - self.prior),
                _STIFF["deviation"] * deviations,
                _STIFF["architecture"] * architectures,
                _STIFF["amd"] * amd,
                _STIFF["stack"] * np.concatenate([xla, old]),
                _STIFF["xla"] * own,
            ]
        )

    def solution(self, flat: Vector) -> Solution:
        weights, levels, deviations, architectures, amd, xla, old, own = self.parts(flat)
        stacks = {"xla": xla[0] + own, "old": np.full(len(self.keys), old[0]), "plain": np.zeros(len(self.keys))}
        return Solution(
            family=self.family,
            keys=self.keys,
            levels=levels + np.array([self._typical(key, stacks) for key in range(len(self.keys))]),
            weights=np.exp(weights + deviations.reshape(-1, len(TERMS))),
            amd=float(amd[0]),
            architectures=dict(zip(self.architectures, map(float, architectures), strict=True)),
        )

    def _typical(self, key: int, stacks: Mapping[str, Vector]) -> float:
        """Return the offset of the software that a card was typically measured with."""
        by_card: dict[str, list[float]] = defaultdict(list)
        for item, at in zip(self.seen, self.at, strict=True):
            if at == key:
                by_card[item.card.slug].append(float(stacks[item.stack][key]))
        return median(sum(offsets) / len(offsets) for offsets in by_card.values()) if by_card else 0.0


def unit_of(throughputs: Iterable[Throughput], key: Key) -> tuple[str, int | None, tuple[str, ...]]:
    """Return a key's unit, the median of its batches, and its sources."""
    mine = [item for item in throughputs if (item.network, item.mode, item.precision) == key]
    batches = [item.batch for item in mine if item.batch]
    sources = tuple(dict.fromkeys(item.source for item in mine))
    return mine[0].unit, int(median(batches)) if batches else None, sources


def to_fits(solution: Solution, throughputs: Sequence[Throughput], seen: Sequence[Observation]) -> list[Fit]:
    """Return the fits of a solved family, weights as shares of the reference card's time."""
    fits = []
    for at, key in enumerate(solution.keys):
        unit, batch, sources = unit_of(throughputs, key)
        total = solution.weights[at].sum()
        mine = [item for item in seen if item.key == key]
        fits.append(
            Fit(
                network=key[0],
                mode=key[1],
                precision=key[2],
                family=solution.family,
                unit=unit,
                level=round(float(solution.levels[at] - np.log(total)), 4),
                weights=tuple(round(float(weight / total), 4) for weight in solution.weights[at]),
                cards=len({item.card.slug for item in mine}),
                rows=sum(item.rows for item in mine),
                batch=batch,
                sources=sources,
            )
        )
    return fits


def to_family(solution: Solution, seen: Sequence[Observation], known: float, new: float) -> Family:
    """Return a solved family with the spreads that cross-validation found."""
    return Family(
        name=solution.family,
        tf32_for_fp32=solution.family.startswith("images"),
        vendors=tuple(sorted({item.card.vendor for item in seen})),
        amd=round(solution.amd, 4),
        architectures={name: round(value, 4) for name, value in solution.architectures.items()},
        spread_known=round(known, 4),
        spread_new=round(new, 4),
    )
