"""What a worker is asked to run: one JSON object of names from closed sets and bounded integers. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bench.catalogue import CASES, LAYOUTS, MAX_SECONDS, MODES, MOST_BATCHES, PRECISIONS, CaseSpec
from bench.errors import RequestError
from bench.measurement import QUICK, RULES, Rules

VERSION = 1
#: What NVML and CUDA call a card or a MIG slice.
_UUID = re.compile(r"(?:GPU|MIG)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 4096  #: characters of a request
_SECONDS, _QUICK_SECONDS = 120, 20
#: Seconds that an asker may promise to be heard within.
HEARD_S = (5, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One run, every field said."""

    case: str
    mode: str = "training"
    precision: str = "fp32"
    batch: int
    length: int | None = None  #: time steps; None where the case has none
    hidden: int | None = None  #: units of the recurrent layer; None where the case has none
    layout: str = "contiguous"
    compile: bool = False
    gpu: str | None = None  #: UUID; None: the CPU
    quick: bool = False
    max_seconds: int = _SECONDS  #: that blocks may take together
    sweep: tuple[int, ...] = ()  #: batches to run one after the other instead of `batch`
    wait: bool = False  #: whether to wait for a busy GPU instead of refusing it
    token: str | None = None  #: of the lease that the result is written under
    heard_s: int | None = None  #: seconds within which the asker writes anything to stdin again; None: never

    @property
    def spec(self) -> CaseSpec:
        """The case in the catalogue."""
        return CASES[self.case]

    @property
    def rules(self) -> Rules:
        """How it is measured."""
        rules = QUICK if self.quick else RULES
        warm_up_s = min(rules.warm_up_max_s, float(self.max_seconds))  # little time: a short warm-up
        return replace(rules, max_s=float(self.max_seconds), warm_up_max_s=warm_up_s)

    @property
    def protocol(self) -> dict[str, Any]:
        """The `protocol` of its record."""
        return {**self.rules.to_json(), "quick": self.quick}

    def to_json(self) -> dict[str, Any]:
        """Return what `read_request` reads."""
        return {"version": VERSION, **asdict(self), "sweep": list(self.sweep)}


def parse_request(text: str) -> Request:
    """Return the request that a line of JSON states; RequestError says what is wrong with it."""
    if len(text) > _LONGEST:
        raise RequestError(f"A request has at most {_LONGEST} characters, this one {len(text)}.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"A request is one JSON object on one line: {error}.") from error
    if not isinstance(data, dict):
        raise RequestError("A request is one JSON object on one line.")
    return read_request(data)


def read_request(data: Mapping[str, Any]) -> Request:
    """Return the request of decoded JSON; what is left out is the usual, what is unknown or out of bounds an error."""
    known = {"version", *Request.__dataclass_fields__}
    if unknown := sorted(set(map(str, data)) - known):
        raise RequestError(f"Unknown field {unknown[0][:40]!r}; a request has {', '.join(sorted(known))}.")
    if _integer(data, "version", 1, 1_000_000, VERSION) != VERSION:
        raise RequestError(f"This worker reads requests of version {VERSION}: install the same version on both sides.")
    spec = CASES[_choice(data, "case", tuple(CASES), None)]
    quick = _flag(data, "quick")
    sizes = {name: _size(data, spec, name, quick=quick) for name in ("length", "hidden")}
    batch = _size(data, spec, "batch", quick=quick)
    if batch is None:
        raise RequestError(f"{spec.name} takes no batch.")
    return Request(
        case=spec.name,
        mode=_choice(data, "mode", MODES, "training"),
        precision=_choice(data, "precision", PRECISIONS, "fp32"),
        batch=batch,
        length=sizes["length"],
        hidden=sizes["hidden"],
        layout=_layout(data, spec),
        compile=_flag(data, "compile"),
        gpu=_matching(data, "gpu", _UUID, "a UUID such as GPU-1b2c…, as `gpuwise hosts` shows it"),
        quick=quick,
        max_seconds=_integer(data, "max_seconds", *MAX_SECONDS, _QUICK_SECONDS if quick else _SECONDS),
        sweep=_sweep(data, spec),
        wait=_flag(data, "wait"),
        token=_matching(data, "token", _TOKEN, "at most 64 letters, digits, - and _"),
        heard_s=read_heard_s(data),
    )


def read_heard_s(data: Mapping[str, Any]) -> int | None:
    """Return the `heard_s` of a request or a probe, None where it promises nothing; RequestError as above."""
    if data.get("heard_s") is None:
        return None
    return _integer(data, "heard_s", *HEARD_S, HEARD_S[0])


def _choice(data: Mapping[str, Any], name: str, among: tuple[str, ...], usual: str | None) -> str:
    value = data.get(name, usual)
    if not isinstance(value, str) or value not in among:
        raise RequestError(f"{name} is one of {', '.join(among)}.")
    return value


def _flag(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise RequestError(f"{name} is true or false.")
    return value


def _integer(data: Mapping[str, Any], name: str, least: int, most: int, usual: int) -> int:
    value = data.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RequestError(f"{name} is a whole number from {least} to {most}.")
    return value


def _size(data: Mapping[str, Any], spec: CaseSpec, name: str, *, quick: bool) -> int | None:
    bound = spec.bounds.get(name)
    if bound is None:
        if data.get(name) is not None:
            raise RequestError(f"{spec.name} takes no {name}.")
        return None
    usual = bound.quick if quick else bound.usual
    if data.get(name) is None:
        return usual
    return _integer(data, name, bound.least, bound.most, usual)


def _layout(data: Mapping[str, Any], spec: CaseSpec) -> str:
    layout = _choice(data, "layout", LAYOUTS, LAYOUTS[0])
    if layout != LAYOUTS[0] and not spec.is_image:
        raise RequestError(f"{spec.name} has no image tensors, so its layout is {LAYOUTS[0]}.")
    return layout


def _sweep(data: Mapping[str, Any], spec: CaseSpec) -> tuple[int, ...]:
    value = data.get("sweep", [])
    if not isinstance(value, list | tuple) or len(value) > MOST_BATCHES:
        raise RequestError(f"sweep is a list of at most {MOST_BATCHES} batches.")
    bound = spec.bounds["batch"]
    return tuple(_integer({"sweep": item}, "sweep", bound.least, bound.most, bound.usual) for item in value)


def _matching(data: Mapping[str, Any], name: str, pattern: re.Pattern[str], meant: str) -> str | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise RequestError(f"{name} is {meant}.")
    return value
