"""Cards that the asker has already: what is upgraded from or replaced is no card to buy."""

import re
from dataclasses import dataclass

from bot.understanding.amounts import CARD, NUMBER, Wording, either


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """Where a card is named that the asker has; the phrase around it begins earlier and may end later."""

    start: int
    end: int
    phrase: tuple[int, int]  #: from the words that tell it to the last that belongs to the card: "con 2060 cũ"
    is_replaced: bool  #: goes when the new one comes; otherwise it is only said to be there


_OLD_NAMES = (
    r"(?<![a-z0-9$€£.,])(?:9[5-8]0|7[5-8]0)(?: ?ti)?(?! ?(?:w|watts?|gb|usd|do|tr|trieu|k|\$|€|£)\b)(?![a-z0-9])"
    r"|(?<![a-z0-9])(?:[km][0-9]{2}|titan (?:xp?|v|z)|(?:rx )?vega ?(?:56|64)|radeon vii)(?![a-z0-9])"
)
_NAME = rf"(?P<name>{CARD}|{_OLD_NAMES})"
_OTHER_NAME = rf"(?:{CARD}|{_OLD_NAMES})"
_SIZE = r"(?: [0-9]{1,3} ?gb?(?![a-z]))?"
_OLD = r"(?: (?:cu|used|old)(?![a-z]))?"
_FILL = (
    "(?: "
    + either(
        """an? | the | my | our | this | one | two | dual | single | [1-8]x? | old | older | aging | ageing | trusty
        | existing | current | only | just | used | nvidia | amd | intel | geforce | radeon | con | cai | chiec | cay
        | card | gpu | vga | card man hinh | cu | moi | mot | hai | may | duy nhat | is | la | co | pair of
        | couple of"""
    )
    + ")*[ :=]{1,2}"
)
#: A price behind a card tells that it is for sale: "thấy con 3090 giá 15tr" without diacritics.
_NO_PRICE = (
    rf"(?!{_SIZE}{_OLD} ?(?:for|at|gia|voi gia|@)? ?(?:[$€£]|{NUMBER} ?(?:usd|do|tr|trieu|cu|k|[$€£])(?![a-z])))"
)
_REPLACED = either(
    r"""upgrad\w* from | upgrad(?:e|es|ed|ing)(?= (?:my|our|an? old|this|the old|an? (?:aging|ageing)))
    | replac(?:e|es|ed|ing)
    | replacement (?:for|of) | swap(?:s|ped|ping)?(?: out)? | (?:switch|mov|com|jump|go|step)(?:e|es|ing)?(?: up| on
    | over)? from
    | get(?:ting)? rid of | (?:sell|sold|selling|retire|retiring)(?= (?:my|our))
    | (?:nang cap|len doi|nang doi|doi|chuyen|nhay)(?: card)? tu | (?:nang cap|doi|bo)(?= (?:con|cai|chiec|card))
    | nang cap | (?<!se )thay(?: the)?(?: cho)?"""
)
_HAD = either(
    r"""(?:i|we) (?:(?:currently|already|now|still|only|just) )*(?:have|own|use|got|run|am using|are using
    |am running|am on)(?: got)?
    | (?:i|we)'ve(?: already)?(?: got)? | (?:i'm|we're|i am|currently|now) (?:on|using|running|rocking|have|own|use)
    | (?:my|our)(?: (?:current|old|existing|present))? (?:card|gpu)(?: (?:is|now))* | (?:my|our)
    | current(?:ly)?(?: (?:card|gpu|have|own|use|using|running|on|is))*
    | (?:dang|hien(?: tai| gio| nay)?|bay gio)(?: (?:dang|thi|chi|minh|em|toi|co|dung|xai|chay|gan|lap|su dung|so huu
    |cam))+ | da co | co san
    | (?<![a-z])(?:minh|em|toi|tui|anh|e|m|t|may|nha)(?: (?:dang|moi|chi|em|minh|toi|cu))* (?:co|dung|xai)(?: san)?"""
)
_BUYS_NEXT = "(?:muon|can|tinh|dinh|dang tinh) (?:nang|len|doi|mua|thay)"
_ARROW = "(?:len(?: doi)?|->|=>|→|sang)"
#: Each with whether the card goes; the name is the group "name".
_PATTERNS: tuple[tuple[bool, re.Pattern[str]], ...] = (
    (True, re.compile(rf"(?<![a-z]){_REPLACED}{_FILL}{_NAME}{_NO_PRICE}{_SIZE}{_OLD}")),
    (
        True,
        re.compile(
            r"(?<!card )(?<!con )(?<!cac )(?<!dong )(?<!loai )(?<!hang )(?<!gpu )(?<!vga )(?<![a-z])tu"
            rf"{_FILL}{_NAME}{_SIZE}{_OLD} (?:(?:ma |muon |nang )?len|nang cap|sang|qua|doi sang)(?![a-z])"
        ),
    ),
    (True, re.compile(rf"{_NAME}{_SIZE}{_OLD} ?{_ARROW}{_FILL}(?={_OTHER_NAME})")),
    (True, re.compile(rf"{_NAME}{_SIZE}{_OLD} to{_FILL}(?={_OTHER_NAME}.*upgrad)")),
    (True, re.compile(rf"upgrad\w*{_FILL}{_NAME}{_SIZE}{_OLD} to(?![a-z])")),
    (False, re.compile(rf"(?<![a-z']){_HAD}{_FILL}{_NAME}{_NO_PRICE}{_SIZE}{_OLD}")),
    (False, re.compile(rf"(?<![a-z])co{_FILL}{_NAME}{_SIZE}{_OLD},? (?:gio |nay |va )?{_BUYS_NEXT}")),
    (
        False,
        re.compile(
            rf"{_NAME}{_SIZE}{_OLD} (?:cua (?:em|minh|toi|e|m|tui)|dang (?:dung|xai|co)|hien tai|i (?:have|own)"
            r"|(?:that )?i already)(?![a-z])"
        ),
    ),
)
_SELLER_BEFORE = re.compile(r"(?<![a-z])(?:shop|tiem|cua hang|ho|nguoi ta|ben do|thi truong|ban) $")
#: "thấy" (to see) is not "thay" (to replace), "đời" (a generation) not "đổi" (to change).
_OTHER_WORDS = re.compile(r"^(?:thấy|đời|đội|đợi|bọ|bộ|bò)(?!\w)", re.IGNORECASE)


def read_owned(wording: Wording) -> tuple[Owned, ...]:
    """Return the cards that the asker has or had, in order; what is only compared or for sale is none."""
    found: dict[int, Owned] = {}
    for is_replaced, pattern in _PATTERNS:
        for match in pattern.finditer(wording.plain):
            start, end = match.span("name")
            if not is_replaced and _SELLER_BEFORE.search(wording.before(match.start())):
                continue
            if start not in found and not _OTHER_WORDS.match(wording.written[match.start() :]):
                phrase = (match.start(), match.end())
                found[start] = Owned(start=start, end=end, phrase=phrase, is_replaced=is_replaced)
    return tuple(found[start] for start in sorted(found))


def without(wording: Wording, owned: tuple[Owned, ...]) -> Wording:
    """Return the wording, as long as before, without what is said of cards that the asker has: their age, number."""
    plain, written = wording.plain, wording.written
    for start, end in (each.phrase for each in owned):
        blank = "." * (end - start)
        plain, written = plain[:start] + blank + plain[end:], written[:start] + blank + written[end:]
    return Wording(written, plain)
