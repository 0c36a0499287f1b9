"""`python -m bench.child WORKER`: one run in a process of its own; the request on stdin, JSON lines out."""

import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.lines import Emit, emitter
from bench.measurement import Block, is_done, is_warm, steps_for_block
from bench.processes import die_with_parent
from bench.request import Request, parse_request

#: Seconds that the ruler takes, and in a quick run.
_RULER_S, _QUICK_RULER_S = 5.0, 2.0
_CASES = Path(__file__).parent / "cases"


class Run:
    """Measures one workload and says what it does, phase by phase."""

    def __init__(self, request: Request, emit: Emit, environ: Mapping[str, str]) -> None:
        self._request, self._emit, self._environ = request, emit, environ
        self._rules = request.rules

    def run(self) -> None:
        """Measure and emit the parts of a record; BenchError where this host cannot do it."""
        self._phase("preflight")
        cases = import_module("bench.cases")  # torch takes seconds to import
        ruler_of, time_block = (
            import_module("bench.cases.ruler").measure,
            import_module("bench.cases.timing").time_block,
        )
        device = cases.device.select(self._request.gpu)
        cases.device.flush_denormals()
        self._phase("ruler")
        ruler = ruler_of(device, _QUICK_RULER_S if self._request.quick else _RULER_S)
        self._phase("warming")
        cases.device.reset_peak()
        workload = cases.build(self._request)
        self._emit({"type": "facts", "ruler": ruler, **self._facts(cases, workload)})
        _, first_s = time_block(workload, 1)
        first_loss = workload.loss()
        warm = self._blocks(lambda steps: time_block(workload, steps), first_s, "warming", self._is_warm)
        self._phase("measuring")
        self._blocks(lambda steps: time_block(workload, steps), warm[-1].step_s, "measuring", self._is_done)
        self._phase("checking")
        check = check_of(first_loss, workload.loss())
        memory = cases.device.peak_memory()
        seen = import_module("bench.cases.tracing").trace(workload)
        warm_up = {"blocks": len(warm), "seconds": sum(block.wall_s for block in warm)}
        end = {"check": check, "memory": memory, "trace": seen, "first_step_s": first_s, "warm_up": warm_up}
        self._emit({"type": "end", **end})

    def _blocks(
        self,
        time_steps: Callable[[int], tuple[float, float]],
        step_s: float,
        phase: str,
        is_over: Callable[[Sequence[Block], float], bool],
    ) -> list[Block]:
        """Time blocks until *is_over*, saying each at once."""
        blocks: list[Block] = []
        began = time.perf_counter()
        while not blocks or not is_over(blocks, time.perf_counter() - began):
            steps = steps_for_block(step_s, self._rules.block_s)
            device_s, wall_s = time_steps(steps)
            blocks.append(Block(steps=steps, device_s=device_s, wall_s=wall_s))
            step_s = blocks[-1].step_s
            self._emit({"type": "block", "phase": phase, "t": time.monotonic(), **asdict(blocks[-1])})
        return blocks

    def _is_warm(self, blocks: Sequence[Block], elapsed: float) -> bool:
        return elapsed >= self._rules.warm_up_max_s or is_warm(blocks, self._rules.warm_up_min_s)

    def _is_done(self, blocks: Sequence[Block], elapsed: float) -> bool:
        return is_done(blocks, self._rules, elapsed)

    def _phase(self, phase: str) -> None:
        self._emit({"type": "phase", "phase": phase})

    def _facts(self, cases: Any, workload: Any) -> dict[str, Any]:
        spec = self._request.spec
        asked = {
            name: getattr(self._request, name)
            for name in ("mode", "batch", "length", "hidden", "precision", "layout", "compile")
        }
        return {
            "workload": {
                "id": spec.name,
                "version": spec.version,
                **asked,
                "frozen": spec.frozen > 0,
                "cached": spec.name == "vgg16-head",
                "framework": "torch",
                "code_sha256": code_sha256(),
                "data": "synthetic, on the device",
                "seed": 0,
                "parameters": workload.trainable + workload.frozen,
                "trainable": workload.trainable,
                "flops_step": workload.flops,
            },
            "samples": workload.samples,
            "flags": cases.device.flags(self._environ),
            "software": cases.device.software(),
            "gpu": cases.device.gpu(),
        }


def check_of(first: float | None, last: float | None) -> dict[str, Any]:
    """Return the `check` of a record; what is not finite is said so, as JSON has no NaN."""
    losses = [loss for loss in (first, last) if loss is not None]
    is_finite = all(map(isfinite, losses))
    kept = (first, last) if is_finite else (None, None)
    return {"loss_first": kept[0], "loss_last": kept[1], "nan_inf": not is_finite}


def code_sha256() -> str:
    """Return the hash of what a case does: the files of bench/cases."""
    digest = hashlib.sha256()
    for file in sorted(_CASES.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def main(argv: list[str]) -> int:
    """Run the request that stands on stdin; what goes wrong is one line."""
    die_with_parent(int(argv[1]))
    emit = emitter()
    try:
        Run(parse_request(sys.stdin.readline()), emit, os.environ).run()
    except BenchError as error:
        emit({"type": "error", "class": "unsupported", "message": str(error)})
    except (RuntimeError, MemoryError) as error:
        is_memory = import_module("bench.cases").device.is_out_of_memory(error)
        message = (str(error).splitlines() or [type(error).__name__])[0][:300]
        emit({"type": "error", "class": "oom" if is_memory else "failed", "message": message})
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
