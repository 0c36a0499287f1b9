import math
from importlib.resources import files

import pytest

from knowledge.library import Library
from retrieval.fitfile import fits_text
from retrieval.scoring.fits import FITS_FILE, TERMS, UNKNOWN_VENDOR, Fits, Row, load_fits, read_fits
from retrieval.scoring.needs import Mode, Precision
from tests.makers_prediction import make_family, make_fit, make_fits, make_rated

NVIDIA, BOTH = make_family(name="nvidia"), make_family(name="both", vendors=("AMD", "NVIDIA"), amd=-0.5)


def test_fits_written_down_read_back_the_same() -> None:
    fits = Fits(
        (make_fit(batch=None, errors={"ours": 0.1, "fp32": 0.5}), make_fit(network="vgg16", sources=("a", "b"))),
        {"family": make_family(tf32_for_fp32=True, architectures={"GCN 5 (Vega)": -0.25, "Ada": 0.5})},
        (Row(name="Tacotron 2 (LSTM), WaveGlow", units=3, ours=0.1, fp32=0.5, bandwidth=0.25, coverage=0.8),),
    )

    assert read_fits(fits_text(fits)) == fits


def test_the_fits_that_ship_are_what_the_program_writes() -> None:
    shipped = files("retrieval").joinpath(FITS_FILE).read_text(encoding="utf-8")

    assert fits_text(load_fits()) == shipped


def test_the_weights_that_ship_are_shares_and_every_source_is_known(library: Library) -> None:
    fits = load_fits()

    assert [fit.id for fit in fits.fits if sum(fit.weights) != pytest.approx(1, abs=2e-4)] == []
    assert {source for fit in fits.fits for source in fit.sources} - set(library.sources) == set()
    assert {fit.family for fit in fits.fits} == set(fits.families)


def test_the_reference_card_is_as_fast_as_the_level_says_and_spends_its_time_by_the_weights() -> None:
    weights = (0.4, 0.3, 0.15, 0.1, 0.05)
    fits = make_fits(make_fit(level=math.log(250), weights=weights))
    estimate = fits.estimate(fits.fits[0], make_rated())

    assert estimate is not None
    assert estimate.value == pytest.approx(250)
    assert estimate.terms == pytest.approx(weights)
    assert estimate.spread == 0.1
    assert estimate.known


def test_twice_the_bandwidth_halves_the_time_of_bandwidth_alone() -> None:
    fits = make_fits(make_fit(weights=(0.4, 0.6, 0.0, 0.0, 0.0)))
    estimate = fits.estimate(fits.fits[0], make_rated(memory_bandwidth_gb_s=1600))

    assert estimate is not None
    assert estimate.value == pytest.approx(1 / 0.7)
    assert estimate.terms == pytest.approx((0.4, 0.3, 0, 0, 0))


@pytest.mark.parametrize(
    ("term", "changed"),
    [
        ("tensor", {"fp16_matrix_fp32acc_tflops": 30}),
        ("bandwidth", {"memory_bandwidth_gb_s": 400}),
        ("power", {"tdp_w": 150}),
        ("vector", {"fp32_tflops": 10}),
    ],
)
def test_each_term_takes_twice_as_long_on_a_card_with_half_its_rate(term: str, changed: dict[str, float]) -> None:
    weights = tuple(float(name == term) for name in TERMS)
    fits = make_fits(make_fit(weights=weights))
    estimate = fits.estimate(fits.fits[0], make_rated(**changed))

    assert estimate is not None
    assert estimate.value == pytest.approx(0.5)


def test_what_no_card_shortens_stays() -> None:
    fits = make_fits(make_fit(weights=(0.0, 0.0, 0.0, 0.0, 1.0)))
    fast = make_rated(memory_bandwidth_gb_s=8000, fp16_matrix_fp32acc_tflops=600, fp32_tflops=200, tdp_w=1000)
    estimate = fits.estimate(fits.fits[0], fast)

    assert estimate is not None
    assert estimate.value == pytest.approx(1)


def test_an_architecture_keeps_what_its_rows_left_and_one_without_rows_is_less_sure() -> None:
    fits = make_fits(families=[make_family(architectures={"Ada": math.log(1.25)})])
    seen, new = (
        fits.estimate(fits.fits[0], make_rated(architecture=architecture)) for architecture in ("Ada", "Blackwell")
    )

    assert seen is not None
    assert new is not None
    assert (seen.value, seen.spread) == pytest.approx((1.25, 0.1))
    assert (new.value, new.spread) == pytest.approx((1.0, 0.2))


@pytest.mark.parametrize(
    ("vendor", "family", "log_speed", "spread"),
    [
        ("AMD", "both", -0.5, 0.2),
        ("AMD", "nvidia", -0.5, 0.2 + UNKNOWN_VENDOR),
        ("Intel", "both", -0.5, 0.2 + UNKNOWN_VENDOR),
        ("NVIDIA", "both", 0.0, 0.2),
    ],
)
def test_a_maker_keeps_what_its_rows_say_and_one_without_rows_the_least_and_less_surely(
    vendor: str, family: str, log_speed: float, spread: float
) -> None:
    fits = make_fits(make_fit(family=family), families=[NVIDIA, BOTH])
    estimate = fits.estimate(fits.fits[0], make_rated(vendor=vendor, architecture="new"))

    assert estimate is not None
    assert math.log(estimate.value) == pytest.approx(log_speed)
    assert estimate.spread == pytest.approx(spread)
    assert estimate.known is (spread < UNKNOWN_VENDOR)


def test_amd_without_rows_in_a_family_gets_the_mean_of_the_families_that_have_some() -> None:
    other = make_family(name="other", vendors=("AMD",), amd=-0.1)

    assert make_fits(families=[NVIDIA, BOTH, other]).borrowed_amd == pytest.approx(-0.3)
    assert make_fits(families=[NVIDIA]).borrowed_amd == 0.0


def test_fp32_that_runs_as_tf32_is_as_fast_as_tf32_where_the_card_has_it() -> None:
    fit = make_fit(precision=Precision.FP32, weights=(1.0, 0.0, 0.0, 0.0, 0.0))
    plain = make_fits(fit)
    quiet = make_fits(fit, families=[make_family(tf32_for_fp32=True)])
    slow, fast = (fits.estimate(fit, make_rated()) for fits in (plain, quiet))

    assert slow is not None
    assert fast is not None
    assert (slow.value, fast.value) == pytest.approx((20 / 60, 30 / 60))


@pytest.mark.parametrize("vendor", ["NVIDIA", "AMD", "Intel"])
def test_the_bare_speed_is_that_of_the_estimate(vendor: str) -> None:
    fits = make_fits(make_fit(weights=(0.4, 0.3, 0.15, 0.1, 0.05)), families=[make_family(amd=-0.5)])
    for bandwidth_gb_s in (400, 1600):  # two cards of one slug: nothing of the first may stand for the second
        card = make_rated(vendor=vendor, memory_bandwidth_gb_s=bandwidth_gb_s)
        estimate = fits.estimate(fits.fits[0], card)

        assert estimate is not None
        assert fits.speed(fits.fits[0], card, Precision.AMP) == pytest.approx(
            (estimate.value, estimate.spread, estimate.known)
        )


def test_a_card_whose_sheet_lacks_a_rate_has_no_estimate() -> None:
    fits = make_fits()

    assert fits.estimate(fits.fits[0], make_rated(memory_bandwidth_gb_s=None)) is None


ALL = [make_fit(precision=precision) for precision in (Precision.FP32, Precision.TF32, Precision.AMP, Precision.FP16)]


@pytest.mark.parametrize(
    ("asked", "without", "found"),
    [
        (None, (), "amp"),
        (None, ("amp",), "fp16"),
        (None, ("amp", "fp16"), "tf32"),
        (None, ("amp", "fp16", "tf32"), "fp32"),
        (Precision.FP32, (), "fp32"),
        (Precision.FP32, ("fp32",), "tf32"),
        (Precision.TF32, (), "tf32"),
        (Precision.TF32, ("tf32",), "fp32"),
        (Precision.AMP, (), "amp"),
        (Precision.AMP, ("amp",), "fp16"),
        (Precision.FP16, (), "fp16"),
        (Precision.FP16, ("fp16",), "amp"),
        (Precision.BF16, (), "amp"),
        (Precision.BF16, ("amp",), "fp16"),
        (Precision.BF16, ("amp", "fp16"), None),
        (Precision.FP32, ("fp32", "tf32"), None),
        (Precision.FP8, (), None),
        (Precision.INT8, (), None),
        (Precision.INT4, (), None),
    ],
)
def test_a_format_is_looked_up_by_its_arithmetic(
    asked: Precision | None, without: tuple[str, ...], found: str | None
) -> None:
    fits = make_fits(*(fit for fit in ALL if fit.precision not in without))
    fit = fits.find("resnet50", Mode.TRAINING, asked)

    assert (fit.precision if fit else None) == found
    assert fits.find("resnet50", Mode.INFERENCE, asked) is None
    assert fits.find("vgg16", Mode.TRAINING, asked) is None
