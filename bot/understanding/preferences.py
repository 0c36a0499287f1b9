"""Where the card must fit and how wide it may be, whether it may be a used one, and what is said not to be needed."""

import re
from collections.abc import Iterator, Mapping

from bot.understanding.amounts import CARD, Wording, either, whole
from bot.understanding.negating import is_negated
from retrieval.scoring.needs import FormFactor

_NO_CONNECTOR = (
    "(?:no|without)(?: an?)?(?: extra| external| additional| aux(?:iliary)?| pcie)?"
    " (?:power (?:connectors?|cables?|plugs?)|pcie power)"
    " | (?:khong|ko|k) (?:(?:can|co|cam) )*(?:(?:day|dau|chan) )?(?:cap )?nguon phu"
)
_FORM_FACTORS: tuple[tuple[FormFactor, re.Pattern[str]], ...] = (
    (FormFactor.LAPTOP, whole("laptops? | notebook | may tinh xach tay | may xach tay | lap top")),
    (FormFactor.SERVER_1U, whole("1u")),
    (
        FormFactor.EDGE,
        whole(
            """edge (?:devices?|computing|box|ai) | (?:on|at) the edge | thiet bi bien | may bien | thiet bi canh tranh
            | jetson | low[- ]?profile | half[- ]height | slot power(?:ed)?"""
        ),
    ),
    (
        FormFactor.SERVER,
        whole(
            """rack(?:mount)?(?: servers?)? | (?<!inference )(?<!triton )servers? | [2-8]u | may chu
            | data ?cent(?:er|re)"""
        ),
    ),
    (
        FormFactor.WORKSTATION,
        whole("(?<!rtx )(?<!6000 )(?<!blackwell )workstations?(?! edition) | may tram"),
    ),
    (
        FormFactor.DESKTOP,
        whole(
            """desktops? | tower | may (?:tinh )?(?:de )?ban | may bo | pc | sff | small form factor | (?:mini[- ]?)?itx
            | mini[- ]?pc | case nho"""
        ),
    ),
)
_NO_EXTRA_POWER = whole(_NO_CONNECTOR)
_LOW_PROFILE = whole("low[- ]?profile | half[- ]height | (?:card|loai|ban) lun | chieu (?:cao )?thap")
_SMALL_CASE = whole(
    "sff | small form factor | (?:mini[- ]?)?itx | mini[- ]?pc | case nho | low[- ]?profile | half[- ]height"
)
_WIDTHS: Mapping[str, float] = {
    "single": 1, "one": 1, "mot": 1, "don": 1, "dual": 2, "double": 2, "two": 2, "hai": 2, "doi": 2, "triple": 3,
    "three": 3, "ba": 3,
}  # fmt: skip
_WIDTH_WORDS = "single|one|mot|dual|double|two|hai|triple|three|ba"
_SLOTS = re.compile(
    rf"(?<![a-z0-9.,])(?P<number>[1-4](?:[.,]5)?|{_WIDTH_WORDS})[ -]?(?:slots?|khe(?: cam)?|width)(?![a-z0-9])"
    r"(?! ?(?:pcie|pci|m\.?2|ram|dimm|nvme|ssd|x16|x8|x4)\b)(?! (?:(?:is|are|la|thi) )?(?:too|qua|day qua)\b)"
    r"|(?<![a-z])(?:slot|khe) (?P<word>don|doi)(?![a-z])"
)
_BOARD_BEFORE = re.compile(r"(?<![a-z])(?:main(?:board)?|motherboard|board|bo mach(?: chu)?|pcie)\b[^.,;!?0-9]{0,24}$")
_AT_LEAST_BEFORE = re.compile(
    r"(?<!no )(?<!not )(?<!khong )(?<!ko )(?:at least|more than|over|it nhat|toi thieu|tren|hon) $"
)
_CARD_HAS = re.compile(rf"{CARD}(?: (?:is|an?|la|co|has|takes|needs|uses|chiem|ban|loai|dung))* ?$")

_USED_FORMS = either(
    rf"""second[- ]?hand | 2nd[- ]?hand | pre-?owned | refurb(?:ished)? | ex-?mining | trau cay | qua su dung | like new
    | hang luot | (?:hang|do|card|mua|con|may|vga|gpu) cu | used (?:cards?|gpus?|ones?|market|prices?|is|ok|okay|only)
    | (?:buy|buying|go|going|get|getting) used | used (?={CARD})
    | (?<=nothing )used | (?<=avoid )used | (?<=not )used(?! (?:to|for|by|in|as)) | {CARD} (?:used|cu)"""
)
_USED = re.compile(rf"(?<![a-z0-9]){_USED_FORMS}(?![a-z])")
_NEW = whole(
    """brand[- ]new | new (?:(?:cards?|ones?|gpus?) )?only | only (?:buy |want |take )?(?:an? )?new | must be new
    | (?:buy|buying|bought) (?:it |them )?new(?! (?:card|gpu|one|graphics)) | new(?:,? and|,)? not (?:used|second)
    | new with warranty | unused | sealed | nguyen seal
    | (?:hang|do|mua) moi(?! nhat| ra| hon| doi) | (?:chi|phai|bat buoc)(?: la| mua| lay)* (?:hang |card )?moi
    | card moi (?:thoi|100|tinh|nguyen) | moi (?:100|tinh|nguyen)"""
)
#: A used card may have these too, so they tell of a new one only where no used one is asked for.
_LIKE_NEW = whole("full ?box | con bao hanh | chinh hang")
_MINING = re.compile("trau cay|ex-?mining")
_EITHER = whole(
    """used or new | new or used | moi hay cu | cu hay moi | cu (?:cung )?(?:duoc|dc|ok|oke)
    | cu moi (?:gi|deu)"""
)
_FINE = either("fine | ok | okay | oke | acceptable | good | welcome | duoc | dc | chap nhan duoc")
_USED_OK = re.compile(
    rf"(?:{_USED_FORMS}|(?<![a-z])(?:used|cu))(?: (?:cards?|gpus?|ones?|is|are|cung|thi|would be"
    rf"|also))* {_FINE}(?![a-z])"
    r"|(?:ok|okay|fine|open) (?:with|to) (?:buying )?(?:an? )?(?:used|second)|chap nhan (?:hang |do |mua )?cu"
    r"|n'?t mind (?:buying )?(?:an? )?(?:used|second)"
)
_NOT_NEEDED: Mapping[str, str] = {
    "ray tracing": "ray[- ]?tracing|rtx features|rt cores?|dlss|do bong",
    "video": "video (?:encoding|editing|encode|output|decode)|nvenc|dung phim|edit video|encode video",
    "gaming": "gaming|games?|choi game",
    "display output": "display(?: outputs?)?|monitors?|hdmi|xuat hinh|cong xuat hinh|man hinh",
}
_ITEMS = "|".join(f"(?P<{name.replace(' ', '_')}>{forms})" for name, forms in _NOT_NEEDED.items())
_ITEM = re.compile(rf"(?<![a-z])(?:{_ITEMS})(?![a-z])")
_JOINT = re.compile(r" ?(?:/|or|nor|and|hay|hoac|va|,) ?(?:any |a )?")


def read_form_factor(wording: Wording) -> FormFactor | None:
    """Return where the card must fit; a low-profile card counts as EDGE, a small case as DESKTOP."""
    for form_factor, pattern in _FORM_FACTORS:
        if any(not is_negated(wording, match.start()) for match in pattern.finditer(wording.plain)):
            return form_factor
    return FormFactor.EDGE if find_no_connector(wording) else None


def find_no_connector(wording: Wording) -> tuple[int, int] | None:
    """Return where it is said that no power cable can be plugged in, so that the card lives on its slot's 75 W."""
    match = _NO_EXTRA_POWER.search(wording.plain)
    return match.span() if match else None


def read_max_slots(wording: Wording) -> float | None:
    """Return how many slots a card may be wide, the most that is said; slots of a board are none."""
    widths = [_width(match) for match in _SLOTS.finditer(wording.plain) if _is_width(wording, match.start())]
    return max(widths, default=None)


def is_low_profile(wording: Wording) -> bool:
    """Whether the card must be of half height."""
    return any(not is_negated(wording, match.start()) for match in _LOW_PROFILE.finditer(wording.plain))


def is_small_case(wording: Wording) -> bool:
    """Whether the card must fit a small case, which a sheet's slot count does not settle."""
    return bool(_SMALL_CASE.search(wording.plain))


def read_condition(wording: Wording) -> str | None:
    """Return "used" or "new", or None where both or neither is said."""
    is_ok = read_used_cards_ok(wording)
    if is_ok:
        return None  # a used one may be, need not be
    used = any(not is_turned_down for _, is_turned_down in _used(wording))
    if is_ok is False:
        return "used" if used else "new"  # "a used card, but no used ones" contradicts itself
    if any(not is_negated(wording, match.start()) for match in _NEW.finditer(wording.plain)):
        return None if used else "new"
    if used:
        return "used"
    return "new" if any(not is_negated(wording, each.start()) for each in _LIKE_NEW.finditer(wording.plain)) else None


def read_used_cards_ok(wording: Wording) -> bool | None:
    """Return whether used cards are accepted, None where nothing is said of it."""
    used = tuple(_used(wording))
    turned_down = [text for text, is_turned_down in used if is_turned_down]
    if any(not _MINING.search(text) for text in turned_down) or (turned_down and len(turned_down) == len(used)):
        return False  # "used, but not from mining" turns down no used card
    return True if _USED_OK.search(wording.plain) or _EITHER.search(wording.plain) else None


def read_not_needed(wording: Wording) -> frozenset[str]:
    """Return what is said not to be needed and decides nothing: ray tracing, video, gaming, display output."""
    found: set[str] = set()
    end = -1
    for match in _ITEM.finditer(wording.plain):
        joined = end >= 0 and _JOINT.fullmatch(wording.plain[end : match.start()])
        if joined or is_negated(wording, match.start()):
            found.add(next(name for name, text in match.groupdict().items() if text).replace("_", " "))
            end = match.end()
    return frozenset(found)


def _used(wording: Wording) -> Iterator[tuple[str, bool]]:
    """Yield what names a used card and whether it is turned down: "cu" as "cũ", not as "củ" (a million)."""
    last, was_turned_down = -1, False
    for match in _USED.finditer(wording.plain):
        end = match.end()
        if match.group().endswith("cu") and not wording.is_written(end - 2, end, "cu", "cũ"):
            continue
        joined = last >= 0 and _JOINT.fullmatch(wording.plain[last : match.start()])
        was_turned_down = (bool(joined) and was_turned_down) or is_negated(wording, match.start())
        yield match.group(), was_turned_down
        last = end


def _width(match: re.Match[str]) -> float:
    number = match["number"] or match["word"]
    return _WIDTHS[number] if number in _WIDTHS else float(number.replace(",", "."))


def _is_width(wording: Wording, start: int) -> bool:
    """Whether a number of slots is a limit: not a board's, not a named card's, not the least."""
    before = wording.before(start)
    if _BOARD_BEFORE.search(before) or _AT_LEAST_BEFORE.search(before) or _CARD_HAS.search(before):
        return False
    return not is_negated(wording, start)
