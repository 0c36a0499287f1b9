"""What became of one run, and the record that it leaves. Pure."""

import platform
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.card_conditions import card_conditions, energy_of, link_of
from bench.conditions import conditions_of
from bench.lines import Line
from bench.measurement import Block, summarise
from bench.record import Record, make_record
from bench.request import Request
from bench.verdict import judge, what_limits

_WORKLOAD = ("mode", "batch", "length", "hidden", "precision", "layout", "compile")


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run said before it ended; it grows while the run goes on."""

    phase: str = "preflight"
    facts: Line = field(default_factory=dict)
    end: Line = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)  #: that were measured, not those of the warm-up
    began: float | None = None  #: on the monotonic clock, of the first measured block
    finished: float | None = None  #: of the last one
    looks: list[Line] = field(default_factory=list)  #: of the watcher
    card: Line | None = None  #: what NVML says of the GPU; None on the CPU
    watcher_alive: bool = False
    error: Line | None = None  #: class and message
    is_cancelled: bool = False

    def take(self, line: Line) -> None:
        """Take one line of the run's process."""
        match line.get("type"):
            case "phase":
                self.phase = str(line["phase"])
            case "facts":
                self.facts = line
            case "block" if line["phase"] == "measuring":
                self._add(line)
            case "end":
                self.end = line
            case "error":
                self.error = {"class": line["class"], "message": line["message"]}

    @property
    def is_complete(self) -> bool:
        """Whether everything that a record needs was said."""
        return self.error is None and not self.is_cancelled and bool(self.facts and self.end and self.blocks)

    def _add(self, line: Line) -> None:
        block = Block(steps=line["steps"], device_s=line["device_s"], wall_s=line["wall_s"])
        self.blocks.append(block)
        self.finished = float(line["t"])
        self.began = self.finished - block.wall_s if self.began is None else self.began


def record_of(request: Request, outcome: Outcome, host: Mapping[str, Any], *, time_ms: int, entropy: bytes) -> Record:
    """Return the record of a run, finished or not."""
    facts, conditions = outcome.facts, _conditions(outcome)
    check = outcome.end.get("check")
    verdict = judge(conditions, outcome.blocks, check, on_gpu=request.gpu is not None)
    error = None if outcome.is_complete else _error(outcome)
    return make_record(
        time_ms=time_ms,
        entropy=entropy,
        blocks=outcome.blocks,
        workload=facts.get("workload") or _asked(request),
        flags=facts.get("flags") or {},
        protocol=request.protocol,
        host=host,
        gpu=_gpu(outcome),
        software=_software(outcome),
        conditions=conditions,
        result=None if error else _result(request, outcome),
        check=check,
        validity=verdict.to_json(),
        error=error,
        limited_by=_limited_by(request, outcome) if error is None else None,
        lineage={"token": request.token},
    )


def _asked(request: Request) -> dict[str, Any]:
    """Return the workload of a run that ended before it described itself."""
    spec = request.spec
    asked = {name: getattr(request, name) for name in _WORKLOAD}
    return {
        "id": spec.name,
        "version": spec.version,
        **asked,
        "frozen": spec.frozen > 0,
        "cached": spec.name == "vgg16-head",
    }


def _conditions(outcome: Outcome) -> dict[str, Any]:
    """Return what was seen while blocks were measured; every look where none were."""
    if outcome.began is None or outcome.finished is None:
        return conditions_of(outcome.looks, alive=outcome.watcher_alive, window_s=0.0)
    within = [look for look in outcome.looks if outcome.began <= look.get("t", 0.0) <= outcome.finished]
    window_s = outcome.finished - outcome.began
    return {
        **conditions_of(within or outcome.looks, alive=outcome.watcher_alive, window_s=window_s),
        **card_conditions(within, _around(outcome, outcome.began, outcome.finished)),
    }


def _around(outcome: Outcome, began: float, finished: float) -> list[Line]:
    """Return the looks of the window with the one before and the one after, so that no moment is left out."""
    times = [look.get("t", 0.0) for look in outcome.looks]
    first = max(bisect_right(times, began) - 1, 0)
    return outcome.looks[first : bisect_left(times, finished) + 1]


def _gpu(outcome: Outcome) -> dict[str, Any] | None:
    """Return what torch and NVML say of the GPU, NVML's word first; None on the CPU."""
    said, card = outcome.facts.get("gpu"), outcome.card
    if card is None:
        return said
    links = link_of(outcome.looks)
    known = {name: value for name, value in card.items() if name != "driver"}
    return {**(said or {}), **known, "pcie": {**card["pcie"], **links}}


def _software(outcome: Outcome) -> dict[str, Any]:
    software = outcome.facts.get("software") or {"python": platform.python_version()}
    return {**software, "driver": outcome.card["driver"]} if outcome.card else software


def _result(request: Request, outcome: Outcome) -> dict[str, Any] | None:
    statistics = summarise(outcome.blocks, outcome.facts["samples"])
    if statistics is None:
        return None
    return {
        **statistics.to_json(request.spec.unit),
        "first_step_s": outcome.end.get("first_step_s"),
        "memory": outcome.end.get("memory"),
        **_energy(outcome, statistics.throughput),
        "trace": outcome.end.get("trace"),
        "ruler": outcome.facts.get("ruler"),
        "warm_up": outcome.end.get("warm_up"),
    }


def _energy(outcome: Outcome, throughput: float) -> dict[str, Any]:
    """Return the `energy` of a result on a GPU, nothing on the CPU; *throughput* is in samples a second."""
    if outcome.card is None or outcome.began is None or outcome.finished is None:
        return {}
    energy = energy_of(_around(outcome, outcome.began, outcome.finished))
    return {"energy": energy and {**energy, "j_per_sample": energy["joules"] / energy["window_s"] / throughput}}


def _limited_by(request: Request, outcome: Outcome) -> str | None:
    statistics = summarise(outcome.blocks, outcome.facts["samples"])
    if statistics is None:
        return None
    ruler, samples = outcome.facts.get("ruler") or {}, outcome.facts["samples"]
    step_s, seen = statistics.step_ms_p50 / 1000, outcome.end.get("trace") or {}
    # Events around a block hold the GPU's idle time too, so only the trace tells how long it waited for the host.
    idle = max(0.0, 1 - seen["busy_s"] / step_s) if seen else statistics.host_gap
    return what_limits(
        step_s=step_s,
        flops=outcome.facts["workload"]["flops_step"] / samples,
        samples=samples,
        matmul_tflops=ruler.get(f"matmul_{request.precision}_tflops") or ruler.get("matmul_fp32_tflops"),
        host_gap=idle,
        launches=seen.get("launches"),
        launch_us=ruler.get("launch_us"),
    )


def _error(outcome: Outcome) -> dict[str, Any]:
    if outcome.is_cancelled:
        return {"class": "cancelled", "at_phase": outcome.phase, "message": "The run was cancelled."}
    said = outcome.error or {"class": "died", "message": "The run's process ended without a word."}
    return {"class": said["class"], "at_phase": outcome.phase, "message": said["message"]}
