"""VGG16 by hand, so that torchvision is not needed. Weights are drawn by He's rule; no pre-trained ones are loaded."""

from typing import Any, Self

import torch
from torch import nn

from bench.cases.networks import CLASSES

PIXELS = 224  #: of each side of an image
FEATURES = (512, 7, 7)  #: what the base makes of an image
IMAGENET_CLASSES = 1000

#: Convolutions of each block and their channels; each block ends in a pooling that halves the sides.
_BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
_FLAT = 512 * 7 * 7


def make_base() -> nn.Sequential:
    """Return the 13 convolutions, from (batch, 3, 224, 224) to (batch, 512, 7, 7)."""
    layers: list[nn.Module] = []
    inputs = 3
    for count, channels in _BLOCKS:
        for _ in range(count):
            layers += [nn.Conv2d(inputs, channels, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = channels
        layers.append(nn.MaxPool2d(2))
    return _drawn(nn.Sequential(*layers))


def make_head() -> nn.Sequential:
    """Return the guide's head on the base's features: 128 units with ReLU, then the logits of 10 classes."""
    return _drawn(nn.Sequential(nn.Flatten(), nn.Linear(_FLAT, 128), nn.ReLU(), nn.Linear(128, CLASSES)))


def make_vgg16() -> nn.Sequential:
    """Return the base and its ImageNet classifier, without dropout as in Keras."""
    classifier = nn.Sequential(
        nn.Flatten(),
        nn.Linear(_FLAT, 4096),
        nn.ReLU(inplace=True),
        nn.Linear(4096, 4096),
        nn.ReLU(inplace=True),
        nn.Linear(4096, IMAGENET_CLASSES),
    )
    return nn.Sequential(make_base(), _drawn(classifier))


class Transfer(nn.Module):
    """The guide's head on a base that stays frozen: in evaluation mode, without gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.base = make_base().requires_grad_(requires_grad=False).eval()
        self.head = make_head()

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - torch's own signature
        """Put the head, and only the head, into training mode."""
        super().train(mode)
        self.base.eval()
        return self

    def forward(self, images: torch.Tensor) -> Any:
        """Return the logits of *images*."""
        with torch.no_grad():
            features = self.base(images)
        return self.head(features)


def _drawn(network: nn.Sequential) -> nn.Sequential:
    """Draw weights that keep the size of activations through 16 layers, where torch's own let them vanish."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return network
