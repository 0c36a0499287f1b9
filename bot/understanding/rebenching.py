"""Reads what shall be different in a benchmark that was asked for before. Pure; forms are matched on folded text.

"What about GRU?", "again in fp16", "chạy lại bằng CPU": nothing but a change. Whatever else is said, is not one.
"""

import re
from collections.abc import Collection
from dataclasses import fields, replace

from bench.catalogue import CASES
from bot.understanding.benching import LOCAL, BenchAsk, asks_about, read_parts
from bot.understanding.devices import AUTO, CPU, GPU, read_device, without_refusal
from retrieval.words import fold

#: Asks for the same once more.
_AGAIN = re.compile(
    r"\b(?:(?:run|do|measure|benchmark|try|bench|start|time)(?: (?:it|that|this|them|the same))? (?:again|once more)"
    r"|(?:re-?run|redo|repeat|retry)(?: it| that)?|again|once more|one more time"
    r"|(?:the )?same(?: thing| run| benchmark)?"
    r"|another (?:run|one|time)|(?:chay|do|thu|lam|benchmark|bench) lai(?: (?:no|lan nua|phat nua))?"
    r"|(?:(?:chay|do|thu|lam) )?(?:them )?(?:(?:mot|1) )?(?:lan|phat) nua|lap lai"
    r"|y (?:nhu|het) (?:the|vay|tren|cu)|nhu (?:cu|tren)|tuong tu)\b"
)
#: Cannot be about anything but a run.
_RERUN = re.compile(
    r"\b(?:(?:run|measure|benchmark|bench)(?: (?:it|that|this|them|the same))? (?:again|once more)"
    r"|(?:chay|do|benchmark|bench) lai)\b"
)
#: Introduces what is different.
_LEAD = re.compile(
    r"^\s*(?:(?:ok|okay|and|so|now|then|but|vay|roi|gio|bay gio)[\s,]+)*"
    r"(?:(?:what|how) about|and|try|now|then|the con|vay con|con|the|thu(?: voi)?|gio"
    r"|doi (?:sang|thanh)|chuyen sang|switch to|change (?:it )?to|use)\b"
)
_TAIL = re.compile(
    r"\b(?:(?:thi sao|thi the nao|the nao|sao)(?: (?:a|nhi|ha|ban|ad|vay))*|instead|too|as well|this time|lan nay)\s*$"
)
#: What says a change in itself.
_PARTS = (
    re.compile(r"\b(?:simple ?)?(?:rnn|lstm|gru|cnn)s?\b|\bvgg[ -]?(?:16)?\b|\bvanilla rnn\b"),
    re.compile(r"\bhead\b|\btransfer\b|\bfrozen\b|\bdong bang\b|\bphan dau\b"),
    re.compile(r"\b(?:fp|tf|bf|float|bfloat|int)[ -]?\d{1,2}\b"),
    re.compile(r"\binference\b|\bforward\b|\bsuy luan\b|\btrain(?:ing)?\b|\bhuan luyen\b"),
    re.compile(
        r"\b(?:batch(?:[ _-]?size)?|bs|kich thuoc batch|(?:sequence |seq )?len(?:gth)?|seq|do dai(?: chuoi)?|chieu dai"
        r"|hidden(?: size| units?)?|units?|lop an|don vi an)\s*[=:]?\s*-?\d+\b"
    ),
    re.compile(r"\b\d+ ?(?:(?:time ?)?steps?|buoc|hidden(?: units?)?|units?|don vi)\b"),
    re.compile(r"(?<![\w/])\d+ ?(?:seconds?|secs?|s|giay|minutes?|mins?|phut)\b"),
    re.compile(r"\b(?:quick|quickly|fast|nhanh|so bo|short)\b|\bchannels?[-_ ]last\b|\bnhwc\b"),
)
#: Says a change of precision without a word that introduces it.
_IN = re.compile(r"\b(?:in|at|with|using|o|bang|voi)\b")
_ON = re.compile(r"\b(?:on|with|using|use|tren|bang|dung|not|khong)\b")
_PLACE = re.compile(
    r"\b(?:this|my|our|box|machine|host|server|computer|pc|workstation|here|may|chu|tram|tinh|nay|ngay day)\b"
)
_SAID_PLACE = re.compile(r"\b(?:box|machine|host|server|computer|pc|workstation|may)\b")
#: Words between.
_BETWEEN = re.compile(
    r"\b(?:in|with|at|on|for|the|a|an|and|but|it|to|of|case|benchmark|size|using|use|by|run|now|please|pls|mode|one"
    r"|bang|voi|o|tren|dung|va|nhung|cho|thi|la|trong|chay|minh|giup|nhe|nha|di|thoi|xem|con|cai|che do)\b"
    r"|[\s,.;:?!'\"-]+"
)


def read_change(text: str, hosts: Collection[str], *, has_lead: bool = False) -> BenchAsk | None:
    """Return what *text* changes of the run before, None where it says anything else than a change.

    *has_lead*: whether "what about" or the like stood before *text*. A case, a precision or a mode alone changes
    nothing without one: it may be what is asked about.
    """
    rest, has_lead = _without_lead(fold(text), has_lead=has_lead)
    rest, again = _AGAIN.subn(_blank, rest)
    if asks_about(without_refusal(rest)):
        return None
    ask = _with_host(read_parts(rest, text), rest, hosts, is_sure=bool(again))
    if not _is_nothing_else(ask, rest):
        return None
    return ask if again or (ask != BenchAsk() and (has_lead or _is_change(ask, rest))) else None


def is_rerun(text: str) -> bool:
    """Whether *text* can only mean a run, whatever was spoken of in between."""
    return bool(_RERUN.search(fold(text)))


def changed(before: BenchAsk, change: BenchAsk) -> BenchAsk:
    """Return the run before with what *change* says.

    What another case does not take, and a GPU that another host need not have, are left out.
    """
    values = {item.name: getattr(change, item.name) for item in fields(BenchAsk)}
    said = {name: value for name, value in values.items() if value is not None and value is not False}
    if change.wish == AUTO:
        moves = change.host is not None and change.host.lower() != (before.host or LOCAL).lower()
        said["wish"] = AUTO if moves and before.wish not in {CPU, GPU} else before.wish
    now = replace(before, **said)
    return _fitting(now, change) if now.case != before.case else now


def _without_lead(plain: str, *, has_lead: bool) -> tuple[str, bool]:
    """Return the text with spaces in place of "what about" and "thì sao", and whether one of them stood there."""
    stripped = plain.rstrip(" ?!.")
    rest, leads = _LEAD.subn(_blank, stripped, count=1)
    rest, tails = _TAIL.subn(_blank, rest, count=1)
    return rest, bool(has_lead or leads or tails)


def _blank(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def _with_host(ask: BenchAsk, rest: str, hosts: Collection[str], *, is_sure: bool) -> BenchAsk:
    """Return what is asked with its host: one that is known, or one that is called a host."""
    known = {fold(name): name for name in (LOCAL, *hosts)}
    if ask.host is None:
        named = next((known[word] for word in re.findall(r"\w[\w.-]*", rest) if word in known), None)
        return replace(ask, host=named)
    is_host = fold(ask.host) in known or is_sure or bool(_SAID_PLACE.search(rest))
    return ask if is_host else replace(ask, host=None)


def _is_nothing_else(ask: BenchAsk, rest: str) -> bool:
    """Whether nothing is left once what was read is taken away."""
    device = read_device(rest)
    left = rest[: device.start] + " " * (device.end - device.start) + rest[device.end :]
    for pattern in _PARTS:
        left = pattern.sub(_blank, left)
    if ask.host is not None:
        left = _PLACE.sub(_blank, re.sub(rf"(?<![\w.-]){re.escape(fold(ask.host))}(?![\w-])", _blank, left))
    return not _BETWEEN.sub("", left)


def _is_change(ask: BenchAsk, rest: str) -> bool:
    """Whether a change is meant without a word that introduces it: a size, a place, or "in fp16"."""
    if any(value is not None for value in (ask.batch, ask.length, ask.hidden, ask.max_seconds, ask.host)):
        return True
    if ask.wish != AUTO:
        return bool(_ON.search(rest))
    return bool(ask.precision and ask.case is None and _IN.search(rest))


def _fitting(ask: BenchAsk, change: BenchAsk) -> BenchAsk:
    """Return what is asked without sizes of the case before that its own does not take."""
    spec = CASES[ask.case or "cnn"]

    def kept(name: str) -> int | None:
        value: int | None = getattr(ask, name)
        is_inherited = value is not None and getattr(change, name) is None
        fits = value is not None and name in spec.bounds and spec.bounds[name].holds(value)
        return value if fits or not is_inherited else None

    layout = ask.channels_last and (spec.is_image or change.channels_last)
    return replace(ask, batch=kept("batch"), length=kept("length"), hidden=kept("hidden"), channels_last=layout)
