"""`gpuwise predict`, and the table of how wrong predictions are."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.app import App
from bot.understanding.names import NameReader, slugs_of
from knowledge.errors import GpuwiseError
from knowledge.loading import data_folder
from knowledge.measurements import load_throughputs
from knowledge.specs import GpuSpec
from retrieval.scoring.fits import Fits, Row
from retrieval.scoring.memory import MemoryNeed
from retrieval.scoring.needs import Method, Mode, Precision, Work
from retrieval.scoring.prediction import LEVEL, Prediction

#: What each group is meant to stay below, in percent; misses are shown, not hidden.
TARGETS = {"BERT": 12, "GNMT (LSTM)": 16, "ResNet-50": 18, "VGG16 training": 20}

#: Names that mean something else in a question (a disk), and only one thing where a workload is asked for.
_SHORT = {"ssd": "ssd300"}


class UnknownWorkloadError(GpuwiseError):
    """A workload was named that nobody described."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"No workload {name!r}. Known: {', '.join(known)}; or a size such as 7B.")


def predict_command(app: App, args: argparse.Namespace) -> None:
    """Print predicted throughput and memory for one workload on one card."""
    work = find_work(app, args.workload, args)
    cards = _variants(app, args.gpu)
    need = app.advisor.need(work)
    shown = [item for card in cards if (item := prediction_json(app, work, card, need)) is not None]
    if not shown:
        raise GpuwiseError(f"The sheet of {args.gpu} lacks a rate that a prediction needs; try another card.")
    if args.json:
        print(json.dumps({**shown[0], "variants": shown[1:]}, ensure_ascii=False, indent=2))  # noqa: T201
        return
    for item in shown:
        print(_line(item))  # noqa: T201
    print(f"memory needed: {need.total_gb:.1f} GB (" + ", ".join(f"{p.name} {p.gb:.2g}" for p in need.parts) + ")")  # noqa: T201


def find_work(app: App, name: str, args: argparse.Namespace) -> Work:
    """Return the work that *name* and the arguments mean; an unknown workload is an error with the known names."""
    mentions = app.networks.read(_SHORT.get(name.lower(), name))
    if not mentions:
        raise UnknownWorkloadError(name, list(app.tables.networks))
    words = set(name.replace("-", " ").replace("_", " ").lower().split())
    mode = args.mode or ("inference" if words & {"inference", "infer"} else "training")
    method = args.method or next((name.value for name in Method if name.value in words), "full")
    return Work(
        network=mentions[0].network,
        mode=Mode(mode),
        method=Method(method),
        precision=Precision(args.precision) if args.precision else None,
        batch=args.batch,
        length=args.length,
        hidden=args.hidden,
        parameters_b=mentions[0].parameters_b,
    )


def prediction_json(app: App, work: Work, card: GpuSpec, need: MemoryNeed) -> dict[str, Any] | None:
    """Return one prediction with its memory as plain values; None where the card's sheet lacks a rate."""
    found = app.advisor.predictor.predict(work, card)
    if found is None:
        return None
    return {
        "workload": work.network,
        "mode": str(work.mode),
        "method": str(work.method),
        "precision": str(found.precision),
        "batch": found.batch,
        "gpu": card.name,
        "throughput": throughput_json(found),
        "basis": found.basis,
        "limited_by": found.regime,
        "fit": found.fit,
        "notes": list(found.notes),
        "memory_gb": {"total": round(need.total_gb, 2), **{part.name: round(part.gb, 3) for part in need.parts}},
        "fits": need.total_gb <= (card.memory_gb or 0.0),
    }


def save_chart(file: Path, picture: bytes, alt: str) -> None:
    """Write a picture and say what it shows; a file that cannot be written is an error."""
    try:
        file.write_bytes(picture)
    except OSError as error:
        raise GpuwiseError(f"{file} cannot be written: {error.strerror or error}.") from error
    print(f"{file}: {alt}", file=sys.stderr)  # noqa: T201


def throughput_json(found: Prediction) -> dict[str, Any]:
    """Return a throughput with its interval as plain values."""
    values = {"value": found.value, "lo": found.lo, "hi": found.hi}
    return {**{name: float(f"{value:.4g}") for name, value in values.items()}, "level": LEVEL, "unit": found.unit}


def _variants(app: App, name: str) -> list[GpuSpec]:
    """Return the cards that a name may mean, those for a PC or server before laptops."""
    cards = [app.library.catalogue.by_slug[slug] for slug in _slugs(app, name)]
    return sorted(cards, key=lambda card: card.market == "laptop")


def _slugs(app: App, name: str) -> tuple[str, ...]:
    return slugs_of(name, NameReader(app.library.catalogue), app.library.catalogue)


def _line(item: dict[str, Any]) -> str:
    speed = item["throughput"]
    interval = f"{speed['lo']:,.4g} to {speed['hi']:,.4g}, 80 %"
    how = f"{item['basis']}, limited by {item['limited_by']}"
    batch = f", batch {item['batch']}" if item["batch"] else ""
    work = f"{item['workload']} {item['mode']}, {item['precision']}{batch}"
    return f"{item['gpu']}: {speed['value']:,.4g} {speed['unit']} ({interval}) in {work} [{how}]"


def table_text(rows: tuple[Row, ...]) -> str:
    """Return the errors of left-out architectures as a Markdown table; the target stands where there is one."""
    lines = [
        "| workload | units | gpuwise | by FP32 TFLOPS | by bandwidth | target | inside the 80 % interval |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        target = TARGETS.get(row.name)
        said = f"{target} %, {'met' if row.ours <= target / 100 else 'missed'}" if target else ""
        errors = (f"{100 * value:.1f} %" for value in (row.ours, row.fp32, row.bandwidth))
        lines.append(f"| {row.name} | {row.units} | {' | '.join(errors)} | {said} | {100 * row.coverage:.0f} % |")
    return "\n".join(lines)


def make_fits(app: App) -> Fits:
    """Return fits made anew from the published throughputs, with their cross-validated errors."""
    from retrieval.crossvalidation import make_fits as fit  # noqa: PLC0415  # needs scipy, which answering does not

    library = app.library
    throughputs = load_throughputs(data_folder() / "measurements", library.catalogue.by_slug, library.sources)
    return fit(throughputs, library.catalogue)


def write_fits(app: App) -> Fits:
    """Make the fits anew and write them beside the code."""
    from retrieval.fitfile import fits_text  # noqa: PLC0415

    fits = make_fits(app)
    file = Path(str(data_folder())).parent / "retrieval" / "fits.toml"
    file.write_text(fits_text(fits), encoding="utf-8")
    return fits
