"""How a work is said: the network, what is done with it, and what was assumed of it."""

from bot.answering.ledger import Ledger
from bot.answering.phrasing import phrase
from bot.answers import Kind, Name, Part
from bot.rendering.numbers import say_number
from bot.texts import texts
from knowledge.workloads import Network
from retrieval.scoring.memory import MemoryNeed
from retrieval.scoring.needs import Method, Mode, Work
from retrieval.scoring.networks import GENERIC

_METHODS = {Method.TRANSFER: "work.transfer", Method.LORA: "work.lora", Method.QLORA: "work.qlora"}

#: Methods that are usually trained with gradient checkpointing, whatever the network.
_CHECKPOINTED = frozenset({Method.LORA, Method.QLORA})


def work_parts(work: Work, network: Network, language: str, precision: str = "") -> tuple[Part, ...]:
    """Return a work in words, such as "VGG16 training, FP16"."""
    sized = bool(work.parameters_b) and network.key == GENERIC
    title = Name(_sized(work.parameters_b or 0.0, language) if sized else network.title[language])
    usual = "work.training_sized" if sized else "work.training"
    key = "work.inference" if work.mode is Mode.INFERENCE else _METHODS.get(work.method, usual)
    if network.trainable and work.mode is Mode.TRAINING:
        key = "work.training"
    said = precision and texts(language).say(f"work.precisions.{precision}")
    tail: tuple[Part, ...] = (", ", Name(said)) if said else ()
    return (*phrase(language, key, network=title), *tail)


def _sized(size: float, language: str) -> str:
    return texts(language).say("work.sized", size=say_number(size, language))


def assumed_parts(
    work: Work, network: Network, need: MemoryNeed, ledger: Ledger, language: str
) -> list[tuple[Part, ...]]:
    """Return what nobody said of a work and was taken as usual."""
    found: list[tuple[Part, ...]] = []
    for name, value in (("batch", network.batch), ("length", network.length)):
        if name in need.assumed and value:
            figure = ledger.figure(f"assumed/{work.network}/{name}", value, kind=Kind.ASSUMED, digits=6)
            found.append(phrase(language, f"choose.assume.{name}", **{name: figure}))
    if "checkpointing" in need.assumed and (network.family == "llm" or work.method in _CHECKPOINTED):
        found.append(phrase(language, "choose.assume.checkpointing"))
    if "parameters" in need.assumed:
        figure = ledger.figure(f"assumed/{work.network}/parameters", network.parameters / 1e9, kind=Kind.ASSUMED)
        found.append(phrase(language, "choose.assume.parameters", size=figure))
    return found
