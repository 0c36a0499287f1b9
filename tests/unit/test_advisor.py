from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Library
from knowledge.tables import Tables, load_tables
from retrieval.scoring.advisor import Advice, Advisor
from retrieval.scoring.memory import memory_need
from retrieval.scoring.needs import Limits, Mode, Precision, Purpose, Wishes, Work
from tests.makers_memory import NETWORKS
from tests.makers_prediction import TODAY, make_advisor, make_rated, slugs_of
from tests.makers_scoring import make_price

RESNET, VGG, LSTM = Work(network="resnet50"), Work(network="vgg16"), Work(network="lstm")
MODEL_70B = Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, parameters_b=70.0)


@pytest.fixture(scope="module")
def tables(library: Library) -> Tables:
    return load_tables(library.sources)


@pytest.fixture(scope="module")
def advisor(library: Library, tables: Tables) -> Advisor:
    return make_advisor(library.catalogue.cards, tables)


def advise(advisor: Advisor, *works: Work, only: tuple[str, ...] = (), **limits: Any) -> Advice:
    return advisor.advise(Wishes(works=works, limits=Limits(**limits)), TODAY, only)


# Prices.


def test_prices_are_those_of_the_launch_where_nothing_else_is_known(advisor: Advisor) -> None:
    advice = advise(advisor, VGG, only=("rtx-3090", "rtx-4090"))

    assert {one.candidate.card.slug: one.candidate.usd for one in advice.ranking.ranked} == {
        "rtx-3090": 1499,
        "rtx-4090": 1599,
    }
    assert (advice.prices_from, advice.newest_price) == ("launch", "2022-10-12")


def test_a_price_list_takes_over_and_is_said(library: Library, tables: Tables) -> None:
    listed = {
        "rtx-4090": make_price(700, basis="file", date="2026-05-01"),
        "rtx-3090": make_price(2500, basis="file", date="2026-04-01"),
    }
    advisor = make_advisor(library.catalogue.cards, tables, listed)
    both = advise(advisor, VGG, only=("rtx-3090", "rtx-4090"), budget_usd=1600)
    more = advise(advisor, VGG, only=("rtx-3060-12gb", "rtx-4090"), budget_usd=1600)

    assert slugs_of(both) == ["rtx-4090"]
    assert both.ranking.ranked[0].candidate.usd == 700
    assert (both.prices_from, both.newest_price) == ("file", "2026-05-01")
    assert more.prices_from == "mixed"


def test_a_quoted_price_takes_over_from_the_list_and_the_launch(library: Library, tables: Tables) -> None:
    listed = {"rtx-4090": make_price(700, basis="file", date="2026-05-01")}
    advisor = make_advisor(library.catalogue.cards, tables, listed)
    wishes = Wishes(works=(VGG,), quoted_usd=(("rtx-4090", 5000.0),))
    (one,) = advisor.advise(wishes, TODAY, ("rtx-4090",)).ranking.ranked

    assert one.candidate.price is not None
    assert (one.candidate.usd, one.candidate.price.basis) == (5000, "quoted")
    assert one.candidate.price.date == "2026-06-01"
    assert advisor.advise(wishes, TODAY, ("rtx-4090",)).prices_from == "quoted"
    assert slugs_of(advisor.advise(wishes.with_limits(budget_usd=4000), TODAY, ("rtx-4090",))) == []


def test_a_cheaper_quote_moves_a_card_up(advisor: Advisor) -> None:
    places = [
        slugs_of(advisor.advise(Wishes(works=(VGG,), quoted_usd=(("rtx-4090", usd),)), TODAY)).index("rtx-4090")
        for usd in (400.0, 1200.0, 4000.0)
    ]

    assert places == sorted(places)
    assert places[0] == 0 < places[2]


# What speed is of.


def test_speed_is_of_the_first_work_that_a_card_can_speed_up(advisor: Advisor) -> None:
    small_first, big_first = advise(advisor, LSTM, VGG), advise(advisor, VGG, LSTM)

    assert (small_first.plan.network.key, small_first.plan.is_launch_bound) == ("vgg16", False)
    assert slugs_of(small_first) == slugs_of(big_first)
    assert small_first.predictions["rtx-5070-ti"] == big_first.predictions["rtx-5070-ti"]
    assert [need.total_gb for need in small_first.needs] == [
        memory_need(work, NETWORKS[work.network]).total_gb for work in (LSTM, VGG)
    ]


def test_where_every_work_is_bound_by_launches_the_first_counts_and_the_cheap_card_wins(advisor: Advisor) -> None:
    advice = advise(advisor, LSTM, Work(network="gru"), ecosystem="cuda")

    assert (advice.plan.network.key, advice.plan.is_launch_bound) == ("lstm", True)
    assert {one.value for one in advice.predictions.values()} == {advice.predictions["rtx-3050-6gb"].value}
    assert (advice.ranking.ranked[0].candidate.usd or 1e9) < 200


@pytest.mark.parametrize(
    ("purpose", "network", "mode"),
    [
        (None, "resnet50", Mode.TRAINING),
        (Purpose.TRAINING, "resnet50", Mode.TRAINING),
        (Purpose.LEARNING, "resnet50", Mode.TRAINING),
        (Purpose.FINE_TUNING, "bert_base", Mode.TRAINING),
        (Purpose.INFERENCE, "llm", Mode.INFERENCE),
    ],
)
def test_without_a_network_the_purposes_usual_work_is_assumed_and_limits_nothing(
    advisor: Advisor, purpose: Purpose | None, network: str, mode: Mode
) -> None:
    advice = advisor.advise(Wishes(purpose=purpose), TODAY)

    assert [(work.network, work.mode) for work in advice.works] == [(network, mode)]
    assert (advice.assumed_work, advice.needs) == (True, ())
    assert {one.candidate.need_gb for one in advice.ranking.ranked} == {0.0}


def test_a_named_network_is_not_assumed(advisor: Advisor) -> None:
    advice = advise(advisor, RESNET)

    assert (advice.assumed_work, advice.works) == (False, (RESNET,))


def test_the_yardstick_scores_1_in_its_own_work(advisor: Advisor) -> None:
    (one,) = advise(advisor, RESNET, only=("rtx-3090",)).ranking.ranked
    values = {score.name: score.value for score in one.scores}

    assert (values["speed"], values["price"], values["energy"]) == pytest.approx((1, 1, 1))


# Memory.


def test_a_language_model_is_split_over_the_cards_and_everything_else_is_copied(advisor: Advisor) -> None:
    need_gb = memory_need(MODEL_70B, NETWORKS["llm"]).total_gb
    one, two = (advise(advisor, MODEL_70B, count=count, budget_usd=6000) for count in (1, 2))

    assert "rtx-3090" not in slugs_of(one)
    assert "rtx-3090" in slugs_of(two)
    assert two.ranking.ranked[0].candidate.need_gb == pytest.approx(need_gb / 2)
    vgg = [advise(advisor, VGG, count=count).ranking.ranked[0].candidate.need_gb for count in (1, 2)]
    assert vgg[0] == vgg[1]


def test_every_work_must_fit_so_the_largest_need_counts(advisor: Advisor) -> None:
    advice = advise(advisor, LSTM, VGG)

    assert advice.ranking.ranked[0].candidate.need_gb == max(need.total_gb for need in advice.needs)


# What a third card changes.

YARDSTICK_FIRST = "rtx-3090"
_drawn = st.fixed_dictionaries(
    {
        "vendor": st.sampled_from(["NVIDIA", "AMD", "Intel"]),
        "architecture": st.sampled_from(["Ampere", "Ada", "RDNA 3", "Xe2"]),
        "memory_gb": st.sampled_from([8, 16, 24, 48]),
        "memory_bandwidth_gb_s": st.floats(100, 4000),
        "fp16_matrix_fp32acc_tflops": st.floats(10, 1000),
        "fp32_tflops": st.floats(5, 100),
        "tdp_w": st.floats(50, 800),
        "launch_price_usd": st.none() | st.floats(100, 10_000),
        "compute_capability": st.none() | st.sampled_from(["6.1", "8.6", "9.0"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.tuples(_drawn, _drawn, _drawn), st.sampled_from([(RESNET,), (LSTM,), (LSTM, VGG), ()]))
def test_a_third_card_never_swaps_two_others(
    library: Library, tables: Tables, drawn: tuple[dict[str, Any], ...], works: tuple[Work, ...]
) -> None:
    yardstick = library.catalogue.by_slug[YARDSTICK_FIRST]
    cards = [
        make_rated(name=name, slug=name, form_factor="PCIe card", cooling="fans", slots=2, **fields)
        for name, fields in zip(("one", "two", "third"), drawn, strict=True)
    ]
    wishes = Wishes(works=works)
    without, among = (
        slugs_of(make_advisor((yardstick, *these), tables).advise(wishes, TODAY)) for these in (cards[:2], cards)
    )

    assert [slug for slug in among if slug != "third"] == without


# Software.


def test_a_card_that_software_has_given_up_is_behind_the_same_card_with_support(
    library: Library, tables: Tables
) -> None:
    yardstick = library.catalogue.by_slug[YARDSTICK_FIRST]
    old = replace(yardstick, name="old", slug="old", architecture="Kepler", compute_capability="3.5")
    advice = make_advisor((old, yardstick), tables).advise(Wishes(), TODAY)

    assert slugs_of(advice) == ["rtx-3090", "old"]
    assert advice.supports["old"].share < advice.supports["rtx-3090"].share


def test_what_an_ecosystem_does_not_run_on_is_removed(advisor: Advisor) -> None:
    cuda, rocm = (advise(advisor, RESNET, ecosystem=name) for name in ("cuda", "rocm"))

    assert {one.candidate.card.vendor for one in cuda.ranking.ranked} == {"NVIDIA"}
    assert {one.candidate.card.vendor for one in rocm.ranking.ranked} == {"AMD"}
