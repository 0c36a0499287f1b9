from pathlib import Path
from typing import Any

import pytest

from knowledge.absence import EXPLAINED, Absence, implied, unexplained
from knowledge.catalogue import load_catalogue
from knowledge.errors import KnowledgeError
from knowledge.library import Library
from knowledge.sources import Source
from knowledge.specs import GpuSpec
from tests.makers import CARD_TOML

SHEET = Source(key="sheet", title="Sheet", publisher="Maker", url=None, date="", kind="vendor")
REASONS = {absence.value for absence in Absence}


def load(folder: Path, text: str) -> GpuSpec:
    (folder / "cards.toml").write_text(text, encoding="utf-8")
    return load_catalogue(folder, {"sheet": SHEET}).cards[0]


def make_values(**fields: Any) -> dict[str, Any]:
    given = {"vendor": "NVIDIA", "architecture": "Ampere", "market": "desktop", "form_factor": "PCIe card"}
    return given | fields


def test_every_field_of_every_card_is_given_with_a_source_or_its_absence_explained(library: Library) -> None:
    silent = [
        (card.slug, field)
        for card in library.catalogue.cards
        for field in EXPLAINED
        if (field in card.sources) == (field in card.absent)
    ]

    assert silent == []


def test_every_absence_has_one_of_the_known_reasons(library: Library) -> None:
    assert {reason for card in library.catalogue.cards for reason in card.absent.values()} <= REASONS


def test_what_every_card_needs_to_be_chosen_is_never_absent(library: Library) -> None:
    needed = ("memory_gb", "memory_bandwidth_gb_s", "memory_bus_bits", "tdp_w", "launch_date", "form_factor")

    assert [(card.slug, field) for card in library.catalogue.cards for field in needed if field in card.absent] == []


def test_a_card_for_a_slot_says_how_many_it_takes(library: Library) -> None:
    lacking = [card.slug for card in library.catalogue.cards if card.form_factor == "PCIe card" and card.slots is None]

    assert lacking == ["pro-w7700"]  # sources disagree on one or two


def test_few_fields_are_still_to_be_found(library: Library) -> None:
    absences = [reason for card in library.catalogue.cards for reason in card.absent.values()]

    assert absences.count(Absence.NOT_FOUND) / (len(library.catalogue.cards) * len(EXPLAINED)) < 0.02


@pytest.mark.parametrize(
    ("slug", "field", "reason"),
    [
        ("rtx-4090-laptop", "slots", "not applicable"),
        ("rtx-4090-laptop", "psu_recommended_w", "not applicable"),
        ("gtx-1660-super", "fp16_matrix_fp32acc_tflops", "not applicable"),
        ("rx-6900-xt", "matrix_units", "not applicable"),
        ("mi300x", "compute_capability", "not applicable"),
        ("h100-sxm5-80gb", "gfx_target", "not applicable"),
        ("rtx-3090", "fp8_matrix_fp32acc_tflops", "not applicable"),
        ("rtx-4090", "link", "not applicable"),
        ("rtx-3070", "link_gb_s", "not applicable"),
        ("h100-sxm5-80gb", "launch_price_usd", "not published"),
        ("b200-sxm", "boost_clock_mhz", "not published"),
        ("rtx-3060-12gb", "length_mm", "not published"),
        ("rtx-3060-8gb", "l2_cache_mb", "not found"),
    ],
)
def test_a_well_known_gap_has_its_reason(library: Library, slug: str, field: str, reason: str) -> None:
    assert library.catalogue.by_slug[slug].absent[field] == reason


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"market": "laptop", "form_factor": "laptop"}, "length_mm"),
        ({"market": "laptop", "form_factor": "laptop"}, "launch_price_usd"),
        ({"form_factor": "SXM4"}, "power_connectors"),
        ({"form_factor": "module"}, "pcie_lanes"),
        ({"architecture": "Turing", "chip": "TU116"}, "int8_matrix_tops"),
        ({"architecture": "Hopper"}, "int4_matrix_tops"),
        ({"architecture": "Hopper"}, "fp4_matrix_tflops"),
        ({"vendor": "AMD", "architecture": "RDNA 4"}, "fp8_matrix_fp16acc_tflops"),
        ({"vendor": "AMD", "architecture": "CDNA 2"}, "sparsity_factor"),
        ({"market": "datacenter"}, "psu_recommended_w"),
    ],
)
def test_other_fields_rule_one_out(changes: dict[str, str], field: str) -> None:
    assert implied(make_values(**changes))[field] == "not applicable"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "slots"),
        ({}, "fp16_matrix_fp32acc_tflops"),
        ({}, "link"),
        ({"architecture": "Turing", "chip": "TU104"}, "int8_matrix_tops"),
        ({"architecture": "Ada"}, "fp8_matrix_fp16acc_tflops"),
        ({"architecture": "Blackwell", "chip": "GB100 x2", "market": "datacenter"}, "link"),
        ({"market": "laptop", "form_factor": "laptop"}, "tdp_min_w"),
    ],
)
def test_what_a_card_may_have_is_not_ruled_out(changes: dict[str, str], field: str) -> None:
    assert field not in implied(make_values(**changes))


def test_a_field_that_is_given_is_never_ruled_out() -> None:
    assert "link" not in implied(make_values(architecture="Ada", link="NVLink 4"))


def test_only_fields_without_a_value_or_a_reason_are_unexplained() -> None:
    values = dict.fromkeys(EXPLAINED, 1)

    assert unexplained(values | {"slots": None, "length_mm": None}, ["slots"]) == ("length_mm",)


def test_a_sheet_says_why_a_field_is_empty(tmp_path: Path) -> None:
    card = load(tmp_path, CARD_TOML.replace('"not found"', '"not published"'))

    assert (card.absent["tdp_w"], card.absent["gfx_target"]) == ("not published", "not applicable")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"tdp_w", ', "", "cards.toml › GeForce RTX 3090 › tdp_w: is neither given nor named in [card.absent]"),
        ('"tdp_w", ', '"memory_gb", ', "› absent.not found: names memory_gb, which this card gives"),
        ('"tdp_w", ', '"slots", ', "› absent.not found: names slots a second time"),
        ('"tdp_w", ', '"tdp", ', "› absent.not found: names tdp, which is no field that a card explains"),
        ('"not found"', '"unknown"', "› absent.unknown: must be one of not applicable, not published, not found"),
    ],
)
def test_a_gap_without_a_proper_reason_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in CARD_TOML

    with pytest.raises(KnowledgeError) as raised:
        load(tmp_path, CARD_TOML.replace(old, new, 1))

    assert told in str(raised.value)


@pytest.mark.parametrize(("field", "value"), [("market", "gaming"), ("form_factor", "card")])
def test_a_word_outside_the_known_ones_is_refused(tmp_path: Path, field: str, value: str) -> None:
    text = CARD_TOML.replace('market = "desktop"\n', f'market = "desktop"\n{field} = "{value}"\n')
    text = text.replace('market = "desktop"\nmarket', "market")

    with pytest.raises(KnowledgeError, match=f"{field}: must be one of"):
        load(tmp_path, text)


def test_a_word_without_a_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cooling: has no source"):
        load(tmp_path, CARD_TOML.replace("memory_gb = 24", 'memory_gb = 24\ncooling = "fans"', 1))
