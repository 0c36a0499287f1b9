"""Networks with round figures, for tests of memory needs."""

from typing import Any

from knowledge.loading import data_folder
from knowledge.memory_figures import MemoryFigure, load_memory_figures
from knowledge.sources import load_sources
from knowledge.workloads import Network, load_workloads

SOURCES = load_sources(data_folder() / "sources")
NETWORKS = load_workloads(data_folder() / "workloads.toml", SOURCES)
FIGURES: tuple[MemoryFigure, ...] = load_memory_figures(
    data_folder() / "measurements" / "memory_published.toml", NETWORKS, SOURCES
)


def make_network(**fields: Any) -> Network:
    """Return a convolutional network of ten million parameters that keeps ten million elements a sample."""
    given: dict[str, Any] = {
        "key": "net",
        "title": {"en": "a network", "vi": "một mạng"},
        "aliases": ("net",),
        "family": "cnn",
        "parameters": 10_000_000,
        "forward_flops": 1e9,
        "activations": 10_000_000,
        "working": 1_000_000,
        "batch": 8,
        "unit": "images/s",
        "source": "sheet",
        "regime": "compute",
    }
    return Network(**(given | fields))


def make_model(**fields: Any) -> Network:
    """Return a language model of a billion parameters: 10 layers, width 1,000, 10 heads of 100."""
    given: dict[str, Any] = {
        "family": "llm",
        "parameters": 1_000_000_000,
        "layers": 10,
        "hidden": 1000,
        "heads": 10,
        "kv_heads": 5,
        "head_size": 100,
        "batch": 1,
        "length": 1000,
        "unit": "tokens/s",
    }
    return make_network(**(given | fields))
