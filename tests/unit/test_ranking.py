from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from retrieval.scoring.candidates import Candidate
from retrieval.scoring.criteria import (
    CRITERIA,
    USUAL_PRICE,
    total_score,
    weights_of,
)
from retrieval.scoring.limits import broken_limits
from retrieval.scoring.needs import Limits, Purpose, Wishes
from retrieval.scoring.ranking import Ranking, all_alike, measures_of, rank
from tests.makers_scoring import (
    drawn_candidates,
    drawn_catalogues,
    drawn_wishes,
    for_a_pc,
    make_candidate,
    make_ranked,
    make_speed,
    make_yardstick,
    rename,
    with_usd,
)

YARDSTICK = make_yardstick()


def slugs(ranking: Ranking) -> list[str]:
    return [one.candidate.card.slug for one in ranking.ranked]


def order(*candidates: Candidate, **wishes: object) -> list[str]:
    return slugs(rank(candidates, Wishes(**wishes), YARDSTICK))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(drawn_catalogues(), drawn_catalogues(), drawn_wishes() | drawn_wishes(is_limited=False))
def test_adding_cards_never_changes_the_order_of_the_others(
    catalogue: list[Candidate], more: list[Candidate], wishes: Wishes
) -> None:
    added = [
        replace(one, card=replace(one.card, slug=f"more-{one.card.slug}", name=f"a {one.card.name}")) for one in more
    ]
    known = {one.card.slug for one in catalogue}

    before = slugs(rank(catalogue, wishes, YARDSTICK))
    after = slugs(rank([*added, *reversed(catalogue)], wishes, YARDSTICK))

    assert [slug for slug in after if slug in known] == before


@settings(max_examples=100, deadline=None)
@given(drawn_catalogues(), drawn_wishes())
def test_no_recommended_card_breaks_a_limit_and_every_removed_one_does(
    catalogue: list[Candidate], wishes: Wishes
) -> None:
    ranking = rank(catalogue, wishes, YARDSTICK)

    assert all(broken_limits(one.candidate, wishes.limits) == () for one in ranking.ranked)
    assert all(one.broken for one in ranking.removed)
    assert len(ranking.ranked) + len(ranking.removed) == len(catalogue)


def assert_not_worse(better: Candidate, other: Candidate, wishes: Wishes) -> None:
    """The better card keeps the alphabetically later name, so that no tie helps it."""
    pair = rename([for_a_pc(other), for_a_pc(better)])

    ranking = rank(pair, replace(wishes, limits=Limits()), YARDSTICK)

    assert slugs(ranking)[0] == "card-001"


SHARE = st.floats(min_value=0.01, max_value=0.99)


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), st.floats(min_value=10, max_value=5000), SHARE, drawn_wishes())
@example(make_candidate(speed=0.001), 5000, 0.5, Wishes())
def test_a_cheaper_card_never_ranks_lower(one: Candidate, usd: float, share: float, wishes: Wishes) -> None:
    assert_not_worse(with_usd(one, usd * share), with_usd(one, usd), wishes)


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), st.floats(min_value=0.1, max_value=50_000), SHARE, drawn_wishes())
@example(make_candidate(), 0.1, 0.5, Wishes())
def test_a_faster_card_never_ranks_lower(one: Candidate, value: float, share: float, wishes: Wishes) -> None:
    slower = replace(one, speed=make_speed(value * share))

    assert_not_worse(replace(one, speed=make_speed(value)), slower, wishes)


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), st.floats(min_value=4, max_value=90), SHARE, drawn_wishes())
def test_a_card_with_more_memory_never_ranks_lower(
    one: Candidate, memory_gb: float, share: float, wishes: Wishes
) -> None:
    less = replace(one, card=replace(one.card, memory_gb=memory_gb * share))

    assert_not_worse(replace(one, card=replace(one.card, memory_gb=memory_gb)), less, wishes)


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), st.floats(min_value=30, max_value=1400), SHARE, drawn_wishes())
def test_a_card_that_draws_less_power_never_ranks_lower(
    one: Candidate, tdp_w: float, share: float, wishes: Wishes
) -> None:
    thriftier = replace(one, card=replace(one.card, tdp_w=tdp_w * share))

    assert_not_worse(thriftier, replace(one, card=replace(one.card, tdp_w=tdp_w)), wishes)


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), drawn_wishes())
def test_a_speed_that_is_not_known_is_never_a_bonus(one: Candidate, wishes: Wishes) -> None:
    known = replace(one, speed=make_speed(0.5))

    assert_not_worse(known, replace(known, speed=None), wishes)


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), st.floats(min_value=1, max_value=50_000), SHARE, drawn_wishes())
def test_a_price_that_is_not_known_is_no_bonus_over_a_usual_or_lower_one(
    one: Candidate, value: float, share: float, wishes: Wishes
) -> None:
    usual_usd = YARDSTICK.usd * value / (YARDSTICK.speed or 1) / USUAL_PRICE
    known = with_usd(replace(one, speed=make_speed(value)), usual_usd * share)

    assert_not_worse(known, replace(known, price=None), wishes)


@settings(max_examples=40, deadline=None)
@given(drawn_catalogues(largest=20), drawn_wishes())
def test_an_independent_weighted_product_agrees(catalogue: list[Candidate], wishes: Wishes) -> None:
    """Dividing a criterion by its maximum multiplies all products by one factor, so the order is comparable."""
    weights = weights_of(wishes)
    matrix = np.array([[value(one, YARDSTICK) for value, _ in CRITERIA.values()] for one in catalogue])
    method = import_module("pymcdm.methods").WPM(import_module("pymcdm.normalizations").linear_normalization)
    theirs = method(matrix, np.array(list(weights.values())), np.ones(len(CRITERIA)), validation=False)
    ours = np.array([total_score(one, weights, YARDSTICK) for one in catalogue])

    assert theirs / theirs.max() == pytest.approx(ours / ours.max(), rel=1e-9)


def test_a_learner_is_shown_the_cheap_card_where_a_trainer_is_shown_the_fast_one() -> None:
    cheap, fast = make_candidate("cheap", usd=250, speed=60), make_candidate("fast", usd=2000, speed=250)

    assert order(cheap, fast, purpose=Purpose.LEARNING) == ["cheap", "fast"]
    assert order(cheap, fast, purpose=Purpose.TRAINING) == ["fast", "cheap"]


def test_without_a_budget_a_fast_card_of_no_known_price_is_ahead_of_a_slow_one_that_is_cheap() -> None:
    fast = make_candidate("fast", speed=285, usd=None, memory_gb=80, tdp_w=350)
    slow = make_candidate("slow", speed=51, usd=900, memory_gb=8, tdp_w=160)

    assert order(fast, slow, purpose=Purpose.INFERENCE) == ["fast", "slow"]
    assert order(fast, slow, purpose=Purpose.INFERENCE, limits=Limits(budget_usd=5000)) == ["slow"]


@pytest.mark.parametrize(
    ("order", "first"), [(None, "fast"), ("cheapest", "cheap"), ("most_memory", "roomy"), ("most_efficient", "frugal")]
)
def test_a_list_goes_by_what_was_asked_for_before_all_criteria(order: str | None, first: str) -> None:
    cards = [
        make_candidate(slug="fast", speed=100, usd=900, memory_gb=16, tdp_w=400),
        make_candidate(slug="cheap", speed=10, usd=200, memory_gb=16, tdp_w=400),
        make_candidate(slug="roomy", speed=10, usd=900, memory_gb=48, tdp_w=400),
        make_candidate(slug="frugal", speed=20, usd=900, memory_gb=16, tdp_w=40),
    ]

    ranking = rank(cards, Wishes(order=order), make_yardstick())

    assert ranking.ranked[0].candidate.card.slug == first


def test_cards_are_alike_where_launches_alone_hold_all_of_them_back() -> None:
    bound = [make_ranked(name, speed=make_speed(5, basis="launch")) for name in ("a", "b")]
    quicker = make_ranked("c", speed=make_speed(6, basis="launch"))

    assert all_alike(bound)
    assert not all_alike([*bound, quicker])
    assert not all_alike([make_ranked("a", speed=5), make_ranked("b", speed=5)])
    assert not all_alike([make_ranked("a", speed=None)])
    assert not all_alike([])


def test_equal_scores_go_by_price_then_power_then_name() -> None:
    only_support = (("support", 1.0), ("speed", 1.0))
    cards = [
        make_candidate("d", usd=900, tdp_w=200),
        make_candidate("b", usd=900, tdp_w=200),
        make_candidate("c", usd=800, tdp_w=400),
        make_candidate("a", usd=900, tdp_w=250),
    ]

    assert order(*cards, weights=only_support) == ["c", "b", "d", "a"]


@settings(max_examples=60, deadline=None)
@given(drawn_catalogues(largest=25))
def test_the_front_is_what_comparing_all_pairs_gives(catalogue: list[Candidate]) -> None:
    ranking = rank(catalogue, Wishes(), YARDSTICK)
    points = {one.candidate.card.slug: measures_of(one.candidate) for one in ranking.ranked}

    def is_beaten(point: tuple[float, ...]) -> bool:
        return any(
            other != point and all(theirs >= mine for theirs, mine in zip(other, point, strict=True))
            for other in points.values()
        )

    assert list(ranking.pareto) == [slug for slug, point in points.items() if not is_beaten(point)]


def test_cards_whose_intervals_overlap_are_said_to_be_indistinguishable() -> None:
    close = make_candidate("close", speed=make_speed(95, lo=80, hi=110))
    best = make_candidate("best", speed=make_speed(100, lo=85, hi=115))
    slow = make_candidate("slow", speed=make_speed(50, lo=45, hi=55))

    assert rank([slow, close, best], Wishes(), YARDSTICK).indistinguishable == (("best", "close"),)


def test_overlapping_speeds_are_told_apart_where_the_price_decides() -> None:
    dear = make_candidate("dear", usd=5000, speed=make_speed(100, lo=85, hi=115))
    cheap = make_candidate("cheap", usd=500, speed=make_speed(95, lo=80, hi=110))

    assert rank([dear, cheap], Wishes(), YARDSTICK).indistinguishable == ()


def test_a_group_holds_only_cards_that_overlap_with_one_another() -> None:
    chain = [
        make_candidate(name, speed=make_speed(value, lo=value - 12, hi=value + 12))
        for name, value in (("a", 140), ("b", 120), ("c", 100))
    ]

    assert rank(chain, Wishes(), YARDSTICK).indistinguishable == (("a", "b"),)


def test_an_empty_catalogue_gives_an_empty_ranking() -> None:
    ranking = rank([], Wishes(), YARDSTICK)

    assert (ranking.ranked, ranking.pareto, ranking.indistinguishable, ranking.nearest) == ((), (), (), ())


@settings(max_examples=40, deadline=None)
@given(drawn_catalogues(), drawn_wishes())
def test_the_order_of_the_catalogue_does_not_matter(catalogue: list[Candidate], wishes: Wishes) -> None:
    assume(len(catalogue) > 1)

    forwards, backwards = rank(catalogue, wishes, YARDSTICK), rank(catalogue[::-1], wishes, YARDSTICK)

    assert forwards.ranked == backwards.ranked
    assert forwards.pareto == backwards.pareto
    assert forwards.indistinguishable == backwards.indistinguishable
