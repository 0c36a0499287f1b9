"""Decides whether what was found supports an answer: a logistic over a few features, tuned on labelled questions."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files

GATE_FILE = "gate.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What search knows about how well a question is covered; all between 0 and 1."""

    ask: float  #: best cosine with a question that the guide answers
    statement: float  #: best cosine with a statement
    section: float  #: best cosine with a whole section
    three: float  #: mean of the three best cosines in the guide
    words: float  #: best share of the question's words in one text of the guide
    outside: float  #: best cosine with a question outside
    outside_three: float  #: mean of the three best cosines outside
    outside_words: float  #: best share of the question's words in a question outside
    unknown: float  #: share of its content words that the guide never uses
    entity: float  #: 1 when a card or a spec field is named


@dataclass(frozen=True, slots=True)
class Gate:
    """Weights of the logistic and the confidence below which gpuwise abstains."""

    bias: float
    weights: Mapping[str, float]
    threshold: float

    def confidence(self, features: Features) -> float:
        """Return how sure it is that the question can be answered, 0.0 to 1.0."""
        values = asdict(features)
        score = self.bias + sum(weight * values.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load_gate() -> Gate:
    """Return the gate that ships with gpuwise; `gpuwise evaluate --tune` renews it."""
    table = tomllib.loads(files("retrieval").joinpath(GATE_FILE).read_text(encoding="utf-8"))
    return Gate(bias=table["bias"], weights=table["weights"], threshold=table["threshold"])
