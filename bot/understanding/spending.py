"""What money in a message is for: to spend, to spend on top, a price that was told for a card, or none of these."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.understanding.amounts import CARD, Amount, Bound, Wording, either
from bot.understanding.money import find_money


class Role(StrEnum):
    """What money is for. OTHER: a launch price, a wage, a rate such as dong a kWh; nobody else shall read it."""

    BUDGET = "budget"
    MORE = "more"  #: on top of a budget: "thêm 5 củ nữa"
    QUOTED = "quoted"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """One amount of money and what it is for."""

    amount: Amount
    role: Role
    is_each: bool = False  #: for one card of several
    is_clear: bool = False  #: a word says that it is the budget


_RATE = re.compile(
    r"^ ?(?:/|per |an? |one |mot |moi )(?:/)? ?(?:kwh|kw|hour|hr|h|month|gio|thang|usd|so dien|day|ngay|year|nam"
    r"|gpu[- ]hour"
    r"|million|1m)\b|^ (?:monthly|hourly)\b"
)
_EACH = re.compile(
    r"^ ?(?:each|apiece|a ?piece|per (?:card|gpu)|/ ?(?:card|con|gpu|cai|chiec)|(?:moi|mot|1) (?:con|card|cai|chiec))\b"
)
_EACH_BEFORE = re.compile(r"(?:moi|tung) (?:con|card|cai|chiec)(?: (?:gia|khoang|tam|la|duoi))* ?$")
_LAUNCH = re.compile(r"(?:launch(?:ed)?|msrp|rrp|ra mat|niem yet|gia goc|luong|salary)\b[^0-9.,;!?]{0,20}$")
_LAUNCH_BEHIND = re.compile(r"^ (?:msrp|launch|at launch|luc ra mat)\b")
_BUDGET_WORDS = either(
    """budget | ngan sach | kinh phi | tai chinh | spend | afford | saved(?: up)? | willing to pay | can pay
    | bo ra | chi
    | tiet kiem duoc | trong tay | cam | dau tu | have | got | i've | co | co san | dang co | gom duoc | de danh duoc"""
)
_BUDGET_FILL = either(
    """only | about | around | just | a | total | of | is | up to | max | khoang | tam | chung | dung | san | co | moi
    | toi da | duoi | under | la | minh | em | e | cua | my | usd | less than | tren duoi | no more than | khong qua"""
)
_BUDGET_BEFORE = re.compile(rf"(?<![a-zđỡ]){_BUDGET_WORDS}(?: {_BUDGET_FILL}| ?[:=~≤<]=?)*\s*(?:us)?[$€£]?\s*$")
_BUDGET_BEHIND = re.compile(r"^ ?(?:(?:max |total )?budget|to spend|ngan sach|do lai|tro lai|quay dau)\b")
_QUOTE_WORDS = either(
    """quoted? | quoting | asking | asks | sells? | selling | sold | offer(?:s|ed|ing)? | listed | lists | found | saw
    | costs? | priced | goes for | price (?:of|is|for|was) | wants
    | (?:they|he|she|seller)(?: now)? wants? | (?:came|went|come|dropped|is|are) (?:(?:it|the price) )?down to
    | (?:ho|shop|nguoi ban|no|chu)(?: (?:da|lai|moi|chiu|cho|noi))*
      (?:(?:bot|giam|ha|tang|doi)(?: gia| cho)* (?:con|xuong|len|toi|thanh)|len|doi|keu)
    | bot (?:cho )?con | bao gia | ra gia | hoi gia | rao | thanh ly | pass
    | (?:shop|ho|tiem|cua hang|nguoi ban|ben kia|ban ay) bao | bao(?! nhieu| hanh| gom| lau| gio)
    | ban lai | dang ban | ban voi gia | ban gia | chot
    | (?:shop|ho|nguoi ta|ai|co nguoi|tiem|ben) ban | thay (?:gia|ban) | de lai""".replace("\n      ", " ")
)
_QUOTE_BEFORE = re.compile(rf"(?<![a-z]){_QUOTE_WORDS}(?![a-z])(?! nhieu)[^.;!?\n]*$")
_CARD_WORDS = either(
    r"[0-9]{1,3} ?gb? | [0-9]{2,3} ?w | cu | moi | used | new | nay | do | con | gia | at | for | @ | la | voi gia | is"
    r" | tam | khoang | worth | still | really | dang | dang gia | con dang | = | : | -"
)
_OF_CARD = re.compile(rf"{CARD}(?: ?{_CARD_WORDS})* ?(?:us)?[$€£]?$")
_FOR_CARD = re.compile(rf"^ (?:for|cho|mot|1)(?: (?:a|an|the|con|used|mot|1|cai|chiec|second[- ]?hand|new))* {CARD}")
_PRICE_BEHIND = re.compile(
    r"^ (?:is )?(?:(?:a|an) )?(?:fair|good|great|decent|reasonable|bad) (?:price|deal)"
    r"|^ (?:co|la) (?:hop ly|hoi|dat|re)\b"
)
_MORE_FILL = either(
    """about | around | just | up to | khoang | tam | chung | duoc | co | cho | minh | em | a | an | another | extra
    | additional | toi da | usd | nhieu nhat | budget | ngan sach | len | vao"""
)
_MORE_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:another|extra|additional|add(?:ing)?|them|cong them|bu them"
    r"|(?:increase|raise|up|bump|stretch)(?: (?:it|that|this|the|my|our))*(?: budget)? by)|(?:^|[ ,])\+)"
    rf"(?: {_MORE_FILL})* ?(?:us)?[$€£]?$"
)
_MORE_BEHIND = re.compile(r"^ ?(?:more|extra|nua|them|on top)(?![a-z])(?! (?:than|or|hay|hoac|con|card|cai)\b)")
#: What differs between two cards is nothing to spend: "is it worth $200 more?"
_DIFFERENCE = re.compile(
    r"(?<![a-z])(?:worth|costs?|dearer|pricier|difference|(?:dat|mac|re|cao|hon) hon|chenh(?: lech| nhau)?|hon nhau"
    r"|hon tan|ton|tra)(?: [a-z]+){0,3} ?(?:us)?[$€£]?$"
)
_DEARER = re.compile(r"(?<![a-z])(?:dat|mac) hon(?: (?:tan|toi|khoang|tam))? $")
_STARTS = 90


def read_money(
    wording: Wording, taken: Iterable[tuple[int, int]] = (), *, is_vietnamese: bool = False
) -> tuple[Money, ...]:
    """Return the money named outside the spans *taken* with what it is for, in order."""
    return tuple(_classified(wording, each) for each in find_money(wording, taken, is_vietnamese=is_vietnamese))


def _classified(wording: Wording, amount: Amount) -> Money:
    before, behind = wording.before(amount.start, _STARTS), wording.after(amount.end)
    is_each = bool(_EACH.match(behind) or _EACH_BEFORE.search(before))
    if _RATE.match(behind) or _LAUNCH.search(before) or _LAUNCH_BEHIND.match(behind) or _DEARER.search(before):
        return Money(amount=amount, role=Role.OTHER)
    if _MORE_BEFORE.search(before) or (_MORE_BEHIND.match(behind) and amount.bound is not Bound.AT_LEAST):
        return Money(amount=amount, role=Role.OTHER if _DIFFERENCE.search(before) else Role.MORE, is_each=is_each)
    if _BUDGET_BEFORE.search(before) or _BUDGET_BEHIND.match(behind):
        return Money(amount=amount, role=Role.BUDGET, is_each=is_each, is_clear=True)
    quoted = _QUOTE_BEFORE.search(_own_clause(before))
    if quoted or (
        amount.bound is not Bound.AT_MOST
        and (_OF_CARD.search(before) or _FOR_CARD.match(behind) or _PRICE_BEHIND.match(behind))
    ):
        return Money(amount=amount, role=Role.QUOTED, is_each=is_each)
    return Money(amount=amount, role=Role.BUDGET, is_each=is_each)


def _own_clause(before: str) -> str:
    """Return what stands since the last sum: a word that was about that one is not about this one too."""
    return re.split(r"[0-9] ?(?:tr|trieu|cu|k|\$|usd|do|euro?s?|vnd|€|£)(?![a-z])", before)[-1]
