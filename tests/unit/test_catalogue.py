from pathlib import Path

import pytest

from knowledge.catalogue import load_catalogue
from knowledge.checks import check_card
from knowledge.errors import KnowledgeError
from knowledge.library import Library
from knowledge.sources import Source
from tests.makers import CARD_TOML, make_gpu

#: The cards that the project must know, by slug.
REFERENCE = """
rtx-3090 rtx-3080-10gb rtx-3080-12gb rtx-3080-laptop-8gb rtx-3080-laptop-16gb rtx-3070 titan-v v100-pcie-16gb
v100-sxm2-16gb rtx-2080-ti rtx-2080 rtx-2070 rx-6900-xt rx-6800-xt rx-6800 rx-vega-64 rx-vega-56 rtx-4090 rtx-4080
rtx-4080-super rtx-4070-ti-super rtx-4070-ti rtx-4070-super rtx-4070 rtx-4060-ti-16gb rtx-4060 rtx-4090-laptop rtx-5090
rtx-5080 rtx-5070-ti rtx-5070 rtx-5060-ti-16gb rtx-a6000 rtx-6000-ada rtx-pro-6000-blackwell-ws t4 a10 a100-pcie-40gb
a100-sxm4-40gb a100-pcie-80gb a100-sxm4-80gb l4 l40s h100-pcie-80gb h100-sxm5-80gb h200-sxm-141gb b200-sxm b300-sxm
mi210 mi250x mi300x mi325x mi355x rx-7900-xtx rx-7900-xt rx-9070-xt rx-9070 ai-pro-r9700 arc-a770-16gb arc-b580 gaudi-3
""".split()  # noqa: SIM905  # a list of sixty quoted slugs is harder to read
SHEET = Source(key="sheet", title="Sheet", publisher="Maker", url=None, date="", kind="vendor")


def load(folder: Path, text: str) -> None:
    (folder / "cards.toml").write_text(text, encoding="utf-8")
    load_catalogue(folder, {"sheet": SHEET})


def test_every_card_of_the_reference_list_has_a_sheet(library: Library) -> None:
    assert [slug for slug in REFERENCE if slug not in library.catalogue.by_slug] == []


@pytest.mark.parametrize(
    ("slug", "field", "value"),
    [
        ("rtx-3090", "memory_bandwidth_gb_s", 936),
        ("rtx-3090", "fp16_matrix_fp32acc_tflops", 71),
        ("rtx-3080-10gb", "launch_price_usd", 699),
        ("rtx-4090", "tdp_w", 450),
        ("h100-sxm5-80gb", "memory_gb", 80),
        ("titan-v", "memory_gb", 12),
    ],
)
def test_a_well_known_figure_stands_on_its_sheet(library: Library, slug: str, field: str, value: float) -> None:
    assert getattr(library.catalogue.by_slug[slug], field) == pytest.approx(value, rel=0.01)


def test_every_sheet_agrees_with_its_own_arithmetic_or_says_why_not(library: Library) -> None:
    failing = [
        (check.card, check.name, check.stated, check.computed)
        for card in library.catalogue.cards
        for check in check_card(card)
        if not check.holds and not check.reason
    ]

    assert failing == []


def test_every_exception_belongs_to_a_check_that_fails(library: Library) -> None:
    failing = {
        (card.name, check.name) for card in library.catalogue.cards for check in check_card(card) if not check.holds
    }
    excused = {(card.name, name) for card in library.catalogue.cards for name in card.exceptions}

    assert excused - failing == set()


def test_no_alias_stands_for_two_cards(library: Library) -> None:
    seen: dict[str, set[str]] = {}
    for card in library.catalogue.cards:
        for name in {card.slug, card.name.lower(), *(alias.lower() for alias in card.aliases)}:
            seen.setdefault(name, set()).add(card.slug)

    assert {name: slugs for name, slugs in seen.items() if len(slugs) > 1} == {}


def test_a_bandwidth_that_its_bus_does_not_give_fails_the_check() -> None:
    card = make_gpu(memory_bus_bits=384, memory_rate_gbps=19.5, memory_bandwidth_gb_s=800)

    (check,) = check_card(card)

    assert (check.name, check.computed, check.holds) == ("bandwidth", 936.0, False)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("memory_gb = 24", "memory_gb = = 24", "cards.toml: is not valid TOML"),
        ("memory_gb = 24", 'memory_gb = "24"', "cards.toml › GeForce RTX 3090 › memory_gb: must be a number"),
        ("memory_gb = 24", "memory_gb = true", "cards.toml › GeForce RTX 3090 › memory_gb: must be a number"),
        ("memory_gb = 24", "memory_gb = 0", "cards.toml › GeForce RTX 3090 › memory_gb: must be above 0"),
        ("memory_gb = 24", "memory_gb = nan", "cards.toml › GeForce RTX 3090 › memory_gb: must be above 0"),
        ("memory_gb = 24", "memory_gb = 24\ntdp_w = 350", "cards.toml › GeForce RTX 3090 › tdp_w: has no source"),
        ("memory_gb = 24", "memory_gb = 24\nmemry = 1", "cards.toml › GeForce RTX 3090 › memry: is no field"),
        ("memory_gb = 24", "memory_gb = 24\npcie_lanes = 7.5", "› pcie_lanes: must be a whole number"),
        ('sheet = ["', 'other = ["', "cards.toml › GeForce RTX 3090 › sources.other: is defined in no file"),
        ('"memory_gb", ', '"tdp_w", ', "› sources.sheet: names tdp_w, which this card does not have"),
        ('vendor = "NVIDIA"\n', "", "cards.toml › GeForce RTX 3090 › vendor: is missing"),
        ('vendor = "NVIDIA"', 'vendor = " "', "cards.toml › GeForce RTX 3090 › vendor: is empty"),
        ('verified = "yes"', 'verified = "no"', "cards.toml › GeForce RTX 3090 › verified: must be"),
        ('verified = "yes"', 'verified = "partial"', "cards.toml › GeForce RTX 3090 › doubts: must say why"),
        ('aliases = ["3090"]', 'aliases = "3090"', "cards.toml › GeForce RTX 3090 › aliases: must be a list"),
        ("[[card]]", "[card]", "cards.toml › card: must be a list of [[card]] tables"),
    ],
)
def test_a_wrong_sheet_is_refused_by_file_card_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in CARD_TOML

    with pytest.raises(KnowledgeError) as raised:
        load(tmp_path, CARD_TOML.replace(old, new, 1))

    assert told in str(raised.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "cards.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(KnowledgeError, match=r"cards\.toml: is not valid UTF-8"):
        load_catalogue(tmp_path, {"sheet": SHEET})


def test_an_alias_of_two_cards_is_refused(tmp_path: Path) -> None:
    twin = CARD_TOML.replace("RTX 3090", "RTX 3091").replace("rtx-3090", "rtx-3091")

    with pytest.raises(KnowledgeError, match="'3090' also stands for GeForce RTX 3090"):
        load(tmp_path, CARD_TOML + twin)


def test_a_missing_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="install gpuwise again"):
        load_catalogue(tmp_path / "gone", {})
