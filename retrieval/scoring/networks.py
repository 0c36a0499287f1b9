"""Finds the networks that a question speaks of, and gives one named by its size alone a shape."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from knowledge.workloads import Network
from retrieval.scoring.needs import Mode
from retrieval.words import fold

GENERIC = "llm"  #: key of the network that stands for a language model of any size
SURELY_A_SIZE_B = 3.0  #: smaller bare sizes ("2b or not 2b") count only beside a word about models
NEAR = 24  #: signs between a model's name and its size

_SIZE = re.compile(
    r"(?<![\w.,|!$])(?P<size>\d{1,3}(?:[.,]\d{1,2})?)"
    r"(?:-?b(?![\w|!])"
    r"|\s?(?:b|ty|ti|billion)\s(?:tham so|param\w*))"
)
_MODEL_WORDS = re.compile(
    r"(?<!\w)(?:llms?|models?|mo hinh|lora|qlora|fine-?tun\w*|finetun\w*|quanti[sz]\w*|gguf|ollama|vllm|llama\.cpp"
    r"|inference|suy luan|tokens?|context|chat|param\w*|tham so|4-?bit|8-?bit|int4|int8)(?!\w)"
)
_BETWEEN = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMention:
    """One network that a text names."""

    network: str  #: key of a network
    parameters_b: float | None  #: billions of parameters, where a size stands there
    text: str
    span: tuple[int, int]
    mode: Mode | None = None  #: where it is said of this network alone


class NetworkReader:
    """Reads names of networks, in both languages, with or without diacritics."""

    def __init__(self, networks: Mapping[str, Network]) -> None:
        self._names = _names((alias, key) for key, item in networks.items() for alias in (*item.aliases, key))
        self._fallbacks = _names((word, key) for key, item in networks.items() for word in item.fallback)
        self._pattern = _pattern(self._names)
        self._fallback_pattern = _pattern(self._fallbacks)

    def read(self, text: str) -> tuple[NetworkMention, ...]:
        """Return the networks in *text*, in order; the longest name wins, a size beside a family belongs to it."""
        folded = fold(text)
        named = list(_found(self._pattern, self._names, folded, text))
        about_models = bool(_MODEL_WORDS.search(folded)) or any(item.network == GENERIC for item in named)
        sizes = [size for size in _sizes(folded, text, about_models=about_models) if not _covered(size, named)]
        merged = _with_sizes(named, sizes, text)
        return tuple(merged or _found(self._fallback_pattern, self._fallbacks, folded, text))


def sized(network: Network, parameters_b: float | None) -> Network:
    """Return *network* with another size, in the shape of dense models: 128 times as wide as deep, heads of 128.

    At most 8 heads for keys and values. A network that does not stand for others is returned as it is.
    """
    if network.key != GENERIC or not parameters_b:
        return network
    parameters = parameters_b * 1e9
    hidden = max(256, 128 * round((128 * parameters / 12) ** (1 / 3) / 128))
    layers = max(1, round(parameters / (12 * hidden**2)))
    length = network.length or 1
    return replace(
        network,
        parameters=parameters,
        layers=layers,
        hidden=hidden,
        heads=hidden // 128,
        kv_heads=min(8, hidden // 128),
        forward_flops=2 * parameters * length + 4 * length**2 * hidden * layers,
        activations=23 * layers * hidden * length + 2 * (network.vocabulary or 0) * length,
        working=12 * hidden * length + (network.vocabulary or 0),
    )


def widened(network: Network, hidden: int | None) -> Network:
    """Return a one-layer recurrent *network* with *hidden* units; any other network is returned as it is.

    Weights grow with the square of the width, what is kept grows with the width; the 10 columns of input are neglected.
    """
    if network.family != "recurrent" or network.layers != 1 or not hidden or not network.hidden:
        return network
    wider = hidden / network.hidden
    return replace(
        network,
        hidden=hidden,
        parameters=network.parameters * wider**2,
        forward_flops=network.forward_flops * wider**2,
        activations=network.activations * wider,
        working=network.working * wider,
    )


def _names(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    return {_BETWEEN.sub(" ", fold(alias)).strip(): key for alias, key in pairs}


def _pattern(names: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    forms = (re.escape(name).replace(r"\ ", r"[\s_-]*") for name in longest_first)
    return re.compile(rf"(?<![\w.])(?:{'|'.join(forms)})(?!\w)")


def _found(pattern: re.Pattern[str], names: Mapping[str, str], folded: str, text: str) -> Iterator[NetworkMention]:
    squeezed = {name.replace(" ", ""): key for name, key in names.items()}
    for match in pattern.finditer(folded):
        key = squeezed[_BETWEEN.sub("", match.group())]
        yield NetworkMention(network=key, parameters_b=None, text=text[slice(*match.span())], span=match.span())


def _sizes(folded: str, text: str, *, about_models: bool) -> Iterator[NetworkMention]:
    for match in _SIZE.finditer(folded):
        size = float(match["size"].replace(",", "."))
        if size >= SURELY_A_SIZE_B or about_models:
            yield NetworkMention(network=GENERIC, parameters_b=size, text=text[slice(*match.span())], span=match.span())


def _covered(size: NetworkMention, named: list[NetworkMention]) -> bool:
    return any(item.span[0] <= size.span[0] < item.span[1] for item in named)


def _with_sizes(named: list[NetworkMention], sizes: list[NetworkMention], text: str) -> list[NetworkMention]:
    mentions = list(named)
    for size in sizes:
        families = [item for item in mentions if item.network == GENERIC and item.parameters_b is None]
        nearest = min(families, key=lambda item: _distance(item, size), default=None)
        if nearest is not None and _distance(nearest, size) <= NEAR:
            span = (min(nearest.span[0], size.span[0]), max(nearest.span[1], size.span[1]))
            mentions[mentions.index(nearest)] = replace(size, text=text[slice(*span)], span=span)
        else:
            mentions.append(size)
    return sorted(mentions, key=lambda item: item.span)


def _distance(left: NetworkMention, right: NetworkMention) -> int:
    return max(left.span[0] - right.span[1], right.span[0] - left.span[1], 0)
