from dataclasses import replace
from typing import Any

import pytest

from knowledge.library import Library
from knowledge.tables import load_tables
from retrieval.scoring.candidates import Candidate
from retrieval.scoring.limits import (
    REST_OF_COMPUTER_W,
    USED_YEARS,
    broken_limits,
    budget_needed_usd,
    psu_caution,
    psu_needed_w,
)
from retrieval.scoring.needs import Limits, Wishes
from tests.makers import make_gpu
from tests.makers_prediction import TODAY, make_advisor
from tests.makers_scoring import make_candidate, make_price


def names_of(candidate: Candidate, **limits: Any) -> list[str]:
    return [broken.limit for broken in broken_limits(candidate, Limits(**limits))]


@pytest.mark.parametrize(
    ("limits", "card", "broken"),
    [
        ({"budget_usd": 1000}, {"usd": 1000}, []),
        ({"budget_usd": 999}, {"usd": 1000}, ["budget_usd"]),
        ({"budget_usd": 1999, "count": 2}, {"usd": 1000}, ["budget_usd"]),
        ({"budget_usd": 5000}, {"usd": None}, ["budget_usd"]),
        ({}, {"usd": None}, []),
        ({"max_watts": 300}, {"tdp_w": 300}, []),
        ({"max_watts": 300}, {"tdp_w": 301}, ["max_watts"]),
        ({"max_watts": 500, "count": 2}, {"tdp_w": 300}, ["max_watts"]),
        ({"max_watts": 5000}, {"tdp_w": None}, ["max_watts"]),
        ({"psu_watts": 650}, {"tdp_w": 400}, []),
        ({"psu_watts": 649}, {"tdp_w": 400}, ["psu_watts"]),
        ({"psu_watts": 650}, {"tdp_w": None}, ["psu_watts"]),
        ({"min_memory_gb": 24}, {"memory_gb": 24}, []),
        ({"min_memory_gb": 24}, {"memory_gb": 16}, ["min_memory_gb"]),
        ({"min_memory_gb": 24}, {"memory_gb": None}, ["min_memory_gb"]),
        ({"vendors": frozenset({"nvidia"})}, {"vendor": "NVIDIA"}, []),
        ({"vendors": frozenset({"AMD", "Intel"})}, {"vendor": "NVIDIA"}, ["vendors"]),
        ({"not_vendors": frozenset({"NVIDIA"})}, {"vendor": "NVIDIA"}, ["not_vendors"]),
        ({"not_vendors": frozenset({"AMD"})}, {"vendor": "NVIDIA"}, []),
        ({"ecosystem": "cuda"}, {"vendor": "NVIDIA"}, []),
        ({"ecosystem": "cuda"}, {"vendor": "AMD"}, ["ecosystem"]),
        ({"ecosystem": "rocm"}, {"vendor": "AMD", "support_level": "none"}, ["ecosystem"]),
        ({"ecosystem": "pytorch"}, {"vendor": "Intel"}, []),
        ({}, {"support_level": "none"}, []),
        ({"not_cards": frozenset({"card"})}, {}, ["not_cards"]),
        ({"max_slots": 2}, {"slots": 2}, []),
        ({"max_slots": 2}, {"slots": 2.5}, ["max_slots"]),
        ({"max_slots": 2}, {"slots": None}, ["max_slots"]),
        ({"condition": "new"}, {"age_years": USED_YEARS - 1}, []),
        ({"condition": "new"}, {"age_years": USED_YEARS}, ["condition"]),
        ({"condition": "new"}, {"age_years": USED_YEARS, "usd": None}, ["condition"]),
        ({"condition": "new"}, {"age_years": None}, []),
        ({"condition": "used"}, {"age_years": USED_YEARS}, []),
        ({}, {"age_years": USED_YEARS}, []),
        ({}, {"need_gb": 24.0}, []),
        ({}, {"need_gb": 23.5, "fits": False}, ["memory"]),
        ({}, {"need_gb": 25.0}, ["memory"]),
        ({}, {"need_gb": 25.0, "memory_gb": None}, ["memory"]),
        ({"budget_usd": 10, "max_watts": 10}, {}, ["budget_usd", "max_watts"]),
    ],
)
def test_a_card_breaks_just_the_limits_that_it_exceeds(
    limits: dict[str, Any], card: dict[str, Any], broken: list[str]
) -> None:
    assert names_of(make_candidate(**card), **limits) == broken


def test_a_broken_limit_says_what_was_wanted_what_is_there_and_by_how_much_it_misses() -> None:
    (broken,) = broken_limits(make_candidate(usd=1500), Limits(budget_usd=2000, count=2))

    assert (broken.wanted, broken.has, broken.shortfall) == (2000, 3000, 0.5)
    assert broken.reason.key == "limit.budget_usd"
    assert broken.reason.values == {"wanted": 2000, "has": 3000, "count": 2}


def test_too_little_memory_falls_short_by_its_share_of_what_was_wanted() -> None:
    (broken,) = broken_limits(make_candidate(memory_gb=18), Limits(min_memory_gb=24))

    assert broken.shortfall == 0.25


def test_the_cost_of_a_single_card_is_said_without_counting_it() -> None:
    (broken,) = broken_limits(make_candidate(usd=1500), Limits(budget_usd=1000))

    assert (broken.limit, broken.reason.key) == ("budget_usd", "limit.budget_usd_one")


def test_an_old_card_is_said_with_the_year_of_its_launch() -> None:
    (broken,) = broken_limits(make_candidate(launch_date="2020-09", age_years=6), Limits(condition="new"))

    assert broken.reason.key == "limit.condition"
    assert broken.reason.values == {"wanted": "new", "has": "used", "year": "2020"}


@pytest.mark.parametrize(
    ("basis", "condition", "age_years", "reason"),
    [
        ("launch", "new", 6, "condition"),
        ("file", "new", 6, None),
        ("file", "", 6, None),
        ("quoted", "", 6, None),
        ("file", "used", 6, "condition_price"),
        ("file", "refurbished", 1, "condition_price"),
    ],
)
def test_an_old_card_is_new_only_where_a_list_or_a_quote_has_it_new(
    basis: str, condition: str, age_years: int, reason: str | None
) -> None:
    priced = replace(make_candidate(age_years=age_years), price=make_price(basis=basis, condition=condition))

    broken = broken_limits(priced, Limits(condition="new"))

    assert [one.reason.key for one in broken] == ([f"limit.{reason}"] if reason else [])


def test_a_width_that_is_not_published_is_said_to_be_unknown() -> None:
    (broken,) = broken_limits(make_candidate(slots=None), Limits(max_slots=1))

    assert (broken.reason.key, broken.is_unknown) == ("limit.slots_unknown", True)


def test_a_missing_price_is_said_to_be_missing() -> None:
    (broken,) = broken_limits(make_candidate(usd=None), Limits(budget_usd=2000))

    assert broken.reason.key == "limit.price_unknown"


@pytest.mark.parametrize(
    ("tdp_w", "recommended_w", "count", "needed_w"),
    [
        (180, 600, 1, 180 + REST_OF_COMPUTER_W),
        (70, 250, 1, 250),
        (70, 250, 2, 140 + REST_OF_COMPUTER_W),
        (300, None, 2, 600 + REST_OF_COMPUTER_W),
        (None, 600, 1, None),
    ],
)
def test_a_power_supply_feeds_the_cards_and_the_rest_of_the_computer(
    tdp_w: float | None, recommended_w: float | None, count: int, needed_w: float | None
) -> None:
    assert psu_needed_w(make_gpu(tdp_w=tdp_w, psu_recommended_w=recommended_w), count) == needed_w


def test_a_power_supply_below_the_makers_recommendation_is_warned_of() -> None:
    card = make_gpu(tdp_w=180, psu_recommended_w=600)

    caution = psu_caution(card, Limits(psu_watts=550))

    assert caution is not None
    assert caution.values == {"name": card.name, "psu_watts": 550, "recommended_w": 600, "left_w": 370}
    assert psu_caution(card, Limits(psu_watts=600)) is None
    assert psu_caution(card, Limits()) is None


@pytest.mark.parametrize(
    ("card", "limits", "usd"),
    [
        ({"usd": 700}, {"count": 2}, 1400),
        ({"cooling": "passive", "usd": 7000}, {}, 20_000),
        ({"usd": 700}, {"max_watts": 100}, float("inf")),
        ({"usd": None}, {}, float("inf")),
    ],
)
def test_the_smallest_budget_for_a_card_is_its_cost_where_money_helps(
    card: dict[str, Any], limits: dict[str, Any], usd: float
) -> None:
    assert budget_needed_usd(make_candidate(**card), Limits(**limits)) == usd


def test_cards_of_the_catalogue_know_their_age_and_old_ones_are_no_new_cards(library: Library) -> None:
    advisor = make_advisor(library.catalogue.cards, load_tables(library.sources))
    wishes = Wishes(limits=Limits(condition="new"))

    ranking = advisor.advise(wishes, TODAY, ("rtx-3090", "rtx-4090", "rtx-5090")).ranking

    assert [(one.candidate.card.slug, one.candidate.age_years) for one in ranking.ranked] == [("rtx-5090", 1)]
    assert {one.candidate.card.slug: one.candidate.age_years for one in ranking.removed} == {
        "rtx-3090": 6,
        "rtx-4090": 4,
    }
