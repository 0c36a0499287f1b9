"""Decides whether what was found supports an answer: a logistic gate over a few features, tuned on labelled questions."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files

GATE_FILE = "gate.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What search knows about how well a question is covered; all between 0 and 1 unless said."""

    dense: float  #: best cosine with the guide
    lexical: float  #: best share of the question's words in one text
    fused: float  #: best section's score
    border: float  #: best cosine or word share with a question outside, whichever counts more
    margin: float  #: fused - border, from -1 to 1
    known: float  #: share of the question's content words that the guide uses at all
    entity: float  #: 1 when a card, maker, architecture or spec field is named


@dataclass(frozen=True, slots=True)
class Gate:
    """Weights of the logistic and the confidence below which gpuwise abstains."""

    bias: float
    weights: Mapping[str, float]
    threshold: float

    def confidence(self, features: Features) -> float:
        """Return how sure it is that the question can be answered, 0.0 to 1.0."""
        values = asdict(features)
        score = self.bias + sum(weight * values[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load_gate() -> Gate:
    """Return the gate that ships with gpuwise; `python -m retrieval.tuning` renews it."""
    table = tomllib.loads(files("retrieval").joinpath(GATE_FILE).read_text(encoding="utf-8"))
    return Gate(bias=table["bias"], weights=table["weights"], threshold=table["threshold"])
