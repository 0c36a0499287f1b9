"""What limits a step that no published row describes: launches, bandwidth or compute, in closed forms."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.workloads import Network
from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.rates import Rates

#: What one kernel launch takes of the host: 4 to 6 microseconds in driver and runtime (source `susun-cuda-launch`).
LAUNCH_SECONDS = 5e-6
#: What one operation takes of an eager framework before its launch: Python, dispatch and autograd. An assumption.
OPERATION_SECONDS = 10e-6
#: Shares of the peak that dense products and streaming reads reach in practice.
COMPUTE_SHARE, BANDWIDTH_SHARE = 0.45, 0.75
#: Of the sheet's bandwidth, what reading the weights once a token reaches, batch 1.
DECODE_SHARE = 0.6
#: Half of the 80 % interval, in log.
LAUNCH_SPREAD, DECODE_SPREAD = 1.1, 0.45
#: Bytes a weight takes when stored; scales and zero points of quantised weights count 12 %.
WEIGHT_BYTES: Mapping[Precision, float] = {
    Precision.FP32: 4,
    Precision.TF32: 4,
    Precision.AMP: 2,
    Precision.FP16: 2,
    Precision.BF16: 2,
    Precision.FP8: 1,
    Precision.INT8: 1,
    Precision.INT4: 0.56,
}
#: Operations of a training step beside the layers: loss, zeroing, a fused optimiser.
_STEP_OPERATIONS = 20
#: Forward operations a layer: product, bias or normalisation, activation.
_LAYER_OPERATIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """Seconds a step that each limit alone would take; the largest is what limits."""

    launch: float
    compute: float
    bandwidth: float

    @property
    def seconds(self) -> float:
        """How long a step takes: launches overlap with the card's work, its two limits do so only in part."""
        return max(self.launch, self.compute + self.bandwidth)

    @property
    def regime(self) -> str:
        """launch, compute or bandwidth."""
        if self.launch >= self.compute + self.bandwidth:
            return "launch"
        return "compute" if self.compute >= self.bandwidth else "bandwidth"


def launch_seconds(network: Network, work: Work) -> float:
    """Return what the host needs to launch one step: eager operations, and a recurrent layer's kernels a time step."""
    passes = 3 if work.mode is Mode.TRAINING else 1
    operations = (network.layers or 1) * _LAYER_OPERATIONS * passes
    if work.mode is Mode.TRAINING:
        operations += _STEP_OPERATIONS
    kernels = 0
    if network.family == "recurrent":
        steps = work.length or network.length or 1
        kernels = (network.layers or 1) * steps * (6 if work.mode is Mode.TRAINING else 2)
    return operations * OPERATION_SECONDS + kernels * LAUNCH_SECONDS


def small_step(network: Network, work: Work, rates: Rates) -> StepTime:
    """Return what limits one step of a small network: its launches, its products, or its activations' traffic."""
    batch = work.batch or network.batch
    passes = 3 if work.mode is Mode.TRAINING else 1
    flops = batch * forward_flops(network, work) * passes
    traffic = batch * network.activations * 4 * passes + network.parameters * 4 * passes
    return StepTime(
        launch=launch_seconds(network, work),
        compute=flops / (rates.tensor_tflops * 1e12 * COMPUTE_SHARE),
        bandwidth=traffic / (rates.bandwidth_gb_s * 1e9 * BANDWIDTH_SHARE),
    )


def forward_flops(network: Network, work: Work) -> float:
    """Return the forward FLOP a sample at the length that *work* says; the network has its size and width already."""
    scales = network.family in {"llm", "transformer", "recurrent"} and network.length
    length = work.length or network.length or 1
    return network.forward_flops * length / (network.length or 1) if scales else network.forward_flops


def training_passes(work: Work) -> float:
    """Return how often the forward FLOP is computed in a step: 3 for full training, less over frozen weights."""
    if work.mode is Mode.INFERENCE:
        return 1.0
    return {Method.FULL: 3.0, Method.TRANSFER: 1.0, Method.LORA: 2.0, Method.QLORA: 2.6}[work.method]


def decode_seconds(network: Network, work: Work, precision: Precision, rates: Rates) -> StepTime:
    """Return what limits one decoding step: reading all weights once, or computing a token for each of the batch."""
    parameters, batch = network.parameters, work.batch or 1
    return StepTime(
        launch=(network.layers or 1) * 12 * LAUNCH_SECONDS,
        compute=2 * parameters * batch / (rates.tensor_tflops * 1e12 * COMPUTE_SHARE),
        bandwidth=parameters * WEIGHT_BYTES[precision] / (rates.bandwidth_gb_s * 1e9 * DECODE_SHARE),
    )
