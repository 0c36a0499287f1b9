"""Fits are made anew from the published throughputs that ship: about ten seconds."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.predictions import table_text
from knowledge.library import Library
from knowledge.loading import data_folder
from knowledge.measurements import Throughput, load_throughputs
from retrieval.crossvalidation import GROUPS, LEVEL, Left, leave_out, make_fits, spread, table, with_coverage
from retrieval.fitting import Key, Observation, family_of, observe, solve, stack_of
from retrieval.scoring.fits import Fits, Row, load_fits
from retrieval.scoring.needs import Mode, Precision
from tests.makers_prediction import make_rated, make_throughput

KEY: Key = ("resnet50", Mode.TRAINING, Precision.AMP)
#: Half of what ranking by FP32 TFLOPS gets wrong is the most that is allowed.
SHARE_OF_FP32 = 0.5


@pytest.fixture(scope="module")
def throughputs(library: Library) -> tuple[Throughput, ...]:
    return load_throughputs(data_folder() / "measurements", library.catalogue.by_slug, library.sources)


@pytest.fixture(scope="module")
def fits(library: Library, throughputs: tuple[Throughput, ...]) -> Fits:
    return make_fits(throughputs, library.catalogue)


def row(fits: Fits, name: str) -> Row:
    return next(row for row in fits.table if row.name == name)


# What ships is what the rows say.


def test_the_fits_that_ship_are_those_of_the_rows_that_ship(fits: Fits) -> None:
    shipped = load_fits()

    assert fits.by_key.keys() == shipped.by_key.keys()
    for key, fit in fits.by_key.items():
        other = shipped.by_key[key]
        assert (fit.level, *fit.weights) == pytest.approx((other.level, *other.weights), abs=1e-3), fit.id
        assert (fit.rows, fit.cards, fit.batch, fit.sources) == (other.rows, other.cards, other.batch, other.sources)
        assert fit.errors == pytest.approx(dict(other.errors), abs=1e-3), fit.id


def test_the_families_that_ship_are_those_of_the_rows_that_ship(fits: Fits) -> None:
    shipped = load_fits()

    assert fits.families.keys() == shipped.families.keys()
    for name, family in fits.families.items():
        other = shipped.families[name]
        assert (family.vendors, family.tf32_for_fp32) == (other.vendors, other.tf32_for_fp32)
        assert family.architectures == pytest.approx(dict(other.architectures), abs=1e-3)
        mine, theirs = ((one.amd, one.spread_known, one.spread_new) for one in (family, other))
        assert mine == pytest.approx(theirs, abs=1e-3)


def test_the_table_that_ships_is_the_table_of_the_rows_that_ship(
    fits: Fits, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = load_fits().table
    with capsys.disabled():
        print(f"\n{table_text(fits.table)}")  # noqa: T201  # the table is what one runs this for

    assert [(one.name, one.units) for one in fits.table] == [(one.name, one.units) for one in shipped]
    for mine, theirs in zip(fits.table, shipped, strict=True):
        assert (mine.ours, mine.fp32, mine.bandwidth, mine.coverage) == pytest.approx(
            (theirs.ours, theirs.fp32, theirs.bandwidth, theirs.coverage), abs=1e-3
        )


# How wrong predictions are for an architecture that was never seen.


def test_predictions_are_at_most_half_as_wrong_as_a_ranking_by_fp32(fits: Fits) -> None:
    every = row(fits, "all")

    assert every.ours <= SHARE_OF_FP32 * every.fp32


@pytest.mark.parametrize("name", GROUPS)
def test_no_group_of_networks_is_predicted_worse_than_by_bandwidth_or_by_fp32(fits: Fits, name: str) -> None:
    found = row(fits, name)

    assert found.ours <= min(found.bandwidth, found.fp32)


def test_the_80_percent_interval_holds_about_80_percent(fits: Fits) -> None:
    assert 0.75 <= row(fits, "all").coverage <= 0.90


@pytest.mark.parametrize(("name", "most"), [("BERT", 0.12), ("GNMT (LSTM)", 0.16)])
def test_the_targets_that_are_met_stay_met(fits: Fits, name: str, most: float) -> None:
    assert row(fits, name).ours <= most


@pytest.mark.parametrize(
    ("name", "target", "most"), [("ResNet-50", 0.18, 0.195), ("VGG16 training", 0.20, 0.23)], ids=str
)
def test_the_targets_of_resnet_50_and_vgg16_which_are_missed_are_missed_by_little(
    fits: Fits, name: str, target: float, most: float
) -> None:
    ours = row(fits, name).ours

    assert target < ours <= most, "met at last: move it to the targets that are met, and say so in the README"


# How that is found.


def stand(architecture: str, value: float, **fields: float) -> Observation:
    card = make_rated(slug=architecture, architecture=architecture, **fields)
    return Observation(key=KEY, card=card, stack="plain", value=value, rows=1)


#: Four architectures whose speed is their bandwidth alone, while FP32 goes the other way.
BY_BANDWIDTH = tuple(
    stand(name, value=bandwidth, memory_bandwidth_gb_s=bandwidth, fp32_tflops=fp32, fp16_matrix_fp32acc_tflops=fp32)
    for name, bandwidth, fp32 in (("a", 200, 80), ("b", 400, 40), ("c", 800, 20), ("d", 1600, 10))
)


def test_an_architecture_is_predicted_without_its_own_rows() -> None:
    changed = [*BY_BANDWIDTH[:3], replace(BY_BANDWIDTH[3], value=10 * 1600)]
    usual, faster = (
        {left.card: left for left in leave_out({KEY: seen}, lambda card: card.architecture)}
        for seen in (BY_BANDWIDTH, changed)
    )

    assert usual.keys() == {"a", "b", "c", "d"}
    assert (usual["d"].measured, faster["d"].measured) == (1600, 16_000)
    assert faster["d"].predicted == usual["d"].predicted
    assert faster["d"].rivals == usual["d"].rivals
    assert faster["a"].predicted != usual["a"].predicted


def test_a_rival_predicts_in_proportion_to_one_figure_of_the_sheet() -> None:
    lefts = {left.card: left for left in leave_out({KEY: BY_BANDWIDTH}, lambda card: card.architecture)}

    assert [left.error("bandwidth") for left in lefts.values()] == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert lefts["a"].error("fp32") > 5


def make_left(measured: float, predicted: float, architecture: str = "a", **fields: float) -> Left:
    rivals = {"fp32": fields.get("fp32", 100.0), "bandwidth": fields.get("bandwidth", 100.0)}
    return Left(
        key=KEY,
        family="f",
        card=architecture,
        architecture=architecture,
        measured=measured,
        predicted=predicted,
        rivals=rivals,
    )


def test_an_error_is_a_share_of_what_was_measured() -> None:
    left = make_left(200, 150, fp32=300, bandwidth=200)

    assert (left.error(), left.error("fp32"), left.error("bandwidth")) == (0.25, 0.5, 0)
    assert left.residual == pytest.approx(math.log(200 / 150))


def test_the_table_says_the_mean_error_of_each_group_that_has_units() -> None:
    lefts = [make_left(100, 90, fp32=200), make_left(100, 130, bandwidth=110)]

    assert table(lefts) == [
        Row(name=name, units=2, ours=0.2, fp32=0.5, bandwidth=0.05, coverage=0.0) for name in ("ResNet-50", "all")
    ]


def test_an_interval_is_as_wide_as_eight_of_ten_residuals() -> None:
    lefts = [make_left(100 * math.exp(number / 10), 100) for number in range(11)]

    assert LEVEL == 0.8
    assert spread(lefts) == pytest.approx(0.8)


def test_an_interval_is_judged_by_the_width_that_the_other_architectures_give() -> None:
    close = [make_left(100 * math.exp(0.1), 100, "close") for _ in range(5)]
    far = [make_left(100 * math.exp(1.0), 100, "far")]

    assert [left.covered for left in with_coverage([*close, *far])] == [True] * 5 + [False]


# How rows become observations.


def test_a_card_counts_once_for_each_kind_of_software_with_its_median(library: Library) -> None:
    cards = ("rtx-3090", "rtx-4090", "titan-v")
    rows: Sequence[Throughput] = [
        *(make_throughput(card=card, value=value) for card in cards for value in (90, 100, 200)),
        make_throughput(card="rtx-3090", value=300, software="TensorFlow XLA"),
        make_throughput(card="rtx-3090", mode="decode", precision="q4_k_m", value=1),
    ]
    seen = observe(rows, library.catalogue)

    assert set(seen) == {KEY}
    found = sorted((item.card.slug, item.stack, item.value, item.rows) for item in seen[KEY])
    assert found == [
        ("rtx-3090", "plain", 100, 3),
        ("rtx-3090", "xla", 300, 1),
        ("rtx-4090", "plain", 100, 3),
        ("titan-v", "plain", 100, 3),
    ]


@pytest.mark.parametrize("cards", [("rtx-3090", "titan-v"), ("rtx-3090", "rtx-3080-10gb", "rtx-3070")])
def test_too_few_cards_or_one_architecture_alone_make_no_fit(library: Library, cards: tuple[str, ...]) -> None:
    assert observe([make_throughput(card=card) for card in cards], library.catalogue) == {}


@pytest.mark.parametrize(
    ("software", "stack"),
    [
        ("TensorFlow XLA", "xla"),
        ("PyTorch 0.3.0", "old"),
        ("TensorFlow 1.4.0", "old"),
        ("TensorFlow 1.15", "plain"),
        ("PyTorch NGC 22.10", "plain"),
    ],
)
def test_software_is_of_one_of_three_kinds(software: str, stack: str) -> None:
    assert stack_of(software) == stack


def test_what_is_alike_is_fitted_together() -> None:
    keys: dict[Key, str] = {
        ("tacotron2", Mode.TRAINING, Precision.AMP): "speech",
        ("gnmt", Mode.TRAINING, Precision.AMP): "examples amp",
        ("vgg16", Mode.TRAINING, Precision.FP16): "images training fp16",
        ("gpt2", Mode.INFERENCE, Precision.FP32): "transformers inference",
    }

    assert {key: family_of(key) for key in keys} == keys


def test_a_fit_finds_the_speed_that_made_the_rows() -> None:
    solution = solve("images training amp", [KEY], BY_BANDWIDTH)
    between = make_rated(architecture="new", memory_bandwidth_gb_s=600, fp32_tflops=27, fp16_matrix_fp32acc_tflops=27)

    assert np.exp(solution.log_speed(KEY, between)) == pytest.approx(600, rel=0.15)
    assert solution.weights[0].argmax() == 1
