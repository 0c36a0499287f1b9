"""Networks that people train and run: what memory and time are worked out from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.loading import Entry, Folder, read_toml

FAMILIES = ("cnn", "recurrent", "transformer", "llm", "diffusion")
REGIMES = ("compute", "bandwidth", "launch")
UNITS = ("images/s", "sequences/s", "samples/s", "tokens/s", "mel frames/s", "audio samples/s")
LANGUAGES = ("en", "vi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network. Counts are elements of one sample at the usual length or size; None: it has no such thing."""

    key: str
    title: Mapping[str, str]  #: by language
    aliases: tuple[str, ...]  #: how people write it, in both languages
    fallback: tuple[str, ...] = ()  #: words that mean it only where no other network is named
    family: str
    parameters: float
    trainable: float | None = None  #: parameters of the new head over a frozen base; None: all are trained
    forward_flops: float  #: 2 a multiply-add
    activations: float  #: kept for the way back, without attention matrices
    working: float  #: alive at once in a forward pass that keeps nothing
    layers: int | None = None
    hidden: int | None = None  #: width; of a CNN that of its last features
    heads: int | None = None
    kv_heads: int | None = None  #: None: nothing is cached between tokens
    head_size: int | None = None
    vocabulary: int | None = None  #: None: no output over words
    batch: int  #: samples a card and step, where nobody says
    length: int | None = None  #: time steps or tokens; of a diffusion model the side of the picture
    unit: str
    source: str  #: key of a source
    regime: str  #: what its time goes to: compute, bandwidth or launch
    note: str = ""


def load_workloads(file: Folder, sources: Collection[str]) -> dict[str, Network]:
    """Return all networks by key; errors name the network and the field."""
    return {key: _read(Entry(file.name, key, table), key, sources) for key, table in read_toml(file).items()}


def _read(entry: Entry, key: str, sources: Collection[str]) -> Network:
    network = Network(
        key=key,
        title=_title(entry),
        aliases=entry.texts("aliases"),
        fallback=entry.texts("fallback"),
        family=_one_of(entry, "family", FAMILIES),
        parameters=_needed(entry, "parameters"),
        trainable=entry.number("trainable"),
        forward_flops=_needed(entry, "forward_flops"),
        activations=_needed(entry, "activations"),
        working=_needed(entry, "working"),
        batch=_whole(entry, "batch") or 1,
        unit=_one_of(entry, "unit", UNITS),
        source=_one_of(entry, "source", sources),
        regime=_one_of(entry, "regime", REGIMES),
        note=entry.text("note", ""),
        **{name: _whole(entry, name) for name in _SHAPE},
    )
    entry.close()
    _check(entry, network)
    return network


_SHAPE = ("layers", "hidden", "heads", "kv_heads", "head_size", "vocabulary", "length")


def _check(entry: Entry, network: Network) -> None:
    if not network.aliases:
        raise entry.fail("aliases", "needs at least one way to write the network")
    if network.trainable is not None and network.trainable >= network.parameters:
        raise entry.fail("trainable", "must be fewer than the parameters; leave it out where all are trained")
    if network.family in {"transformer", "llm"}:
        for name in ("layers", "hidden", "heads", "length"):
            if getattr(network, name) is None:
                raise entry.fail(name, f"is missing; the memory of a {network.family} is worked out from it")


def _title(entry: Entry) -> Mapping[str, str]:
    title: dict[str, Any] = entry.table("title")
    if sorted(title) != sorted(LANGUAGES) or not all(isinstance(text, str) and text for text in title.values()):
        raise entry.fail("title", f"needs a text for each of {', '.join(LANGUAGES)}")
    return title


def _one_of(entry: Entry, field: str, allowed: Collection[str]) -> str:
    value = entry.text(field)
    if value not in allowed:
        wanted = "a key of knowledge/sources" if field == "source" else f"one of {', '.join(allowed)}"
        raise entry.fail(field, f"must be {wanted}, not {value!r}")
    return value


def _needed(entry: Entry, field: str) -> float:
    value = entry.number(field)
    if value is None:
        raise entry.fail(field, "is missing")
    return value


def _whole(entry: Entry, field: str) -> int | None:
    value = entry.number(field)
    if value is None:
        return None
    if value != int(value):
        raise entry.fail(field, f"must be a whole number, not {value!r}")
    return int(value)
