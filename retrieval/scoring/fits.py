"""Fitted speeds: time a sample = a / tensor + b / bandwidth + c / power + d / vector + e, by workload."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from operator import mul

from knowledge.specs import GpuSpec
from retrieval.scoring.needs import Mode, Precision
from retrieval.scoring.rates import Rates, rates_of

FITS_FILE = "fits.toml"
#: The terms of the time, in the order of a fit's weights; the last is what no card shortens.
TERMS = ("tensor", "bandwidth", "power", "vector", "host")
#: A card for which every term counts as its weight.
REFERENCE = Rates(tensor_tflops=60, vector_tflops=20, bandwidth_gb_s=800, power_w=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Fits that were made together, because their software and arithmetic are alike."""

    name: str
    tf32_for_fp32: bool
    vendors: tuple[str, ...]  #: of which there are rows
    amd: float  #: log of what AMD's software keeps of the speed its sheet promises
    architectures: Mapping[str, float]  #: log of what is left of each after that; shrunk towards 0
    spread_known: float  #: half of the 80 % interval in log, for an architecture with rows
    spread_new: float  #: the same for one without


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One network, mode and precision."""

    network: str
    mode: Mode
    precision: Precision
    family: str
    unit: str
    level: float  #: log of samples a second of the reference card
    weights: tuple[float, ...]  #: shares of the reference card's time, by TERMS; they sum to 1
    cards: int
    rows: int
    batch: int | None  #: median of the published batches
    sources: tuple[str, ...]
    errors: Mapping[str, float] = field(default_factory=dict)  #: of left-out architectures: ours, fp32, bandwidth

    @property
    def id(self) -> str:
        """What a citation of it is called."""
        return f"fit:{self.network}/{self.mode}/{self.precision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Mean errors of one group of left-out units, |predicted - measured| / measured, beside two simple rankings."""

    name: str
    units: int  #: medians a card, network, mode and precision
    ours: float
    fp32: float  #: of throughput in proportion to FP32 TFLOPS
    bandwidth: float  #: of throughput in proportion to memory bandwidth
    coverage: float  #: share of units inside the 80 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a fit says of a card: samples a second, half of the 80 % interval in log, and the parts of the time."""

    value: float
    spread: float
    terms: tuple[float, ...]  #: parts of the time, by TERMS
    known: bool  #: rows of its vendor stand behind it


@dataclass(frozen=True)
class Fits:
    """All fits, looked up by what is asked."""

    fits: tuple[Fit, ...]
    families: Mapping[str, Family]
    table: tuple[Row, ...] = ()  #: how wrong they are for an architecture that was left out

    @cached_property
    def _seen(self) -> "dict[tuple[str, Precision, bool], tuple[GpuSpec, tuple[float, ...] | None]]":
        return {}

    @cached_property
    def by_key(self) -> Mapping[tuple[str, Mode, Precision], Fit]:
        """Each fit by network, mode and precision."""
        return {(fit.network, fit.mode, fit.precision): fit for fit in self.fits}

    @cached_property
    def borrowed_amd(self) -> float:
        """AMD's share where a family has no AMD row: the mean of the families that have."""
        known = [family.amd for family in self.families.values() if "AMD" in family.vendors]
        return sum(known) / len(known) if known else 0.0

    def find(self, network: str, mode: Mode, precision: Precision | None) -> Fit | None:
        """Return the fit for *precision* or for the one that runs the same arithmetic; None: nothing was measured."""
        wanted = _ALIKE[precision] if precision else _USUAL
        return next((fit for item in wanted if (fit := self.by_key.get((network, mode, item)))), None)

    def estimate(self, fit: Fit, card: GpuSpec, precision: Precision | None = None) -> Estimate | None:
        """Return what *fit* says of *card*; None where its sheet lacks a rate."""
        family = self.families[fit.family]
        ratios = self._ratios(card, precision or fit.precision, family)
        if ratios is None:
            return None
        terms = tuple(map(mul, fit.weights, ratios))
        known, shift, spread = self._card(card, family)
        return Estimate(value=math.exp(fit.level + shift) / sum(terms), spread=spread, terms=terms, known=known)

    def speed(self, fit: Fit, card: GpuSpec, precision: Precision) -> tuple[float, float, bool] | None:
        """Return value, spread and whether rows of the vendor stand behind it: an estimate without its terms."""
        family = self.families[fit.family]
        ratios = self._ratios(card, precision, family)
        if ratios is None:
            return None
        known, shift, spread = self._card(card, family)
        return math.exp(fit.level + shift) / sum(map(mul, fit.weights, ratios)), spread, known

    def _card(self, card: GpuSpec, family: Family) -> tuple[bool, float, float]:
        """Return whether the vendor is known, the log of what its software and architecture keep, and the spread."""
        known, left = card.vendor in family.vendors, family.architectures.get(card.architecture)
        spread = family.spread_new if left is None else family.spread_known
        return known, self._vendor(card, family) + (left or 0.0), spread if known else spread + UNKNOWN_VENDOR

    def _ratios(self, card: GpuSpec, precision: Precision, family: Family) -> tuple[float, ...] | None:
        """Return how much longer each term takes on *card*; remembered, since catalogues are asked for whole."""
        key = (card.slug, precision, family.tf32_for_fp32)
        found = self._seen.get(key)
        if found is None or found[0] is not card:
            rates = rates_of(card, precision, tf32_for_fp32=family.tf32_for_fp32)
            found = self._seen[key] = card, term_ratios(rates) if rates else None
        return found[1]

    def _vendor(self, card: GpuSpec, family: Family) -> float:
        """Return the log of what a maker's software keeps; one without any row gets the least that AMD's ever kept."""
        if card.vendor == "NVIDIA":
            return 0.0
        if card.vendor == "AMD" and "AMD" in family.vendors:
            return family.amd
        return self.unmeasured(card)

    def unmeasured(self, card: GpuSpec) -> float:
        """Return the log of what a maker's software keeps where none of its cards was measured; NVIDIA's keeps all."""
        if card.vendor == "NVIDIA":
            return 0.0
        if card.vendor == "AMD":
            return self.borrowed_amd
        return min((family.amd for family in self.families.values()), default=0.0)


#: Added to the interval where no row of the vendor stands behind a fit: its software may keep half or all of the speed.
UNKNOWN_VENDOR = 0.35
#: Formats whose arithmetic a fit was measured in, nearest first.
_ALIKE: Mapping[Precision, tuple[Precision, ...]] = {
    Precision.FP32: (Precision.FP32, Precision.TF32),
    Precision.TF32: (Precision.TF32, Precision.FP32),
    Precision.AMP: (Precision.AMP, Precision.FP16),
    Precision.FP16: (Precision.FP16, Precision.AMP),
    Precision.BF16: (Precision.AMP, Precision.FP16),
}
_USUAL = (Precision.AMP, Precision.FP16, Precision.TF32, Precision.FP32)
_ALIKE = {**dict.fromkeys(Precision, ()), **_ALIKE}


def term_ratios(rates: Rates) -> tuple[float, ...]:
    """Return the reference card's rates over a card's, by TERMS: how much longer each term takes."""
    return (
        REFERENCE.tensor_tflops / rates.tensor_tflops,
        REFERENCE.bandwidth_gb_s / rates.bandwidth_gb_s,
        REFERENCE.power_w / rates.power_w,
        REFERENCE.vector_tflops / rates.vector_tflops,
        1.0,
    )


def load_fits() -> Fits:
    """Return the fits that ship with gpuwise; `gpuwise evaluate --fit` renews them."""
    return read_fits(files("retrieval").joinpath(FITS_FILE).read_text(encoding="utf-8"))


def read_fits(text: str) -> Fits:
    """Return the fits of a TOML text."""
    table = tomllib.loads(text)
    families = {item["name"]: Family(**{**item, "vendors": tuple(item["vendors"])}) for item in table.get("family", [])}
    fits = tuple(
        Fit(
            **{
                **item,
                "mode": Mode(item["mode"]),
                "precision": Precision(item["precision"]),
                "weights": tuple(item["weights"]),
                "sources": tuple(item["sources"]),
                "batch": item.get("batch"),
            }
        )
        for item in table.get("fit", [])
    )
    return Fits(fits, families, tuple(Row(**row) for row in table.get("row", [])))
