"""The numbers of a piece of work: batch, length, units of a hidden layer, and how many cards."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.understanding.amounts import CARD, Wording, either

_DIGITS = r"(?<![0-9.,])[0-9]{1,7}(?![0-9]|[.,][0-9])"
_LINK = r"(?: ?(?:size|len|length|window|dim|of|is|la|co|cua|tam|khoang|dai|=|:)(?![a-z]))*[ _=:(-]?"
_NO_RATE = r"(?! ?(?:/|per |a |mot |moi )?(?:s|sec|second|giay)\b)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number and where it stands."""

    value: int
    start: int
    end: int


_BATCH = re.compile(
    rf"(?<![a-z0-9])(?:mini-?)?(?:batch(?:[ _-]?size)?|bs|lo){_LINK}(?P<first>{_DIGITS})(?! ?(?:tr|trieu|k|usd|\$|gb"
    rf"|w)\b)"
    rf"|(?<![a-z0-9])(?P<second>{_DIGITS}) (?:images?|samples?|anh|mau|cau|sequences?) (?:per|a|an|moi|mot|/) ?batch"
)
_LENGTH = re.compile(
    rf"(?<![a-z0-9])(?:max[ _-])?(?:seq(?:uences?)?(?:[ _-]?len(?:gth)?)?|seqlen|ctx|context|ngu canh|chuoi|do dai"
    rf"|prompts?"
    rf"|n_ctx|num_ctx|max_length|length){_LINK}(?P<first>{_DIGITS}) ?(?P<k>k)?(?![a-z0-9])(?! ?(?:gb|w|usd|tr|trieu)\b)"
    rf"|(?<![a-z0-9])(?P<second>{_DIGITS})(?P<k2>k)?[ -]?(?:tokens? )?(?:of )?(?:ctx|context|ngu canh)(?![a-z])"
    rf"|(?<![a-z0-9])(?P<third>{_DIGITS})(?P<k3>k)?[ -]?(?:time[ -]?)?(?:steps?|buoc(?: thoi gian)?"
    rf"|tokens?)(?![a-z0-9]){_NO_RATE}"
)
_NO_LENGTH_BEFORE = re.compile(
    r"(?:for|train|training|every|after|moi|sau|trong|trieu|warmup|generate|sinh|top|hon|vai) ?$"
)
_HIDDEN = re.compile(
    rf"(?<![a-z0-9])(?:hidden(?:[ _-]?(?:size|units?|dim|state))?|lop an|tang an|so unit"
    rf"|units?){_LINK}(?P<first>{_DIGITS})"
    r"(?![a-z0-9])(?! ?(?:layers?|lop|tang)\b)"
    rf"|(?<![a-z0-9])(?:bi)?(?:lstm|gru|rnn)s? ?[( ](?P<second>{_DIGITS})(?![a-z0-9])(?! ?(?:layers?|lop|tang|x|buoc"
    rf"|steps?|gb|w|tr)\b)"
    rf"|(?<![a-z0-9])(?P<third>{_DIGITS}) (?:hidden(?: units?)?|units?|nut an|don vi an|unit an)(?![a-z])"
)
_NUMBER_WORDS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "dual": 2, "quad": 4, "single": 1,
    "a pair of": 2, "pair of": 2, "a couple of": 2, "cap": 2, "hai": 2, "ba": 3, "bon": 4, "mot": 1,
}  # fmt: skip
#: "một con" is an article like "a", unless "thôi" (only) follows.
_SPELT = either(" | ".join(sorted(_NUMBER_WORDS.keys() - {"mot"}, key=len, reverse=True)))
_CARDS = either(r"(?:graphics? |gpu )?cards? | gpus? | con | cai | chiec | vga")
_COUNT = re.compile(
    rf"(?<![a-z0-9.,$])(?P<first>[0-9]{{1,2}}) ?[x×*] ?(?={CARD}|{_CARDS}(?![a-z]))"
    rf"|{CARD} ?[x×*] ?(?P<second>[1-9])(?![0-9a-z])"
    rf"|(?<![a-z0-9.,$])(?P<third>[1-9]|1[0-6]|{_SPELT}|mot(?= [a-z]+ (?:thoi|duy nhat)))[ -]"
    rf"(?:(?:nvidia|amd|used|new) )?(?:{_CARDS}(?![a-z])|(?={CARD}))"
    rf"|(?<![a-z0-9])[x×](?P<fourth>[1-9]) ?(?={CARD})"
)
_NO_COUNT_BEFORE = re.compile(
    r"(?:=|(?<![a-z])(?:compare|comparing|between|these|those|of the|the|giua|so sanh|trong|top|cuda|python|windows"
    r"|ubuntu|pytorch|which|last"
    r"|ca|slot|pcie|gen|section|rtx|gtx|rx|ti|suggest|recommend|list|show me|give me|best|goi y|de xuat"
    r"|liet ke|neu|cho minh|cho em|batch|bs|lstm|gru|size|hidden|seq)) ?$"
)
_NO_COUNT_BEHIND = re.compile(r"^ ?(?:nay|do|kia|tren|nao|duoi|ay|[a-z]* ?khac nhau|slots?|fans?|nam|thang)\b")
_MOST_CARDS = 64
_BINARY_K = frozenset({1, 2, 4, 8, 16, 32, 64, 128, 256, 512})


def read_batch(wording: Wording) -> Number | None:
    """Return the batch: "batch 64", "bs64", "64 ảnh một batch"."""
    return next(_numbers(_BATCH, wording, most=1_000_000), None)


def read_length(wording: Wording) -> Number | None:
    """Return time steps or tokens of a sample; 8k tokens are 8192, 10k are 10,000."""
    for match in _LENGTH.finditer(wording.plain):
        group = _group_of(match)
        if group == "third" and _NO_LENGTH_BEFORE.search(wording.before(match.start())):
            continue
        value = int(match[group])
        if match["k"] or match["k2"] or match["k3"]:
            value *= 1024 if value in _BINARY_K else 1000
        if 2 <= value <= 10_000_000:  # noqa: PLR2004  # one step is no sequence
            return Number(value=value, start=match.start(), end=match.end())
    return None


def read_hidden(wording: Wording) -> Number | None:
    """Return the units of a recurrent layer: "LSTM(64)", "hidden size 256", "256 unit"."""
    return next(_numbers(_HIDDEN, wording, most=65_536), None)


def read_count(wording: Wording) -> Number | None:
    """Return how many cards are to be bought; "these two cards" and "PCIe x16" say nothing about that."""
    for match in _COUNT.finditer(wording.plain):
        group = _group_of(match)
        start = match.start(group)
        if _NO_COUNT_BEFORE.search(wording.before(start)) or _NO_COUNT_BEHIND.match(wording.after(match.end())):
            continue
        written = match[group]
        value = int(written) if written.isdecimal() else _NUMBER_WORDS[written]
        if 1 <= value <= _MOST_CARDS:
            return Number(value=value, start=start, end=max(match.end(group), _end_of_sign(wording, match.end(group))))
    return None


def _numbers(pattern: re.Pattern[str], wording: Wording, most: int) -> Iterator[Number]:
    for match in pattern.finditer(wording.plain):
        value = int(match[_group_of(match)])
        if 1 <= value <= most:
            yield Number(value=value, start=match.start(), end=match.end())


def _group_of(match: re.Match[str]) -> str:
    return next(name for name in ("first", "second", "third", "fourth") if match.groupdict().get(name))


def _end_of_sign(wording: Wording, end: int) -> int:
    """Return where the "x" of "2x 3090" ends, or *end* where there is none."""
    sign = re.match(r" ?[x×*](?![a-z])", wording.plain[end : end + 3])
    return end + sign.end() if sign else end
