"""Everything gpuwise knows, read together."""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.boundaries import Boundary, load_boundaries
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.glossary import Term, load_glossary
from knowledge.guides import Guide, load_guide
from knowledge.loading import Folder, data_folder
from knowledge.sources import Source, load_sources


@dataclass(frozen=True)
class Library:
    """The knowledge that an answer is made of."""

    guide: Guide
    catalogue: Catalogue
    glossary: tuple[Term, ...]
    boundaries: tuple[Boundary, ...]
    sources: Mapping[str, Source]


def load_library(folder: Folder | None = None) -> Library:
    """Return what `knowledge/` (or another folder of the same shape) holds."""
    root = folder or data_folder()
    sources = load_sources(root / "sources")
    return Library(
        guide=load_guide(root / "guides", sources),
        catalogue=load_catalogue(root / "gpus", sources),
        glossary=load_glossary(root / "glossary.toml"),
        boundaries=load_boundaries(root / "boundaries.toml"),
        sources=sources,
    )
