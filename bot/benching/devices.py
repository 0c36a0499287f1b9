"""Picks the device that a run takes from what a probe found on its host. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.texts import texts
from knowledge.errors import GpuwiseError

#: A wish is one of these, the index of a GPU, its UUID or its card's name.
AUTO, CPU, GPU = "auto", "cpu", "gpu"
_INDEX = re.compile(r"\d{1,2}")
_UUID = re.compile(r"(?:GPU|MIG)-[0-9a-f-]+", re.IGNORECASE)
_PIECE = re.compile(r"[a-z]+|\d+")
#: Words of a card's name that most people leave out.
_LEFT_OUT = frozenset({"nvidia", "geforce", "amd", "radeon", "gpu", "card", "graphics"})
#: Words that make another card of the same number.
_OTHER_CARD = frozenset({"ti", "super", "xt", "xtx", "gre"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a run computes on."""

    name: str  #: of the card, or of the processor
    uuid: str | None = None  #: None: the processor
    index: int | None = None  #: of the GPU among those that the probe found

    def say(self, language: str) -> str:
        """Return it in words, such as "NVIDIA GeForce RTX 3090 (GPU 0)"."""
        key = "cpu" if self.uuid is None else "gpu" if self.index is not None else "slice"
        return texts(language).say(f"bench.device.{key}", name=self.name, index=str(self.index))


class DeviceError(GpuwiseError):
    """A host has no such device as was wished for; says what it has in either language."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(texts("en").say(f"bench.device.{key}", **values))
        self.key, self._values = key, values

    def say(self, language: str) -> str:
        """Return the message in *language*."""
        return texts(language).say(f"bench.device.{self.key}", **self._values)


def pick(found: Mapping[str, Any], wish: str, host: str) -> Device:
    """Return the device of *host* that *wish* means; DeviceError where it is not there or torch cannot use it.

    *found* is the answer of bench.probe, whose order of GPUs the indices follow.
    """
    gpus: Sequence[Mapping[str, Any]] = found["gpus"]
    problems = [str(problem) for problem in found["problems"]]
    if found["software"] is None:
        raise DeviceError("no_torch", host=host, problem=" ".join(problems))
    if wish.lower() == CPU or (wish.lower() == AUTO and not gpus and not problems):
        return Device(name=str(found["host"]["cpu_model"]))
    if _UUID.fullmatch(wish) and wish.upper().startswith("MIG-"):
        return Device(name=wish, uuid="MIG-" + wish[4:].lower())  # torch lists no slices; the worker looks it up
    if not gpus and problems:
        raise DeviceError("unusable", host=host, problem=" ".join(problems))
    if not gpus:
        raise DeviceError("none", host=host)
    return _usable(gpus, _meant(gpus, wish, host), host, problems)


def is_called(name: str, wish: str) -> bool:
    """Whether a card called *name* is meant by *wish*: a 3090 is an RTX 3090, but no RTX 3090 Ti."""
    full, asked = _pieces(name), _pieces(wish)
    starts = [at for at in range(len(full) - len(asked) + 1) if full[at : at + len(asked)] == asked]
    return bool(asked) and any(_OTHER_CARD.isdisjoint(full[at + len(asked) :]) for at in starts)


def _meant(gpus: Sequence[Mapping[str, Any]], wish: str, host: str) -> list[int]:
    """Return the indices of the GPUs that *wish* means, the one to take first."""
    if wish.lower() in {AUTO, GPU}:
        return list(range(len(gpus)))
    if _INDEX.fullmatch(wish):
        meant, key = [index for index in range(len(gpus)) if index == int(wish)], "no_index"
    elif _UUID.fullmatch(wish):
        meant, key = [index for index, gpu in enumerate(gpus) if str(gpu["uuid"]).lower() == wish.lower()], "no_uuid"
    else:
        meant, key = [index for index, gpu in enumerate(gpus) if is_called(str(gpu["name"]), wish)], "no_name"
    if not meant:
        there = "; ".join(f"{index}: {gpu['name']} ({gpu['uuid']})" for index, gpu in enumerate(gpus))
        raise DeviceError(key, host=host, wish=wish, there=there)
    return meant


def _usable(gpus: Sequence[Mapping[str, Any]], meant: list[int], host: str, problems: Sequence[str]) -> Device:
    """Return the first of the GPUs meant that torch there can use."""
    for index in meant:
        if gpus[index]["is_built_for"] and gpus[index]["uuid"]:
            return Device(name=str(gpus[index]["name"]), uuid=str(gpus[index]["uuid"]), index=index)
    name = str(gpus[meant[0]]["name"])
    if gpus[meant[0]]["is_built_for"]:
        raise DeviceError("no_id", host=host, name=name)
    about = [problem for problem in problems if name in problem] or problems
    raise DeviceError("unusable", host=host, problem=" ".join(about))


def _pieces(name: str) -> list[str]:
    return [piece for piece in _PIECE.findall(name.lower()) if piece not in _LEFT_OUT]
