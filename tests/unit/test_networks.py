from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.workloads import load_workloads
from retrieval.scoring.networks import NetworkReader, sized, widened
from tests.makers_memory import NETWORKS, SOURCES

READER = NetworkReader(NETWORKS)
NET = """
[net]
title = { en = "a network", vi = "một mạng" }
aliases = ["net"]
family = "cnn"
parameters = 1000
forward_flops = 1000
activations = 1000
working = 1000
batch = 8
unit = "images/s"
source = "paper-bert"
regime = "compute"
"""


def read(text: str) -> list[tuple[str, float | None]]:
    return [(mention.network, mention.parameters_b) for mention in READER.read(text)]


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("run vgg16 on lab1 bs64 fp16, is it free?", "vgg16"),
        ("VGG-16 hay ResNet 50?", "vgg16"),
        ("train bert-base squad on one card", "bert_base"),
        ("bert_large with batch 8", "bert_large"),
        ("gpt2-large", "gpt2_large"),
        ("SDXL ở 1024", "sdxl"),
        ("stable diffusion xl lora", "sdxl"),
        ("flux.1 dev trên 24 GB", "flux1-dev"),
        ("mạng CNN nhỏ", "cnn"),
        ("mang cnn nho thi sao", "cnn"),
        ("Mạng Neural Tổ Hoạch", "rnn"),
        ("why is my lstm no faster", "lstm"),
        ("llama 3 8B", "llama_8b"),
        ("chi phí train llama 70b", "llama_70b"),
        ("qwen2.5-14b", "qwen_14b"),
        ("mixtral 8x7b on 48GB", "mixtral_8x7b"),
        ("transfer learning with VGG16", "vgg16-transfer"),
        ("học chuyển giao với VGG16", "vgg16-transfer"),
        ("hoc chuyen giao thi mua card nao", "vgg16-transfer"),
    ],
)
def test_a_network_is_found_as_people_write_it(text: str, network: str) -> None:
    assert read(text)[0] == (network, None)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4070 ti super or used 3090 for 7b qlora, 650w psu", 7),
        ("70b q4 on 2x3090", 70),
        ("a 7 billion parameter model", 7),
        ("mô hình 13 tỷ tham số", 13),
        ("model 1.5B", 1.5),
        ("mô hình 1,5b", 1.5),
        ("qwen2.5 72b", 72),
        ("gemma 2b", 2),
        ("LLM 7B", 7),
    ],
)
def test_a_size_in_billions_names_a_language_model(text: str, size: float) -> None:
    assert read(text) == [("llm", size)]


@pytest.mark.parametrize(
    "text",
    [
        "24GB or 16 GB, 3090 or 4090",
        "2b||!2b",
        "2b or not 2b",
        "ngân sách 7 tỷ đồng",
        "two B200 cards, 2 B200",
        "arc b580 12gb",
        "chi phí card đồ họa",
        "opt for the cheaper one",
        "",
    ],
)
def test_other_numbers_and_words_name_no_network(text: str) -> None:
    assert read(text) == []


def test_words_that_only_hint_at_a_network_give_way_to_a_name() -> None:
    assert read("resnet 50 transfer learning") == [("resnet50", None)]
    assert read("a language model like bert large") == [("bert_large", None)]


def test_several_networks_are_found_in_order_with_their_places() -> None:
    text = "LSTM hay GRU, rồi llama 7b"

    mentions = READER.read(text)

    assert [mention.network for mention in mentions] == ["lstm", "gru", "llama_7b"]
    assert [text[slice(*mention.span)] for mention in mentions] == [mention.text for mention in mentions]


def test_no_two_networks_share_a_name() -> None:
    names = [name for network in NETWORKS.values() for name in {*network.aliases, *network.fallback, network.key}]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("key", "size_b"), [("llama_8b", 8.03), ("llama_70b", 70.6), ("llama_3b", 3.21)])
def test_the_shape_of_a_model_named_by_its_size_is_near_a_real_ones(key: str, size_b: float) -> None:
    worked_out, real = sized(NETWORKS["llm"], size_b), NETWORKS[key]

    assert (worked_out.hidden or 0) * (worked_out.layers or 0) == pytest.approx(
        (real.hidden or 0) * (real.layers or 0), rel=0.2
    )


def test_only_the_stand_in_takes_another_size() -> None:
    assert sized(NETWORKS["llama_7b"], 70) is NETWORKS["llama_7b"]
    assert widened(NETWORKS["resnet50"], 512) is NETWORKS["resnet50"]


@pytest.mark.parametrize(
    ("line", "wrong", "problem"),
    [
        ('family = "cnn"', 'family = "gan"', "net › family: must be one of cnn"),
        ("parameters = 1000", "", "net › parameters: is missing"),
        ('source = "paper-bert"', 'source = "nowhere"', "net › source: must be a key of knowledge/sources"),
        ("batch = 8", "batch = 8.5", "net › batch: must be a whole number"),
        ('aliases = ["net"]', "", "net › aliases: needs at least one"),
        ('title = { en = "a network", vi = "một mạng" }', 'title = { en = "a network" }', "net › title: needs a text"),
        ('family = "cnn"', 'family = "llm"', "net › layers: is missing"),
        ("working = 1000", "working = 1000\nmemory = 3", "net › memory: is no field"),
        ("working = 1000", "working = 1000\ntrainable = 2000", "net › trainable: must be fewer"),
    ],
)
def test_a_wrong_entry_is_named_with_its_field(tmp_path: Path, line: str, wrong: str, problem: str) -> None:
    file = tmp_path / "workloads.toml"
    file.write_text(NET.replace(line, wrong), encoding="utf-8")

    with pytest.raises(KnowledgeError, match=problem):
        load_workloads(file, SOURCES)
