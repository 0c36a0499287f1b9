"""sentence-transformers and FAISS as their manuals put them together; `--onnx` takes its own ONNX backend."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import measuring


class SentenceTransformers:
    packages: tuple[str, ...] = ("sentence-transformers", "transformers", "torch", "faiss-cpu", "numpy")

    def build(self, model: str, chunks: Sequence[str], store: Path) -> None:
        import faiss  # noqa: PLC0415  # start-up counts from here

        encoder = self._encoder(model, store)
        rows = encoder.encode(list(chunks), normalize_embeddings=True)
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        faiss.write_index(index, str(store / "vectors.faiss"))

    def open(self, model: str, store: Path) -> measuring.Ask:
        import faiss  # noqa: PLC0415

        encoder = self._encoder(model, store)
        index = faiss.read_index(str(store / "vectors.faiss"))
        return lambda text: index.search(encoder.encode([text], normalize_embeddings=True), measuring.LIMIT)

    def best(self, found: Any) -> int:
        return int(found[1][0][0])

    def _encoder(self, model: str, store: Path) -> Any:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        return SentenceTransformer(model)


class OnnxBackend(SentenceTransformers):
    packages = (*SentenceTransformers.packages, "optimum", "onnxruntime")

    def build(self, model: str, chunks: Sequence[str], store: Path) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        SentenceTransformer(model, backend="onnx", model_kwargs={"export": True}).save_pretrained(str(store / "model"))
        super().build(model, chunks, store)

    def _encoder(self, model: str, store: Path) -> Any:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        return SentenceTransformer(str(store / "model"), backend="onnx")


measuring.run(OnnxBackend() if "--onnx" in sys.argv else SentenceTransformers())
