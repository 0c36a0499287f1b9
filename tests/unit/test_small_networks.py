"""The guide's small networks: bound by launching their kernels, whatever the card."""

import math
from dataclasses import replace

import pytest

from knowledge.library import Library
from knowledge.tables import Tables, load_tables
from retrieval.scoring.fits import Fits, load_fits
from retrieval.scoring.needs import Mode, Work
from retrieval.scoring.regimes import LAUNCH_SPREAD
from tests.makers_prediction import SHIPPED, everywhere, make_predictor, make_rated, predict

RECURRENT = ("rnn", "lstm", "gru")
SMALL = ("cnn", *RECURRENT)


@pytest.fixture(scope="module")
def tables(library: Library) -> Tables:
    return load_tables(library.sources)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("network", RECURRENT)
def test_a_small_recurrent_network_is_as_fast_on_every_card_of_the_catalogue(
    library: Library, network: str, mode: Mode
) -> None:
    found = everywhere(Work(network=network, mode=mode), library)

    assert len(found) > 200
    assert {one.regime for _, one in found} == {"launch"}
    assert len({one.value for _, one in found}) == 1


def test_an_lstm_in_training_does_32_sequences_in_the_time_of_its_launches() -> None:
    found = predict(Work(network="lstm"), make_rated())

    assert found.value == pytest.approx(32 / (29 * 10e-6 + 600 * 5e-6))
    assert (found.unit, found.basis, found.fit, found.notes) == ("sequences/s", "roofline", None, ("small_network",))
    assert math.log(found.hi / found.value) == pytest.approx(LAUNCH_SPREAD)


@pytest.mark.parametrize("mode", Mode)
def test_the_small_cnn_is_as_fast_on_every_card_but_on_the_smallest_which_are_slower(
    library: Library, mode: Mode
) -> None:
    found = everywhere(Work(network="cnn", mode=mode), library)
    fastest = max(one.value for _, one in found)
    slower = [(card, one) for card, one in found if one.value < fastest]

    assert {one.regime for _, one in found if one.value == fastest} == {"launch"}
    assert all(one.regime != "launch" and (card.fp32_tflops or 0) < 4.5 for card, one in slower)


@pytest.mark.parametrize("network", SMALL)
def test_a_small_network_is_never_ranked_by_the_fit_of_a_big_lstm(
    library: Library, tables: Tables, network: str
) -> None:
    fits = load_fits()
    faster = [replace(fit, level=fit.level + math.log(10)) if fit.network == "gnmt" else fit for fit in fits.fits]
    changed = make_predictor(tables, Fits(tuple(faster), fits.families))
    card = library.catalogue.by_slug["rtx-3090"]

    assert predict(Work(network="gnmt"), card, changed).value == pytest.approx(
        10 * predict(Work(network="gnmt"), card).value
    )
    assert everywhere(Work(network=network), library, changed) == everywhere(Work(network=network), library)


@pytest.mark.parametrize(("network", "times"), [("rnn", 16), ("lstm", 14), ("gru", 14), ("cnn", 10)])
def test_a_bigger_batch_does_more_than_any_card(library: Library, network: str, times: float) -> None:
    card = library.catalogue.by_slug["rtx-3090"]
    usual, big = (predict(Work(network=network, batch=batch), card) for batch in (None, 512))

    assert times <= big.value / usual.value <= 16.001


@pytest.mark.parametrize(
    ("network", "batch", "is_bound"),
    [("cnn", None, True), ("cnn", 4096, False), ("lstm", None, True), ("lstm", 512, True), ("lstm", 65_536, False)],
)
def test_a_small_network_is_bound_by_launches_only_while_its_batch_is_small(
    network: str,
    batch: int | None,
    is_bound: bool,  # noqa: FBT001
) -> None:
    work = Work(network=network, batch=batch)
    found = predict(work, make_rated())

    assert SHIPPED.plan(work).is_launch_bound is is_bound
    assert (found.regime == "launch") is is_bound
