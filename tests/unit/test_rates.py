import pytest

from knowledge.library import Library
from retrieval.scoring.needs import Precision
from retrieval.scoring.rates import DEVICES, Rates, devices_of, memory_of, rates_of
from tests.makers_prediction import make_rated

DISTINCT = {
    "fp32_tflops": 10,
    "fp16_vector_tflops": 20,
    "tf32_matrix_tflops": 30,
    "fp16_matrix_fp32acc_tflops": 40,
    "fp16_matrix_fp16acc_tflops": 50,
    "fp8_matrix_fp32acc_tflops": 80,
}


@pytest.mark.parametrize(
    ("precision", "tflops"),
    [
        (Precision.FP32, 10),
        (Precision.TF32, 30),
        (Precision.AMP, 40),
        (Precision.FP16, 40),
        (Precision.BF16, 40),
        (Precision.FP8, 80),
        (Precision.INT8, 40),
        (Precision.INT4, 40),
    ],
)
def test_each_format_runs_at_the_rate_of_its_arithmetic(precision: Precision, tflops: float) -> None:
    rates = rates_of(make_rated(**DISTINCT), precision)

    assert rates == Rates(tensor_tflops=tflops, vector_tflops=10, bandwidth_gb_s=800, power_w=300)


def tensor_of(precision: Precision, *, tf32_for_fp32: bool = False, **fields: float | str | None) -> float:
    none: dict[str, float | str | None] = dict.fromkeys(DISTINCT)
    rates = rates_of(make_rated(**(none | {"fp32_tflops": 10} | fields)), precision, tf32_for_fp32=tf32_for_fp32)
    assert rates is not None
    return rates.tensor_tflops


def test_software_that_runs_fp32_as_tf32_does_so_only_where_the_card_can() -> None:
    assert tensor_of(Precision.FP32, tf32_matrix_tflops=30, tf32_for_fp32=True) == 30
    assert tensor_of(Precision.FP32, tf32_matrix_tflops=30) == 10
    assert tensor_of(Precision.FP32, tf32_for_fp32=True) == 10


def test_without_matrix_units_16_bits_run_on_the_shader_units_and_never_slower_than_fp32() -> None:
    assert tensor_of(Precision.AMP, fp16_vector_tflops=20) == 20
    assert tensor_of(Precision.AMP, fp16_vector_tflops=0.2) == 10
    assert tensor_of(Precision.AMP) == 10


def test_without_fp8_units_fp8_runs_at_the_16_bit_rate() -> None:
    assert tensor_of(Precision.FP8, fp16_matrix_fp32acc_tflops=40) == 40


def test_fp32_runs_on_the_matrix_units_of_the_first_two_cdna_alone() -> None:
    rates = rates_of(make_rated(architecture="CDNA 2", vendor="AMD", fp32_tflops=10), Precision.FP32)

    assert rates is not None
    assert (rates.tensor_tflops, rates.vector_tflops) == (20, 10)
    assert tensor_of(Precision.FP32, architecture="CDNA 3") == 10


def test_a_board_of_two_gpus_counts_as_one_of_them() -> None:
    board = make_rated(slug="mi250", memory_gb=128)

    assert devices_of(board) == 2
    assert memory_of(board) == 64
    assert rates_of(board, Precision.AMP) == Rates(tensor_tflops=30, vector_tflops=10, bandwidth_gb_s=400, power_w=150)


@pytest.mark.parametrize(
    ("slug", "memory_gb", "bandwidth_gb_s"), [("mi250", 64, 1638.4), ("k80", 12, 240), ("rtx-3090", 24, 936)]
)
def test_the_boards_that_ship_have_the_memory_and_bandwidth_of_one_gpu(
    library: Library, slug: str, memory_gb: float, bandwidth_gb_s: float
) -> None:
    card = library.catalogue.by_slug[slug]
    rates = rates_of(card, Precision.FP32)

    assert rates is not None
    assert memory_of(card) == memory_gb
    assert rates.bandwidth_gb_s == pytest.approx(bandwidth_gb_s, rel=0.01)


def test_every_board_of_several_gpus_is_in_the_catalogue(library: Library) -> None:
    assert set(DEVICES) <= set(library.catalogue.by_slug)


@pytest.mark.parametrize("missing", ["memory_bandwidth_gb_s", "fp32_tflops", "tdp_w"])
def test_a_sheet_that_lacks_a_rate_gives_none(missing: str) -> None:
    assert rates_of(make_rated(**{missing: None}), Precision.FP32) is None


def test_a_card_without_a_memory_size_has_none_to_offer() -> None:
    assert memory_of(make_rated(memory_gb=None)) == 0.0
