"""Jobs, results and comparisons as lines of a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.catalogue import CASES
from bench.comparison import Comparison, Finding
from bench.jobs import Job
from bot.rendering.numbers import say_number
from bot.store.results import Result

_PAID = {"fp32": "FP32", "tf32": "TF32", "fp16": "FP16", "bf16": "BF16"}
_DIGITS = 3


def case_lines() -> Iterable[str]:
    """Yield the cases with what each takes."""
    for spec in CASES.values():
        bounds = ", ".join(f"{name} {bound.least}–{bound.most} ({bound.usual})" for name, bound in spec.bounds.items())
        yield f"{spec.name:16}{spec.title}; {spec.unit}; {bounds}"


def job_line(job: Job) -> str:
    """Return one job in a line."""
    asked = job.request
    said = " ".join(str(asked[name]) for name in ("case", "mode", "precision") if asked.get(name))
    result = f" → {job.result_id}" if job.result_id else ""
    error = f": {job.error.message}" if job.error else ""
    return f"{job.id:8}{job.state.value:12}{job.host:10}{said}{result}{error}"


def probe_lines(name: str, found: Mapping[str, Any] | None, problems: Sequence[str]) -> Iterable[str]:
    """Yield what a host has, its GPUs in a line each, and what is wrong with it."""
    if found is None:
        yield f"{name:10}cannot be asked"
    else:
        host, software = found["host"], found["software"] or {}
        memory = f", {host['ram_gb']:g} GB" if "ram_gb" in host else ""
        torch = f"torch {software['torch']}" if software else "no torch"
        none = "" if found["gpus"] else "; no GPU that torch can use"
        yield f"{name:10}{host['cpu_model']}, {host['cores_visible']} cores{memory}; {torch}{none}"
        for gpu in found["gpus"]:
            gb = gpu["memory_bytes"] / 1e9
            yield f"{'':10}{gpu['name']}, {gb:.1f} GB, sm {gpu['sm']}, {gpu['uuid']}, PCI {gpu['pci_bus_id']}"
    yield from (f"{'':10}wrong: {problem}" for problem in problems)


def record_text(record: dict[str, Any]) -> str:
    """Return a record in words: what ran, how fast, how sure, what limited it, and what speaks against it."""
    work, result = work_text(record["workload"]), record["result"]
    if result is None:
        error = record["error"] or {}
        return (
            f"{work}: no result, {error.get('class')} while {error.get('at_phase')}. {error.get('message', '')}".strip()
        )
    speed = result["throughput"]
    ends = f"{_said(speed['ci95_lo'])} to {_said(speed['ci95_hi'])}"
    limit = f", limited by {record['limited_by']}" if record["limited_by"] else ""
    return f"{work}: {_said(speed['value'])} {speed['unit']} (95 %: {ends}){limit}. {verdict_text(record)}"


def work_text(workload: dict[str, Any]) -> str:
    """Return what ran, such as "lstm training, FP32, batch 128, length 50"."""
    parts = [f"{workload['id']} {workload['mode']}", _PAID.get(workload["precision"], workload["precision"])]
    parts += [f"{name} {workload[name]}" for name in ("batch", "length", "hidden") if workload.get(name)]
    parts += ["channels-last"] if workload["layout"] == "channels_last" else []
    parts += ["compiled"] if workload["compile"] else []
    return ", ".join(parts)


def verdict_text(record: dict[str, Any]) -> str:
    """Return whether the run may be believed, with the reasons."""
    validity = record["validity"]
    reasons = f" ({'; '.join(validity['reasons'])})" if validity["reasons"] else ""
    return f"{validity['verdict'].capitalize()}{reasons}."


def result_line(result: Result) -> str:
    """Return one result in a line, a sweep's batches in one each."""
    return "\n".join(f"{result.id:8}{result.created[:16]}  {record_text(record)}" for record in result.records)


def comparison_text(left: str, right: str, found: Comparison) -> str:
    """Return what may be said of *left* against *right*."""
    lines = []
    if found.finding is Finding.REFUSED or found.ratio is None:
        lines.append(f"{left} and {right} cannot be compared: {'; '.join(found.reasons)}.")
    else:
        ends = f"95 %: {_said(found.lo or 0)} to {_said(found.hi or 0)}"
        lines.append(f"{found.finding}: {left} has {_said(found.ratio)}× the throughput of {right} ({ends}).")
        lines += [f"Why not more: {'; '.join(found.reasons)}."] if found.reasons else []
    lines += [f"  {each.field}: {each.left} | {each.right}" for each in found.context]
    return "\n".join(lines)


def _said(value: float) -> str:
    return say_number(float(f"{value:.{_DIGITS}g}"), "en")
