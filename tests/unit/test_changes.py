import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.scoring.candidates import Candidate
from retrieval.scoring.changes import Change, what_would_change, worth_below
from retrieval.scoring.criteria import weights_of
from retrieval.scoring.needs import Limits, Wishes
from retrieval.scoring.ranking import rank
from tests.makers_scoring import (
    drawn_candidates,
    drawn_catalogues,
    drawn_wishes,
    for_a_pc,
    make_candidate,
    make_speed,
    make_yardstick,
    rename,
    with_usd,
)

YARDSTICK = make_yardstick()
WEIGHTS = weights_of(Wishes())


def changes_of(*candidates: Candidate, **limits: object) -> dict[str, Change]:
    wishes = Wishes(limits=Limits(**limits))  # type: ignore[arg-type]
    return {change.kind: change for change in what_would_change(candidates, wishes, YARDSTICK)}


def first_of(candidates: list[Candidate], wishes: Wishes) -> str | None:
    ranked = rank(candidates, wishes, YARDSTICK).ranked
    return ranked[0].candidate.card.slug if ranked else None


def test_more_memory_names_the_next_size_at_which_another_card_is_first() -> None:
    fast, roomy = make_candidate("fast", speed=200, memory_gb=12), make_candidate("roomy", memory_gb=24)

    change = changes_of(fast, roomy)["memory_more"]

    assert (change.value, change.first) == (16, "roomy")
    assert change.reason.key == "change.memory_more"
    assert change.reason.values == {"value": 16, "now": "fast", "name": "roomy"}


def test_less_memory_names_the_largest_size_at_which_another_card_is_first() -> None:
    fast, roomy = make_candidate("fast", speed=200, memory_gb=12), make_candidate("roomy", memory_gb=24)

    change = changes_of(fast, roomy, min_memory_gb=24)["memory_less"]

    assert (change.value, change.first) == (12, "fast")


def test_memory_is_not_said_where_no_size_changes_the_first_card() -> None:
    assert "memory_more" not in changes_of(make_candidate("best", speed=200), make_candidate("other"))


def test_a_larger_budget_names_the_cheapest_better_card() -> None:
    cards = [
        make_candidate("cheap", usd=500, speed=50),
        make_candidate("better", usd=900, speed=150),
        make_candidate("best", usd=2000, speed=900),
    ]

    change = changes_of(*cards, budget_usd=600)["budget_more"]

    assert (change.value, change.first) == (900, "better")


def test_a_smaller_budget_names_what_is_first_below_the_price_of_the_first_card() -> None:
    cards = [make_candidate("cheap", usd=500, speed=50), make_candidate("best", usd=900, speed=150)]

    change = changes_of(*cards, count=2)["budget_less"]

    assert (change.value, change.first) == (1800, "cheap")


def test_a_smaller_budget_may_leave_nothing() -> None:
    change = changes_of(make_candidate("only", usd=900))["budget_less"]

    assert (change.value, change.first, change.reason.key) == (900, None, "change.budget_less_none")


def test_a_larger_budget_that_means_a_server_is_said_as_that_budget() -> None:
    passive = make_candidate("passive", usd=9000, speed=5000, cooling="passive")

    change = changes_of(make_candidate("card"), passive, budget_usd=10_000)["budget_more"]

    assert (change.value, change.first) == (20_000, "passive")


def test_another_maker_is_said_only_where_one_was_excluded() -> None:
    ours, theirs = make_candidate("ours", vendor="AMD"), make_candidate("theirs", speed=200, vendor="NVIDIA")

    change = changes_of(ours, theirs, vendors=frozenset({"AMD"}))["vendor"]

    assert (change.value, change.first) == ("NVIDIA", "theirs")
    assert changes_of(ours, theirs, not_vendors=frozenset({"NVIDIA"}))["vendor"].first == "theirs"
    assert "vendor" not in changes_of(ours, theirs)


def test_a_card_is_worth_it_below_the_price_at_which_scores_are_equal() -> None:
    """Half the speed costs 0.5 ** (0.25 + 0.2 + 0.05), which the price must win back by its share of 0.2."""
    slower, rival = make_candidate("slower", speed=50, usd=800), make_candidate("rival", speed=100, usd=1000)

    usd = worth_below(slower, rival, {"speed": 0.25, "price": 0.20, "energy": 0.05, "headroom": 0.5}, YARDSTICK)

    assert usd == pytest.approx(1000 * 0.5 ** (0.5 / 0.2))


@settings(max_examples=60, deadline=None)
@given(drawn_candidates(), drawn_candidates(), drawn_wishes(is_limited=False))
def test_just_below_its_break_even_price_a_card_beats_its_rival_and_just_above_it_does_not(
    one: Candidate, other: Candidate, wishes: Wishes
) -> None:
    card, rival = rename([for_a_pc(one), for_a_pc(other)])
    usd = worth_below(card, rival, weights_of(wishes), YARDSTICK)
    if usd is not None:
        assert first_of([with_usd(card, usd * 0.999), rival], wishes) == card.card.slug
        assert first_of([with_usd(card, usd * 1.001), rival], wishes) == rival.card.slug


@pytest.mark.parametrize(
    ("card", "rival", "weights"),
    [
        (make_candidate(support_share=0.01), make_candidate(), {"price": 0.01, "support": 0.99}),
        (make_candidate(), make_candidate(support_share=0.01), {"price": 0.01, "support": 0.99}),
        (make_candidate(), make_candidate(), {"price": 0.0, "speed": 1.0}),
        (make_candidate(), make_candidate(), {"speed": 1.0}),
    ],
    ids=["behind at any price", "ahead at any price", "weight of price is 0", "no weight of price"],
)
def test_no_price_is_said_where_none_decides(card: Candidate, rival: Candidate, weights: dict[str, float]) -> None:
    assert worth_below(card, rival, weights, YARDSTICK) is None


def test_a_rival_that_a_discount_would_put_first_is_said_with_its_price() -> None:
    best, rival = make_candidate("best", speed=110), make_candidate("rival", speed=100)

    change = changes_of(best, rival)["price_drop"]

    assert change.first == "rival"
    assert change.value == worth_below(rival, best, WEIGHTS, YARDSTICK)
    assert change.reason.values["usd"] == 1000


def test_a_discount_that_nobody_gives_is_not_said() -> None:
    assert "price_drop" not in changes_of(make_candidate("best", speed=300), make_candidate("rival", speed=100))


@pytest.mark.parametrize(
    ("budget_usd", "said"), [(1000, set()), (1009, set()), (1012, {"price_drop"}), (1100, {"price_drop"})]
)
def test_a_price_that_is_the_budget_is_not_said(budget_usd: float, said: set[str]) -> None:
    """By its score, the dear card comes first below 1,000 USD."""
    best, dear = make_candidate("best"), make_candidate("dear", usd=1300)

    changes = changes_of(best, dear, budget_usd=budget_usd)

    assert worth_below(dear, best, WEIGHTS, YARDSTICK) == pytest.approx(1000)
    assert set(changes) & {"price_drop"} == said


def test_a_card_over_budget_is_not_said_to_be_worth_the_budget() -> None:
    dear = make_candidate("dear", usd=1300, speed=300)

    assert "price_drop" not in changes_of(make_candidate("best"), dear, budget_usd=2000, count=2)


@pytest.mark.parametrize(("usd", "worth"), [(880, 176.78), (890, None), (None, None)])
def test_a_price_that_nobody_will_ever_sell_at_is_not_said(usd: float | None, worth: float | None) -> None:
    """A fifth of 883.88 USD is 176.78."""
    slower, rival = make_candidate("slower", speed=50, usd=usd), make_candidate("rival", speed=100, usd=1000)

    found = worth_below(slower, rival, {"speed": 0.25, "price": 0.20, "energy": 0.05, "headroom": 0.5}, YARDSTICK)

    assert found == (None if worth is None else pytest.approx(worth, abs=0.01))


def test_where_launches_hold_every_card_back_no_price_is_said_to_change_anything() -> None:
    bound = make_speed(5, basis="launch")
    cards = [make_candidate("cheap", usd=150, speed=bound), make_candidate("other", usd=165, speed=bound)]
    quicker = make_candidate("other", usd=165, speed=make_speed(5.1, basis="launch"))

    assert not set(changes_of(*cards)) & {"price_drop", "price_rise", "budget_less"}
    assert {"price_drop", "price_rise", "budget_less"} <= set(changes_of(cards[0], quicker))


def test_a_card_without_a_price_is_said_with_the_price_that_would_put_it_first() -> None:
    unpriced = make_candidate("unpriced", speed=110, usd=None)

    change = changes_of(make_candidate("best"), unpriced)["price_unknown"]

    assert change.first == "unpriced"
    assert change.value == worth_below(unpriced, make_candidate("best"), WEIGHTS, YARDSTICK)


def test_the_first_card_is_said_with_the_price_at_which_it_stops_being_first() -> None:
    best, second = make_candidate("best", speed=110), make_candidate("second", speed=100)

    change = changes_of(best, second)["price_rise"]

    assert change.first == "second"
    assert isinstance(change.value, float)
    assert first_of([with_usd(best, change.value * 0.999), second], Wishes()) == "best"
    assert first_of([with_usd(best, change.value * 1.001), second], Wishes()) == "second"


def test_nothing_is_said_where_no_card_is_first() -> None:
    assert changes_of(make_candidate(), max_watts=10) == {}


BUDGETS = st.floats(min_value=50, max_value=60_000)


@settings(max_examples=100, deadline=None)
@given(drawn_catalogues(), drawn_wishes(), BUDGETS)
def test_what_is_said_of_limits_is_what_ranking_again_gives(
    catalogue: list[Candidate], wishes: Wishes, budget_usd: float
) -> None:
    limited = wishes.with_limits(budget_usd=budget_usd)
    now = first_of(catalogue, limited)
    for change in what_would_change(catalogue, limited, YARDSTICK):
        if change.kind.startswith("memory"):
            again = limited.with_limits(min_memory_gb=change.value)
        elif change.kind == "vendor":
            again = limited.with_limits(vendors=frozenset(), not_vendors=frozenset())
        elif change.kind == "budget_more":
            again = limited.with_limits(budget_usd=change.value)
        elif change.kind == "budget_less" and isinstance(change.value, float):
            again = limited.with_limits(budget_usd=change.value * (1 - 1e-12))
            assert first_of(catalogue, limited.with_limits(budget_usd=change.value)) == now
        else:
            continue
        assert change.first != now
        assert first_of(catalogue, again) == change.first


@settings(max_examples=100, deadline=None)
@given(drawn_catalogues(), drawn_wishes(is_limited=False), BUDGETS, st.floats(min_value=0.01, max_value=0.99))
def test_no_budget_nearer_than_the_ones_said_changes_the_first_card(
    catalogue: list[Candidate], wishes: Wishes, budget_usd: float, share: float
) -> None:
    cards = [*catalogue, make_candidate("affordable", usd=40, speed=1)]
    limited = wishes.with_limits(budget_usd=budget_usd)
    said = {change.kind: change.value for change in what_would_change(cards, limited, YARDSTICK)}

    for end in (said["budget_less"], said.get("budget_more", budget_usd * 3)):
        between = budget_usd + (float(end) - budget_usd) * share
        assert first_of(cards, limited.with_limits(budget_usd=between)) == first_of(cards, limited)
