"""How the device of a run is found: a host is asked what it has, and says it or not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bench.request import read_request
from bot.benching.asking import with_device
from bot.benching.devices import Device, DeviceError
from bot.benching.hosts import HostError, Line
from tests.makers_probe import make_found, make_uuid

REQUEST = read_request({"case": "lstm", "batch": 8})


class Saying:
    """A host whose worker says given lines; what it was asked is kept."""

    name = "lab"

    def __init__(self, *said: Line) -> None:
        self._said = said
        self.asked: list[Mapping[str, Any]] = []
        self.has_ended = False

    async def start(self, request: Mapping[str, Any]) -> "Saying":
        self.asked.append(request)
        return self

    async def lines(self) -> AsyncIterator[Line]:
        for line in self._said:
            yield line

    async def cancel(self) -> None:
        self.has_ended = True

    async def end(self) -> None:
        self.has_ended = True


def choose(host: Saying, wish: str) -> tuple[str | None, list[Device]]:
    told: list[Device] = []
    request = asyncio.run(with_device(host, REQUEST, wish, told.append))
    assert request.batch == REQUEST.batch
    return request.gpu, told


@pytest.mark.parametrize(("wish", "gpu"), [("auto", make_uuid(0)), ("1", make_uuid(1)), ("cpu", None)])
def test_the_request_comes_back_with_its_gpu_and_the_device_is_told(wish: str, gpu: str | None) -> None:
    host = Saying({"type": "heartbeat"}, make_found("NVIDIA GeForce RTX 3090", "NVIDIA L4"), {"type": "end"})

    found, told = choose(host, wish)

    assert found == gpu
    assert [device.uuid for device in told] == [gpu]
    assert host.asked == [{"probe": True}]
    assert host.has_ended


def test_a_host_without_a_gpu_takes_its_processor() -> None:
    found, told = choose(Saying(make_found()), "auto")

    assert (found, told[0].say("en"), told[0].say("vi")) == (None, "the processor (EPYC)", "CPU (EPYC)")


def test_a_device_that_is_not_there_is_not_told_and_the_worker_ends() -> None:
    host = Saying(make_found())

    with pytest.raises(DeviceError, match="lab has no GPU"):
        choose(host, "0")
    assert host.has_ended


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((), "the worker ended without a word"),
        (({"type": "error", "class": "request", "message": "Unknown field 'probe'."},), "Unknown field 'probe'."),
        ((make_found(version=99),), "the worker ended without a word"),
    ],
)
def test_a_worker_that_cannot_be_asked_names_the_way_out(said: tuple[Line, ...], why: str) -> None:
    with pytest.raises(HostError) as caught:
        choose(Saying(*said), "auto")

    assert str(caught.value) == (
        f"lab cannot be asked what it has ({why}): install the same version of gpuwise on both sides."
    )
