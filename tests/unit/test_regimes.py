import pytest

from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.rates import Rates
from retrieval.scoring.regimes import (
    StepTime,
    decode_seconds,
    forward_flops,
    launch_seconds,
    small_step,
    training_passes,
)
from tests.makers_memory import NETWORKS, make_model, make_network

RATES = Rates(tensor_tflops=20, vector_tflops=20, bandwidth_gb_s=800, power_w=300)


@pytest.mark.parametrize(
    ("launch", "compute", "bandwidth", "seconds", "regime"),
    [
        (5, 1, 1, 5, "launch"),
        (5, 3, 3, 6, "compute"),
        (5, 2, 4, 6, "bandwidth"),
        (0, 7, 1, 8, "compute"),
        (4, 2, 2, 4, "launch"),
    ],
)
def test_a_step_takes_its_launches_or_the_cards_work_whichever_is_longer(
    launch: float, compute: float, bandwidth: float, seconds: float, regime: str
) -> None:
    step = StepTime(launch=launch, compute=compute, bandwidth=bandwidth)

    assert (step.seconds, step.regime) == (seconds, regime)


@pytest.mark.parametrize(
    ("network", "mode", "operations", "kernels"),
    [
        ("cnn", Mode.TRAINING, 5 * 3 * 3 + 20, 0),
        ("cnn", Mode.INFERENCE, 5 * 3, 0),
        ("lstm", Mode.TRAINING, 3 * 3 + 20, 100 * 6),
        ("lstm", Mode.INFERENCE, 3, 100 * 2),
        ("gru", Mode.TRAINING, 3 * 3 + 20, 100 * 6),
        ("rnn", Mode.TRAINING, 3 * 3 + 20, 100 * 6),
    ],
)
def test_launching_takes_ten_microseconds_an_operation_and_five_a_recurrent_kernel(
    network: str, mode: Mode, operations: int, kernels: int
) -> None:
    seconds = launch_seconds(NETWORKS[network], Work(network=network, mode=mode))

    assert seconds == pytest.approx(operations * 10e-6 + kernels * 5e-6)


def test_a_recurrent_layer_launches_once_a_time_step() -> None:
    short, long = (launch_seconds(NETWORKS["lstm"], Work(network="lstm", length=length)) for length in (50, 200))

    assert long - short == pytest.approx(150 * 6 * 5e-6)


def test_a_small_step_counts_three_passes_over_products_and_activations() -> None:
    network = make_network(layers=1, parameters=1e6, forward_flops=1e9, activations=1e6, batch=8)
    training = small_step(network, Work(network="net"), RATES)
    inference = small_step(network, Work(network="net", mode=Mode.INFERENCE), RATES)

    assert training.compute == pytest.approx(8 * 1e9 * 3 / (20e12 * 0.45))
    assert training.bandwidth == pytest.approx((8 * 1e6 + 1e6) * 4 * 3 / (800e9 * 0.75))
    assert inference.compute == pytest.approx(training.compute / 3)
    assert inference.bandwidth == pytest.approx(training.bandwidth / 3)


def test_a_bigger_batch_takes_more_of_the_card_and_no_more_launches() -> None:
    network = make_network(layers=1, batch=8)
    usual, bigger = (small_step(network, Work(network="net", batch=batch), RATES) for batch in (None, 16))

    assert bigger.launch == usual.launch
    assert bigger.compute == pytest.approx(2 * usual.compute)


def test_the_arithmetic_of_a_sequence_grows_with_its_length_and_that_of_a_picture_does_not() -> None:
    lstm, cnn = NETWORKS["lstm"], make_network(forward_flops=1e9)

    assert forward_flops(lstm, Work(network="lstm", length=200)) == pytest.approx(2 * lstm.forward_flops)
    assert forward_flops(cnn, Work(network="net", length=200)) == 1e9


@pytest.mark.parametrize(
    ("method", "passes"), [(Method.FULL, 3), (Method.TRANSFER, 1), (Method.LORA, 2), (Method.QLORA, 2.6)]
)
def test_frozen_weights_save_passes_of_training_and_none_of_inference(method: Method, passes: float) -> None:
    assert training_passes(Work(network="llm", method=method)) == passes
    assert training_passes(Work(network="llm", mode=Mode.INFERENCE, method=method)) == 1


@pytest.mark.parametrize(
    ("precision", "bytes_a_weight"),
    [(Precision.FP32, 4), (Precision.FP16, 2), (Precision.BF16, 2), (Precision.INT8, 1), (Precision.INT4, 0.56)],
)
def test_decoding_reads_every_weight_once_a_token(precision: Precision, bytes_a_weight: float) -> None:
    model = make_model(parameters=7e9)
    step = decode_seconds(model, Work(network="llm", mode=Mode.INFERENCE), precision, RATES)

    assert step.bandwidth == pytest.approx(7e9 * bytes_a_weight / (800e9 * 0.6))
    assert step.compute == pytest.approx(2 * 7e9 / (20e12 * 0.45))
    assert step.regime == "bandwidth"
