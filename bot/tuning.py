"""Tunes the gate on the tuning half of the questions: `gpuwise evaluate --tune` rewrites retrieval/gate.toml."""

from dataclasses import asdict, fields
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.app import App
from bot.messages import Message
from bot.responding import Search
from knowledge.loading import data_folder
from knowledge.questions import load_questions
from retrieval.gate import Features
from retrieval.search import Findings

FEATURES = tuple(item.name for item in fields(Features))
_RIDGE = 0.0005
_MISSED = 1.0  #: weight of an answerable question refused
_INVENTED = 1.0  #: weight of a question outside that is answered
_THRESHOLD = 0.5  #: where the tuning half is told apart best
Doubles = NDArray[np.float64]


class Recorder:
    """A search that remembers what it found last."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self.last: Findings | None = None

    def search(self, text: str, language: str, *, entity: bool = False, limit: int = 10) -> Findings:
        """Search, and remember."""
        self.last = self._search.search(text, language, entity=entity, limit=limit)
        return self.last

    def correct(self, text: str, known: frozenset[str]) -> str:
        """Correct as the search does."""
        return self._search.correct(text, known)


def collect(app: App) -> tuple[Doubles, Doubles]:
    """Return features, shape (questions, features), and whether each can be answered, of the tuning half."""
    recorder = Recorder(app.search)
    bot = app.bot_over(recorder)
    numbers = count()
    rows: list[list[float]] = []
    labels: list[float] = []
    for question in load_questions(data_folder() / "questions"):
        if question.half != "tuning":
            continue
        thread = f"tuning {next(numbers)}"
        if question.after:
            bot.respond(Message(text=question.after, thread=thread))
        recorder.last = None
        bot.respond(Message(text=question.text, thread=thread))
        if recorder.last is not None:
            values = asdict(recorder.last.features)
            rows.append([values[name] for name in FEATURES])
            labels.append(0.0 if question.abstain else 1.0)
    return np.array(rows), np.array(labels)


def fit(features: Doubles, labels: Doubles) -> Doubles:
    """Return bias and weights of a ridge logistic regression, by Newton's method; shape (1 + features,)."""
    design = np.column_stack([np.ones(len(features)), features])
    balance = np.where(labels == 1, _MISSED / labels.sum(), _INVENTED / (1 - labels).sum()) * len(labels) / 2
    ridge = _RIDGE * len(labels) * np.diag([0.0] + [1.0] * features.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (balance * (chance - labels)) + ridge @ weights
        curvature = design.T @ (design * (balance * chance * (1 - chance))[:, None]) + ridge
        weights -= np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
    return weights


def write(file: Path, weights: Doubles, threshold: float) -> None:
    """Write the gate."""
    lines = [
        "# Tuned on the tuning half of knowledge/questions by `gpuwise evaluate --tune`; not edited by hand.",
        f"bias = {weights[0]:.4f}",
        f"threshold = {threshold}",
        "",
        "[weights]",
        *(f"{name} = {weight:.4f}" for name, weight in zip(FEATURES, weights[1:], strict=True)),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def tune(app: App) -> list[str]:
    """Fit the gate, write it beside the code, and return how well the tuning half is told apart."""
    features, labels = collect(app)
    weights = fit(features, labels)
    chance = 1 / (1 + np.exp(-(weights[0] + features @ weights[1:])))
    said = []
    for threshold in (0.2, 0.3, 0.4, 0.5):
        refused = chance < threshold
        caught, lost = (refused & (labels == 0)).sum(), (refused & (labels == 1)).sum()
        right, inside = int((labels == 0).sum()), int(labels.sum())
        said.append(f"{threshold}: {caught}/{right} outside refused, {lost}/{inside} inside refused")
    write(Path(str(data_folder())).parent / "retrieval" / "gate.toml", weights, _THRESHOLD)
    return said
