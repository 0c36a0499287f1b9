from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.scoring.memory import (
    PARTS,
    USABLE_SHARE,
    Choices,
    MemoryNeed,
    Optimizer,
    fits,
    largest_batch,
    memory_need,
)
from retrieval.scoring.memory_errors import MemoryGap, median_error, published_errors
from retrieval.scoring.needs import Method, Mode, Precision, Work
from tests.makers_memory import FIGURES, NETWORKS, make_model, make_network

#: A step that ran: card memory in GB, network, mode, precision, samples. Lambda's TensorFlow logs (BSD-3-Clause) and
#: the labels of NeuSight (MIT).
RAN = [
    (8, "vgg16", "training", "fp32", 40),
    (8, "resnet50", "training", "fp32", 40),
    (8, "inception3", "training", "fp32", 40),
    (8, "resnet152", "training", "amp", 32),
    (11, "vgg16", "training", "fp32", 64),
    (11, "vgg16", "training", "amp", 128),
    (11, "resnet50", "training", "fp32", 64),
    (11, "resnet50", "training", "amp", 128),
    (11, "resnet152", "training", "fp32", 32),
    (11, "resnet152", "training", "amp", 64),
    (11, "inception3", "training", "fp32", 64),
    (11, "inception3", "training", "amp", 128),
    (11, "inception4", "training", "fp32", 16),
    (11, "alexnet", "training", "fp32", 512),
    (24, "inception3", "training", "amp", 256),
    (24, "resnet152", "training", "fp32", 64),
    (40, "resnet50", "training", "amp", 448),
    (40, "inception4", "training", "fp32", 56),
    (40, "alexnet", "training", "amp", 3584),
    (48, "vgg16", "training", "amp", 512),
    (48, "resnet50", "training", "fp32", 256),
    (24, "gpt2_large", "training", "fp32", 1),
    (24, "bert_large_512", "training", "fp32", 8),
    (80, "gpt3_27", "training", "fp32", 1),
    (80, "opt_13", "training", "fp32", 2),
    (8, "gpt2_large", "inference", "fp32", 4),
    (16, "opt_13", "inference", "fp32", 2),
    (40, "gpt3_27", "inference", "fp32", 8),
]


def need(network: str, **fields: object) -> MemoryNeed:
    return memory_need(Work(network=network, **fields), NETWORKS[network])  # type: ignore[arg-type]


def llm(**fields: object) -> MemoryNeed:
    return memory_need(Work(network="llm", parameters_b=7, **fields), NETWORKS["llm"])  # type: ignore[arg-type]


def table(errors: Iterable[MemoryGap]) -> str:
    return "\n".join(
        f"{gap.name:32}{gap.published_gb:8.2f}{gap.estimated_gb:8.2f} GB{gap.relative:+8.0%}"
        f"{'' if gap.is_covered else '  outside'}"
        for gap in errors
    )


def test_the_estimates_lie_near_published_figures() -> None:
    errors = published_errors(FIGURES, NETWORKS)

    training = [gap for gap, figure in zip(errors, FIGURES, strict=True) if figure.mode == "training"]
    covered = sum(gap.is_covered for gap in errors) / len(errors)
    medians = f"median error {median_error(errors):.0%}, in training {median_error(training):.0%}"
    print(f"{table(errors)}\n{len(errors)} figures, {medians}, inside the interval {covered:.0%}")  # noqa: T201
    assert len(errors) >= 12
    assert median_error(errors) <= 0.12
    assert median_error(training) <= 0.16
    assert covered >= 0.75


@pytest.mark.parametrize(("memory_gb", "network", "mode", "precision", "batch"), RAN)
def test_a_step_that_ran_is_never_said_not_to_fit(
    memory_gb: int, network: str, mode: str, precision: str, batch: int
) -> None:
    work = Work(network=network, mode=Mode(mode), precision=Precision(precision), batch=batch)

    assert memory_need(work, NETWORKS[network]).total_gb <= 1.05 * memory_gb


def test_seven_billion_parameters_in_4_bits_are_three_and_a_half_gb() -> None:
    assert llm(mode=Mode.INFERENCE, precision=Precision.INT4).part_gb("weights") == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("precision", "gb"),
    [("fp32", 28), ("tf32", 28), ("fp16", 14), ("bf16", 14), ("fp8", 7), ("int8", 7), ("int4", 3.5)],
)
def test_weights_take_what_their_format_takes(precision: str, gb: float) -> None:
    assert llm(mode=Mode.INFERENCE, precision=Precision(precision)).part_gb("weights") == pytest.approx(gb)


@pytest.mark.parametrize("precision", ["amp", "fp16", "bf16", "fp8"])
def test_mixed_precision_training_takes_18_bytes_a_parameter_with_adam(precision: str) -> None:
    full = llm(precision=Precision(precision))

    states = sum(full.part_gb(name) for name in ("weights", "master weights", "gradients", "optimiser"))
    assert states == pytest.approx(7 * 18)


@pytest.mark.parametrize(("optimizer", "gb"), [("adam", 56.0), ("adam-8bit", 14.0), ("momentum", 28.0), ("sgd", 0.0)])
def test_each_optimiser_takes_its_own_states(optimizer: str, gb: float) -> None:
    work = Work(network="llm", parameters_b=7)

    assert memory_need(work, NETWORKS["llm"], Choices(optimizer=Optimizer(optimizer))).part_gb(
        "optimiser"
    ) == pytest.approx(gb)


def test_the_cache_holds_two_times_layers_heads_columns_tokens_and_bytes() -> None:
    work = Work(network="net", mode=Mode.INFERENCE, length=2000, batch=3)

    cache = memory_need(work, make_model()).part_gb("kv_cache")

    assert cache == pytest.approx(2 * 10 * 5 * 100 * 2000 * 3 * 2 / 1e9)


def test_grouped_keys_make_the_cache_of_llama_3_8b_a_quarter_of_llama_2_7bs() -> None:
    caches = [need(key, mode=Mode.INFERENCE, length=4096).part_gb("kv_cache") for key in ("llama_7b", "llama_8b")]

    assert caches[0] == pytest.approx(4 * caches[1])


def test_less_is_trained_in_less_memory() -> None:
    totals = [llm(method=method).total_gb for method in (Method.FULL, Method.LORA, Method.QLORA)]

    assert totals == sorted(totals, reverse=True)
    assert totals[2] < 24 < totals[0]


def test_a_frozen_base_keeps_nothing_for_the_way_back() -> None:
    frozen, full = need("vgg16-transfer", batch=64), need("vgg16", batch=64)

    assert frozen.part_gb("optimiser") == pytest.approx(3_212_682 * 8 / 1e9)
    assert frozen.part_gb("activations") < full.part_gb("activations") / 2


def test_activations_grow_with_the_batch_and_weights_do_not() -> None:
    small, large = need("resnet50", batch=32), need("resnet50", batch=64)

    assert large.part_gb("activations") == pytest.approx(2 * small.part_gb("activations"))
    assert large.part_gb("weights") == small.part_gb("weights")


def test_mixed_precision_halves_the_activations_of_a_cnn() -> None:
    wide, mixed = (need("resnet50", batch=32, precision=precision) for precision in (Precision.FP32, Precision.AMP))

    assert mixed.part_gb("activations") == pytest.approx(wide.part_gb("activations") / 2)


def test_lora_on_a_diffusion_network_computes_its_blocks_again_unless_told_otherwise() -> None:
    work = Work(network="sdxl", method=Method.LORA)

    usual, kept = (memory_need(work, NETWORKS["sdxl"], choices) for choices in (None, Choices(checkpointing=False)))

    assert usual.part_gb("activations") == pytest.approx(kept.part_gb("activations") / 4)
    assert 9 < usual.total_gb < 16 < kept.total_gb
    assert ("checkpointing" in usual.assumed, "checkpointing" in kept.assumed) == (True, False)


def test_checkpointing_and_fused_attention_save_activations() -> None:
    work = Work(network="net", length=2000)

    kept = [
        memory_need(work, make_model(), Choices(checkpointing=checkpointing, flash_attention=flash)).part_gb(
            "activations"
        )
        for checkpointing, flash in ((False, False), (False, True), (True, True))
    ]

    assert kept == sorted(kept, reverse=True)
    assert kept[0] - kept[1] == pytest.approx(10 * 10 * 2000**2 * 11 / 1e9)


def test_a_recurrent_network_keeps_more_for_longer_sequences_and_wider_layers() -> None:
    usual, longer, wider = (
        need("lstm", batch=32),
        need("lstm", batch=32, length=200),
        need("lstm", batch=32, hidden=512),
    )

    assert longer.part_gb("activations") == pytest.approx(2 * usual.part_gb("activations"))
    assert wider.part_gb("weights") == pytest.approx(64 * usual.part_gb("weights"))


def test_what_nobody_said_is_listed_as_assumed() -> None:
    assert memory_need(Work(network="llm"), NETWORKS["llm"]).assumed == (
        "batch",
        "length",
        "precision",
        "optimiser",
        "checkpointing",
        "parameters",
    )
    assert need("resnet50", mode=Mode.INFERENCE, precision=Precision.FP16, batch=1).assumed == ()


def test_whole_networks_are_not_trained_in_integers() -> None:
    asked = need("resnet50", precision=Precision.INT8, batch=8)

    assert asked.total_gb == need("resnet50", precision=Precision.AMP, batch=8).total_gb
    assert "precision" in asked.assumed


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_has_a_need_whose_parts_add_up_and_say_why(network: str) -> None:
    for mode, method, precision in product(Mode, Method, (None, *Precision)):
        found = need(network, mode=mode, method=method, precision=precision)

        assert found.lower_gb < found.total_gb < found.upper_gb
        assert found.total_gb == pytest.approx(sum(part.gb for part in found.parts))
        assert [part.name for part in found.parts] == [name for name in PARTS if found.part_gb(name)]
        assert all(part.reason[language].strip() for part in found.parts for language in ("en", "vi"))


def test_reasons_are_written_as_each_language_writes_numbers() -> None:
    reason = need("resnet50", mode=Mode.INFERENCE, precision=Precision.FP32).parts[0].reason

    assert reason["en"] == "25.6 million parameters of 4 bytes"
    assert reason["vi"] == "25,6 triệu tham số, mỗi tham số 4 byte"


@given(memory_gb=st.sampled_from([4, 8, 11, 16, 24, 48, 80]), network=st.sampled_from(sorted(NETWORKS)))
def test_the_largest_batch_fits_and_one_more_does_not(memory_gb: int, network: str) -> None:
    work = Work(network=network)

    batch = largest_batch(work, NETWORKS[network], memory_gb)

    totals = [memory_need(replace(work, batch=size), NETWORKS[network]).total_gb for size in (max(batch, 1), batch + 1)]
    assert fits(totals[0], memory_gb) is (batch > 0)
    assert totals[1] > memory_gb * USABLE_SHARE


def test_no_batch_of_a_model_fits_where_its_weights_do_not() -> None:
    work = Work(network="llm", parameters_b=70, mode=Mode.INFERENCE, precision=Precision.FP16)

    assert largest_batch(work, NETWORKS["llm"], 80) == 0


@pytest.mark.parametrize(("length", "tensorflow_batch"), [(128, 32), (256, 16), (384, 12), (512, 6)])
def test_the_largest_batch_of_bert_on_12_gb_is_near_what_its_authors_found(length: int, tensorflow_batch: int) -> None:
    work = Work(network="bert_base", precision=Precision.FP32, length=length)

    batch = largest_batch(work, NETWORKS["bert_base"], 12, Choices(flash_attention=False))

    assert tensorflow_batch <= batch <= 3 * tensorflow_batch


def test_a_tiny_network_needs_little_more_than_the_framework() -> None:
    tiny = memory_need(Work(network="net", batch=1), make_network(parameters=1000, activations=1000, working=100))

    assert tiny.total_gb == pytest.approx(0.85, abs=0.05)
