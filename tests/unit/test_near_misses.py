from typing import Any

import pytest

from bot.texts import texts
from retrieval.scoring.needs import FormFactor, Limits, Mode, Precision, Wishes, Work
from retrieval.scoring.ranking import rank
from tests.makers_scoring import make_candidate, make_yardstick

YARDSTICK = make_yardstick()


def test_when_nothing_is_left_the_nearest_miss_of_each_limit_is_named() -> None:
    limits = Limits(budget_usd=1000, min_memory_gb=24)
    cards = [
        make_candidate("dear", usd=1500),
        make_candidate("dearer", usd=2500),
        make_candidate("small", memory_gb=16),
        make_candidate("smaller", memory_gb=8),
        make_candidate("both", usd=1001, memory_gb=23),
    ]

    ranking = rank(cards, Wishes(limits=limits), YARDSTICK)

    assert ranking.ranked == ()
    assert {miss.limit: miss.candidate.card.slug for miss in ranking.nearest} == {
        "budget_usd": "dear",
        "min_memory_gb": "small",
    }
    assert [(reason.key, reason.values["name"], reason.values["has"]) for reason in ranking.relax] == [
        ("relax.budget_usd", "dear", 1500),
        ("relax.min_memory_gb", "small", 16),
    ]


def test_when_every_card_breaks_several_limits_the_nearest_of_all_is_named_with_each() -> None:
    limits = Limits(budget_usd=100, min_memory_gb=48)
    cards = [make_candidate("near", usd=110, memory_gb=40), make_candidate("far", usd=900, memory_gb=8)]

    ranking = rank(cards, Wishes(limits=limits), YARDSTICK)

    assert [miss.candidate.card.slug for miss in ranking.nearest] == ["near"]
    assert ranking.together is not None
    assert (ranking.together.key, ranking.together.values) == ("relax.together", {"name": "near", "count": 2})
    assert [reason.key for reason in ranking.relax] == ["relax.budget_usd", "relax.min_memory_gb"]


@pytest.mark.parametrize(
    ("need_gb", "count", "key", "cards"),
    [
        (72.0, 1, "relax.memory", None),
        (72.1, 1, "relax.memory_far", 4),
        (1280.0, 1, "relax.memory_far", 57),
        (1280.0, 2, "relax.memory_far", 113),
    ],
)
def test_a_need_far_above_the_memory_is_answered_by_how_many_cards_hold_it(
    need_gb: float, count: int, key: str, cards: int | None
) -> None:
    wishes = Wishes(limits=Limits(count=count))

    (reason,) = rank([make_candidate(need_gb=need_gb, memory_gb=24)], wishes, YARDSTICK).relax

    assert reason.key == key
    assert (reason.values["wanted"], reason.values["has"], reason.values.get("count")) == (need_gb, 24, cards)


@pytest.mark.parametrize(
    ("work", "key"),
    [
        (Work(network="llm"), "relax.memory"),
        (Work(network="llm", mode=Mode.INFERENCE, precision=Precision.FP16), "relax.memory"),
        (Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4, batch=8), "relax.memory"),
        (Work(network="llm", mode=Mode.INFERENCE, precision=Precision.INT4), "relax.memory_far"),
    ],
)
def test_what_cannot_be_made_smaller_is_not_said_to_fit_once_it_is(work: Work, key: str) -> None:
    (reason,) = rank([make_candidate(need_gb=45.0)], Wishes(works=(work,)), YARDSTICK).relax

    assert reason.key == key


@pytest.mark.parametrize(
    ("place", "key"),
    [(None, "relax.form_factor"), (FormFactor.DESKTOP, "relax.form_factor_desktop")],
)
def test_a_place_that_a_card_does_not_fit_is_said_back(place: FormFactor | None, key: str) -> None:
    wishes = Wishes(limits=Limits(form_factor=place))

    (reason,) = rank([make_candidate(cooling="passive")], wishes, YARDSTICK).relax

    assert reason.key == key


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize(
    ("limits", "card"),
    [
        ({"budget_usd": 500}, {}),
        ({"budget_usd": 500}, {"usd": None}),
        ({"max_watts": 100}, {}),
        ({"max_watts": 100}, {"tdp_w": None}),
        ({"psu_watts": 300}, {}),
        ({"psu_watts": 300}, {"tdp_w": None}),
        ({"min_memory_gb": 48}, {}),
        ({"min_memory_gb": 48}, {"memory_gb": None}),
        ({"max_slots": 1}, {}),
        ({"max_slots": 1}, {"slots": None}),
        ({"vendors": frozenset({"AMD"})}, {}),
        ({"ecosystem": "rocm"}, {}),
        ({}, {"need_gb": 40.0}),
        ({}, {"need_gb": 400.0}),
        ({}, {"need_gb": 40.0, "memory_gb": None}),
    ],
)
def test_what_would_have_to_give_is_said_beside_what_was_asked(
    language: str, limits: dict[str, Any], card: dict[str, Any]
) -> None:
    for reason in rank([make_candidate(**card)], Wishes(limits=Limits(**limits)), YARDSTICK).relax:
        said = texts(language).say(f"choose.{reason.key}", **{name: f"<{one}>" for name, one in reason.values.items()})

        assert f"<{reason.values['wanted']}>" in said


def test_a_price_that_is_not_known_is_what_to_find_out() -> None:
    (reason,) = rank([make_candidate(usd=None)], Wishes(limits=Limits(budget_usd=500)), YARDSTICK).relax

    assert reason.key == "relax.budget_usd_unknown"


def test_nothing_has_to_give_while_a_card_is_left() -> None:
    ranking = rank(
        [make_candidate("kept"), make_candidate("big", tdp_w=900)], Wishes(limits=Limits(max_watts=300)), YARDSTICK
    )

    assert (ranking.nearest, ranking.together, ranking.relax) == ((), None, ())
    assert [(one.candidate.card.slug, one.broken[0].limit) for one in ranking.removed] == [("big", "max_watts")]
