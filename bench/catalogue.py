"""The closed set of what can be measured: cases, and the bounds of the integers that each takes. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: What a case does with its network.
MODES = ("training", "inference")
#: Number formats of the matrix products; fp16 and bf16 are autocast, with FP32 weights where it trains.
PRECISIONS = ("fp32", "tf32", "fp16", "bf16")
#: How image tensors lie in memory.
LAYOUTS = ("contiguous", "channels_last")
#: Seconds that a run may measure, whatever it reached.
MAX_SECONDS = (1, 3600)
#: Batches that one sweep may try.
MOST_BATCHES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The integers that a parameter may take."""

    least: int
    most: int
    usual: int  #: taken where nothing is said
    quick: int  #: taken instead by a quick run

    def holds(self, value: int) -> bool:
        """Whether *value* may be asked for."""
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSpec:
    """One workload of the guide."""

    name: str
    version: int  #: raised when the same parameters would measure something else
    title: str
    unit: str  #: of the throughput
    bounds: Mapping[str, Bound]  #: of "batch", and where they apply "length" and "hidden"
    trainable: int  #: parameters that training changes, at the usual sizes: those of the guide's Keras model
    frozen: int = 0  #: parameters that it does not
    is_image: bool = False  #: whether the layout matters


def _recurrent(name: str, title: str, trainable: int) -> CaseSpec:
    return CaseSpec(
        name=name,
        version=1,
        title=title,
        unit="sequences/s",
        bounds=MappingProxyType(
            {
                "batch": Bound(least=1, most=8192, usual=128, quick=32),
                "length": Bound(least=1, most=4096, usual=50, quick=50),
                "hidden": Bound(least=1, most=4096, usual=64, quick=64),
            }
        ),
        trainable=trainable,
    )


def _image(name: str, title: str, trainable: int, batch: Bound, *, frozen: int = 0) -> CaseSpec:
    return CaseSpec(
        name=name,
        version=1,
        title=title,
        unit="images/s",
        bounds=MappingProxyType({"batch": batch}),
        trainable=trainable,
        frozen=frozen,
        is_image=True,
    )


#: VGG16's convolutions, and its head of 128 and 10 units as the guide puts it on them.
_VGG_BASE, _VGG_HEAD = 14_714_688, 3_212_682

CASES: Mapping[str, CaseSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _image("cnn", "the guide's CNN on 28×28 images", 93_322, Bound(least=1, most=8192, usual=128, quick=32)),
            _recurrent("rnn", "the guide's SimpleRNN", 4_865),
            _recurrent("lstm", "the guide's LSTM", 19_265),
            _recurrent("gru", "the guide's GRU", 14_657),
            _image(
                "vgg16-transfer",
                "VGG16 with a frozen base",
                _VGG_HEAD,
                Bound(least=1, most=1024, usual=32, quick=2),
                frozen=_VGG_BASE,
            ),
            _image(
                "vgg16-head",
                "the head of VGG16 on cached features",
                _VGG_HEAD,
                Bound(least=1, most=8192, usual=32, quick=8),
            ),
            _image("vgg16", "VGG16, all of it", 138_357_544, Bound(least=1, most=1024, usual=32, quick=1)),
        )
    }
)
