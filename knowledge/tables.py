"""What the scoring engine works with beside the spec sheets, read together: networks, software life, exchange rates."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.loading import Folder, data_folder
from knowledge.prices import Rate, load_rates
from knowledge.sources import Source
from knowledge.support import SupportRules, load_support
from knowledge.workloads import Network, load_workloads


@dataclass(frozen=True)
class Tables:
    """The tables of the scoring engine."""

    networks: Mapping[str, Network]
    support: SupportRules
    rates: Mapping[str, Rate]


def load_tables(sources: Mapping[str, Source], folder: Folder | None = None) -> Tables:
    """Return what `knowledge/` (or another folder of the same shape) holds; errors name file, entry and field."""
    root = folder or data_folder()
    return Tables(
        networks=load_workloads(root / "workloads.toml", sources),
        support=load_support(root / "support.toml", sources),
        rates=load_rates(root / "rates.toml", sources),
    )
