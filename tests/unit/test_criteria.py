from statistics import median

import pytest

from knowledge.library import Library
from knowledge.tables import load_tables
from retrieval.scoring.criteria import (
    ASSUMED_NEED_GB,
    CRITERIA,
    FLOOR,
    USUAL_PRICE,
    UnknownCriterionError,
    WrongWeightError,
    scores_of,
    weights_of,
)
from retrieval.scoring.needs import Mode, Precision, Purpose, Wishes, Work
from retrieval.scoring.ranking import rank
from tests.makers_prediction import TODAY, make_advisor
from tests.makers_scoring import make_candidate, make_yardstick

YARDSTICK = make_yardstick()
LLM_7B = Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, parameters_b=7.0)


def test_the_score_is_the_product_of_values_to_the_power_of_their_shares() -> None:
    card = make_candidate(speed=400, usd=2000, tdp_w=600, memory_gb=24, need_gb=8, support_share=0.5)

    (ranked,) = rank([card], Wishes(weights=(("speed", 0.5), ("headroom", 0.5))), YARDSTICK).ranked

    assert {score.name: score.value for score in ranked.scores} == {
        "speed": 4,
        "headroom": pytest.approx(0.9),
        "price": 2,
        "energy": 2,
        "support": 0.5,
        "ecosystem": 1,
    }
    assert ranked.score == pytest.approx((4 * 0.9) ** 0.5)


def test_each_criterion_says_why() -> None:
    reasons = {score.name: score.reason for score in scores_of(make_candidate(need_gb=12), YARDSTICK)}

    assert reasons["speed"].key == "score.speed_fitted"
    assert reasons["speed"].values["ratio"] == 1
    assert reasons["headroom"].values == {"memory_gb": 24, "need_gb": 12}
    assert reasons["price"].key == "score.price_launch"
    assert reasons["energy"].values["watts"] == 300


def test_what_is_not_known_gets_the_least_value_and_says_so() -> None:
    scores = {score.name: score for score in scores_of(make_candidate(usd=None, speed=None, tdp_w=None), YARDSTICK)}

    assert [scores[name].value for name in ("speed", "price", "energy")] == [FLOOR] * 3  # no bonus without a speed
    assert scores["speed"].reason.key == "score.speed_unknown"
    assert scores["price"].reason.key == "score.price_unknown"
    assert scores["energy"].reason.key == "score.energy_unknown"


@pytest.mark.parametrize(
    ("speed", "value"), [(1000, USUAL_PRICE), (100, USUAL_PRICE), (40, USUAL_PRICE), (20, 0.2), (0.1, FLOOR)]
)
def test_a_price_that_is_not_known_counts_as_a_usual_one_and_no_less_than_the_yardsticks(
    speed: float, value: float
) -> None:
    assert CRITERIA["price"][0](make_candidate(usd=None, speed=speed), YARDSTICK) == pytest.approx(value)


@pytest.mark.parametrize("work", [Work(network="resnet50"), Work(network="bert_base"), LLM_7B], ids=lambda w: w.network)
def test_the_usual_price_is_the_median_of_the_workstation_cards_that_have_one(work: Work, library: Library) -> None:
    advisor = make_advisor(library.catalogue.cards, load_tables(library.sources))
    wishes = Wishes(works=(work,))
    yardstick = advisor.yardstick(advisor.plan(wishes))
    found = advisor.candidates(library.catalogue.cards, wishes, TODAY)

    shares = [CRITERIA["price"][0](one, yardstick) for one in found if one.usd and one.card.market == "workstation"]

    assert median(shares) == pytest.approx(USUAL_PRICE, abs=0.05)


@pytest.mark.parametrize(
    ("memory_gb", "value"), [(24, 0.5), (48, 0.8), (96, 16 / 17), (12, 0.2), (0.1, FLOOR), (0, FLOOR), (None, FLOOR)]
)
def test_headroom_is_a_half_where_the_work_just_fits_and_grows_most_from_there(
    memory_gb: float | None, value: float
) -> None:
    card = make_candidate(memory_gb=memory_gb, need_gb=24)

    assert CRITERIA["headroom"][0](card, YARDSTICK) == pytest.approx(value)


def test_a_tiny_need_counts_as_the_assumed_one() -> None:
    headroom = CRITERIA["headroom"][0]

    assert headroom(make_candidate(need_gb=0.2), YARDSTICK) == headroom(
        make_candidate(need_gb=ASSUMED_NEED_GB), YARDSTICK
    )


@pytest.mark.parametrize("purpose", [None, *Purpose])
def test_the_shares_of_every_purpose_sum_to_one(purpose: Purpose | None) -> None:
    assert sum(weights_of(Wishes(purpose=purpose)).values()) == pytest.approx(1)


def test_a_share_given_is_kept_and_the_others_split_the_rest() -> None:
    usual = weights_of(Wishes(purpose=Purpose.TRAINING))

    changed = weights_of(Wishes(purpose=Purpose.TRAINING, weights=(("price", 0.6),)))

    assert changed["price"] == pytest.approx(0.6)
    assert changed["speed"] / changed["headroom"] == pytest.approx(usual["speed"] / usual["headroom"])


def test_shares_above_one_count_relative_to_one_another() -> None:
    changed = weights_of(Wishes(weights=(("price", 3), ("speed", 1))))

    assert changed == {"speed": 0.25, "headroom": 0, "price": 0.75, "energy": 0, "support": 0, "ecosystem": 0}


def test_an_unknown_criterion_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(
        UnknownCriterionError, match=r"'noise' is no criterion\. Weights go to: speed, headroom, price, energy"
    ):
        rank([make_candidate()], Wishes(weights=(("noise", 1),)), YARDSTICK)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ((("price", -0.1),), "The weight of price is -0.1"),
        ((("price", float("nan")),), "The weight of price is nan"),
        (tuple((name, 0.0) for name in CRITERIA), "All weights are 0"),
    ],
)
def test_a_weight_that_is_no_share_is_an_error(weights: tuple[tuple[str, float], ...], says: str) -> None:
    with pytest.raises(WrongWeightError, match=says):
        weights_of(Wishes(weights=weights))
