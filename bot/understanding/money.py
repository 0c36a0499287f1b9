"""Amounts of money in free text, English and Vietnamese.

A lone "k" is a thousand dollars, but a thousand dong in a Vietnamese sentence from 100 on: "500k" is 500,000 dong and
"2k đô" 2,000 dollars. A bare number counts only beside a word for money: dollars, or dong from a million on, or in a
Vietnamese sentence a million dong each up to 100 ("ngân sách 20").
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.understanding.amounts import (
    CARD,
    NUMBER,
    Amount,
    Bound,
    Wording,
    bound_of,
    either,
    is_card_number,
    is_free,
    low_of_range,
    parse_number,
)
from bot.understanding.spelt import find_spelt

_DONG_SCALES: Mapping[str, float] = {
    "tr": 1e6, "trieu": 1e6, "cu": 1e6, "chai": 1e6, "ty": 1e9, "ti": 1e9, "chuc trieu": 1e7, "tram trieu": 1e8
}  # fmt: skip
_THOUSANDS = frozenset({"k", "nghin", "ngan", "grand"})
_FORMS: Mapping[str, str] = {
    "USD": "$ us$ us usd dollar dollars do buck bucks", "VND": "vnd dong d ₫", "EUR": "€ eur euro euros",
    "GBP": "£ gbp pound pounds quid", "JPY": "¥ jpy yen", "INR": "₹ inr rupee rupees", "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud", "SGD": "s$ sgd", "CNY": "cny rmb", "KRW": "krw", "THB": "thb baht",
}  # fmt: skip
_CURRENCIES = {form: code for code, forms in _FORMS.items() for form in forms.split()}
#: Forms that folding takes for others: "đô" is not "đó", "củ" (a million) not "cũ" (used), "tỉ" not the Ti of a card.
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "do": ("do", "đô"), "cu": ("cu", "củ"), "ngan": ("ngan", "ngàn"), "ti": ("tỉ",), "ty": ("ty", "tỷ"),
    "dong": ("dong", "đồng"), "d": ("d", "đ"),
}  # fmt: skip
_SIGNS = r"(?:(?<![a-z])(?:us|ca?|au?|s)?\$|[€£¥₫₹]|(?<![a-z])(?:usd|eur|gbp|vnd|cad|aud|sgd|inr|jpy|cny)(?= ))"
_UNITS = either(
    r"""(?:us )?dollars? | do(?: la)?(?: my)? | usd | us\$ | \$ | bucks? | euros? | eur | € | gbp | pounds? | quid | £
    | vnd | dong | d | ₫ | yen | jpy | ¥ | cad | aud | sgd | inr | rupees? | ₹ | cny | rmb | krw | thb | baht"""
)
_RANGE_UNITS = r"[$€£]|k|nghin|ngan|tr|trieu|cu|ty|usd|eur|euros?|do|d|vnd"
_TAIL = (
    r"(?P<tail> ruoi(?![a-z])|[0-9]{1,3}(?![0-9a-z])"
    r"| [1-9](?= ?(?:$|[.,;!?)]|(?:mua|thi|de|cho|do|tro|nen|la|co|vnd|dong)(?![a-z]))))?"
)
_MONEY = re.compile(
    rf"(?:(?P<sign>{_SIGNS}) ?)?(?P<number>{NUMBER})"
    rf"(?: ?(?P<scale>chuc trieu|tram trieu|trieu|nghin|ngan|grand|chai|tr|cu|ty|ti|k){_TAIL}(?![a-z])"
    rf"(?P<more> (?P<rest>[0-9]{{1,3}}) ?(?:k|nghin)(?![a-z0-9]))?)?(?: ?(?P<unit>{_UNITS})(?![a-z]))?"
)
_COUNTED = re.compile(
    r"^[ -]?"
    + either(
        r"""tham so | parameters? | params? | tokens? | tok | anh | mau | images? | samples? | ctx | context | steps?
        | rows? | cau | nguoi | users? | requests? | epochs? | iterations? | px | resolution | video | fps | hz
        | mhz | rpm | w
        | watts? | g | gb | mb | tb | gib | gigs? | cores? | cuda | b | bit | lan | gio | h | ngay | tuan | nam | hours?
        | days? | weeks? | years? | x | units? | layers? | lop | sequences?"""
    )
    + r"(?![a-z0-9])|^ ?%"
)
_ROWS = re.compile(r"^ ?(?:dòng|dữ liệu|bản ghi)(?!\w)", re.IGNORECASE)
_CUE_WORDS = either(
    """budget | ngan sach | kinh phi | tai chinh | price | gia | tien | spend | afford | costs? | pay | quoted | asking
    | bao gia | (?:shop|ho|tiem) bao | have | got | i've | co | cam | in hand | trong tay | bo ra | sells?(?: it)?
    | selling | chi | du | save(?:d)?(?: up)? | ban"""
)
_CUE_FILL = either(
    """of | is | are | was | me | la | chi | co | cua | minh | em | e | toi | max | maximum | limit | min | only | about
    | around | under | below | up to | at most | less than | to | at | for | from | tu | khoang | tam | duoi
    | toi da | tren
    | khong qua | ko qua | k qua | tren duoi | a | total | just"""
)
_CUE_BEFORE = re.compile(rf"(?<![a-zđỡ]){_CUE_WORDS}(?: {_CUE_FILL}| ?[:=~≤<]=?)* ?$")
_BARE_CUE = re.compile(
    r"(?<![a-z])(?:budget|ngan sach|kinh phi|tai chinh|price|gia|spend|afford|costs?|pay|quoted|asking|bao gia"
    r"|shop bao)"
    rf"(?: {_CUE_FILL}| ?[:=~≤<]=?)* ?$"
)
_BUDGET_CLAUSE = re.compile(r"(?<![a-z])(?:budget|ngan sach|kinh phi|tai chinh)(?![a-z])[^.,;!?]{0,30}$")
_CUE_BEHIND = re.compile(r"^ ?(?:budget|max budget|to spend|ngan sach|do lai|tro lai)\b")
_SENTENCE_END = re.compile(r"^ ?(?:$|[.,;!?)]|(?:for|to|and|with|that|if|or|but|please|pls|total)\b)")
_ADDED_BEFORE = re.compile(r"(?<![a-z])(?:another|an? (?:extra|additional)) $")
_ADDED_BEHIND = re.compile(r"^ (?:more|extra) ?(?:$|[.,;!?)]|on top|to spend|then)")
_PLAIN_LIMIT = re.compile(r"(?<![a-z])(?:under|below|less than|up to|at most|cheaper than|no more than|max) $")
_NO_MONEY_BEFORE = re.compile(
    r"(?<![a-z])(?:context|ctx|ngu canh|seq(?:uence)?(?: len(?:gth)?)?|length|chuoi|do dai|batch|bs|steps?|tokens?"
    r"|hidden"
    r"|epochs?|tdp|psu|nguon|cong suat|watts?|power|vram|model|mo hinh|mang|rtx|gtx|rx|radeon|arc)"
    r"(?: (?:of|size|is|la|under|up to|below|window|length|khoang|duoi))* ?$"
)
_OF_CARD = re.compile(rf"{CARD}(?: (?:cu|moi|used|new|gia|at|for))* ?$")
_LEAST_UNSAID = 100.0  #: "under 24" may be anything; "under 500" is a price
_DONG_FROM = 1e6
_BARE_MILLIONS_TO = 100.0
_DONG_K_FROM = 100.0


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands there, before anything is guessed."""

    number: float  #: with its tail: 17.5 of "17tr5"
    scale: str
    currency: str | None
    start: int
    end: int


def find_money(
    wording: Wording, taken: Iterable[tuple[int, int]] = (), *, is_vietnamese: bool = False
) -> tuple[Amount, ...]:
    """Return the money named outside the spans *taken*, in order; a range counts as its upper end, at most."""
    spans = tuple(taken)
    found: list[Amount] = []
    for match in _MONEY.finditer(wording.plain):
        said = _said(wording, match, is_vietnamese=is_vietnamese)
        amount = _amount(wording, said, is_vietnamese=is_vietnamese)
        if amount is not None and is_free(amount.start, amount.end, spans):
            amount = _with_range(wording, amount, said.number)
            found = [*(each for each in found if each.end <= amount.start), amount]
    taken_now = [*spans, *((each.start, each.end) for each in found)]
    found.extend(each for each in _in_words(wording) if is_free(each.start, each.end, taken_now))
    return tuple(sorted(found, key=lambda each: each.start))


def _in_words(wording: Wording) -> Iterator[Amount]:
    for spelt in find_spelt(wording):
        if not _is_counted(wording, spelt.end):
            start, end = spelt.start, spelt.end
            yield Amount(
                value=spelt.value,
                unit=spelt.unit,
                bound=bound_of(wording, start, end),
                text=wording.written[start:end],
                start=start,
                end=end,
                is_unit_said=spelt.is_unit_said,
            )


def _is_counted(wording: Wording, end: int) -> bool:
    """Whether what follows is counted rather than paid: images, parameters, rows."""
    return bool(_COUNTED.match(wording.after(end)) or _ROWS.match(wording.written[end : end + 12]))


def _said(wording: Wording, match: re.Match[str], *, is_vietnamese: bool) -> _Said:
    scale = _scale(wording, match)
    number, end = parse_number(match["number"]), match.end("number")
    if scale:
        number += _tail(match)
        end = max(match.end("scale"), match.end("tail"), match.end("more"))
    sign = _CURRENCIES.get(match["sign"] or "")
    unit = None
    if match["unit"] and (scale or not match["scale"]):
        unit = _unit(wording, match, number * _factor(scale), is_vietnamese=is_vietnamese)
        end = match.end("unit") if unit else end
    start = match.start("sign") if match["sign"] else match.start("number")
    return _Said(number, scale, sign or unit, start, end)


def _scale(wording: Wording, match: re.Match[str]) -> str:
    """Return the word that multiplies, or "" where it is none after all."""
    scale = match["scale"] or ""
    if scale in _WRITTEN and not wording.is_written(*match.span("scale"), *_WRITTEN[scale]):
        return ""
    if scale == "k" and match.start("scale") > match.end("number") and not match["unit"]:
        return ""  # "3090 k?" asks yes or no
    if scale == "cu" and (len(match["number"]) > 3 or is_card_number(match["number"])):  # noqa: PLR2004
        return ""  # "3090 cu" is a used one
    return scale


def _tail(match: re.Match[str]) -> float:
    """Return what "17tr5", "17 triệu rưỡi" or "17 triệu 500 nghìn" adds to the 17."""
    if match["rest"]:
        return float(match["rest"]) / 1000
    tail = (match["tail"] or "").strip()
    if tail == "ruoi":
        return 0.5
    return float(tail) / 10 ** len(tail) if tail else 0.0


def _factor(scale: str) -> float:
    return _DONG_SCALES.get(scale, 1e3 if scale in _THOUSANDS else 1.0)


def _unit(wording: Wording, match: re.Match[str], value: float, *, is_vietnamese: bool) -> str | None:
    form = match["unit"].split()[0]
    start = match.start("unit")
    written = wording.written[start : start + len(form)].lower()
    if form in _WRITTEN and written not in _WRITTEN[form]:
        return None
    if written == "do" and (not is_vietnamese or is_card_number(match["number"]) or value < _DONG_K_FROM):
        return None
    least_dong = 1e5 if written == "d" else 1e3
    return None if form == "d" and value < least_dong else _CURRENCIES.get(form)


def _amount(wording: Wording, said: _Said, *, is_vietnamese: bool) -> Amount | None:
    if _is_counted(wording, said.end):
        return None
    unit = said.currency or _guessed(wording, said, is_vietnamese=is_vietnamese)
    value = said.number * _factor(said.scale)
    if unit is None or not value:
        return None
    if unit == "VND" and not said.currency and not said.scale and value <= _BARE_MILLIONS_TO:
        value *= 1e6
    return Amount(
        value=value,
        unit=unit,
        bound=bound_of(wording, said.start, said.end),
        text=wording.written[said.start : said.end],
        start=said.start,
        end=said.end,
        is_unit_said=said.currency is not None or said.scale in _DONG_SCALES,
    )


def _guessed(wording: Wording, said: _Said, *, is_vietnamese: bool) -> str | None:
    """Return the currency of an amount that names none, or None where it is no money."""
    before, behind = wording.before(said.start), wording.after(said.end)
    if _NO_MONEY_BEFORE.search(before):
        return None
    if said.scale in _DONG_SCALES or said.scale in {"nghin", "ngan"}:
        return "VND"
    if said.scale == "grand":
        return "USD"
    if said.scale == "k":
        meant = (
            _CUE_BEFORE.search(before)
            or _BUDGET_CLAUSE.search(before)
            or _CUE_BEHIND.match(behind)
            or _OF_CARD.search(before)
        )
        bounded = bound_of(wording, said.start, said.end) is not Bound.EXACT or low_of_range(
            wording, said.start, _RANGE_UNITS
        )
        if not (meant or bounded):
            return None
        return "VND" if is_vietnamese and said.number >= _DONG_K_FROM else "USD"
    return _guessed_bare(wording, said, is_vietnamese=is_vietnamese)


def _guessed_bare(wording: Wording, said: _Said, *, is_vietnamese: bool) -> str | None:
    before, behind = wording.before(said.start), wording.after(said.end)
    number = wording.plain[said.start : said.end]
    is_limit = _PLAIN_LIMIT.search(before) and _SENTENCE_END.match(behind) and said.number >= _LEAST_UNSAID
    is_added = _ADDED_BEHIND.match(behind) or (_ADDED_BEFORE.search(before) and _SENTENCE_END.match(behind))
    meant = _BARE_CUE.search(before) or _CUE_BEHIND.match(behind) or ((is_limit or is_added) and not is_vietnamese)
    glued = re.match(r"[a-z0-9]", behind)
    if not meant or glued or is_card_number(number):
        return None
    if said.number >= _DONG_FROM:
        return "VND"
    if is_vietnamese and said.number <= _BARE_MILLIONS_TO:
        return "VND"
    return "USD" if said.number >= _LEAST_UNSAID else None


def _with_range(wording: Wording, amount: Amount, number: float) -> Amount:
    low = low_of_range(wording, amount.start, _RANGE_UNITS)
    if low is None or not (low.has_unit or low.value < number):
        return amount
    return replace(amount, start=low.start, bound=Bound.AT_MOST, text=wording.written[low.start : amount.end])
