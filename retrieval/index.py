"""The index on disk: FAISS vectors, lexical arrays, units and a manifest. The only file that knows faiss."""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from retrieval.chunking import Unit
from retrieval.embedding import Vectors
from retrieval.errors import IndexDamagedError, IndexMissingError
from retrieval.lexical import LexicalIndex

FORMAT = 2
_NEAREST = 600
VECTORS_FILE, LEXICAL_FILE, MANIFEST_FILE = "vectors.faiss", "lexical.npz", "manifest.json"
_ARRAYS = ("scores", "documents", "starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an index was made of."""

    format: int
    content: str  #: hash of the knowledge
    model: str
    fingerprint: str
    dimension: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str
    speaks_vietnamese: bool  #: measured on the guide's own twins
    embedded: int  #: texts that the last build had to embed; the others were reused


@dataclass(frozen=True)
class StoredIndex:
    """An index in memory: row i of the vectors belongs to dense unit i."""

    manifest: Manifest
    units: tuple[Unit, ...]  #: all units; the lexical side has every one
    dense: tuple[int, ...]  #: position in `units` of each row of vectors
    text_hashes: tuple[str, ...]  #: of each dense unit's text
    vectors: Any  #: faiss.IndexFlatIP
    lexical: dict[str, tuple[LexicalIndex, tuple[int, ...]]]  #: by language, with positions in `units`

    def similarities(self, query: Vectors) -> Vectors:
        """Return the cosine of one query vector, shape (1, dimension), with each dense unit, in row order.

        Of the nearest ones only, the others count as 0: ranking all of them takes longer than finding them.
        """
        scores, rows = self.vectors.search(query, min(_NEAREST, len(self.dense)))
        found = np.zeros(len(self.dense), dtype=np.float32)
        kept = rows[0] >= 0  # faiss pads what it does not find with -1
        found[rows[0][kept]] = scores[0][kept]
        return found

    def cosines(self, query: Vectors, rows: Sequence[int]) -> Vectors:
        """Return the cosine of one query vector with each of *rows*, however far they are."""
        stored = faiss.rev_swig_ptr(self.vectors.get_xb(), self.vectors.ntotal * self.vectors.d)
        chosen = stored.reshape(self.vectors.ntotal, self.vectors.d)[list(rows)]
        return np.asarray(chosen @ query[0], dtype=np.float32)


def make_vectors(rows: Vectors, dimension: int) -> Any:
    """Return an exact inner-product index of *rows*, each of length 1."""
    index = faiss.IndexFlatIP(dimension)
    index.add(np.ascontiguousarray(rows, dtype=np.float32))
    return index


def rows_of(stored: StoredIndex) -> Vectors:
    """Return all vectors, shape (number of dense units, dimension)."""
    rows = stored.vectors.reconstruct_n(0, stored.vectors.ntotal)
    return np.asarray(rows, dtype=np.float32)


def write_index(folder: Path, stored: StoredIndex) -> None:
    """Write everything but the model into *folder*."""
    faiss.write_index(stored.vectors, str(folder / VECTORS_FILE))
    arrays: dict[str, Any] = {}
    words: dict[str, list[str]] = {}
    for language, (lexical, positions) in stored.lexical.items():
        words[language] = list(lexical.vocabulary)
        arrays[f"{language}_positions"] = np.array(positions, dtype=np.int32)
        arrays |= {f"{language}_{name}": getattr(lexical, name) for name in _ARRAYS}
    np.savez(folder / LEXICAL_FILE, **arrays)
    described = {
        "manifest": asdict(stored.manifest),
        "units": [[unit.id, unit.target, unit.kind, unit.language, unit.text] for unit in stored.units],
        "dense": list(stored.dense),
        "text_hashes": list(stored.text_hashes),
        "words": words,
    }
    (folder / MANIFEST_FILE).write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")


def read_index(folder: Path) -> StoredIndex:
    """Return the index in *folder*; a missing or damaged one is an error that says what to do."""
    if not (folder / MANIFEST_FILE).is_file():
        raise IndexMissingError(str(folder))
    try:
        return _read(folder)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise IndexDamagedError(str(error).split("\n", 1)[0][:160] or type(error).__name__) from error


def _read(folder: Path) -> StoredIndex:
    described = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    manifest = Manifest(**described["manifest"])
    if manifest.format != FORMAT:
        raise ValueError(f"it has format {manifest.format}, this version reads {FORMAT}")
    units = tuple(
        Unit(id=item, target=target, kind=kind, language=language, text=text)
        for item, target, kind, language, text in described["units"]
    )
    vectors = faiss.read_index(str(folder / VECTORS_FILE))
    dense = tuple(described["dense"])
    if (vectors.ntotal, vectors.d) != (len(dense), manifest.dimension):
        raise ValueError("its vectors do not fit its manifest")
    with (folder / LEXICAL_FILE).open("rb") as file, np.load(file) as arrays:
        lexical = {language: _lexical(arrays, language, words) for language, words in described["words"].items()}
    return StoredIndex(
        manifest=manifest,
        units=units,
        dense=dense,
        text_hashes=tuple(described["text_hashes"]),
        vectors=vectors,
        lexical=lexical,
    )


def _lexical(arrays: Any, language: str, words: Sequence[str]) -> tuple[LexicalIndex, tuple[int, ...]]:
    positions = tuple(int(position) for position in arrays[f"{language}_positions"])
    index = LexicalIndex(
        vocabulary={word: number for number, word in enumerate(words)},
        size=len(positions),
        **{name: arrays[f"{language}_{name}"] for name in _ARRAYS},
    )
    return index, positions
