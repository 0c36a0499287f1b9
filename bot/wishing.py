"""From what messages of a thread state to wishes that the scoring engine takes. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.intents import Intent
from bot.understanding.wishes import ReadWishes, to_usd, to_wishes
from knowledge.prices import Rate
from knowledge.workloads import Network
from retrieval.scoring.needs import Method, Mode, Precision, Purpose, Wishes, Work
from retrieval.scoring.networks import GENERIC, NetworkMention
from retrieval.words import fold

_ADAPTED = frozenset({Method.LORA, Method.QLORA})
#: What is meant where LoRA is named and no model: the smallest that people tune, in the way that needs least.
ASSUMED_LORA = Work(network=GENERIC, parameters_b=7.0, method=Method.QLORA)
#: Families whose networks are adapted by LoRA.
_ADAPTABLE = frozenset({"llm", "transformer", "diffusion"})


#: "CNN" alone, where a card is bought for it, is no MNIST net; these words say that it is.
_SMALL = re.compile(r"\b(?:small|tiny|simple|mnist|guide|28 ?x ?28|nho|cam nang)\b")
#: What stands for "CNN" then.
_USUAL_CNN = "resnet50"
#: Without a budget, speed for the money counts this share: nobody who names none means that money is no object.
_NO_BUDGET_PRICE = 0.45
#: What stands for a field of work where no network is named.
_DOMAINS = (
    (
        re.compile(
            r"computer vision|image (?:classification|recognition)|thi giac may tinh|xu ly anh|nhan dien|phan loai anh"
            r"|\byolo\w*|object detection|segmentation|phat hien (?:vat the|doi tuong)"
        ),
        "resnet50",
    ),
    (re.compile(r"\btransformers?\b|\bnlp\b|natural language|text classification|xu ly ngon ngu"), "bert_base"),
    (re.compile(r"image generation|generative|sinh anh|tao anh|ve anh"), "sd15"),
    (re.compile(r"\bllms?\b|language models?|mo hinh ngon ngu|chatbot"), GENERIC),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Wishes with what had to be assumed to make them."""

    wishes: Wishes
    assumed: tuple[str, ...]  #: keys such as "rate:VND", "method_qlora"


def domain_of(text: str) -> tuple[NetworkMention, ...]:
    """Return the network that stands for the field of work which *text* names, none where it names none."""
    plain = fold(text)
    found = next((network for pattern, network in _DOMAINS if pattern.search(plain)), None)
    return (NetworkMention(network=found, parameters_b=None, text="", span=(0, 0)),) if found else ()


def works_meant(intent: Intent) -> tuple[tuple[NetworkMention, ...], tuple[str, ...]]:
    """Return the networks that a choice is about, and keys of what was assumed.

    "CNN" alone is no MNIST net, and a field of work is stood for by one network.
    """
    found = intent.networks or domain_of(intent.text)
    assumed = ("domain",) if found and not intent.networks else ()
    if not _SMALL.search(fold(intent.text)) and intent.wishes.batch is None:
        usual = tuple(replace(item, network=_USUAL_CNN) if item.network == "cnn" else item for item in found)
        return usual, assumed if usual == found else ("domain",)
    return found, assumed


def to_asked(  # noqa: PLR0913  # what was said, and what it is read with
    read: ReadWishes,
    mentions: Sequence[NetworkMention],
    networks: Mapping[str, Network],
    rates: Mapping[str, Rate],
    quoted: tuple[str, ...] = (),
    *,
    choosing: bool = False,
) -> Asked:
    """Return the wishes of *read* for the networks named; a quoted price goes to the cards in *quoted*.

    *choosing*: for a shortlist a language model that is only run counts in 4 bits, as people run it, unless said.
    """
    own = {mention.network: mention.mode for mention in mentions if mention.mode}
    works, assumed = _works(read, mentions, networks, choosing=choosing)
    per_usd = {rate.currency: rate.per_usd for rate in rates.values()}
    wishes, also = to_wishes(read, per_usd, works)
    told = tuple(
        work if work is ASSUMED_LORA or work.network in own else _fitting(told, networks)
        for work, told in zip(works, wishes.works, strict=True)
    )
    wishes = replace(wishes, works=told, purpose=_purpose(read.purpose, told))
    assumed += also
    if read.quoted is not None and quoted:
        usd = to_usd(read.quoted, per_usd)
        if usd is not None:
            wishes = replace(wishes, quoted_usd=tuple((slug, usd) for slug in quoted))
            if wishes.limits.budget_usd is None:
                wishes = wishes.with_limits(budget_usd=usd * wishes.limits.count)
                assumed += ("budget_quoted",)
            assumed += (f"rate:{read.quoted.unit}",) if read.quoted.unit != "USD" else ()
    if choosing and wishes.limits.budget_usd is None and not (read.unlimited_budget or wishes.weights):
        wishes = replace(wishes, weights=(("price", _NO_BUDGET_PRICE),))
        assumed += ("no_budget",)
    if wishes.limits.count > 1 and any(networks[work.network].family == "llm" for work in wishes.works):
        assumed += ("split",)
    return Asked(wishes=wishes, assumed=tuple(dict.fromkeys(assumed)))


def _works(
    read: ReadWishes, mentions: Sequence[NetworkMention], networks: Mapping[str, Network], *, choosing: bool
) -> tuple[tuple[Work, ...], tuple[str, ...]]:
    """Return one work a network, in the order named; language models are tuned by QLoRA unless another way is said."""
    assumed: list[str] = []
    works = [Work(network=item.network, parameters_b=item.parameters_b) for item in mentions]
    if read.method in _ADAPTED and not any(networks[work.network].family in _ADAPTABLE for work in works):
        works.append(ASSUMED_LORA)
        assumed.append("method_lora")
    found = []
    own = {mention.network: mention.mode for mention in mentions if mention.mode}
    for work in works:
        mode = own.get(work.network)
        told = replace(work, mode=mode) if mode else _with_mode(work, read, networks[work.network])
        if networks[work.network].family == "llm" and told.mode is Mode.TRAINING and read.method is None:
            told = replace(told, method=Method.QLORA)
            if work is not ASSUMED_LORA:
                assumed.append("method_qlora")
        if choosing and networks[work.network].family == "llm" and told.mode is Mode.INFERENCE and not read.precision:
            told = replace(told, precision=Precision.INT4)
            assumed.append("precision_int4")
        found.append(told)
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(assumed))


def _with_mode(work: Work, read: ReadWishes, network: Network) -> Work:
    if work is ASSUMED_LORA:
        return work
    if read.mode is not None:
        return replace(work, mode=read.mode)
    if network.family not in {"llm", "diffusion"}:
        return work
    tunes = read.purpose in {Purpose.TRAINING, Purpose.FINE_TUNING} or read.method is not None
    return work if tunes else replace(work, mode=Mode.INFERENCE)


def _purpose(said: Purpose | None, works: tuple[Work, ...]) -> Purpose | None:
    """Return what the purchase is for: who trains by adapters alone fine-tunes, whatever it was called."""
    adapts = bool(works) and all(work.mode is Mode.TRAINING and work.method in _ADAPTED for work in works)
    return Purpose.FINE_TUNING if adapts and said is Purpose.TRAINING else said


def _fitting(work: Work, networks: Mapping[str, Network]) -> Work:
    """Return the work with a method that its kind of network can have."""
    if work.method in _ADAPTED and networks[work.network].family not in _ADAPTABLE:
        return replace(work, method=Method.FULL)
    return work
