"""Other people's estimators, and torch itself, in place of our arithmetic."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from retrieval.scoring.activations import Step, kept_bytes
from retrieval.scoring.memory import MemoryNeed, memory_need
from retrieval.scoring.needs import Method, Precision, Work
from tests.makers_memory import NETWORKS, make_model

STATES = ("weights", "master weights", "gradients", "optimiser")
ACCELERATE = """
import json, sys
from accelerate.commands.estimate import estimate_training_usage
print(json.dumps(estimate_training_usage(4 * int(sys.argv[1]), sys.argv[2])))
"""
DEEPSPEED = """
import json, sys
from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs
print(json.dumps(estimate_zero3_model_states_mem_needs(int(sys.argv[1]), 0, cpu_offload=False)))
"""


def ask(program: str, *arguments: object) -> Any:
    """Run an estimator in a process of its own: both log and warn while they are imported."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def full_training(network: str, precision: Precision) -> MemoryNeed:
    return memory_need(Work(network=network, precision=precision), NETWORKS[network])


def states_gb(need: MemoryNeed) -> float:
    return sum(need.part_gb(name) for name in STATES)


@pytest.mark.parametrize("network", ["resnet50", "llama_7b"])
@pytest.mark.parametrize(("precision", "theirs"), [("fp32", "float32"), ("bf16", "bfloat16"), ("fp16", "float16")])
def test_accelerate_takes_the_same_memory_for_weights_and_states(network: str, precision: str, theirs: str) -> None:
    ours = full_training(network, Precision(precision))

    usage = ask(ACCELERATE, int(NETWORKS[network].parameters), theirs)

    assert states_gb(ours) == pytest.approx(sum(usage[name] for name in ("model", "gradients", "optimizer")) / 1e9)
    assert ours.part_gb("optimiser") == pytest.approx(usage["optimizer"] / 1e9)


@pytest.mark.parametrize("network", ["cnn", "bert_large", "llama_13b"])
def test_deepspeed_takes_the_same_memory_for_weights_and_states_on_one_card(network: str) -> None:
    ours = full_training(network, Precision.AMP)

    _, device_bytes, _ = ask(DEEPSPEED, int(NETWORKS[network].parameters))

    assert states_gb(ours) == pytest.approx(device_bytes / 1e9)


def small_cnn() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def kept_by_torch(model: nn.Module, sample: torch.Tensor) -> int:
    """Return the bytes of what autograd keeps besides weights, each tensor counted once."""
    weights = {item.untyped_storage().data_ptr() for item in model.parameters()}
    kept: dict[int, torch.Tensor] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    unpack: Callable[[torch.Tensor], torch.Tensor] = lambda tensor: tensor  # noqa: E731
    with torch.autograd.graph.saved_tensors_hooks(keep, unpack):
        result = model(sample)
    assert result.requires_grad
    return sum(item.untyped_storage().nbytes() for place, item in kept.items() if place not in weights)


def test_torch_has_as_many_parameters_and_keeps_as_much_of_the_small_cnn() -> None:
    model, network = small_cnn(), NETWORKS["cnn"]

    assert sum(item.numel() for item in model.parameters()) == network.parameters
    assert kept_by_torch(model, torch.randn(1, 1, 28, 28)) == pytest.approx(4 * network.activations, rel=0.01)


def test_torch_keeps_as_much_of_a_transformer_block_as_the_closed_form_says() -> None:
    hidden, tokens = 64, 128
    block = nn.TransformerEncoderLayer(hidden, 4, 4 * hidden, dropout=0.0, activation="gelu", batch_first=True)
    shape = make_model(family="transformer", layers=1, hidden=hidden, heads=4, kv_heads=None, length=tokens)
    step = Step(
        network=shape,
        method=Method.FULL,
        precision=Precision.FP32,
        batch=1,
        length=tokens,
        checkpointing=False,
        flash_attention=True,
    )

    kept = kept_by_torch(block, torch.randn(1, tokens, hidden, requires_grad=True))

    assert kept == pytest.approx(kept_bytes(step), rel=0.05)


@pytest.mark.parametrize(("key", "cell", "biases"), [("rnn", nn.RNN, 1), ("lstm", nn.LSTM, 4), ("gru", nn.GRU, 0)])
def test_torch_has_as_many_recurrent_parameters_save_for_its_second_bias(
    key: str, cell: type[nn.Module], biases: int
) -> None:
    modules = (cell(10, 64, batch_first=True), nn.Linear(64, 1))
    count = sum(item.numel() for module in modules for item in module.parameters())

    assert count - 64 * biases == NETWORKS[key].parameters


@pytest.mark.parametrize(
    ("key", "shape", "vocabulary"),
    [
        ("gpt2_large", (36, 1280, 1024), 50257),
        ("gpt3_xl", (24, 2048, 2048), 50257),
        ("gpt3_27", (32, 2560, 2048), 50257),
    ],
)
def test_gpt_parameters_follow_from_layers_width_places_and_words(
    key: str, shape: tuple[int, int, int], vocabulary: int
) -> None:
    layers, hidden, places = shape

    count = layers * (12 * hidden**2 + 13 * hidden) + (vocabulary + places + 2) * hidden

    assert count == NETWORKS[key].parameters
