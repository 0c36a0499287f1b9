"""txtai's Embeddings at its defaults, with the path of the model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import measuring


class Txtai:
    packages = ("txtai", "transformers", "torch", "faiss-cpu")

    def build(self, model: str, chunks: Sequence[str], store: Path) -> None:
        from txtai import Embeddings  # noqa: PLC0415  # start-up counts from here

        embeddings = Embeddings(path=model)
        embeddings.index(list(chunks))
        embeddings.save(str(store / "index"))

    def open(self, model: str, store: Path) -> measuring.Ask:
        from txtai import Embeddings  # noqa: PLC0415

        embeddings = Embeddings()
        embeddings.load(str(store / "index"))
        return lambda text: embeddings.search(text, measuring.LIMIT)

    def best(self, found: Any) -> int:
        return int(found[0][0])


measuring.run(Txtai())
