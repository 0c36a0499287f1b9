"""What the card is for: purpose, what is done with the network, method and number format."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from bot.understanding.amounts import Wording, whole
from bot.understanding.negating import is_negated
from retrieval.scoring.needs import Method, Mode, Precision, Purpose
from retrieval.scoring.networks import NetworkMention
from retrieval.words import fold

_Kind = TypeVar("_Kind", bound=StrEnum)


_LOCAL_MODELS = (
    "llama | mistral | qwen | gemma | deepseek | llms? | gpt | yolo | sdxl | flux | stable diffusion | whisper"
)
_A_MODEL = "(?:(?:an?|the|my|some|local|big|small|large|this|trained|ai) )*"
#: With the ways it is misspelt.
_TUNES = "fine?[- ]{0,2}tun(?:e|es|ed|eing|n?in'?g?|n?ig)"
_FINE_TUNES = f"{_TUNES} | tinh chinh | q?lora | dora"
_TRAINS = r"""(?:re)?train(?:s|ing)?(?! (?:station|ticket)) | train(?:n?in|ning|nig|ign) | tran(?:ing|ning) | traing
    | huan luyen | dao tao"""
_INFERS = rf"""inference | infer | inferencing | inferr?[ae]n[cs]e | infr?e?rnce | infrence | suy luan
    | serv(?:e|es|ing) | deploy(?:s|ed|ing|ment)? | trien khai
    | host(?:ing)? (?:an? )?(?:llm|model) | local llms? | ollama | llama\.cpp | vllm | lm studio
    | run(?:ning)? {_A_MODEL}(?:[0-9.]+b|models?|inference|{_LOCAL_MODELS})
    | chay (?:(?:thu|duoc|cac|con|may|local|tot|em|offline) )*(?:model|mo hinh|[0-9.]+b|{_LOCAL_MODELS})"""
_STUDIES = r"""sinh vien | sv | hobby(?:ist)? | do an | luan van | bai tap lon | btl | mon hoc | tu hoc | moi hoc
    | dang hoc
    | de hoc(?! sau| may| chuyen| tang cuong) | hoc sinh | may mo | du an ca nhan
    | nghich | cho vui | voc | vui choi | tap tanh | nguoi moi
    | hoc (?:deep learning|dl|ml|machine learning|ai|pytorch|tensorflow|keras|lap trinh|cuda)
    | students? | (?:for|in) (?:an?|my|the|this) (?:[a-z]+ )?(?:course|class|thesis|homework) | coursework
    | homework | thesis
    | for learning | to learn | learning purposes | (?:i'?m|while|am) learning | self-?study | beginners? | newbie
    | side projects? | tinker(?:ing)? | university project | for school | just starting | for fun"""

_PURPOSES: Mapping[Purpose, re.Pattern[str]] = {
    Purpose.LEARNING: whole(_STUDIES),
    Purpose.FINE_TUNING: whole(_FINE_TUNES),
    Purpose.TRAINING: whole(_TRAINS),
    Purpose.INFERENCE: whole(_INFERS),
}
_MODES: Mapping[Mode, re.Pattern[str]] = {
    Mode.TRAINING: whole(f"{_TRAINS} | {_FINE_TUNES}"),
    Mode.INFERENCE: whole(_INFERS),
}
_METHODS: Mapping[Method, re.Pattern[str]] = {
    Method.QLORA: whole("q-?lora"),
    Method.LORA: whole("lora | dora"),
    Method.TRANSFER: whole(
        "transfer[- ]learning | hoc chuyen giao | chuyen giao hoc tap | frozen | freez(?:e|ing) | dong bang "
        "| feature extraction"
    ),
    Method.FULL: whole(
        rf"""full[- ]?(?:parameters? )?(?:{_TUNES}|ft|training) | (?:from|from the) scratch
        | (?:tinh chinh|finetune|fine-tune|train|huan luyen) (?:toan bo|full|tu dau|lai tu dau|tu con so 0)"""
    ),
}
_PRECISIONS: Mapping[Precision, re.Pattern[str]] = {
    Precision.AMP: whole("(?<![0-9] )amp | mixed[- ]precision | chinh xac hon hop | autocast"),
    Precision.BF16: whole("bf-?16 | bfloat16 | brain float"),
    Precision.FP16: whole("fp-?16 | float16 | half[- ]precision | 16[- ]?bits?"),
    Precision.FP8: whole("fp-?8 | float8 | e4m3 | 8[- ]?bit float"),
    Precision.INT8: whole("int-?8 | 8[- ]?bits?(?! float) | q8(?:_0)? | w8a8"),
    Precision.INT4: whole("int-?4 | 4[- ]?bits? | q4(?:_[a-z0-9_]+)? | nf4 | awq | gptq | w4a16 | iq4(?:_[a-z0-9_]+)?"),
    Precision.TF32: whole("tf-?32"),
    Precision.FP32: whole("fp-?32 | float32 | full[- ]precision | single[- ]precision | 32[- ]?bits?"),
}
_NOT_A_FORMAT = re.compile(r"(?:bus|windows|ubuntu) ?$")


def read_purpose(wording: Wording) -> Purpose | None:
    """Return what the purchase is for: learning wherever it is said, or else what is named first."""
    if any(_unturned(wording, _PURPOSES[Purpose.LEARNING])):
        return Purpose.LEARNING
    return _first(wording, _PURPOSES)


#: Verbs that say what is done with the network behind them.
_DOES = {
    Mode.TRAINING: whole(f"{_TRAINS} | {_TUNES} | tinh chinh"),
    Mode.INFERENCE: whole(
        "run | runs | running | serve | serving | host | infer | inference | chay | suy luan | deploy"
    ),
}
_NEAR = 4  #: words before a network that may hold its verb


def read_mode(wording: Wording) -> Mode | None:
    """Return what is done with the network, what is named first."""
    return _first(wording, _MODES)


def with_own_modes(text: str, mentions: Sequence[NetworkMention]) -> tuple[NetworkMention, ...]:
    """Return the networks, each with what is done with it where *text* trains one thing and runs another.

    "train YOLO, later run a 13B model": the words right before a network say what is done with it.
    """
    plain = fold(text)
    if not (_DOES[Mode.TRAINING].search(plain) and _DOES[Mode.INFERENCE].search(plain)):
        return tuple(mentions)
    return tuple(replace(mention, mode=_mode_before(fold(text[: mention.span[0]]))) for mention in mentions)


def _mode_before(words: str) -> Mode | None:
    """Return what the last of *words* does, the nearest verb within three words."""
    last = " ".join(words.split()[-_NEAR:])
    found = [(match.end(), mode) for mode, verb in _DOES.items() for match in verb.finditer(last)]
    return max(found)[1] if found else None


def read_method(wording: Wording) -> Method | None:
    """Return how much of the network is trained, what is named first."""
    return _first(wording, _METHODS)


def read_precision(wording: Wording) -> Precision | None:
    """Return the number format, the first named; a memory bus of 32 bit is none."""
    return _first(wording, _PRECISIONS, not_behind=_NOT_A_FORMAT)


def _first(
    wording: Wording, patterns: Mapping[_Kind, re.Pattern[str]], not_behind: re.Pattern[str] | None = None
) -> _Kind | None:
    found = [
        (start, kind)
        for kind, pattern in patterns.items()
        for start in _unturned(wording, pattern)
        if not_behind is None or not not_behind.search(wording.before(start))
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _unturned(wording: Wording, pattern: re.Pattern[str]) -> Iterable[int]:
    """Return where a pattern matches and is not turned down, as "not for training" is."""
    return (match.start() for match in pattern.finditer(wording.plain) if not is_negated(wording, match.start()))
