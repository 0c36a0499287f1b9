"""Numbers with a unit and a bound in free text, English and Vietnamese: what money, watts and GB share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from retrieval.words import fold

#: How far before or behind a number the words that belong to it may stand, in signs.
REACH = 48


def either(forms: str) -> str:
    """Return the pattern of one of the forms that stand between bars with space around them, on as many lines."""
    return "(?:" + "|".join(re.split(r"\s+\|\s+", forms.strip())) + ")"


def whole(forms: str) -> re.Pattern[str]:
    """Return the pattern of one of the forms as whole words."""
    return re.compile(rf"(?<![a-z0-9]){either(forms)}(?![a-z0-9])")


#: A number as people write it: 1500, 1,500, 25.000.000, 15 000 000, 1.5, 2,5.
NUMBER = (
    r"(?<![a-z0-9])(?:(?<![0-9][.,])|(?<=[0-9]{4},))"
    r"(?:[1-9][0-9]{0,2}(?:[.,][0-9]{3})+(?:[.,][0-9]{1,2})?"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3}){2,4}"
    r"|[0-9]{1,12}(?:\.[0-9]{1,3}|(?<![0-9]{4}),[0-9]{1,2})?)(?![0-9])(?!\.[0-9])"
)
#: Number of a GeForce or Radeon card: no amount unless a unit says so.
_MODEL = r"(?:[1-9]0[5-9]0|16[56]0)"
_MONEY_OR_WATTS = r"(?! ?(?:[$€£w%]|usd|eur|vnd|dollars?|bucks?|watts?|k\b|tr\b|trieu))"
#: What looks like a card's name in folded text.
CARD = (
    r"(?:(?<![a-z0-9])(?:rtx|gtx|rx|arc|titan|quadro|tesla|geforce|radeon|instinct)[ -]?(?:pro[ -]?)?[a-z]?[0-9]{2,4}x?"
    rf"|(?<![a-z0-9$€£.,]){_MODEL}{_MONEY_OR_WATTS}|(?<![a-z0-9$€£.,])[5-9][0-9]00(?= ?(?:xt|gre))"
    r"|(?<![a-z0-9])(?:[abhlvp][0-9]{2,3}|t4|l4|a2|gh200|a[2-6]000|w[67][89]00|mi[0-9]{2,3}|r9700))"
    r"(?: ?(?:ti|super|xtx|xt|gre|ada|laptop|mobile|pcie|sxm[0-9]?|nvl|oam|max-?q|x|s|d)(?![a-z]))*(?![a-z0-9])"
)
_CARD_NUMBER = re.compile(rf"{_MODEL}|[5-9][0-9]00")
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:[.,][0-9]{3})+)([.,][0-9]{1,2})?")
_NOT = r"(?:khong|ko|k|kg|hok|hong|đừng|chua)"
_ABOUT_WORDS = either(
    r"""around | about | roughly | approx(?:imately|\.)? | circa | near(?:ly)? | close to | some | khoang | tam | quanh
    | xap xi | gan | loanh quanh | chung | do chung | cỡ | ~ | ≈"""
)
_FILLERS = either(
    """of | is | are | a | an | the | only | just | my | la | chi | muc | o muc | budget | price | gia | tien
    | ngan sach | vram | memory | bo nho | tdp | cong suat | to | co | can | con | so tien | tong | total"""
)
_FILL = rf"(?:\s+(?:{_FILLERS}|{_ABOUT_WORDS})(?![a-z])|\s*[:=~])*\s*(?:us)?[$€£]?\s*$"


class Bound(StrEnum):
    """Which way an amount limits. EXACT: a number without a word that says more."""

    AT_MOST = "at most"
    AT_LEAST = "at least"
    ABOUT = "about"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount as it was said, always finite and above 0."""

    value: float
    unit: str  #: currency code, "W" or "GB"
    bound: Bound = Bound.EXACT
    text: str = ""  #: as the asker wrote it
    start: int = 0
    end: int = 0
    is_unit_said: bool = True  #: False where the unit was worked out: "budget 1500"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text beside its folded form, sign for sign the same length."""

    written: str
    plain: str

    @classmethod
    def of(cls, text: str) -> "Wording":
        """Fold *text*; best given as `normalise` returns it."""
        return cls(text, fold(text))

    def is_written(self, start: int, end: int, *forms: str) -> bool:
        """Whether a slice, diacritics and all, is one of *forms*: "củ" (a million) is not "cũ" (used)."""
        return self.written[start:end].lower() in forms

    def before(self, start: int, reach: int = REACH) -> str:
        """Return folded text that ends at *start*; words that only diacritics tell apart keep them."""
        begin = max(0, start - reach)
        return _keep_marks(self.plain[begin:start], self.written[begin:start])

    def after(self, end: int, reach: int = REACH) -> str:
        """Return folded text from *end* on."""
        return self.plain[end : end + reach]


#: Words that folding would make other words of: "cỡ" (about) and "có" (have), "đừng" (do not) and "dùng" (use).
_MARKED = re.compile(r"(?<![^\W_])(?:đừng|cỡ)(?![^\W_])", re.IGNORECASE)


def _keep_marks(plain: str, written: str) -> str:
    for match in _MARKED.finditer(written):
        plain = plain[: match.start()] + match.group().lower() + plain[match.end() :]
    return plain


def _ends(forms: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[^a-zđỡ0-9]){either(forms)}{_FILL}")


def _begins(forms: str) -> re.Pattern[str]:
    unit = r"(?:\s*(?:of )?(?:vram|memory|bo nho|tdp|usd|vnd|dong|power))?"
    return re.compile(rf"^{unit}(?P<comma>\s*,)?\s*(?:la )?\(?{either(forms)}(?![a-z])")


_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (
        Bound.AT_LEAST,
        _ends(
            rf"""not? (?:less|fewer|lower|smaller) than | not (?:under|below)
            | {_NOT} (?:duoc )?(?:duoi|it hon|nho hon|thap hon|be hon)"""
        ),
    ),
    (
        Bound.AT_MOST,
        _ends(
            rf"""not? (?:more|higher|greater|bigger) than | not? (?:over|above|beyond)
            | (?:not|n't|cannot|never) (?:exceed|go (?:over|above))
            | {_NOT} (?:duoc )?(?:vuot )?(?:qua|hon|tren) | {_NOT} vuot"""
        ),
    ),
    (Bound.ABOUT, _ends("tren duoi | more or less")),
    (
        Bound.AT_MOST,
        _ends(
            r"""under | below | beneath | (?:less|lower|cheaper|fewer|smaller) than
            | up ?to | at ?most | max(?:imum|\.)? | within | capp?(?:ed)?(?: at)? | limit(?:ed)? | <=? | ≤
            | duoi | toi da | (?:it|nho|thap|re|be) hon | gioi han | (?:cao|nhieu) nhat
            | trong (?:khoang|tam|vong)"""
        ),
    ),
    (
        Bound.AT_LEAST,
        _ends(
            r"""at ?least | min(?:imum|\.)? | (?:more|greater|bigger|larger|higher) than | over | above
            | >=? | ≥ | it nhat | toi thieu | tren | (?:(?:lon|nhieu|cao) )?hon | thap nhat"""
        ),
    ),
)
#: Words before an amount that one behind it outweighs: "tầm 15 triệu đổ lại", "từ 20 triệu trở xuống".
_LOOSELY_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (Bound.AT_LEAST, _ends("starting (?:at|from) | from | (?<!dau )tu")),
    (Bound.ABOUT, _ends(_ABOUT_WORDS)),
)
_BEHIND: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (
        Bound.AT_MOST,
        _begins(
            """or (?:less|under|below|lower|cheaper) | tops | and (?:under|below) | do (?:lai|xuong|ve)
            | tro (?:xuong|lai) | (?:hoac|hay) (?:it|thap|nho|re|be|duoi) hon | quay dau | la (?:cung|het)"""
        ),
    ),
    (
        Bound.AT_LEAST,
        _begins(
            r"""(?:or|and) (?:more|above|higher|up|over|bigger|larger|better) | (?:hoac|hay) (?:nhieu|cao|lon) hon
            | (?:tro |do )?len | \+"""
        ),
    ),
    (Bound.ABOUT, _begins("or so | -?ish | give or take | gi do | hoac hon")),
)
_MOST = "max(?:imum)? | at ?most | toi da | nhieu nhat | limit"
_LEAST = "min(?:imum)? | at ?least | toi thieu | it nhat | plus"
#: Words that stand on either side of their amount: behind it only where they are not before the next one.
_EITHER_SIDE = ((Bound.AT_MOST, _begins(_MOST)), (Bound.AT_LEAST, _begins(_LEAST)))
_ANY_UNIT = r"(?: ?(?:w|watts?|gb|gigs?|g|tr|trieu|cu|k|usd|do|[$€£])(?![a-z]))?"
_NUMBER_NEXT = re.compile(rf"(?:\s+(?:{_FILLERS}|{_ABOUT_WORDS})(?![a-z]))*\s*(?:us)?[$€£~]?\s*{NUMBER}{_ANY_UNIT}")
_CLAUSE_END = re.compile(r"\s*(?:$|[.,;!?)])")
_AFTER_NUMBER = re.compile(rf"{NUMBER}{_ANY_UNIT}\s+{either(f'{_MOST} | {_LEAST}')}{_FILL}")


def parse_number(written: str) -> float:
    """Return the value of a NUMBER: a point or comma before three digits groups, before fewer it is a decimal one."""
    compact = written.replace(" ", "")
    if match := _GROUPED.fullmatch(compact):
        return float(re.sub(r"[.,]", "", match[1]) + (match[2] or "").replace(",", "."))
    return float(compact.replace(",", "."))


def is_card_number(written: str) -> bool:
    """Whether a bare number is rather a card's: 3090, 7900."""
    return bool(_CARD_NUMBER.fullmatch(written))


def bound_of(wording: Wording, start: int, end: int) -> Bound:
    """Return which way the words around an amount bound it: those before it decide first, unless they are vague."""
    before, behind = wording.before(start), _bound_behind(wording, end)
    ahead = next((bound for bound, pattern in _BEFORE if pattern.search(before)), None)
    if ahead is not None and not (behind and _AFTER_NUMBER.search(before)):
        return ahead  # but in "300 W max 24 GB min" the "max" is of the 300 W
    vague = (bound for bound, pattern in _LOOSELY_BEFORE if pattern.search(before))
    return behind or next(vague, Bound.EXACT)


def _bound_behind(wording: Wording, end: int, chain: int = 3) -> Bound | None:
    """Return how the words behind an amount bound it; what begins another clause or number is of that one.

    *chain*: how many numbers further one may look for whether "max" is always behind: "300 W max 24 GB min".
    """
    behind = wording.after(end)
    for bound, pattern in _BEHIND:
        if pattern.search(behind):
            return bound
    for bound, pattern in _EITHER_SIDE:
        if match := pattern.search(behind):
            following = _NUMBER_NEXT.match(behind, match.end())
            if following:
                is_behind = chain and not match["comma"] and _bound_behind(wording, end + following.end(), chain - 1)
                return bound if is_behind else None
            return None if match["comma"] and not _CLAUSE_END.match(behind, match.end()) else bound
    return None


@dataclass(frozen=True, slots=True)
class Low:
    """The lower end of a range."""

    value: float
    start: int
    has_unit: bool  #: otherwise its unit is that of the upper end


def low_of_range(wording: Wording, start: int, units: str) -> Low | None:
    """Return the lower end of a range whose upper end begins at *start*: "2-3k", "từ 10 đến 15 triệu"."""
    begin = max(0, start - REACH)
    match = _range(units).search(wording.plain[begin:start])
    if match is None or is_card_number(match["low"]) or (match["joint"] in {"and", "va"} and not match["between"]):
        return None
    has_unit = bool(match["sign"] or match["unit"])
    return Low(parse_number(match["low"]), begin + match.start(), has_unit)


@lru_cache(maxsize=8)
def _range(units: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?<![a-z0-9])(?P<between>between|giua|from|tu) *)?(?P<sign>[$€£] ?)?(?P<low>{NUMBER})"
        rf"(?P<unit> ?(?:{units})(?![a-z]))? *(?P<joint>-|~|to|den|toi|and|va) *(?:us)?[$€£]? *$"
    )


def is_free(start: int, end: int, taken: Iterable[tuple[int, int]]) -> bool:
    """Whether no span of *taken* touches this one."""
    return all(end <= begin or stop <= start for begin, stop in taken)
