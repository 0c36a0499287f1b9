"""Floating-point operations of a step in closed form: two for each multiply-add, element-wise work left out."""

from itertools import pairwise

from bench.cases.networks import CLASSES, FEATURES
from bench.request import Request

#: Matrix products of one recurrent step, by kind.
_GATES = {"rnn": 1, "gru": 3, "lstm": 4}
#: Side of the output, inputs and outputs of each 3×3 convolution.
_CNN = ((26, 1, 32), (11, 32, 64), (3, 64, 64))
_VGG_BASE = (
    *((224, 3, 64), (224, 64, 64)),
    *((112, 64, 128), (112, 128, 128)),
    *((56, 128, 256), (56, 256, 256), (56, 256, 256)),
    *((28, 256, 512), (28, 512, 512), (28, 512, 512)),
    *((14, 512, 512), (14, 512, 512), (14, 512, 512)),
)
_FLAT = 512 * 7 * 7
_TRAINING = 3  #: the forward pass, and as much again for the gradients of the inputs and of the weights


def flops_of_step(request: Request) -> float:
    """Return the operations of one step: thrice the forward pass where training changes weights, else once."""
    trained, frozen = forward_flops(request)
    passes = _TRAINING if request.mode == "training" else 1
    return float(request.batch * (passes * trained + frozen))


def forward_flops(request: Request) -> tuple[int, int]:
    """Return the operations of one sample's forward pass, in layers that training changes and in those it does not."""
    match request.case:
        case "cnn":
            return _convolutions(_CNN) + _dense(64 * 3 * 3, 64, CLASSES), 0
        case "vgg16":
            return _convolutions(_VGG_BASE) + _dense(_FLAT, 4096, 4096, 1000), 0
        case "vgg16-head":
            return _dense(_FLAT, 128, CLASSES), 0
        case "vgg16-transfer":
            return _dense(_FLAT, 128, CLASSES), _convolutions(_VGG_BASE)
        case kind:
            hidden, length = request.hidden or 0, request.length or 0
            return length * 2 * _GATES[kind] * hidden * (FEATURES + hidden) + _dense(hidden, 1), 0


def _convolutions(layers: tuple[tuple[int, int, int], ...]) -> int:
    return sum(2 * side * side * 9 * inputs * outputs for side, inputs, outputs in layers)


def _dense(*units: int) -> int:
    return sum(2 * inputs * outputs for inputs, outputs in pairwise(units))
