from typing import Any

import pytest

from knowledge.library import Library
from retrieval.scoring.candidates import Candidate
from retrieval.scoring.limits import broken_limits
from retrieval.scoring.needs import FormFactor, Limits
from tests.makers_scoring import make_candidate


def names_of(candidate: Candidate, **limits: Any) -> list[str]:
    return [broken.limit for broken in broken_limits(candidate, Limits(**limits))]


DESKTOP: dict[str, Any] = {
    "market": "desktop",
    "form_factor": "PCIe card",
    "cooling": "fans",
    "slots": 2,
    "power_connectors": "1x 8-pin",
}
BLOWER: dict[str, Any] = DESKTOP | {"market": "workstation", "cooling": "blower"}
PASSIVE: dict[str, Any] = DESKTOP | {"market": "datacenter", "cooling": "passive"}
SXM: dict[str, Any] = PASSIVE | {"form_factor": "SXM5", "slots": None}
SUPERCHIP: dict[str, Any] = SXM | {"form_factor": "superchip", "cooling": None}
LAPTOP: dict[str, Any] = DESKTOP | {"market": "laptop", "form_factor": "laptop", "cooling": None, "slots": None}
SLOT_POWERED: dict[str, Any] = DESKTOP | {"tdp_w": 75, "power_connectors": "none (slot power)"}
SYSTEM: dict[str, Any] = DESKTOP | {"form_factor": "system", "slots": None}
MODULE: dict[str, Any] = {"market": "edge", "form_factor": "module", "cooling": None, "tdp_w": 60}


@pytest.mark.parametrize(
    ("place", "card", "reason"),
    [
        (None, DESKTOP, None),
        (None, BLOWER, None),
        (None, PASSIVE, "airflow"),
        (None, SXM, "not_sold"),
        (None, SUPERCHIP, "not_sold"),
        (None, LAPTOP, "not_sold"),
        (None, MODULE, "not_sold"),
        (FormFactor.DESKTOP, DESKTOP, None),
        (FormFactor.DESKTOP, PASSIVE, "airflow"),
        (FormFactor.DESKTOP, LAPTOP, "not_sold"),
        (FormFactor.WORKSTATION, BLOWER, None),
        (FormFactor.WORKSTATION, PASSIVE, "airflow"),
        (FormFactor.LAPTOP, LAPTOP, None),
        (FormFactor.LAPTOP, DESKTOP, "not_laptop"),
        (FormFactor.SERVER, PASSIVE, None),
        (FormFactor.SERVER, BLOWER, None),
        (FormFactor.SERVER, SXM, "not_pcie"),
        (FormFactor.SERVER, SUPERCHIP, "not_pcie"),
        (FormFactor.SERVER, MODULE, "not_pcie"),
        (FormFactor.SERVER, SYSTEM, "not_pcie"),
        (FormFactor.SERVER, DESKTOP, "open_cooler"),
        (FormFactor.SERVER, LAPTOP, "not_sold"),
        (FormFactor.SERVER_1U, PASSIVE, "too_wide"),
        (FormFactor.SERVER_1U, PASSIVE | {"slots": 1}, None),
        (FormFactor.SERVER_1U, BLOWER, "too_wide"),
        (FormFactor.SERVER_1U, BLOWER | {"slots": 1}, None),
        (FormFactor.SERVER_1U, PASSIVE | {"slots": None}, "width_unknown"),
        (FormFactor.SERVER_1U, DESKTOP | {"slots": 1}, "open_cooler"),
        (FormFactor.SERVER_1U, SXM, "not_pcie"),
        (FormFactor.EDGE, SLOT_POWERED, None),
        (FormFactor.EDGE, SLOT_POWERED | {"tdp_w": 76}, "slot_power"),
        (FormFactor.EDGE, SLOT_POWERED | {"power_connectors": "1x 6-pin"}, "connector"),
        (FormFactor.EDGE, SLOT_POWERED | {"power_connectors": None}, "connector"),
        (FormFactor.EDGE, LAPTOP | {"tdp_w": 60}, "not_pcie"),
        (FormFactor.EDGE, MODULE, None),
    ],
)
def test_a_card_stands_only_where_it_fits(place: FormFactor | None, card: dict[str, Any], reason: str | None) -> None:
    broken = broken_limits(make_candidate(**card), Limits(form_factor=place))

    assert [one.reason.key for one in broken] == ([f"limit.form_factor_{reason}"] if reason else [])


@pytest.mark.parametrize(
    "implied", [{"budget_usd": 20_000}, {"min_memory_gb": 97}, {"budget_usd": 50_000, "min_memory_gb": 97}]
)
def test_a_large_budget_or_more_memory_than_any_pc_card_has_lets_server_cards_in(implied: dict[str, float]) -> None:
    big = {"memory_gb": 141, "usd": 10_000}

    assert names_of(make_candidate(**(SXM | big)), **implied) == []
    assert names_of(make_candidate(**(PASSIVE | big)), **implied) == []
    assert names_of(make_candidate(**(LAPTOP | big)), **implied) == ["form_factor"]
    assert names_of(make_candidate(**(MODULE | big)), **implied) == ["form_factor"]


@pytest.mark.parametrize("implied", [{"budget_usd": 20_000}, {"min_memory_gb": 97}])
@pytest.mark.parametrize("module", [SXM, SUPERCHIP, SXM | {"form_factor": "OAM"}])
def test_a_server_takes_modules_on_its_own_board_only_where_a_whole_node_is_meant(
    implied: dict[str, float], module: dict[str, Any]
) -> None:
    card = make_candidate(**module, memory_gb=141, usd=10_000)

    assert names_of(card, form_factor=FormFactor.SERVER, **implied) == []
    assert names_of(card, form_factor=FormFactor.SERVER) == ["form_factor"]
    assert names_of(card, form_factor=FormFactor.SERVER_1U, **implied) == ["form_factor"]


@pytest.mark.parametrize("other", [DESKTOP, LAPTOP, MODULE, SYSTEM])
def test_a_server_node_takes_no_card_that_no_server_takes(other: dict[str, Any]) -> None:
    card = make_candidate(**other, memory_gb=141, usd=10_000)

    assert names_of(card, form_factor=FormFactor.SERVER, budget_usd=20_000) == ["form_factor"]


def test_a_work_too_large_for_any_pc_card_lets_server_cards_in() -> None:
    assert names_of(make_candidate(**SXM, memory_gb=141, need_gb=120.0)) == []


def test_a_desktop_that_was_asked_for_stays_one_at_any_budget() -> None:
    assert names_of(make_candidate(**SXM), budget_usd=50_000, form_factor=FormFactor.DESKTOP) == ["form_factor"]


@pytest.mark.parametrize(
    ("slug", "places"),
    [
        ("rtx-4090", {None, "desktop", "workstation"}),
        ("rtx-4000-ada", {None, "desktop", "workstation", "server", "1u"}),
        ("rtx-2000-ada", {None, "desktop", "workstation", "server", "edge"}),
        ("l4", {"server", "1u", "edge"}),
        ("t4", {"server", "1u", "edge"}),
        ("rtx-a4000", {None, "desktop", "workstation", "server", "1u"}),
        ("arc-pro-b50", {None, "desktop", "workstation", "server", "edge"}),
        ("l40s", {"server"}),
        ("h100-pcie-80gb", {"server"}),
        ("h100-sxm5-80gb", set()),
        ("gh200-96gb", set()),
        ("mi300x", set()),
        ("rtx-4090-laptop", {"laptop"}),
        ("gtx-1650", {None, "desktop", "workstation", "edge"}),
    ],
)
def test_well_known_cards_stand_where_they_are_sold_for(slug: str, places: set[str | None], library: Library) -> None:
    card = library.catalogue.by_slug[slug]
    fields = {name: getattr(card, name) for name in (*MODULE, "slots", "power_connectors")}

    found = {place for place in (None, *FormFactor) if not names_of(make_candidate(**fields), form_factor=place)}

    assert found == places
