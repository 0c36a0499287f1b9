"""Hard limits, kept through the whole advisor on the catalogue that ships."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Library
from knowledge.specs import GpuSpec
from knowledge.tables import load_tables
from retrieval.scoring.advisor import Advice, Advisor
from retrieval.scoring.memory import memory_need
from retrieval.scoring.needs import FormFactor, Limits, Method, Mode, Purpose, Wishes, Work
from tests.makers_memory import NETWORKS
from tests.makers_prediction import TODAY, make_advisor, slugs_of

VGG = Work(network="vgg16")


@pytest.fixture(scope="module")
def advisor(library: Library) -> Advisor:
    return make_advisor(library.catalogue.cards, load_tables(library.sources))


def advise(advisor: Advisor, *works: Work, only: tuple[str, ...] = (), **limits: Any) -> Advice:
    return advisor.advise(Wishes(works=works, limits=Limits(**limits)), TODAY, only)


_LIMITS: dict[Any, st.SearchStrategy[Any]] = {
    "budget_usd": st.floats(100, 50_000),
    "max_watts": st.floats(50, 1500),
    "psu_watts": st.floats(300, 2000),
    "min_memory_gb": st.sampled_from([6, 8, 12, 16, 24, 48, 80, 141]),
    "vendors": st.frozensets(st.sampled_from(["NVIDIA", "AMD", "Intel"]), max_size=2),
    "not_vendors": st.frozensets(st.sampled_from(["NVIDIA", "AMD", "Intel"]), max_size=1),
    "ecosystem": st.sampled_from(["cuda", "rocm", "oneapi", "pytorch"]),
    "form_factor": st.sampled_from(FormFactor),
    "count": st.integers(1, 4),
    "not_cards": st.frozensets(st.sampled_from(["rtx-3090", "rtx-4090", "rtx-5070-ti"]), max_size=2),
}
_works = st.builds(
    Work,
    network=st.sampled_from(["lstm", "vgg16", "resnet50", "bert_large", "llama_7b", "llama_70b", "sdxl"]),
    mode=st.sampled_from(Mode),
    method=st.sampled_from([Method.FULL, Method.QLORA]),
    batch=st.none() | st.sampled_from([1, 32, 256]),
)
_wishes = st.builds(
    Wishes,
    limits=st.fixed_dictionaries({}, optional=_LIMITS).map(lambda given: Limits(**given)),
    works=st.lists(_works, max_size=2).map(tuple),
    purpose=st.none() | st.sampled_from(Purpose),
    quoted_usd=st.sampled_from([(), (("rtx-4090", 900.0),), (("rtx-3090", 9000.0),)]),
)
_OWNERS = {"cuda": "NVIDIA", "rocm": "AMD", "oneapi": "Intel"}


def breaks(card: GpuSpec, usd: float | None, wishes: Wishes) -> list[str]:
    """Return the limits that a card breaks, reckoned apart from the engine."""
    limits, count = wishes.limits, wishes.limits.count
    watts, memory_gb = card.tdp_w or 1e9, card.memory_gb or 0
    psu = watts * count + 250
    psu = min(psu, card.psu_recommended_w) if card.psu_recommended_w and count == 1 else psu
    needs = [
        memory_need(work, NETWORKS[work.network]).total_gb / (count if NETWORKS[work.network].family == "llm" else 1)
        for work in wishes.works
    ]
    is_laptop = card.market == "laptop"
    broken = {
        "budget": limits.budget_usd is not None and (usd or 1e9) * count > limits.budget_usd,
        "watts": limits.max_watts is not None and watts * count > limits.max_watts,
        "psu": limits.psu_watts is not None and psu > limits.psu_watts,
        "memory": limits.min_memory_gb is not None and memory_gb < limits.min_memory_gb,
        "need": max(needs, default=0) > memory_gb * 0.95,
        "vendor": bool(limits.vendors) and card.vendor not in limits.vendors,
        "not_vendor": card.vendor in limits.not_vendors,
        "ecosystem": _OWNERS.get(limits.ecosystem or "", card.vendor) != card.vendor,
        "laptop": is_laptop is not (limits.form_factor is FormFactor.LAPTOP),
        "not_cards": card.slug in limits.not_cards,
    }
    return [name for name, holds in broken.items() if holds]


@settings(max_examples=60, deadline=None)
@given(_wishes)
def test_no_card_on_the_list_breaks_a_limit_whatever_is_wished_for(advisor: Advisor, wishes: Wishes) -> None:
    ranked = advisor.advise(wishes, TODAY).ranking.ranked
    quoted = dict(wishes.quoted_usd)

    wrong = {
        one.candidate.card.slug: broken
        for one in ranked
        if (
            broken := breaks(
                one.candidate.card,
                quoted.get(one.candidate.card.slug, one.candidate.card.launch_price_usd),
                wishes,
            )
        )
    }
    assert wrong == {}


@settings(max_examples=30, deadline=None)
@given(_wishes)
def test_every_card_is_ranked_or_removed_for_a_reason(advisor: Advisor, wishes: Wishes) -> None:
    advice = advisor.advise(wishes, TODAY)
    removed = [one.candidate.card.slug for one in advice.ranking.removed]

    assert sorted([*slugs_of(advice), *removed]) == sorted(advisor.catalogue.by_slug)
    assert all(one.broken for one in advice.ranking.removed)
    assert advisor.first(wishes, TODAY) == next(iter(slugs_of(advice)), None)


def test_a_few_named_cards_are_ranked_among_themselves(advisor: Advisor) -> None:
    advice = advise(advisor, VGG, only=("rtx-3060-12gb", "rtx-3090", "rtx-4090"), budget_usd=1550)

    assert slugs_of(advice) == ["rtx-3090", "rtx-3060-12gb"]
    assert [one.candidate.card.slug for one in advice.ranking.removed] == ["rtx-4090"]


def test_a_wish_that_nothing_keeps_names_the_nearest_card_of_each_limit(advisor: Advisor) -> None:
    advice = advise(advisor, budget_usd=600, min_memory_gb=24, ecosystem="cuda")

    assert slugs_of(advice) == []
    assert {len(miss.broken) for miss in advice.ranking.nearest} == {1}
    nearest = {miss.limit: miss.candidate.card for miss in advice.ranking.nearest}
    assert {"budget_usd", "min_memory_gb", "ecosystem"} <= set(nearest)
    assert (nearest["budget_usd"].memory_gb or 0) >= 24
    assert (nearest["min_memory_gb"].launch_price_usd or 1e9) <= 600
    assert nearest["ecosystem"].vendor != "NVIDIA"
    assert len(advice.ranking.relax) == len(nearest)
    assert (advice.changes, advice.predictions, advice.prices_from) == ((), {}, "none")
