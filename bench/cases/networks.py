"""The guide's small Keras networks, layer for layer. Weights start as torch draws them."""

from typing import Any

import torch
from torch import nn

FEATURES = 10  #: inputs of each time step
CLASSES = 10
PIXELS = 28  #: of each side of the CNN's images, which have one channel

_CELLS: dict[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
_SECOND_BIAS = "bias_hh_l0"


def make_cnn() -> nn.Sequential:
    """Return the CNN on 28×28×1 images: three convolutions without padding, then 64 and 10 units; it returns logits."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64 * 3 * 3, 64),
        nn.ReLU(),
        nn.Linear(64, CLASSES),
    )


class Recurrent(nn.Module):
    """A recurrent layer whose last state one unit reads; it returns a logit of (batch, 1).

    torch adds two biases where Keras' SimpleRNN and LSTM have one: there the second stays zero and untrained.
    Keras' GRU is of the reset-after form and has both.
    """

    def __init__(self, kind: str, hidden: int) -> None:
        super().__init__()
        self.cell = _CELLS[kind](FEATURES, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)
        if kind != "gru":
            bias = self.cell.get_parameter(_SECOND_BIAS)
            nn.init.zeros_(bias)
            bias.requires_grad = False

    def forward(self, sequences: torch.Tensor) -> Any:
        """Return the logits of *sequences*, (batch, time, features)."""
        states, _ = self.cell(sequences)
        return self.head(states[:, -1])


def count_parameters(network: nn.Module) -> tuple[int, int]:
    """Return how many parameters training changes and how many it does not; a bias that Keras lacks is neither."""
    trainable = sum(one.numel() for one in network.parameters() if one.requires_grad)
    frozen = sum(
        one.numel()
        for name, one in network.named_parameters()
        if not one.requires_grad and not name.endswith(_SECOND_BIAS)
    )
    return trainable, frozen
