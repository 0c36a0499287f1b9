"""How sure a field of a spec sheet is: who said it, and whether it was read or remembered."""

from collections.abc import Mapping

from knowledge.sources import DERIVED, Source
from knowledge.specs import GpuSpec

#: Surest first.
CERTAINTIES: tuple[str, ...] = ("maker", "computed", "reported", "community", "recalled")

_RECALLED = {"nvidia-geforce-product-pages"}  #: an older key of the pages recalled from memory
_BY_KIND: Mapping[str, str] = {
    "vendor": "maker",
    "press": "reported",
    "paper": "reported",
    "documentation": "reported",
    "community": "community",
    "thread": "community",
}


def certainty(card: GpuSpec, field: str, sources: Mapping[str, Source]) -> str:
    """Return how sure *field* of *card* is, one of CERTAINTIES; a field that no source is named for is recalled."""
    if getattr(card, field) is None:
        raise ValueError(f"{card.name} does not give {field}: {card.absent.get(field, 'no reason named')}")
    key = card.sources.get(field)
    if key is None or key in _RECALLED or key.endswith("-recalled"):
        return "recalled"
    return "computed" if key == DERIVED.key else _BY_KIND[sources[key].kind]
