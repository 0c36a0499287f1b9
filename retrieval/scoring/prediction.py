"""Predicted throughput with its 80 % interval: from a fit where the workload was measured, else from a roofline.

The roofline takes its efficiency from the nearest fit and scales it by arithmetic, so it knows what frameworks really
reach; its interval says how much is unknown. The guide's small networks are bound by launches and never
by a fit of big ones.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from knowledge.specs import GpuSpec
from knowledge.workloads import Network
from retrieval.scoring.candidates import Speed
from retrieval.scoring.fits import REFERENCE, TERMS, UNKNOWN_VENDOR, Fit, Fits
from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.networks import sized, widened
from retrieval.scoring.rates import Rates, rates_of
from retrieval.scoring.regimes import (
    DECODE_SPREAD,
    LAUNCH_SPREAD,
    StepTime,
    decode_seconds,
    forward_flops,
    launch_seconds,
    small_step,
    training_passes,
)

LEVEL = 0.8
#: Added to half of the interval, in log: for the other mode of a measured network, and for another network.
OTHER_MODE, OTHER_NETWORK = 0.3, 0.5
#: The measured network whose efficiency stands for a family's: image networks, and what is made of matrix products.
_NEAREST = {"cnn": "resnet50", "recurrent": "gnmt"}
_NEAREST_ELSE = "bert_large"
#: Denoising steps a picture, times two where classifier-free guidance doubles them. Assumptions, shown with the answer.
_DENOISING = {"sd15": 60, "sdxl": 60, "flux1-dev": 28}
#: Whose forward pass a transfer network's frozen base is.
_BASES = {"vgg16-transfer": "vgg16", "vgg16-head": "vgg16"}
_COMPUTE = {"tensor": "compute", "vector": "compute", "power": "compute", "bandwidth": "bandwidth", "host": "host"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Throughput of one device, and what it rests on."""

    work: Work
    card: str  #: slug
    precision: Precision
    batch: int | None  #: None where the published rows do not say theirs
    value: float
    lo: float
    hi: float
    unit: str
    basis: str  #: "fitted" where this network, mode and precision was measured on some cards, else "roofline"
    regime: str  #: what limits: compute, bandwidth, launch, host
    fit: str | None = None  #: id of the fit it comes from, itself or scaled
    notes: tuple[str, ...] = ()  #: keys of texts: what was assumed

    @property
    def level(self) -> float:
        """Share of cases that the interval is to hold."""
        return LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one work is predicted, for any card: made once, used for the whole catalogue."""

    work: Work
    network: Network
    precision: Precision
    fit: Fit | None = None
    scale: float = 1.0  #: on the fit's seconds a sample
    spread: float = 0.0  #: added to the fit's
    basis: str = "roofline"
    unit: str = ""
    batch: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_launch_bound(self) -> bool:
        """Whether it is one of the networks so small that no card makes it faster."""
        return "small_network" in self.notes


class Predictor:
    """Predicts any work on any card; pure."""

    def __init__(self, fits: Fits, networks: Mapping[str, Network]) -> None:
        self.fits = fits
        self.networks = networks

    def predict(self, work: Work, card: GpuSpec) -> Prediction | None:
        """Return the prediction, or None where the card's sheet lacks a rate."""
        return self.apply(self.plan(work), card)

    def plan(self, work: Work) -> Plan:
        """Return how *work* is predicted."""
        network = widened(sized(self.networks[work.network], work.parameters_b), work.hidden)
        if network.key in {"cnn", "rnn", "lstm", "gru"}:
            return self._launch_plan(work, network)
        if network.family == "llm" and work.mode is Mode.INFERENCE:
            precision = work.precision or Precision.FP16
            return Plan(work=work, network=network, precision=precision, unit="tokens/s", batch=work.batch or 1)
        if work.method is Method.TRANSFER or network.key in _BASES:
            return self._transfer_plan(work, network)
        fit = self.fits.find(network.key, work.mode, work.precision)
        if fit and work.method is Method.FULL:
            precision = work.precision or fit.precision
            return Plan(
                work=work,
                network=network,
                precision=precision,
                fit=fit,
                basis="fitted",
                unit=fit.unit,
                batch=work.batch or fit.batch,
            )
        return self._scaled_plan(work, network)

    def speed(self, plan: Plan, card: GpuSpec) -> Speed | None:
        """Return only throughput and interval of what *plan* says of one card: what a ranking asks of all cards."""
        if plan.fit is None or plan.work.batch is not None:
            found = self.apply(plan, card)
            if found is None:
                return None
            basis = "launch" if found.regime == "launch" else found.basis
            return Speed(value=found.value, lo=found.lo, hi=found.hi, unit=found.unit, basis=basis)
        found_speed = self.fits.speed(plan.fit, card, plan.precision)
        if found_speed is None:
            return None
        bare, spread, known = found_speed
        value, wide = bare / plan.scale, math.exp(spread + plan.spread)
        basis = plan.basis if known else "roofline"
        return Speed(value=value, lo=value / wide, hi=value * wide, unit=plan.unit, basis=basis)

    def apply(self, plan: Plan, card: GpuSpec) -> Prediction | None:
        """Return what *plan* says of one card."""
        if plan.fit is None:
            return self._closed_form(plan, card)
        estimate = self.fits.estimate(plan.fit, card, plan.precision)
        if estimate is None:
            return None
        value, spread = estimate.value / plan.scale, estimate.spread + plan.spread
        notes = plan.notes if estimate.known else (*plan.notes, "vendor_unmeasured")
        found = Prediction(
            work=plan.work,
            card=card.slug,
            precision=plan.precision,
            batch=plan.batch,
            value=value,
            lo=value * math.exp(-spread),
            hi=value * math.exp(spread),
            unit=plan.unit,
            basis=plan.basis if estimate.known else "roofline",
            regime=_regime(estimate.terms),
            fit=plan.fit.id,
            notes=notes,
        )
        return _held_back(found, plan)

    def _launch_plan(self, work: Work, network: Network) -> Plan:
        """Return a closed form; where a usual card works longer than its launches take, it is not launch-bound."""
        is_bound = small_step(network, work, REFERENCE).regime == "launch"
        return Plan(
            work=work,
            network=network,
            precision=work.precision or Precision.FP32,
            unit=network.unit,
            batch=work.batch or network.batch,
            notes=("small_network",) if is_bound else (),
        )

    def _transfer_plan(self, work: Work, network: Network) -> Plan:
        """Return a plan for a frozen base: its forward pass is the inference of the base."""
        base = self.networks[_BASES.get(network.key, network.key)]
        fit = self.fits.find(base.key, Mode.INFERENCE, work.precision)
        if fit is None or work.mode is Mode.INFERENCE:
            return self._scaled_plan(work, network)
        return Plan(
            work=work,
            network=network,
            precision=work.precision or fit.precision,
            fit=fit,
            scale=network.forward_flops / base.forward_flops,
            spread=OTHER_MODE,
            unit=network.unit,
            batch=work.batch or network.batch,
            notes=("from_forward_pass",),
        )

    def _scaled_plan(self, work: Work, network: Network) -> Plan:
        """Return a plan that scales the nearest fit by arithmetic: of the other mode, or of a measured network."""
        other = Mode.INFERENCE if work.mode is Mode.TRAINING else Mode.TRAINING
        near = self.networks[_NEAREST.get(network.family, _NEAREST_ELSE)]
        for key, mode, spread, note in (
            (network.key, work.mode, OTHER_MODE, "other_method"),
            (network.key, other, OTHER_MODE, "other_mode"),
            (near.key, work.mode, OTHER_NETWORK, "other_network"),
            (near.key, other, OTHER_NETWORK, "other_network"),
        ):
            fit = self.fits.find(key, mode, work.precision) or self.fits.find(key, mode, None)
            if fit is None:
                continue
            passes = 3.0 if mode is Mode.TRAINING else 1.0
            flops = forward_flops(network, work) * training_passes(work)
            scale = flops / (self.networks[key].forward_flops * passes)
            plan = Plan(work=work, network=network, precision=work.precision or fit.precision, fit=fit)
            return self._scaled(plan, scale, spread, note)
        return Plan(work=work, network=network, precision=work.precision or Precision.FP32, unit=network.unit)

    def _scaled(self, plan: Plan, scale: float, spread: float, note: str) -> Plan:
        network, work, fit = plan.network, plan.work, plan.fit
        unit, batch, notes = network.unit, work.batch or network.batch, [note]
        if fit is not None and fit.unit not in {"images/s", "sequences/s"}:  # its samples are parts of a sequence
            scale /= self.networks[fit.network].length or 1
        if network.unit == "tokens/s":
            scale /= work.length or network.length or 1
        if network.key in _DENOISING and work.mode is Mode.INFERENCE:
            scale *= _DENOISING[network.key]
            notes.append("denoising_steps")
        return replace(plan, scale=scale, spread=spread, unit=unit, batch=batch, notes=tuple(notes))

    def _closed_form(self, plan: Plan, card: GpuSpec) -> Prediction | None:
        rates = rates_of(card, plan.precision)
        if rates is None:
            return None
        step, samples, spread = _step(plan, rates)
        value, notes = samples / step.seconds, plan.notes
        if plan.network.family == "llm" and card.vendor != "NVIDIA":  # its software decodes; launching is the host's
            value *= math.exp(self.fits.unmeasured(card))
            spread, notes = spread + UNKNOWN_VENDOR, (*notes, "vendor_unmeasured")
        return Prediction(
            work=plan.work,
            card=card.slug,
            precision=plan.precision,
            batch=plan.batch,
            value=value,
            lo=value * math.exp(-spread),
            hi=value * math.exp(spread),
            unit=plan.unit,
            basis="roofline",
            regime=step.regime,
            notes=notes,
        )


def _regime(terms: tuple[float, ...]) -> str:
    """Return what takes the largest part of the time."""
    shares: dict[str, float] = {}
    for term, part in zip(TERMS, terms, strict=True):
        shares[_COMPUTE[term]] = shares.get(_COMPUTE[term], 0.0) + part
    return max(shares, key=lambda name: shares[name])


def _step(plan: Plan, rates: Rates) -> tuple[StepTime, float, float]:
    """Return the time of one step, the samples in it, and half of the interval in log."""
    if plan.network.family == "llm":
        return decode_seconds(plan.network, plan.work, plan.precision, rates), plan.batch or 1, DECODE_SPREAD
    return small_step(plan.network, plan.work, rates), plan.batch or plan.network.batch, LAUNCH_SPREAD


def _held_back(found: Prediction, plan: Plan) -> Prediction:
    """Return the prediction for a batch so small that launching its kernels takes longer than computing them."""
    if plan.work.batch is None or plan.network.family == "recurrent" or plan.unit not in {"images/s", "sequences/s"}:
        return found
    floor = launch_seconds(plan.network, plan.work)
    if plan.work.batch / found.value >= floor:
        return found
    value = plan.work.batch / floor
    spread = max(math.log(found.hi / found.value), LAUNCH_SPREAD)
    return replace(
        found,
        value=value,
        lo=value * math.exp(-spread),
        hi=min(value * math.exp(spread), found.hi),
        regime="launch",
        notes=(*found.notes, "small_batch"),
    )
