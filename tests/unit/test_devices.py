"""Which device a run takes: from what a probe found and what is wished."""

import pytest

from bot.benching.devices import DeviceError, is_called, pick
from bot.understanding.devices import read_device
from retrieval.words import fold
from tests.makers_probe import make_found, make_uuid

ONE, TWO = ("NVIDIA GeForce RTX 3090",), ("NVIDIA GeForce RTX 3090", "NVIDIA H100 80GB HBM3")
TORCHLESS = "torch cannot be imported (No module named 'torch'): install `gpuwise[bench]` on the host."
BLIND = "torch 2.9.1 is built without CUDA, though the host has an NVIDIA GPU: install a CUDA build."


@pytest.mark.parametrize(
    ("names", "wish", "index"),
    [
        ((), "auto", None),
        ((), "cpu", None),
        (ONE, "auto", 0),
        (ONE, "cpu", None),
        (ONE, "CPU", None),
        (ONE, "gpu", 0),
        (TWO, "auto", 0),
        (TWO, "0", 0),
        (TWO, "1", 1),
        (TWO, make_uuid(1), 1),
        (TWO, make_uuid(1).upper(), 1),
        (TWO, "3090", 0),
        (TWO, "rtx 3090", 0),
        (TWO, "h100", 1),
        ((*ONE, *ONE), "3090", 0),
        (("NVIDIA GeForce RTX 3090 Ti", *ONE), "3090", 1),
    ],
)
def test_a_wish_takes_the_device_it_means(names: tuple[str, ...], wish: str, index: int | None) -> None:
    device = pick(make_found(*names), wish, "lab")

    assert device.index == index
    assert device.uuid == (None if index is None else make_uuid(index))
    assert device.name == ("EPYC" if index is None else names[index])


@pytest.mark.parametrize(
    ("names", "wish", "key"),
    [
        ((), "gpu", "none"),
        ((), "0", "none"),
        ((), "3090", "none"),
        (TWO, "2", "no_index"),
        (TWO, make_uuid(7), "no_uuid"),
        (TWO, "4090", "no_name"),
        (("NVIDIA GeForce RTX 3090 Ti",), "3090", "no_name"),
    ],
)
def test_a_device_that_is_not_there_is_an_error_that_lists_what_is(names: tuple[str, ...], wish: str, key: str) -> None:
    with pytest.raises(DeviceError) as caught:
        pick(make_found(*names), wish, "lab")

    assert caught.value.key == key
    for said in (str(caught.value), caught.value.say("vi")):
        assert "lab" in said
        assert [name for name in names if name not in said] == []
        assert "{" not in said


def test_what_is_there_is_listed_with_index_and_uuid_in_the_language_of_the_asker() -> None:
    with pytest.raises(DeviceError) as caught:
        pick(make_found(*TWO), "5", "lab")

    there = f"0: {TWO[0]} ({make_uuid(0)}); 1: {TWO[1]} ({make_uuid(1)})"
    assert str(caught.value) == f"lab has no GPU 5. It has {there}."
    assert caught.value.say("vi") == f"Máy lab không có GPU số 5. Máy này có {there}."


def test_a_card_that_torch_has_no_kernels_for_is_passed_over() -> None:
    found = make_found("NVIDIA GeForce GTX 680", *ONE, unbuilt=("NVIDIA GeForce GTX 680",))

    assert pick(found, "auto", "lab").index == 1
    with pytest.raises(DeviceError, match=r"has no kernels for NVIDIA GeForce GTX 680"):
        pick(found, "0", "lab")


@pytest.mark.parametrize("wish", ["auto", "gpu", "0", "3090"])
def test_a_host_whose_gpu_torch_does_not_see_does_not_measure_its_processor_unasked(wish: str) -> None:
    found = make_found(problems=[BLIND])

    with pytest.raises(DeviceError, match="built without CUDA"):
        pick(found, wish, "lab")
    assert pick(found, "cpu", "lab").uuid is None


def test_a_host_without_torch_measures_nothing() -> None:
    with pytest.raises(DeviceError, match="No module named 'torch'"):
        pick(make_found(software=None, problems=[TORCHLESS]), "cpu", "lab")


def test_a_torch_that_tells_no_uuid_is_named() -> None:
    found = make_found(*ONE)
    found["gpus"][0]["uuid"] = None

    with pytest.raises(DeviceError) as caught:
        pick(found, "auto", "lab")

    assert caught.value.key == "no_id"


def test_a_slice_is_left_to_the_worker() -> None:
    name = "MIG-00000007-0000-4000-8000-000000000000"

    assert pick(make_found(*ONE), name, "lab").uuid == name


@pytest.mark.parametrize(
    ("name", "wish", "expected"),
    [
        ("NVIDIA GeForce RTX 3090", "3090", True),
        ("NVIDIA GeForce RTX 3090", "RTX3090", True),
        ("NVIDIA GeForce RTX 3090", "geforce rtx 3090", True),
        ("NVIDIA GeForce RTX 3080 Laptop GPU", "3080", True),
        ("NVIDIA GeForce RTX 3090 Ti", "3090 ti", True),
        ("NVIDIA GeForce RTX 3090 Ti", "3090", False),
        ("NVIDIA GeForce RTX 4070 Ti SUPER", "4070 ti", False),
        ("NVIDIA A100-SXM4-80GB", "a100", True),
        ("NVIDIA A100-SXM4-80GB", "a10", False),
        ("NVIDIA L40S", "l4", False),
        ("NVIDIA L40S", "l40s", True),
        ("NVIDIA GeForce RTX 3090", "gpu", False),
    ],
)
def test_a_card_is_called_by_its_number_and_by_no_other_cards(name: str, wish: str, *, expected: bool) -> None:
    assert is_called(name, wish) is expected


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("benchmark lstm", "auto"),
        ("benchmark lstm on the cpu", "cpu"),
        ("đo lstm bằng CPU", "cpu"),
        ("do lstm bang cpu", "cpu"),
        ("đo lstm không dùng GPU", "cpu"),
        ("benchmark lstm, not on the cpu", "gpu"),
        ("đo lstm bằng GPU", "gpu"),
        ("benchmark lstm on gpu 0", "0"),
        ("benchmark lstm on cuda:1", "1"),
        ("benchmark lstm on card 0", "0"),
        ("đo lstm trên GPU số 1", "1"),
        ("do lstm tren gpu so 1", "1"),
        ("benchmark lstm on the second gpu", "1"),
        ("đo lstm bằng card đầu tiên", "0"),
        ("đo lstm trên card thứ hai", "1"),
        ("đo lstm bằng gpu 5 giây", "gpu"),
        ("benchmark lstm on the 3090", "3090"),
        ("benchmark lstm on an RTX 3090 Ti on lab", "rtx 3090 ti"),
        ("đo lstm trên con 3090", "3090"),
        ("benchmark lstm on the h100", "h100"),
        ("benchmark lstm with 1024 units", "auto"),
        ("benchmark lstm on the 3090 box", "auto"),
        (f"benchmark lstm on {make_uuid(3)}", make_uuid(3)),
    ],
)
def test_a_wish_is_read_in_both_languages(text: str, wish: str) -> None:
    assert read_device(fold(text)).wish == wish
