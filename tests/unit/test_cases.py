"""The guide's networks in torch: Keras' parameters and equations, on the CPU."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from bench.cases import build, vgg16
from bench.cases import device as settings
from bench.cases.networks import Recurrent, count_parameters
from bench.cases.timing import time_block
from bench.cases.workload import Workload, make_network
from bench.catalogue import CASES
from bench.errors import UnsupportedError
from bench.request import Request, read_request

RECURRENT = ("rnn", "lstm", "gru")
SMALL = ("cnn", *RECURRENT)


def make_request(case: str, **fields: Any) -> Request:
    return read_request({"case": case, "batch": 4} | fields)


def stepped(case: str, steps: int, **fields: Any) -> Workload:
    workload = build(make_request(case, **fields))
    for _ in range(steps):
        workload.step()
    return workload


@pytest.mark.parametrize("case", CASES)
def test_a_network_has_the_parameters_that_the_catalogue_says(case: str) -> None:
    with torch.device("meta"):
        network = make_network(make_request(case))

    assert count_parameters(network) == (CASES[case].trainable, CASES[case].frozen)


def test_a_workload_reports_the_parameters_of_its_network() -> None:
    workload = build(make_request("cnn"))

    assert (workload.trainable, workload.frozen, workload.samples) == (93_322, 0, 4)


@pytest.mark.parametrize("case", SMALL)
def test_training_changes_every_parameter_but_the_bias_that_keras_lacks(case: str) -> None:
    before = {name: one.detach().clone() for name, one in build(make_request(case)).network.named_parameters()}

    after = dict(stepped(case, 3).network.named_parameters())

    same = {name for name, one in after.items() if torch.equal(one, before[name])}
    assert same == ({"cell.bias_hh_l0"} if case in {"rnn", "lstm"} else set())
    assert all(not after[name].any() for name in same)


@pytest.mark.parametrize("case", SMALL)
def test_the_loss_falls_in_30_steps(case: str) -> None:
    workload = stepped(case, 1)
    first = workload.loss()
    for _ in range(29):
        workload.step()

    last = workload.loss()

    assert first is not None
    assert last is not None
    assert last < 0.9 * first


def test_a_step_of_transfer_changes_the_head_and_leaves_the_base() -> None:
    workload = build(make_request("vgg16-transfer", batch=1))
    before = {name: one.detach().clone() for name, one in workload.network.named_parameters()}

    workload.step()

    changed = {name for name, one in workload.network.named_parameters() if not torch.equal(one, before[name])}
    assert changed == {name for name in before if name.startswith("head.")}
    assert not workload.network.get_submodule("base").training
    assert workload.network.get_submodule("head").training


@pytest.mark.parametrize(
    ("case", "shape"), [("cnn", (4, 10)), ("rnn", (4, 1)), ("lstm", (4, 1)), ("gru", (4, 1)), ("vgg16-head", (4, 10))]
)
def test_a_forward_pass_returns_one_row_of_logits_for_each_sample(case: str, shape: tuple[int, int]) -> None:
    workload = stepped(case, 1, mode="inference")

    assert workload.predict().shape == shape
    assert workload.loss() is None


@pytest.mark.parametrize(
    ("network", "inputs", "outputs"),
    [
        (vgg16.make_base, (2, 3, 224, 224), (2, 512, 7, 7)),
        (vgg16.make_vgg16, (2, 3, 224, 224), (2, 1000)),
        (vgg16.Transfer, (2, 3, 224, 224), (2, 10)),
    ],
)
def test_vgg16_makes_features_and_logits_of_its_images(network: Any, inputs: Any, outputs: Any) -> None:
    with torch.device("meta"):
        assert network()(torch.empty(inputs)).shape == outputs


@pytest.mark.parametrize("mode", ["training", "inference"])
@pytest.mark.parametrize("case", SMALL)
def test_bf16_runs_near_fp32(case: str, mode: str) -> None:
    exact, rounded = (stepped(case, 1, mode=mode, precision=precision) for precision in ("fp32", "bf16"))

    if mode == "training":
        assert rounded.loss() == pytest.approx(exact.loss(), rel=0.02)
    else:
        torch.testing.assert_close(rounded.predict().float(), exact.predict(), atol=0.03, rtol=0.05)


@pytest.mark.parametrize(("mode", "expected"), [("training", torch.float32), ("inference", torch.bfloat16)])
def test_weights_are_held_in_16_bits_in_inference_only(mode: str, expected: torch.dtype) -> None:
    network = build(make_request("cnn", mode=mode, precision="bf16")).network

    assert {one.dtype for one in network.parameters()} == {expected}


@pytest.mark.parametrize("case", SMALL)
def test_fp16_on_a_cpu_either_trains_or_says_what_to_take_instead(case: str) -> None:
    try:
        workload = stepped(case, 1, precision="fp16")
    except UnsupportedError as error:
        assert "take fp32 or bf16" in str(error)  # noqa: PT017 - a processor decides which of the two it is
    else:
        assert workload.loss() == pytest.approx(stepped(case, 1).loss(), rel=0.02)


def test_tf32_on_a_cpu_is_refused_with_what_to_take_instead() -> None:
    with pytest.raises(UnsupportedError, match="A CPU has no TF32: take fp32 or bf16, or a GPU"):
        build(make_request("cnn", precision="tf32"))


def test_building_in_fp32_forbids_tf32() -> None:
    build(make_request("rnn"))

    flags = settings.flags({"OMP_NUM_THREADS": "2", "HOME": "/home/ada"})

    assert (flags["allow_tf32_matmul"], flags["allow_tf32_cudnn"], flags["cudnn_benchmark"]) == (False, False, True)
    assert flags["env"] == {"OMP_NUM_THREADS": "2"}


@pytest.mark.parametrize("steps", [1, 3])
def test_channels_last_has_the_loss_of_contiguous(steps: int) -> None:
    contiguous, last = (stepped("cnn", steps, layout=layout).loss() for layout in ("contiguous", "channels_last"))

    assert last == pytest.approx(contiguous, abs=1e-3)


def test_channels_last_lays_out_weights_and_images() -> None:
    workload = build(make_request("cnn", layout="channels_last"))

    assert workload.network.get_parameter("3.weight").is_contiguous(memory_format=torch.channels_last)
    assert workload._input.is_contiguous(memory_format=torch.channels_last) is True


@pytest.mark.parametrize("case", SMALL)
def test_two_builds_start_from_the_same_loss(case: str) -> None:
    assert stepped(case, 1).loss() == stepped(case, 1).loss()


def test_a_block_takes_as_long_on_a_cpu_as_on_the_wall() -> None:
    device_seconds, wall_seconds = time_block(build(make_request("rnn")), 3)

    assert device_seconds == wall_seconds > 0


def test_a_larger_recurrent_network_is_built_as_asked() -> None:
    workload = stepped("lstm", 1, hidden=128, length=7)

    assert workload.trainable == 4 * (128 * (10 + 128) + 128) + 128 + 1
    assert workload._input.shape == (4, 7, 10)


def test_the_simple_rnn_follows_keras_equation() -> None:
    network, inputs = draw("rnn")
    into, within, bias, _ = weights_of(network)
    state = torch.zeros(3, 8)

    for x in inputs.unbind(1):
        state = torch.tanh(x @ into.T + bias + state @ within.T)

    torch.testing.assert_close(network(inputs), network.head(state), atol=1e-5, rtol=0)


def test_the_lstm_follows_keras_equations() -> None:
    network, inputs = draw("lstm")
    into, within, bias, _ = weights_of(network)
    state, carry = torch.zeros(3, 8), torch.zeros(3, 8)

    for x in inputs.unbind(1):
        i, f, g, o = (x @ into.T + bias + state @ within.T).chunk(4, dim=1)
        carry = f.sigmoid() * carry + i.sigmoid() * g.tanh()
        state = o.sigmoid() * carry.tanh()

    torch.testing.assert_close(network(inputs), network.head(state), atol=1e-5, rtol=0)


def test_the_gru_follows_keras_equations_with_reset_after_the_product() -> None:
    network, inputs = draw("gru")
    into, within, bias, second = weights_of(network)
    state = torch.zeros(3, 8)

    for x in inputs.unbind(1):
        (xr, xz, xh), (hr, hz, hh) = (x @ into.T + bias).chunk(3, dim=1), (state @ within.T + second).chunk(3, dim=1)
        update = (xz + hz).sigmoid()
        state = update * state + (1 - update) * (xh + (xr + hr).sigmoid() * hh).tanh()

    torch.testing.assert_close(network(inputs), network.head(state), atol=1e-5, rtol=0)


def test_a_request_without_a_gpu_runs_on_the_cpu_and_reports_no_gpu() -> None:
    assert settings.select(None) == torch.device("cpu")
    assert settings.gpu() is None


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch sees a GPU")
def test_a_gpu_that_torch_does_not_see_is_refused_with_what_to_do() -> None:
    request = replace(make_request("cnn"), gpu="GPU-00000000-0000-0000-0000-000000000000")

    with pytest.raises(UnsupportedError, match="install a CUDA build of torch"):
        build(request)


def draw(kind: str) -> tuple[Recurrent, torch.Tensor]:
    torch.manual_seed(1)
    return Recurrent(kind, 8).requires_grad_(requires_grad=False), torch.randn(3, 6, 10)


def weights_of(network: Recurrent) -> list[torch.Tensor]:
    return [network.cell.get_parameter(f"{name}_l0") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
