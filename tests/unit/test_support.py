import re
from datetime import date
from typing import Any

import pytest

from knowledge.library import Library, load_library
from knowledge.loading import data_folder
from knowledge.specs import GpuSpec
from knowledge.support import FRAMEWORKS, PRECISIONS, Level, SupportRules, load_support
from retrieval.scoring.needs import Precision
from retrieval.scoring.support import precision_support, support_for
from tests.makers import make_gpu

TODAY = date(2026, 11, 24)
LIBRARY: Library = load_library()
RULES: SupportRules = load_support(data_folder() / "support.toml", LIBRARY.sources)
CARDS = LIBRARY.catalogue.by_slug
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạầấẩẫậằắẳẵặèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
UNKNOWN = {"nvidia-unknown-capability", "amd-unknown-target", "anything-elsewhere"}
UNKNOWN_REASONS = {rule.reason for rule in RULES.supports if rule.id in UNKNOWN}

#: Cards that a catalogue may gain: old ones, modules, laptops, chips with built-in graphics.
NEWCOMERS = (
    make_gpu(slug="k80", architecture="Kepler", compute_capability="3.7"),
    make_gpu(slug="m40", architecture="Maxwell", compute_capability="5.2"),
    make_gpu(slug="v100-sxm3", architecture="Volta", compute_capability="7.0"),
    make_gpu(slug="rtx-2070-max-q", architecture="Turing", market="laptop", compute_capability="7.5"),
    make_gpu(slug="orin", compute_capability="8.7"),
    make_gpu(slug="thor", architecture="Blackwell", compute_capability="11.0"),
    make_gpu(slug="gb10", architecture="Blackwell", compute_capability="12.1"),
    make_gpu(slug="mi25", vendor="AMD", architecture="GCN 5 (Vega)", gfx_target="gfx900"),
    make_gpu(slug="radeon-pro-vii", vendor="AMD", architecture="GCN 5 (Vega)", gfx_target="gfx906"),
    make_gpu(slug="strix-halo", vendor="AMD", architecture="RDNA 3.5", gfx_target="gfx1151"),
)
EVERY_CARD = (*LIBRARY.catalogue.cards, *NEWCOMERS)


def make_amd(gfx_target: str, **fields: Any) -> GpuSpec:
    return make_gpu(vendor="AMD", architecture="RDNA 2", gfx_target=gfx_target, **fields)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_card_gets_an_answer_for_every_framework(framework: str) -> None:
    for card in EVERY_CARD:
        support = support_for(card, framework, RULES, TODAY)

        assert 0 <= support.share <= 1, card.name
        assert (support.level == Level.NONE) == (support.share == 0), card.name
        assert support.reason.endswith("."), card.name
        assert VIETNAMESE.search(support.reason_vi), card.name
        assert {support.source, *support.see} <= set(LIBRARY.sources), card.name
        assert support.reason not in UNKNOWN_REASONS, card.slug


@pytest.mark.parametrize("precision", Precision)
def test_every_card_gets_an_answer_for_every_number_format(precision: Precision) -> None:
    for card in EVERY_CARD:
        support = precision_support(card, precision, RULES)

        assert not (support.hardware and support.emulated), card.name
        assert support.hardware or not support.matrix_units, card.name
        assert support.reason.endswith("."), card.name
        assert VIETNAMESE.search(support.reason_vi), card.name
        assert {support.source, *support.see} <= set(LIBRARY.sources), card.name


def test_bf16_agrees_with_the_spec_sheets() -> None:
    stated = [card for card in LIBRARY.catalogue.cards if card.bf16_hardware is not None]
    told = {card.name: precision_support(card, Precision.BF16, RULES).hardware for card in stated}

    assert told == {card.name: card.bf16_hardware for card in stated}


@pytest.mark.parametrize(
    ("field", "precision"),
    [
        ("tf32_matrix_tflops", Precision.TF32),
        ("fp16_matrix_fp32acc_tflops", Precision.FP16),
        ("bf16_matrix_tflops", Precision.BF16),
        ("fp8_matrix_fp32acc_tflops", Precision.FP8),
        ("int8_matrix_tops", Precision.INT8),
        ("int4_matrix_tops", Precision.INT4),
    ],
)
def test_a_card_with_a_matrix_rate_on_its_sheet_has_matrix_units_for_the_format(
    field: str, precision: Precision
) -> None:
    with_rate = [card for card in LIBRARY.catalogue.cards if getattr(card, field) is not None]

    assert [card.name for card in with_rate if not precision_support(card, precision, RULES).matrix_units] == []


def test_the_table_knows_the_same_number_formats_as_the_needs() -> None:
    assert set(PRECISIONS) == {precision.value for precision in Precision}


def test_volta_leaves_pytorchs_packages_with_2_15_at_the_end_of_october_2026() -> None:
    support = support_for(CARDS["v100-pcie-16gb"], "pytorch", RULES, date(2026, 10, 27))

    assert (support.level, support.until) == (Level.ENDING, date(2026, 10, 28))
    assert "2.15" in support.reason
    assert LIBRARY.sources[support.source].url == (
        "https://dev-discuss.pytorch.org/t/notice-cuda-12-6-wheels-will-no-longer-be-published-from-pytorch-2-15"
        "-drops-maxwell-pascal-volta/3432"
    )
    assert LIBRARY.sources["pytorch-rfc-cuda126"].url == "https://github.com/pytorch/pytorch/issues/190385"
    assert "pytorch-rfc-cuda126" in support.see


@pytest.mark.parametrize("slug", ["titan-v", "v100-sxm2-32gb", "gtx-1080-ti", "p100-pcie-16gb"])
def test_the_day_decides_what_is_said_of_a_card_that_pytorch_drops(slug: str) -> None:
    days = (date(2026, 10, 27), date(2026, 10, 28), date(2028, 7, 1))

    told = [support_for(CARDS[slug], "pytorch", RULES, day) for day in days]

    assert [support.level for support in told] == [Level.ENDING, Level.LIMITED, Level.NONE]
    assert told[0].share > told[1].share > told[2].share == 0.0


def test_turing_stays_in_pytorch_when_volta_goes_but_scores_below_ampere() -> None:
    turing, ampere = (support_for(CARDS[slug], "pytorch", RULES, TODAY) for slug in ("rtx-2080-ti", "rtx-3090"))

    assert (turing.level, ampere.level) == (Level.FULL, Level.FULL)
    assert turing.share < ampere.share == 1.0


def test_blackwell_runs_in_pytorch_but_not_in_tensorflows_own_packages() -> None:
    card = CARDS["rtx-5090"]

    assert support_for(card, "pytorch", RULES, TODAY).level == Level.FULL
    assert support_for(card, "tensorflow", RULES, TODAY).level == Level.LIMITED


def test_kepler_has_no_packages_left() -> None:
    card = make_gpu(architecture="Kepler", compute_capability="3.7")

    assert [support_for(card, name, RULES, TODAY).level for name in ("pytorch", "tensorflow", "jax", "cuda")] == [
        Level.NONE
    ] * 4


def test_a_jetson_orin_needs_nvidias_own_builds() -> None:
    support = support_for(make_gpu(compute_capability="8.7"), "pytorch", RULES, TODAY)

    assert support.level == Level.LIMITED
    assert "JetPack" in support.reason


def test_gfx1031_is_limited_and_the_override_is_named() -> None:
    support = support_for(CARDS["rx-6700-xt"], "rocm", RULES, TODAY)

    assert support.level == Level.LIMITED
    assert "HSA_OVERRIDE_GFX_VERSION" in support.reason
    assert LIBRARY.sources[support.source].url == "https://github.com/ROCm/legacy-rocm-build/issues/2720"


def test_rocm_support_falls_from_listed_over_shared_to_dropped_targets() -> None:
    targets = ("gfx1100", "gfx1030", "gfx1031", "gfx1010", "gfx900")

    shares = [support_for(make_amd(target), "rocm", RULES, TODAY).share for target in targets]

    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == len(targets)
    assert shares[-1] == 0.0


def test_a_listed_workstation_card_stands_above_a_gaming_card_of_the_same_target() -> None:
    listed = support_for(make_amd("gfx1030", market="workstation"), "rocm", RULES, TODAY)
    gaming = support_for(make_amd("gfx1030", market="desktop"), "rocm", RULES, TODAY)

    assert listed.share > gaming.share


@pytest.mark.parametrize(
    ("slug", "framework"),
    [
        ("rx-7900-xtx", "cuda"),
        ("arc-a770-16gb", "cuda"),
        ("rtx-4090", "rocm"),
        ("rtx-4090", "oneapi"),
        ("rx-7900-xtx", "oneapi"),
    ],
)
def test_a_makers_platform_does_not_run_on_another_makers_card(slug: str, framework: str) -> None:
    assert support_for(CARDS[slug], framework, RULES, TODAY).level == Level.NONE


@pytest.mark.parametrize("framework", [None, "", "caffe"])
def test_without_a_known_framework_pytorch_is_meant(framework: str | None) -> None:
    card = CARDS["titan-v"]

    assert support_for(card, framework, RULES, TODAY) == support_for(card, "pytorch", RULES, TODAY)


def test_flash_attention_2_starts_at_ampere() -> None:
    levels = [support_for(CARDS[slug], "flash-attention", RULES, TODAY).level for slug in ("titan-v", "t4", "rtx-3090")]

    assert levels == [Level.NONE, Level.LIMITED, Level.FULL]


@pytest.mark.parametrize(
    ("slug", "hardware"),
    [
        ("rtx-3090", False),
        ("a100-sxm4-80gb", False),
        ("rtx-4090", True),
        ("h100-sxm5-80gb", True),
        ("rx-7900-xtx", False),
        ("rx-9070-xt", True),
        ("mi300x", True),
        ("mi250x", False),
        ("arc-b580", False),
    ],
)
def test_fp8_starts_at_ada_and_hopper_and_at_cdna_3_and_rdna_4(slug: str, *, hardware: bool) -> None:
    support = precision_support(CARDS[slug], Precision.FP8, RULES)

    assert (support.hardware, support.emulated) == (hardware, False)


def test_the_reason_against_fp8_on_a_3090_names_the_generations_that_have_it() -> None:
    support = precision_support(CARDS["rtx-3090"], Precision.FP8, RULES)

    assert support.reason.startswith("No FP8 before Ada and Hopper")
    assert support.reason_vi.startswith("Không có FP8 trước Ada và Hopper")


@pytest.mark.parametrize(
    ("slug", "hardware"),
    [("titan-v", False), ("rtx-2080-ti", False), ("rtx-3060-12gb", True), ("rx-6900-xt", False), ("rx-7600", True)],
)
def test_bf16_starts_at_ampere_and_rdna_3_and_is_emulated_before(slug: str, *, hardware: bool) -> None:
    support = precision_support(CARDS[slug], Precision.BF16, RULES)

    assert (support.hardware, support.emulated) == (hardware, not hardware)


@pytest.mark.parametrize(
    "slug", ["rx-6900-xt", "rx-6700-xt", "rx-vega-64", "mi60", "mi50", "rx-5700-xt", "gtx-1660-ti", "gtx-1080"]
)
def test_fp16_runs_without_matrix_cores_on_rdna_2_vega_and_the_gtx_cards(slug: str) -> None:
    support = precision_support(CARDS[slug], Precision.FP16, RULES)

    assert (support.hardware, support.matrix_units) == (True, False)


@pytest.mark.parametrize("slug", ["titan-v", "rtx-2080-ti", "rx-7900-xtx", "mi100", "arc-a770-16gb"])
def test_fp16_runs_on_matrix_units_from_volta_rdna_3_cdna_and_arc_on(slug: str) -> None:
    assert precision_support(CARDS[slug], Precision.FP16, RULES).matrix_units


def test_tf32_starts_at_ampere_and_runs_as_fp32_before() -> None:
    before, after = (precision_support(CARDS[slug], Precision.TF32, RULES) for slug in ("rtx-2080-ti", "rtx-3090"))

    assert (before.hardware, before.emulated) == (False, True)
    assert (after.hardware, after.matrix_units) == (True, True)


@pytest.mark.parametrize("precision", [Precision.INT8, Precision.INT4])
def test_quantised_weights_can_always_be_stored(precision: Precision) -> None:
    told = {card.name: precision_support(card, precision, RULES) for card in EVERY_CARD}

    assert [name for name, it in told.items() if not (it.hardware or (it.emulated and "stored" in it.reason))] == []
