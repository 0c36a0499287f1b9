"""Builds the index: only texts that changed are embedded again, and the old index serves until the new one is whole."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from knowledge.library import Library
from knowledge.loading import Folder
from retrieval.chunking import CARD, STATEMENT, Unit, unit_of_card, units_of_boundaries, units_of_guide
from retrieval.embedding import MODEL_FILE, TOKENIZER_FILE, Vectors
from retrieval.errors import BuildError, IndexDamagedError, IndexMissingError
from retrieval.index import FORMAT, Manifest, StoredIndex, make_vectors, read_index, rows_of, write_index
from retrieval.lexical import build_lexical
from retrieval.words import TOKENS

_BATCH = 256
_TWINS_FOUND = 0.9

Progress = Callable[[str, int, int], None]


class ModelCard(Protocol):
    """What a manifest keeps of a model."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def fingerprint(self) -> str: ...  # noqa: D102
    @property
    def dimension(self) -> int: ...  # noqa: D102
    @property
    def max_tokens(self) -> int: ...  # noqa: D102
    @property
    def query_prefix(self) -> str: ...  # noqa: D102
    @property
    def passage_prefix(self) -> str: ...  # noqa: D102


class Encoder(Protocol):
    """Embeds passages and exports itself for serving."""

    @property
    def card(self) -> ModelCard:
        """Name, fingerprint and shape of the model."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, each of length 1."""
        ...

    def export(self, folder: Path) -> None:
        """Write the files that serving needs into *folder*."""
        ...


def content_hash(folder: Folder) -> str:
    """Return a hash of all knowledge that an index is built from."""
    digest = hashlib.sha256(str(FORMAT).encode())
    for file in sorted(_files(folder), key=str):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Folder) -> Iterator[Folder]:
    for name in ("boundaries.toml",):
        yield folder / name
    for part in ("guides/en", "guides/vi", "gpus"):
        for file in (folder / part).iterdir():
            if file.name.endswith((".md", ".toml")):
                yield file


def build_index(home: Path, library: Library, content: str, encoder: Encoder, progress: Progress) -> Manifest:
    """Build or renew `home/index` and return its manifest."""
    target = home / "index"
    try:
        target.mkdir(parents=True, exist_ok=True)
        with _locked(home):
            return _build(target, library, content, encoder, progress)
    except OSError as error:
        raise BuildError(
            f"The index cannot be written to {target} ({error.strerror or error}). "
            "Set GPUWISE_HOME to a folder that you may write to."
        ) from error


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    with (home / "index.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(target: Path, library: Library, content: str, encoder: Encoder, progress: Progress) -> Manifest:
    old = _old_index(target, encoder.card.fingerprint)
    units = tuple(_units(library))
    speaks = _speaks_vietnamese(units, encoder) if old is None else old.manifest.speaks_vietnamese
    dense = tuple(number for number, unit in enumerate(units) if unit.language == "en" or speaks)
    hashes = tuple(_hash(encoder.card.passage_prefix + units[number].text) for number in dense)
    rows, embedded = _embed([units[number].text for number in dense], hashes, old, encoder, progress)
    stored = StoredIndex(
        manifest=_manifest(encoder.card, content, speaks=speaks, embedded=embedded),
        units=units,
        dense=dense,
        text_hashes=hashes,
        vectors=make_vectors(rows, encoder.card.dimension),
        lexical={language: _lexical(units, language) for language in TOKENS},
    )
    progress("export", 0, 1)
    _replace(target, stored, encoder, keep_model=old is not None)
    progress("export", 1, 1)
    return stored.manifest


def _units(library: Library) -> Iterator[Unit]:
    yield from units_of_guide(library.guide)
    yield from (unit_of_card(card) for card in library.catalogue.cards)
    yield from units_of_boundaries(library.boundaries)


def _lexical(units: tuple[Unit, ...], language: str) -> tuple:  # type: ignore[type-arg]
    positions = tuple(n for n, unit in enumerate(units) if unit.language == language and unit.kind != CARD)
    return build_lexical([TOKENS[language](units[number].text) for number in positions]), positions


def _old_index(target: Path, fingerprint: str) -> StoredIndex | None:
    try:
        old = read_index(target)
    except (IndexMissingError, IndexDamagedError):
        return None
    whole = (target / MODEL_FILE).is_file() and (target / TOKENIZER_FILE).is_file()
    return old if whole and old.manifest.fingerprint == fingerprint else None


def _embed(
    texts: list[str], hashes: tuple[str, ...], old: StoredIndex | None, encoder: Encoder, progress: Progress
) -> tuple[Vectors, int]:
    rows = np.zeros((len(texts), encoder.card.dimension), dtype=np.float32)
    known: dict[str, int] = {} if old is None else {text: row for row, text in enumerate(old.text_hashes)}
    kept = rows_of(old) if old is not None else rows
    missing = []
    for number, text_hash in enumerate(hashes):
        if text_hash in known:
            rows[number] = kept[known[text_hash]]
        else:
            missing.append(number)
    for begin in range(0, len(missing), _BATCH):
        batch = missing[begin : begin + _BATCH]
        progress("embed", begin, len(missing))
        rows[batch] = encoder.encode([texts[number] for number in batch])
    progress("embed", len(missing), len(missing))
    return rows, len(missing)


def _speaks_vietnamese(units: tuple[Unit, ...], encoder: Encoder) -> bool:
    """Measure whether a Vietnamese statement lies nearest to its English twin, over all twins of the guide."""
    twins: dict[str, dict[str, str]] = {}
    for unit in units:
        if unit.kind == STATEMENT:
            twins.setdefault(unit.id, {})[unit.language] = unit.text
    pairs = [pair for pair in twins.values() if len(pair) == len(TOKENS)]
    if not pairs:
        return False
    english = encoder.encode([pair["en"] for pair in pairs])
    vietnamese = encoder.encode([pair["vi"] for pair in pairs])
    nearest = np.argmax(vietnamese @ english.T, axis=1)
    return float(np.mean(nearest == np.arange(len(pairs)))) >= _TWINS_FOUND


def _manifest(card: ModelCard, content: str, *, speaks: bool, embedded: int) -> Manifest:
    return Manifest(
        format=FORMAT,
        content=content,
        model=card.name,
        fingerprint=card.fingerprint,
        dimension=card.dimension,
        max_tokens=card.max_tokens,
        query_prefix=card.query_prefix,
        passage_prefix=card.passage_prefix,
        speaks_vietnamese=speaks,
        embedded=embedded,
    )


def _replace(target: Path, stored: StoredIndex, encoder: Encoder, *, keep_model: bool) -> None:
    fresh, stale = target.with_name("index.new"), target.with_name("index.old")
    for leftover in (fresh, stale):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir()
    if keep_model:
        for file in target.glob("model.onnx*"):
            shutil.copy2(file, fresh / file.name)
        shutil.copy2(target / TOKENIZER_FILE, fresh / TOKENIZER_FILE)
    else:
        encoder.export(fresh)
    write_index(fresh, stored)
    target.rename(stale)
    fresh.rename(target)
    shutil.rmtree(stale, ignore_errors=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
