"""Fits as the TOML text that ships: `gpuwise evaluate --fit` rewrites retrieval/fits.toml."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from retrieval.scoring.fits import Fits

_HEADING = """\
# Fitted to knowledge/measurements by `gpuwise evaluate --fit`; not edited by hand.
# weights: shares of a reference card's time: tensor, bandwidth, power, vector, host (retrieval/scoring/fits.py).
# errors and [[row]]: mean |predicted - measured| / measured of left-out architectures, and of two simple rankings.
"""


def fits_text(fits: Fits) -> str:
    """Return *fits* as TOML, the same text for the same fits."""
    families = (_table("family", asdict(family)) for family in fits.families.values())
    ordered = sorted(fits.fits, key=lambda fit: fit.id)
    measured = (_table("fit", asdict(fit)) for fit in ordered)
    rows = (_table("row", asdict(row)) for row in fits.table)
    return "\n\n".join((_HEADING.rstrip(), *families, *measured, *rows)) + "\n"


def _table(name: str, values: Mapping[str, Any]) -> str:
    return "\n".join((f"[[{name}]]", *_lines(values)))


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            yield f"{name} = {_said(value)}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {_said(item)}' for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_said, value)) + "]"
    return repr(value)
