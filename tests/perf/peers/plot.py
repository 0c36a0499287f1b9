"""Draws the report's plot: the values come on stdin as JSON, the file's name as the argument."""

import json
import sys
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt  # after the choice of a backend without a screen


def draw(drawn: dict[str, Any], file: str) -> None:
    """Draw one panel a measure, one bar a contestant, with the bar to stay under as a dashed line."""
    figure, panels = plt.subplots(2, 3, figsize=(15, 7))
    for panel, measure in zip(panels.flat, drawn["measures"], strict=True):
        names = drawn["contestants"]
        bars = panel.barh(names, measure["values"], color=["#2a7f62"] + ["#9aa5b1"] * (len(names) - 1))
        panel.bar_label(bars, fmt="%.3g", padding=3)
        panel.set_title(measure["title"])
        panel.margins(x=0.15)
        panel.invert_yaxis()
        if measure["bar"] is not None:
            panel.axvline(measure["bar"], linestyle="--", color="#c0392b")
    figure.suptitle(drawn["title"])
    figure.tight_layout()
    figure.savefig(file, dpi=110)


draw(json.load(sys.stdin), sys.argv[1])
