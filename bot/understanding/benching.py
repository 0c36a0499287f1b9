"""Reads what shall be measured, or whose results are wanted. Pure; forms are matched on folded text."""

import re
import shlex
from dataclasses import dataclass, fields
from typing import Any

from bench.catalogue import LAYOUTS
from bench.errors import RequestError
from bench.request import Request, read_request
from bot.understanding.devices import AUTO, is_card, is_index, read_device, without_refusal
from retrieval.words import fold

LOCAL = "local"
#: What may stand before what is asked for, and says nothing.
_POLITE = (
    r"^\s*(?:(?:@\w+|hey|hi|ok(?:ay)?|now|please|pls|then|bot|gpuwise|(?:can|could|would|will) you(?: please)?|let'?s|let us"
    r"|(?:i|we) (?:want|would like|need|'?d like)(?: you)? to|giup(?: (?:minh|em|toi|tui|e))?|ban|ad|em|minh|hay|nho|gio|bay gio"
    r"|cho (?:minh|em|toi|tui|e)|(?:minh|em|toi|tui|e) muon|muon|thu)[\s,:]+)*"
)
#: What may stand behind it.
_TAIL = re.compile(
    r"[\s,.;]*(?:\b(?:is it free|duoc (?:khong|ko|k)|dc (?:khong|ko|k)|please|pls|thanks?|nhe|nha|voi|di|giup (?:minh|em)|a)\b[\s.!?]*)+$"
)
#: A question about measuring, not one for a measurement.
_ASKS = re.compile(
    r"\b(?:how|what|why|which|when|where|who|should|is|are|does|did|mean|means|difference|explain|read|better|faster|worth|good)\b"
    r"|\b(?:cach|lam sao|nao|sao|nen|bao nhieu|gi|giai thich|doc|hieu|nghia|khong|ko|co dang|hay hon|tot hon|nhanh hon)\b"
)
_MEASURES = r"(?:benchmark(?! (?:results?|scores?|numbers?))|bench|measure(?! of)|time(?! ?steps?)|profile)"
_STARTS = r"(?:run|start|launch|do|make)"
_VI_MEASURES = r"(?:benchmark|bench|do thu|thu do|do toc do|do)"
_VI_STARTS = r"(?:chay|bat dau|lam|thuc hien)"
#: At the start of a message, before a case.
_COMMAND = re.compile(rf"{_POLITE}(?:{_MEASURES}|{_STARTS}|{_VI_MEASURES}|{_VI_STARTS})\b")
#: "measure" or "đo" alone say what is meant; "run", "do" without its mark and "chạy" need a word more.
_SURE = re.compile(rf"{_POLITE}(?:{_MEASURES}\b|(?:benchmark|bench|do thu|thu do|do toc do)\b)")
_NOUN = re.compile(r"\b(?:benchmark|bench|measurement|bai do|phep do)\b")
#: A benchmark of no case that is named: "run a benchmark", "benchmark on local", "chạy benchmark".
_BARE = re.compile(
    rf"{_POLITE}(?:(?:{_STARTS}|{_VI_STARTS}) )?(?:(?:a|an|another|the|some|one|mot|1|quick|short|nhanh|bai) )*(?:benchmarks?|bench|measurement)"
    r"(?: (?:quickly|quick|nhanh|now|again|di|on\b.*|tren\b.*))?[\s.!?]*$"
)
_NOT_OURS = re.compile(
    r"\b(?:scripts?|suites?|tools?|software|code|phan mem|cong cu|bang thong|bandwidth|nhiet do|cong suat|temperature|power)\b"
)

_CASES = (
    ("rnn", re.compile(r"\b(?:simple ?)?rnns?\b|\bvanilla rnn\b|\bmang hoi quy\b")),
    ("lstm", re.compile(r"\blstms?\b")),
    ("gru", re.compile(r"\bgrus?\b")),
    ("cnn", re.compile(r"\b(?:cnns?|conv(?:olutional)? net(?:work)?s?|mang tich chap)\b")),
    ("vgg16", re.compile(r"\bvgg[ -]?(?:16)?\b")),
)  # fmt: skip
_HEAD = re.compile(r"\bhead\b|\bcached?\b|\bphan dau\b|\bdac trung (?:da )?luu\b")
_TRANSFER = re.compile(r"\btransfer|\bfrozen\b|\bfreez|\bdong bang\b|\bhoc chuyen (?:giao|tiep)\b|\bchuyen giao\b")
_INFERENCE = re.compile(r"\binference\b|\binfer\b|\bforward\b|\bsuy luan\b|\bpredict")
_TRAINING = re.compile(r"\btrain(?:ing)?\b|\bhuan luyen\b")
_PRECISION = re.compile(r"\b(fp|tf|bf|float|bfloat|int)[ -]?(\d{1,2})\b")
_QUICK = re.compile(r"\b(?:quick|quickly|fast|nhanh|so bo|short)\b")
_CHANNELS_LAST = re.compile(r"\bchannels?[-_ ]last\b|\bnhwc\b")
_NUMBER = r"\s*[=:]?\s*(-?\d+)\b(?!\.\d)"
_SIZES = {
    "batch": re.compile(rf"\b(?:batch(?:[ _-]?size)?|bs|kich thuoc batch){_NUMBER}"),
    "length": re.compile(
        rf"\b(?:(?:sequence |seq )?len(?:gth)?|seq|do dai(?: chuoi)?|chieu dai){_NUMBER}|\b(\d+) ?(?:time ?)?steps?\b|\b(\d+) buoc\b"
    ),
    "hidden": re.compile(
        rf"\b(?:hidden(?: size| units?)?|units?|lop an|don vi an){_NUMBER}|\b(\d+) (?:hidden(?: units?)?|units?|don vi)\b"
    ),
}
_SECONDS = re.compile(r"(?<![\w/])(\d+) ?(seconds?|secs?|s|giay|minutes?|mins?|phut)\b")
_PLACE = r"(?:box|machine|host|server|computer|pc|workstation|rig|node)"
_ON = re.compile(
    rf"\b(?:on|at) (?:(?:the|my|our|a) )?(?:{_PLACE} )?([a-z0-9][\w.-]*)(?: {_PLACE}\b)?"
    r"|\b(?:tren|o) (?:(?:con|cai|chiec) )?(?:(?:may(?: chu| tram| tinh)?|host|server) )?([a-z0-9][\w.-]*)"
)
_HERE = re.compile(
    rf"\b(?:this|my own) {_PLACE}\b|\b(?:on|tren) (?:the )?{LOCAL}\b|\bhere\b|\b(?:tren|o) may (?:nay|minh|toi)\b|\bngay day\b"
)
#: What follows "on" and is no host.
_NO_HOST = frozenset(
    {
        "cpu",
        "gpu",
        "the",
        "a",
        "it",
        "may",
        "day",
        "this",
        "images",
        "cached",
        "mnist",
        "batch",
        "length",
        "hidden",
        "quick",
        "training",
        "inference",
        "che",
        "muc",
    }
)
#: A card's name after "on": without a word of measuring, such a question is about the card.
_CARD = re.compile(r"(?:rtx|gtx|rx|arc|tesla)|(?:rtx|gtx|rx|[ahltvpbwm])?\d{2,4}(?:ti|xt|xtx|super|s)?")
_BARE_RESULTS = re.compile(
    r"^\s*(?:(?:please|pls|now|ok|show|see|view|list|get|give|me|us|can|could|i|you|the|all|my|our|of|latest|newest|last)[\s,]+)*results?(?: please| pls)?[\s.!?]*$"
    r"|^\s*(?:(?:cho|minh|em|toi|xem|xin|hien|liet|ke|cac|nhung|moi|giup|bang)[\s,]+)*ket qua(?: (?:di|nhe|nha|voi|a|moi|moi nhat|gan day|dau))*[\s.!?]*$"
)

_RESULTS = re.compile(
    r"\b(?:benchmark|bench|measurement)s?(?: run)? (?:results?|records?|history|numbers)\b|\bresults? (?:of|for|from) (?:the |our |my |all )?(?:\S+ ){0,2}(?:benchmarks?|measurements?|runs?)\b"
    r"|\bwhat (?:did|have|has) (?:we|you|i) (?:already )?(?:measured?|benchmark(?:ed)?)\b|\bwhat(?:'s| was| has been| is) (?:already )?(?:measured|benchmarked)\b"
    r"|\b(?:last|latest|recent|past|previous) (?:\w+ )?(?:benchmarks?|measurements?)\b"
    r"|\bket qua (?:cua )?(?:cac )?(?:lan )?(?:do|benchmark|bench|chay benchmark)\b|\b(?:da|vua) (?:do|benchmark) (?:duoc )?(?:nhung )?(?:gi|cai gi|j)\b"
    r"|\b(?:do|benchmark) (?:duoc|dc) (?:nhung )?(?:gi|j)\b|\b(?:lan|cac lan) do (?:gan (?:day|nhat)|truoc|moi nhat)\b"
)
#: A question about results in general.
_ASKS_RESULTS = re.compile(
    r"\b(?:how|why|should|is|are|does|do|can|trust|read|mean|means|reliable|fair|explain|where|find|online|between)\b"
    r"|\b(?:doc|hieu|nghia|cach|sao|the nao|dang tin|tin duoc|co nen|nen|khong|ko|giai thich|o dau|la gi)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchAsk:
    """What shall be measured, as far as it is said."""

    case: str | None = None
    mode: str | None = None
    precision: str | None = None
    batch: int | None = None
    length: int | None = None
    hidden: int | None = None
    max_seconds: int | None = None
    host: str | None = None  #: as written; None where none is named
    quick: bool = False
    channels_last: bool = False
    wish: str = AUTO  #: the device, as bot.benching.devices takes it

    def request(self) -> Request:
        """Return the request; RequestError where a number is out of bounds or the case does not take it."""
        if self.case is None:
            raise RequestError("No case is named.")
        sizes = ("case", "mode", "precision", "batch", "length", "hidden", "max_seconds")
        said: dict[str, Any] = {name: value for name in sizes if (value := getattr(self, name)) is not None}
        said |= {"layout": LAYOUTS[1]} if self.channels_last else {}
        return read_request({**said, "quick": self.quick, "wait": True})

    def options(self) -> str:
        """Return what `gpuwise bench run` takes behind the case."""
        parts = [f"--host {self.host}"] if self.host not in {None, LOCAL} else []
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name not in {"case", "host", "wish"} and value is not None and value is not False:
                flag = f"--{item.name.replace('_', '-')}"
                parts.append(flag if value is True else f"{flag} {value}")
        parts += [f"--gpu {shlex.quote(self.wish)}"] if self.wish != AUTO else []
        return " ".join(parts)


def read_bench(text: str) -> BenchAsk | None:
    """Return what *text* asks to measure, None where it asks for no measurement."""
    plain = _TAIL.sub("", fold(text)).rstrip(" ?!.")
    rest = without_refusal(_COMMAND.sub("", plain, count=1))
    if _ASKS.search(rest) or not _COMMAND.match(plain) or _NOT_OURS.search(plain):
        return None
    ask = read_parts(plain, text)
    if not _cases(plain):
        return ask if _BARE.match(plain) or (_SURE.match(plain) and _is_at_place(plain)) else None
    sure = _SURE.match(plain) or _NOUN.search(plain) or re.search(r"\bđo\b", text.lower())
    if sure:
        return ask
    says_how = any((ask.host, ask.precision, ask.batch, ask.quick, ask.max_seconds, is_index(ask.wish)))
    says_how = says_how or (ask.wish != AUTO and _is_vietnamese_do(plain))
    is_of_card = is_card(ask.wish) or bool(ask.host and _CARD.fullmatch(fold(ask.host)))
    return ask if says_how and not is_of_card and not _is_english_do(plain) else None


def read_results(text: str) -> BenchAsk | None:
    """Return whose results *text* asks for; None where it asks for no results."""
    plain = fold(text)
    if _BARE_RESULTS.match(plain):
        return BenchAsk()
    found = _RESULTS.search(plain)
    if found is None:
        return None
    rest = plain[: found.start()] + " " + plain[found.end() :]
    rest = re.sub(r"^\s*(?:can|could) you\b", "", _TAIL.sub("", rest))
    return None if _ASKS_RESULTS.search(rest) else BenchAsk(case=_case(plain))


def case_of(text: str) -> str | None:
    """Return the one case that *text* names."""
    return _case(fold(text))


def asks_about(plain: str) -> bool:
    """Whether folded text is a question about measuring, not one for a measurement."""
    return bool(_ASKS.search(plain))


def read_parts(plain: str, text: str) -> BenchAsk:
    """Return what folded *plain*, a form of *text*, says of a run, whether it asks for one or not."""
    device = read_device(plain)
    return BenchAsk(
        case=_case(plain),
        mode="inference" if _INFERENCE.search(plain) else "training" if _TRAINING.search(plain) else None,
        precision=_precision(plain),
        **{name: _integer(pattern, plain) for name, pattern in _SIZES.items()},
        max_seconds=_seconds(plain),
        host=_host(plain[: device.start] + " " * (device.end - device.start) + plain[device.end :], text),
        quick=bool(_QUICK.search(plain)),
        channels_last=bool(_CHANNELS_LAST.search(plain)),
        wish=device.wish,
    )


def _cases(plain: str) -> list[str]:
    return [name for name, pattern in _CASES if pattern.search(plain)]


def _case(plain: str) -> str | None:
    """Return the case that is named; None where none or more than one is."""
    found = _cases(plain)
    if len(found) != 1:
        return None
    if found != ["vgg16"]:
        return found[0]
    return "vgg16-head" if _HEAD.search(plain) else "vgg16-transfer" if _TRANSFER.search(plain) else "vgg16"


def _is_at_place(plain: str) -> bool:
    return bool(_HERE.search(plain) or _ON.search(plain))


def _is_english_do(plain: str) -> bool:
    """Whether "do" may be the English verb: nothing Vietnamese stands beside it."""
    return bool(re.match(rf"{_POLITE}do\b", plain)) and not _is_vietnamese_do(plain)


def _is_vietnamese_do(plain: str) -> bool:
    """Whether "do" is "đo" without its mark."""
    begins = re.match(rf"{_POLITE}do\b", plain)
    return bool(begins and re.search(r"\b(?:tren|may|nhanh|giay|o|bang|so \d|con)\b", plain))


def _precision(plain: str) -> str | None:
    found = _PRECISION.search(plain)
    if found is None:
        return None
    return {"float": "fp", "bfloat": "bf"}.get(found[1], found[1]) + found[2]


def _integer(pattern: re.Pattern[str], plain: str) -> int | None:
    found = pattern.search(plain)
    return int(next(group for group in found.groups() if group)[:9]) if found else None


def _seconds(plain: str) -> int | None:
    found = _SECONDS.search(plain)
    if found is None:
        return None
    return int(found[1][:9]) * (60 if found[2].startswith(("m", "p")) else 1)


def _host(plain: str, text: str) -> str | None:
    """Return the host as it is written."""
    if _HERE.search(plain):
        return LOCAL
    for found in _ON.finditer(plain):
        group = 1 if found[1] else 2
        if found[group] not in _NO_HOST and not _PRECISION.fullmatch(found[group]):
            return text[found.start(group) : found.end(group)].rstrip(".-")
    return None
