"""`gpuwise bench …`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.comparison import compare
from bench.jobs import Job, State
from bench.request import Request, read_request
from bot.app import App
from bot.benching import saying
from bot.benching.asking import queue, see_through, with_device
from bot.benching.devices import Device
from bot.benching.drawing import chart_of
from bot.benching.hosts import Host, Line, host_of
from bot.predictions import save_chart
from bot.rendering.bars import alt_text
from bot.rendering.charts import draw
from bot.store.jobs import SqlJobStore, open_job_store
from bot.store.results import Result
from knowledge.errors import GpuwiseError

_ASKED = ("case", "mode", "precision", "batch", "length", "hidden", "max_seconds")


class RunEndedError(GpuwiseError):
    """A run ended without a result; the message says how."""


def bench_command(app: App, args: argparse.Namespace) -> None:
    """Do what the second word says."""
    if args.action == "list":
        print("\n".join(saying.case_lines()))  # noqa: T201
        return
    with open_job_store(app.settings.home) as store:
        if args.action == "run":
            asyncio.run(_run(store, host_of(args.host, app.inventory), args))
        else:
            asyncio.run(_ACTIONS[args.action](store, args))


async def _run(store: SqlJobStore, host: Host, args: argparse.Namespace) -> None:
    request = await with_device(host, request_of(args), args.gpu, _note_device)
    job, ahead = await queue(store, host, request)
    _note(f"{job.id} queued" + (f", {ahead} before it" if ahead else ""))
    await _show(store, await see_through(store, host, job, _progress(job)), as_json=args.json)


async def _show(store: SqlJobStore, job: Job, *, as_json: bool) -> None:
    if job.state is not State.DONE or job.result_id is None:
        raise RunEndedError(f"{job.id} {job.state.value}" + (f": {job.error.message}" if job.error else "."))
    result = await store.results.get(job.result_id)
    print(json.dumps(_json(result), ensure_ascii=False) if as_json else saying.result_line(result))  # noqa: T201


async def _jobs(store: SqlJobStore, args: argparse.Namespace) -> None:
    await store.recover()
    jobs = await store.list(active=not args.all)
    if args.json:
        print(json.dumps([_plain(job) for job in jobs], ensure_ascii=False))  # noqa: T201
        return
    print("\n".join(map(saying.job_line, jobs)) or "No job is queued or running; --all shows the ended ones.")  # noqa: T201


async def _cancel(store: SqlJobStore, args: argparse.Namespace) -> None:
    job = await store.cancel(args.id)
    print(f"{job.id} is cancelled." if job.has_ended else f"{job.id} is asked to stop.")  # noqa: T201


async def _results(store: SqlJobStore, args: argparse.Namespace) -> None:
    results = await store.results.list(args.limit)
    if args.chart:
        _draw(results, args.chart)
    if args.json:
        print(json.dumps([_json(result) for result in results], ensure_ascii=False))  # noqa: T201
        return
    print("\n".join(map(saying.result_line, results)) or "No results yet: `gpuwise bench run cnn --quick` makes one.")  # noqa: T201


async def _compare(store: SqlJobStore, args: argparse.Namespace) -> None:
    left, right = [await store.results.get(name) for name in (args.left, args.right)]
    found = compare(_only(left), _only(right))
    if args.json:
        print(json.dumps(asdict(found), ensure_ascii=False))  # noqa: T201
        return
    print(saying.comparison_text(left.id, right.id, found))  # noqa: T201


async def _export(store: SqlJobStore, args: argparse.Namespace) -> None:
    results = await store.results.list(args.limit)
    lines = [json.dumps(record, ensure_ascii=False) for result in results for record in result.records]
    try:
        args.file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise GpuwiseError(f"{args.file} cannot be written: {error.strerror or error}.") from error
    print(f"{len(lines)} records in {args.file}, one JSON object a line.")  # noqa: T201


_ACTIONS: dict[str, Callable[[SqlJobStore, argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "jobs": _jobs,
    "cancel": _cancel,
    "results": _results,
    "compare": _compare,
    "export": _export,
}


def request_of(args: argparse.Namespace) -> Request:
    """Return the request that the arguments state; RequestError says what is wrong."""
    asked = {name: getattr(args, name) for name in _ASKED if getattr(args, name) is not None}
    asked |= {"quick": args.quick, "compile": args.compile, "wait": True}
    if args.channels_last:
        asked["layout"] = "channels_last"
    if args.sweep:
        asked["sweep"] = list(args.sweep)
    return read_request(asked)


def _progress(own: Job) -> Callable[[Job, Line], None]:
    """Return what shows a run on stderr: each phase, and each block on a line that is written over."""
    is_person = sys.stderr.isatty()

    def show(job: Job, line: Line) -> None:
        other = "" if job.id == own.id else f" ({job.id}, before yours)"
        if line["type"] == "phase":
            _note(f"{line['phase']} …{other}")
        elif line["type"] == "block" and is_person:
            step_ms = 1000 * line["wall_s"] / line["steps"]
            print(f"\r{line['phase']}: {step_ms:.2f} ms a step   ", end="", file=sys.stderr)  # noqa: T201

    return show


def _note_device(device: Device) -> None:
    _note(f"runs on {device.say('en')}")


def _note(text: str) -> None:
    print(f"gpuwise: {text}", file=sys.stderr)  # noqa: T201


def _draw(results: Sequence[Result], file: Path) -> None:
    chart = chart_of(results)
    if chart is None:
        raise GpuwiseError("There is no result to draw yet.")
    save_chart(file, draw(chart), alt_text(chart))


def _only(result: Result) -> dict[str, Any]:
    """Return the record of a result; a sweep's are compared one by one only after an export."""
    if len(result.records) != 1:
        raise GpuwiseError(f"{result.id} is a sweep of {len(result.records)} batches: compare single runs.")
    return result.records[0]


def _json(result: Result) -> dict[str, Any]:
    return {"id": result.id, "job": result.job_id, "created": result.created, "records": list(result.records)}


def _plain(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "state": job.state.value,
        "host": job.host,
        "gpu": job.gpu,
        "requested_by": job.requested_by,
        "created": job.created.isoformat(),
        "request": dict(job.request),
        "result": job.result_id,
        "error": job.error.message if job.error else None,
    }
