"""Writes the report: a table, the bars, what was run on what, and the values of the plot."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from .contestants import PEERS, PEERS_PYTHON, Paper
from .running import ContestantError, Record
from .scoring import BARS, MEASURES, Bar, Measure, agreement, figure, judge, p50_of, spread


def write_report(folder: Path, records: Sequence[Record], paper: Paper, chunks: int) -> str:
    """Write `perf.md` and `perf.png` into *folder* and return the former's text."""
    folder.mkdir(parents=True, exist_ok=True)
    ran = [record for record in records if not record.missing]
    parts = [
        ["# gpuwise's whole answer beside the retrieval alone of its peers", "", *_setting(ran, paper, chunks)],
        _table(ran),
        _bars(ran),
        _notes(records, paper),
        ["## Lowest and highest round", "", *_spreads(ran)],
        ["## Versions", "", *_versions(ran)],
    ]
    text = "\n\n".join("\n".join(part) for part in parts) + "\n"
    (folder / "perf.md").write_text(text, encoding="utf-8")
    _draw(folder / "perf.png", ran)
    return text


def _setting(ran: Sequence[Record], paper: Paper, chunks: int) -> list[str]:
    rounds = len(ran[0].servings)
    vietnamese = sum(question.language == "vi" for question in paper.questions)
    return [
        (
            f"Made by `make perf` on {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}: "
            f"{len(paper.questions)} questions ({len(paper.questions) - vietnamese} English, {vietnamese} Vietnamese), "
            f"{chunks} chunks, {rounds} rounds."
        ),
        "",
        (
            "Model: all-MiniLM-L6-v2 for everybody, from one folder. Every contestant runs in a fresh process a "
            "round, all in turn; figures are medians over rounds. gpuwise understands, searches, composes, cites and "
            "verifies; the peers only find ten passages."
        ),
    ]


def _table(ran: Sequence[Record]) -> list[str]:
    titles = ["", "measured", *(measure.title for measure in MEASURES), "index build, s"]
    rows = [
        [
            record.contestant.name,
            record.contestant.measured,
            *(_number(figure(record, measure)) for measure in MEASURES),
            _number(median(record.build_s)),
        ]
        for record in ran
    ]
    return [*_rows(titles, rows), "", "![The same figures as bars](perf.png)"]


def _bars(ran: Sequence[Record]) -> list[str]:
    rows = []
    for bar in BARS:
        verdict = judge(ran, bar)
        said = "met" if verdict.is_met else "**missed**"
        rows.append([bar.title, verdict.peer, f"{verdict.ratio:.2f}", f"≤ {bar.limit:g}", said])
    return ["## Bars", "", *_rows(["ratio", "best peer", "measured", "bar", ""], rows)]


def _notes(records: Sequence[Record], paper: Paper) -> list[str]:
    return ["## Notes", "", *(f"- {note}" for note in _each_note(records, paper))]


def _each_note(records: Sequence[Record], paper: Paper) -> Iterator[str]:
    searched = [number for number, question in enumerate(paper.questions) if question.intent == "explain"]
    own = p50_of(records[0], searched)
    peer = min(p50_of(record, searched) for record in records if record.contestant.sets_bar)
    yield (
        "A question about a card's figures is answered from its sheet, without an embedding. Over the "
        f"{len(searched)} questions labelled as explanations alone, gpuwise's p50 is {_number(own)} ms, "
        f"{own / peer:.2f} × the fastest peer's {_number(peer)} ms on the same."
    )
    yield "Start-up runs from the start of the process to the first answer, a build to its end, imports included."
    yield "A build of gpuwise also exports the model to ONNX and indexes words; the peers' builds embed only."
    yield "Peak memory is `ru_maxrss` of the serving process after the eight threads; indexes were built earlier."
    yield "Files are warm in the page cache for everybody."
    first = records[1]
    for record in records[2:]:
        if record.missing:
            yield f"{record.contestant.name} was left out: {record.missing}"
        else:
            share = agreement(record, first)
            yield f"{record.contestant.name} finds the same first chunk as {first.contestant.name} in {share:.0%}."


def _spreads(ran: Sequence[Record]) -> list[str]:
    titles = ["", *(measure.title for measure in MEASURES)]
    rows = [
        [record.contestant.name, *(" – ".join(map(_number, spread(record, measure))) for measure in MEASURES)]
        for record in ran
    ]
    return _rows(titles, rows)


def _versions(ran: Sequence[Record]) -> list[str]:
    return [
        f"- {record.contestant.name}: {', '.join(f'{name} {version}' for name, version in record.versions.items())}"
        for record in ran
    ]


def _rows(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (titles, ["---"] * len(titles), *rows)]


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _draw(file: Path, ran: Sequence[Record]) -> None:
    """Draw the plot in the peers' environment, which has matplotlib."""
    bars = {bar.measure.title: bar for bar in BARS}
    measures = [_panel(ran, measure, bars.get(measure.title)) for measure in MEASURES]
    builds = {"title": "index build, s", "values": [median(record.build_s) for record in ran], "bar": None}
    drawn = {
        "title": "gpuwise: whole answer; peers: retrieval alone; dashed: what gpuwise is to stay under",
        "contestants": [record.contestant.name for record in ran],
        "measures": [*measures, builds],
    }
    command = [str(PEERS_PYTHON), str(PEERS / "plot.py"), str(file)]
    done = subprocess.run(command, input=json.dumps(drawn), text=True, capture_output=True, check=False, timeout=120)
    if done.returncode:
        raise ContestantError(f"the plot cannot be drawn: {done.stderr[-500:]}")


def _panel(ran: Sequence[Record], measure: Measure, bar: Bar | None) -> dict[str, Any]:
    limit = None
    if bar is not None:
        limit = bar.limit * min(figure(record, bar.measure) for record in ran if record.contestant.sets_bar)
    return {"title": measure.title, "values": [figure(record, measure) for record in ran], "bar": limit}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "an unnamed processor"
