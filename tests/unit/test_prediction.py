import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Library
from knowledge.specs import GpuSpec
from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.prediction import OTHER_MODE, OTHER_NETWORK, Prediction, Predictor
from tests.makers_memory import NETWORKS
from tests.makers_prediction import SHIPPED, everywhere, make_family, make_fit, make_fits, make_rated, predict

# What a prediction rests on.


def test_a_measured_network_is_fitted_and_one_of_its_kind_is_not_and_less_sure(library: Library) -> None:
    card = library.catalogue.by_slug["rtx-3090"]
    measured, other = (predict(Work(network=name, precision=Precision.AMP), card) for name in ("resnet50", "resnet101"))

    assert (measured.basis, measured.fit, measured.notes) == ("fitted", "fit:resnet50/training/amp", ())
    assert (other.basis, other.fit, other.notes) == ("roofline", "fit:resnet50/training/amp", ("other_network",))
    assert math.log(other.hi / other.value) == pytest.approx(math.log(measured.hi / measured.value) + OTHER_NETWORK)
    assert OTHER_NETWORK > OTHER_MODE > 0
    assert other.value == pytest.approx(
        measured.value * NETWORKS["resnet50"].forward_flops / NETWORKS["resnet101"].forward_flops
    )


def test_the_other_mode_of_a_measured_network_counts_its_passes() -> None:
    predictor = Predictor(make_fits(), NETWORKS)
    training = predict(Work(network="resnet50"), make_rated(), predictor)
    inference = predict(Work(network="resnet50", mode=Mode.INFERENCE), make_rated(), predictor)

    assert (training.value, inference.value) == pytest.approx((1, 3))
    assert (training.basis, training.notes) == ("fitted", ())
    assert (inference.basis, inference.notes) == ("roofline", ("other_mode",))
    assert math.log(inference.hi / inference.value) == pytest.approx(0.1 + OTHER_MODE)


def test_a_maker_without_rows_is_a_roofline_that_says_so(library: Library) -> None:
    work = Work(network="resnet50", precision=Precision.AMP)
    nvidia, intel = (predict(work, library.catalogue.by_slug[slug]) for slug in ("rtx-3090", "arc-b580"))

    assert (intel.basis, intel.notes) == ("roofline", ("vendor_unmeasured",))
    assert intel.hi / intel.value > nvidia.hi / nvidia.value


def test_decoding_counts_on_less_where_a_makers_software_was_not_measured(library: Library) -> None:
    work = Work(network="llm", parameters_b=7, mode=Mode.INFERENCE, precision=Precision.INT4)
    cards = [library.catalogue.by_slug[slug] for slug in ("rtx-3060-12gb", "rx-7900-xtx", "arc-a770-16gb")]

    found = [predict(work, card) for card in cards]
    nvidia, amd, intel = (one.value / (card.memory_bandwidth_gb_s or 0) for one, card in zip(found, cards, strict=True))

    assert nvidia > amd > intel
    assert intel < 0.8 * nvidia
    assert [one.notes for one in found] == [(), ("vendor_unmeasured",), ("vendor_unmeasured",)]
    assert found[2].hi / found[2].value > found[0].hi / found[0].value


def test_amd_is_fitted_where_it_has_rows_and_a_roofline_where_it_has_none(library: Library) -> None:
    card = library.catalogue.by_slug["rx-7900-xtx"]

    assert predict(Work(network="resnet50", precision=Precision.FP32), card).basis == "fitted"
    assert predict(Work(network="gnmt"), card).notes == ("vendor_unmeasured",)


@pytest.mark.parametrize(
    ("precision", "fit", "basis"),
    [
        (None, "fit:resnet50/training/amp", "fitted"),
        (Precision.AMP, "fit:resnet50/training/amp", "fitted"),
        (Precision.BF16, "fit:resnet50/training/amp", "fitted"),
        (Precision.FP16, "fit:resnet50/training/fp16", "fitted"),
        (Precision.TF32, "fit:resnet50/training/tf32", "fitted"),
        (Precision.FP32, "fit:resnet50/training/fp32", "fitted"),
        (Precision.FP8, "fit:resnet50/training/amp", "roofline"),
        (Precision.INT8, "fit:resnet50/training/amp", "roofline"),
    ],
)
def test_a_format_is_predicted_by_the_fit_of_its_arithmetic(
    library: Library, precision: Precision | None, fit: str, basis: str
) -> None:
    found = predict(Work(network="resnet50", precision=precision), library.catalogue.by_slug["rtx-3090"])

    assert (found.fit, found.basis) == (fit, basis)
    assert found.precision == (precision or Precision.AMP)


def test_bf16_is_as_fast_as_amp(library: Library) -> None:
    for slug in ("rtx-3090", "a100-sxm4-80gb", "rtx-4090"):
        card = library.catalogue.by_slug[slug]
        amp, bf16 = (
            predict(Work(network="bert_base", precision=item), card) for item in (Precision.AMP, Precision.BF16)
        )

        assert (amp.value, amp.lo, amp.hi) == (bf16.value, bf16.lo, bf16.hi)


def test_a_frozen_base_is_its_forward_pass(library: Library) -> None:
    card = library.catalogue.by_slug["rtx-3090"]
    frozen = predict(Work(network="vgg16-transfer"), card)
    forward = predict(Work(network="vgg16", mode=Mode.INFERENCE), card)
    full = predict(Work(network="vgg16", precision=Precision.FP16), card)

    assert (frozen.fit, frozen.notes) == (forward.fit, ("from_forward_pass",))
    share = NETWORKS["vgg16"].forward_flops / NETWORKS["vgg16-transfer"].forward_flops
    assert frozen.value == pytest.approx(forward.value * share)
    assert frozen.value > 2 * full.value


def test_adapters_are_faster_than_full_training_and_4_bit_weights_cost_some_of_it() -> None:
    full, lora, qlora = (
        predict(Work(network="llama_7b", method=method), make_rated()).value
        for method in (Method.FULL, Method.LORA, Method.QLORA)
    )

    assert lora / full == pytest.approx(3 / 2)
    assert qlora / full == pytest.approx(3 / 2.6)


@pytest.mark.parametrize(("slug", "share"), [("mi250", 0.5), ("rtx-9000", 1.0)])
def test_a_board_of_two_dies_is_predicted_as_one_of_them(slug: str, share: float) -> None:
    families = [make_family(architectures={})]
    predictor = Predictor(make_fits(make_fit(weights=(0.4, 0.3, 0.2, 0.1, 0.0)), families=families), NETWORKS)

    assert predict(Work(network="resnet50"), make_rated(slug=slug), predictor).value == pytest.approx(share)


def test_a_card_whose_sheet_lacks_a_rate_has_no_prediction() -> None:
    card = make_rated(memory_bandwidth_gb_s=None)

    assert SHIPPED.predict(Work(network="resnet50"), card) is None
    assert SHIPPED.predict(Work(network="lstm"), card) is None


# Small batches.


def test_a_batch_of_one_is_bound_by_launches_and_never_faster_than_a_big_one(library: Library) -> None:
    one = everywhere(Work(network="resnet50", batch=1), library)
    big = {card.slug: found.value for card, found in everywhere(Work(network="resnet50", batch=256), library)}

    assert predict(Work(network="resnet50", batch=1), library.catalogue.by_slug["rtx-4090"]).regime == "launch"
    assert [card.slug for card, found in one if found.value > big[card.slug]] == []
    assert [card.slug for card, found in one if not found.lo <= found.value <= found.hi] == []
    assert {found.notes[-1:] for _, found in one if found.regime == "launch"} == {("small_batch",)}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["resnet50", "vgg16", "bert_base"]), st.lists(st.integers(1, 512), min_size=2, max_size=2))
def test_a_bigger_batch_is_never_slower(network: str, batches: list[int]) -> None:
    less, more = (predict(Work(network=network, batch=batch), make_rated()).value for batch in sorted(batches))

    assert less <= more


# Decoding.


def decode(card: GpuSpec, **fields: object) -> Prediction:
    given: dict[str, object] = {"network": "llm", "mode": Mode.INFERENCE, "parameters_b": 7.0}
    return predict(Work(**(given | fields)), card)  # type: ignore[arg-type]


def test_decoding_scales_with_bandwidth_and_with_the_bytes_of_a_weight() -> None:
    usual, fast = decode(make_rated()), decode(make_rated(memory_bandwidth_gb_s=1600))
    eight, four = (decode(make_rated(), precision=item) for item in (Precision.INT8, Precision.INT4))

    assert usual.value == pytest.approx(1 / (14e9 / (800e9 * 0.6)), rel=0.03)
    assert fast.value / usual.value == pytest.approx(2, rel=0.03)
    assert eight.value / usual.value == pytest.approx(2, rel=0.03)
    assert four.value / usual.value == pytest.approx(2 / 0.56, rel=0.06)
    assert (usual.regime, usual.unit, usual.batch) == ("bandwidth", "tokens/s", 1)


def test_a_model_of_twice_the_size_decodes_half_as_fast() -> None:
    assert decode(make_rated(), parameters_b=14.0).value == pytest.approx(decode(make_rated()).value / 2)


# Whatever the card.

_rates = st.floats(min_value=1, max_value=2000)
_works = st.builds(
    Work,
    network=st.sampled_from(sorted(NETWORKS)),
    mode=st.sampled_from(Mode),
    method=st.sampled_from(Method),
    precision=st.none() | st.sampled_from(Precision),
    batch=st.none() | st.sampled_from([1, 8, 64, 512]),
)
_cards = st.builds(
    make_rated,
    vendor=st.sampled_from(["NVIDIA", "AMD", "Intel"]),
    architecture=st.sampled_from(["Ampere", "Ada", "RDNA 3", "Xe2", "CDNA 2"]),
    slug=st.sampled_from(["rtx-9000", "mi250"]),
    fp32_tflops=_rates,
    tf32_matrix_tflops=st.none() | _rates,
    fp16_matrix_fp32acc_tflops=_rates,
    memory_bandwidth_gb_s=_rates,
    tdp_w=_rates,
)


@settings(max_examples=200, deadline=None)
@given(_works, _cards, st.sampled_from(["memory_bandwidth_gb_s", "fp16_matrix_fp32acc_tflops"]), st.floats(1, 20))
def test_more_bandwidth_or_a_higher_tensor_rate_never_makes_anything_slower(
    work: Work, card: GpuSpec, field: str, factor: float
) -> None:
    better = replace(card, **{field: getattr(card, field) * factor})

    assert predict(work, better).value >= predict(work, card).value * (1 - 1e-9)


@settings(max_examples=200, deadline=None)
@given(_works, _cards)
def test_every_prediction_lies_inside_its_interval_and_ranks_by_the_same_speed(work: Work, card: GpuSpec) -> None:
    found, speed = predict(work, card), SHIPPED.speed(SHIPPED.plan(work), card)

    assert 0 < found.lo < found.value < found.hi
    assert found.level == 0.8
    assert speed is not None
    assert (speed.value, speed.lo, speed.hi) == pytest.approx((found.value, found.lo, found.hi))
    assert (speed.unit, speed.basis) == (found.unit, "launch" if found.regime == "launch" else found.basis)
