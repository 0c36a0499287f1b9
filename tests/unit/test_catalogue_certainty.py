import pytest

from knowledge.certainty import CERTAINTIES, certainty
from knowledge.library import Library
from knowledge.sources import DERIVED, Source
from tests.makers import make_gpu


def make_source(key: str, kind: str) -> Source:
    return Source(key=key, title="a title", publisher="a publisher", url=None, date="", kind=kind)


SOURCES = {
    DERIVED.key: DERIVED,
    **{kind: make_source(kind, kind) for kind in ("vendor", "press", "paper", "documentation", "community", "thread")},
    "maker-pages-recalled": make_source("maker-pages-recalled", "vendor"),
    "nvidia-geforce-product-pages": make_source("nvidia-geforce-product-pages", "vendor"),
}


@pytest.mark.parametrize(
    ("key", "sure"),
    [
        ("vendor", "maker"),
        ("derived", "computed"),
        ("press", "reported"),
        ("paper", "reported"),
        ("documentation", "reported"),
        ("community", "community"),
        ("thread", "community"),
        ("maker-pages-recalled", "recalled"),
        ("nvidia-geforce-product-pages", "recalled"),
    ],
)
def test_a_field_is_as_sure_as_its_source(key: str, sure: str) -> None:
    assert certainty(make_gpu(sources={"memory_gb": key}), "memory_gb", SOURCES) == sure


def test_a_field_without_a_source_is_recalled() -> None:
    assert certainty(make_gpu(), "name", SOURCES) == "recalled"


def test_a_field_that_a_card_lacks_is_not_sure_at_all() -> None:
    card = make_gpu(absent={"slots": "not applicable"})

    with pytest.raises(ValueError, match="does not give slots: not applicable"):
        certainty(card, "slots", SOURCES)


def test_every_source_of_every_sheet_has_a_certainty(library: Library) -> None:
    found = {certainty(card, field, library.sources) for card in library.catalogue.cards for field in card.sources}

    assert found == set(CERTAINTIES)


def test_a_figure_recalled_from_memory_is_not_called_the_makers(library: Library) -> None:
    card = library.catalogue.by_slug["v100-pcie-16gb"]

    assert certainty(card, "length_mm", library.sources) == "recalled"
