"""One case on one device, a step at a time."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from bench.cases import vgg16
from bench.cases.device import is_out_of_memory
from bench.cases.flops import flops_of_step
from bench.cases.networks import CLASSES, FEATURES, PIXELS, Recurrent, count_parameters, make_cnn
from bench.errors import UnsupportedError
from bench.request import Request

_SEED = 0
_HALVES = {"fp16": torch.float16, "bf16": torch.bfloat16}
#: Keras' default for Adam; VGG16's deeper stack takes a tenth of it.
_RATE, _VGG_RATE = 1e-3, 1e-4


class Workload:
    """A network, a batch of synthetic data and an optimiser, all on the device and all drawn from one seed.

    Weights and data are drawn on the CPU and moved, so every device starts from the same numbers. Adam is the fused
    one: with it FP16's loss scaling does not wait for the GPU. In inference FP16 and BF16 hold weights in 16 bits.
    """

    samples: int  #: of one step
    trainable: int  #: parameters that training changes
    frozen: int  #: parameters that it does not
    flops: float  #: of one step

    def __init__(self, request: Request, device: torch.device) -> None:
        torch.manual_seed(_SEED)
        self.samples = request.batch
        self.flops = flops_of_step(request)
        self._device, self._is_training = device, request.mode == "training"
        self._half = _HALVES.get(request.precision)
        network = make_network(request)
        self._input, self._target = make_batch(request)
        self._criterion = nn.BCEWithLogitsLoss() if request.hidden else nn.CrossEntropyLoss()
        self.trainable, self.frozen = count_parameters(network)
        self._place(network, channels_last=request.layout == "channels_last")
        self.network = network
        self._call: Callable[[torch.Tensor], Any] = torch.compile(network) if request.compile else network
        self._optimiser = torch.optim.Adam(
            [one for one in network.parameters() if one.requires_grad],
            lr=_VGG_RATE if request.case.startswith("vgg16") else _RATE,
            fused=True,
        )
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._is_training and self._half is torch.float16)
        self._loss: torch.Tensor | None = None
        if device.type == "cpu" and self._half is torch.float16:
            self._try_half()

    def step(self) -> None:
        """Do one step of the optimiser or one forward pass; a GPU may still be at it when this returns."""
        if self._is_training:
            self._train()
        else:
            self.predict()

    def predict(self) -> torch.Tensor:
        """Return the logits of the batch, without gradients."""
        with torch.inference_mode(), self._autocast():
            output: torch.Tensor = self._call(self._input)
        return output

    def loss(self) -> float | None:
        """Return the loss that the last step started from, after waiting for the device; None for inference."""
        return None if self._loss is None else self._loss.item()

    def sync(self) -> None:
        """Wait until the device has done every step."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)

    @property
    def device(self) -> torch.device:
        """Where the steps run."""
        return self._device

    def _train(self) -> None:
        self._optimiser.zero_grad(set_to_none=True)
        with self._autocast():
            loss = self._criterion(self._call(self._input), self._target)
        self._scaler.scale(loss).backward()
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self._loss = loss.detach()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self._device.type, dtype=self._half, enabled=self._half is not None)

    def _place(self, network: nn.Module, *, channels_last: bool) -> None:
        """Move the network and the batch to the device, in the layout and in inference in the number format."""
        weights = None if self._is_training else self._half
        network.train(self._is_training).to(self._device, weights)
        self._input = self._input.to(self._device, weights)
        self._target = self._target.to(self._device)
        if channels_last:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._input = self._input.to(memory_format=torch.channels_last)

    def _try_half(self) -> None:
        """Find out on one sample whether this processor has the FP16 kernels that the network needs."""
        try:
            with self._autocast(), torch.set_grad_enabled(self._is_training):
                output = self._call(self._input[:1])
            if self._is_training:
                output.sum().backward()
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            raise UnsupportedError("This processor has no FP16 for this case: take fp32 or bf16, or a GPU.") from error


def make_network(request: Request) -> nn.Module:
    """Return the network of *request*, its weights drawn on torch's current default device."""
    match request.case:
        case "cnn":
            return make_cnn()
        case "vgg16":
            return vgg16.make_vgg16()
        case "vgg16-head":
            return vgg16.make_head()
        case "vgg16-transfer":
            return vgg16.Transfer()
        case kind:
            return Recurrent(kind, request.hidden or 0)


def make_batch(request: Request) -> tuple[torch.Tensor, torch.Tensor]:
    """Return random inputs and labels; the features of vgg16-head are drawn too, non-negative as after a ReLU."""
    batch = request.batch
    if request.hidden:
        return torch.randn(batch, request.length or 0, FEATURES), torch.randint(2, (batch, 1)).float()
    match request.case:
        case "cnn":
            return torch.randn(batch, 1, PIXELS, PIXELS), torch.randint(CLASSES, (batch,))
        case "vgg16-head":
            return torch.randn(batch, *vgg16.FEATURES).relu_(), torch.randint(CLASSES, (batch,))
        case case:
            classes = vgg16.IMAGENET_CLASSES if case == "vgg16" else CLASSES
            return torch.randn(batch, 3, vgg16.PIXELS, vgg16.PIXELS), torch.randint(classes, (batch,))
