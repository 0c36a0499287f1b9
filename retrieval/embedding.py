"""Text to vectors while serving: ONNX Runtime and a tokenizer, no torch."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IndexDamagedError

Vectors = NDArray[np.float32]
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
#: ONNX Runtime reports to its maker what it runs, unless this was set before it is loaded.
_NO_TELEMETRY = "ORT_DISABLE_TELEMETRY"


class Embedder(Protocol):
    """Turns questions into vectors of length 1."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, shape (len(texts), dimension), each of Euclidean length 1."""
        ...

    def knows(self, word: str) -> bool:
        """Whether the model has *word* as a whole: then it is no typing mistake."""
        ...


class OnnxEmbedder:
    """The model that the index was built with, exported beside it."""

    def __init__(self, folder: Path, *, prefix: str, max_tokens: int, threads: int = 0) -> None:
        os.environ.setdefault(_NO_TELEMETRY, "1")
        import onnxruntime  # noqa: PLC0415  # 100 ms, paid when the index is opened
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:  # both libraries raise bare or private types
            raise IndexDamagedError(f"the model beside it cannot be loaded ({_first_line(error)})") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._prefix = prefix

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text; each text runs by itself, because padding would cost more than it saves."""
        return np.concatenate([self._embed_one(text) for text in texts])

    def knows(self, word: str) -> bool:
        """Whether *word* is one token of the model's vocabulary."""
        return self._tokenizer.token_to_id(word) is not None

    def _embed_one(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(self._prefix + text).ids], dtype=np.int64)
        if ids.shape[1] < 2:  # noqa: PLR2004  # the exported graph takes two tokens or more
            ids = np.pad(ids, ((0, 0), (0, 2 - ids.shape[1])))
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(vectors, dtype=np.float32)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:160]
