"""Watts and gigabytes in a message: of the card that is wanted, of the whole power supply, or of something else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.understanding.amounts import (
    CARD,
    NUMBER,
    Amount,
    Bound,
    Wording,
    bound_of,
    either,
    is_card_number,
    low_of_range,
    parse_number,
)


class Holder(StrEnum):
    """What an amount is of. OTHER: system RAM, a dataset, a card's own figure; read so that nobody else reads it."""

    CARD = "card"
    SUPPLY = "supply"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """One amount of watts or GB and what it is of."""

    amount: Amount
    holder: Holder


_WATTS = re.compile(rf"(?P<number>{NUMBER})[ -]?(?P<unit>kw|watts?|w)(?![a-z0-9/]|[ -]?h(?:ours?)?\b)")
_SUPPLY = r"(?<![a-z])(?:psu|power supply|(?:bo |cuc )?nguon)"
_SUPPLY_WORDS = either(
    """is | of | la | minh | em | nha | may | co | hien tai | dang | chi | only | just | rated | at | cong suat | tam
    | khoang"""
)
_SUPPLY_BARE = re.compile(rf"{_SUPPLY}(?: {_SUPPLY_WORDS})* ?[:=]? ?(?P<number>{NUMBER})(?![a-z0-9%])")
_POWER = either(
    "tdp | tgp | tbp | cong suat | power(?: draw| limit| consumption| budget)? | dien nang | tieu thu(?: dien)?"
)
_POWER_WORDS = either(
    """is | of | la | at | under | below | max | at most | up to | less than | around | about | over | duoi | toi da
    | tam | khoang | khong qua | ko qua"""
)
_POWER_BARE = re.compile(
    rf"(?<![a-z]){_POWER}(?: {_POWER_WORDS})* ?[:=<≤~]*=? ?"
    rf"(?P<number>{NUMBER})(?![a-z0-9%])(?! (?:con|card|gpu|usd|gb)\b)"
)
_WHOLE = "(?:total |whole |entire )?system(?: power)?|whole (?:pc|machine)|ca (?:dan |bo )?may|tong cong suat"
_SUPPLY_BEFORE = re.compile(rf"(?:{_SUPPLY}|(?<![a-z])(?:{_WHOLE}))\b[^0-9.,;!?\n]{{0,25}}$")
_NO_ADJECTIVE = either(
    "which | what | so | then | card | gpu | is | needs? | my | with | and | on | a | the | for | or | thi"
)
_SUPPLY_AFTER = re.compile(
    rf"^ (?:of )?(?:(?!{_NO_ADJECTIVE} )[a-z0-9+]+ ){{0,2}}(?:psu|power suppl)|^ nguon(?! (?:bao|nao|gi|may|thi))"
)
_LEFT_AFTER = re.compile(r"^[^0-9.,;!?\n]{0,30}\b(?:left|spare|remaining|free|headroom|available)\b")
_LEFT_BEFORE = re.compile(
    r"\b(?:con|du|thua|left|spare|remaining|free|headroom)(?: (?:lai|du|thua|trong|khoang|tam|is|of|about|duoc))*\s*$"
)
_OWN_FIGURE = re.compile(rf"{CARD}(?: [0-9]{{1,3}} ?gb?)? ?(?:\(|has|have|is|co|la|with|voi|draws|uses|,)? ?$")

_GIGABYTES = re.compile(rf"(?P<number>{NUMBER})[ -]?(?P<unit>gib|gb|gigabytes?|gigs?|g)(?![a-z0-9]|/s| ?per s)")
_MEMORY_WORDS = either(
    r"""la | is | of | can | phai | co | tam | khoang | it nhat | toi thieu | at least | min(?:imum)? | tren | hon | tu
    | over | around | about | should be | must be"""
)
_MEMORY_BARE = re.compile(
    rf"(?<![a-z])(?:vram|bo nho|(?:video |gpu )?memory)(?: {_MEMORY_WORDS}| ?(?:>=?|≥|[:=]))*"
    rf" ?(?P<number>{NUMBER})(?![a-z0-9%]|/)(?! ?(?:b|bit|bits|x|card|con|gpus?|tb|mb|w|lan)\b)"
    rf"|(?P<behind>{NUMBER}) (?:of )?vram\b"
)
_STORES = either(
    """ram | ssd | nvme | hdd | disk | storage | datasets? | data | du lieu | o cung | o dia | swap | checkpoints?
    | corpus | hard drive"""
)
_STORE_BEFORE = re.compile(rf"(?<![a-z])(?<!gpu )(?<!video ){_STORES}\b[^0-9.,;!?\n]{{0,16}}$")
_STORE_AFTER = re.compile(
    rf"^ (?:of |cua )?(?:(?:system|ddr[345]|main|cpu|pc|training|image|text) )?{_STORES}\b|^ (?:of )?system memory"
)
_MODEL_BEFORE = re.compile(r"(?:model|mo hinh|weights?|file)(?: (?:nang|is|la|size|of|takes|khoang|tam))*\s*$")
#: What a program takes or shows, or a computer might hold, is told and not wanted.
_TOLD_WORDS = either(
    "of | only | just | about | around | all | its? | the | den | toi | ca | mat | tan | khoang | chi | het"
)
_TOLD_BEFORE = re.compile(
    r"(?<![a-z])(?<!that )(?<!which )(?:(?:eat|take|use|consume|occup(?:y|ie)|see|show|report)(?:s|n|ing|d|ed)?(?: up)?"
    rf"|ngon|chiem|an het|dung het|bao|hien|nhan ra)(?: {_TOLD_WORDS})* $"
    r"|(?<![a-z])(?:if|suppose|neu) (?:i|we|you|minh|em|toi)? ?(?:put|plug|add|combine|connect|gan|cam|lap)(?![a-z])"
    r"[^.,;!?0-9]{0,24}$"
)
_VARIANT_BEFORE = re.compile(
    rf"(?:{CARD}(?: (?:ban|version|variant|the|phien ban))?|(?<![a-z])ban|phien ban|version) ?\(?$"
)
_VARIANT_AFTER = re.compile(r"^ (?:one|version|variant|edition)\b")
_THE_MODEL = (re.compile(r"(?<![a-z])the ?$"), re.compile(r" model\b"))
_WATT_RANGE = (5.0, 20_000.0)
_SUPPLY_RANGE = (200.0, 5_000.0)
_MEMORY_RANGE = (1.0, 4_096.0)


def read_watts(wording: Wording) -> tuple[Capacity, ...]:
    """Return the watts that are asked for, in order; `Holder.SUPPLY` where they are of the whole power supply."""
    found = [_watts(wording, match) for match in _WATTS.finditer(wording.plain)]
    for pattern, holder in ((_SUPPLY_BARE, Holder.SUPPLY), (_POWER_BARE, Holder.CARD)):
        for match in pattern.finditer(wording.plain):
            bare = _bare(wording, match, "number", "W")
            taken = any(
                old.amount.start < match.end("number") and match.start("number") < old.amount.end for old in found
            )
            if (
                bare is not None
                and not taken
                and _within(bare.value, _SUPPLY_RANGE if holder is Holder.SUPPLY else _WATT_RANGE)
            ):
                found.append(Capacity(amount=bare, holder=holder))
    kept = [each for each in found if _within(each.amount.value, _WATT_RANGE)]
    return tuple(sorted(kept, key=lambda each: each.amount.start))


def read_memory(wording: Wording) -> tuple[Capacity, ...]:
    """Return the GB that are asked for; a variant's ("3080 12GB", "bản 12GB") are left to whoever reads names."""
    found = [capacity for match in _GIGABYTES.finditer(wording.plain) for capacity in _gigabytes(wording, match)]
    for match in _MEMORY_BARE.finditer(wording.plain):
        bare = _bare(wording, match, "number" if match["number"] else "behind", "GB")
        if bare is not None and all(old.amount.end <= bare.start or bare.end <= old.amount.start for old in found):
            found.append(Capacity(amount=bare, holder=Holder.CARD))
    kept = [each for each in found if _within(each.amount.value, _MEMORY_RANGE)]
    return tuple(sorted(kept, key=lambda each: each.amount.start))


def _watts(wording: Wording, match: re.Match[str]) -> Capacity:
    value = parse_number(match["number"]) * (1000 if match["unit"] == "kw" else 1)
    start, end = match.span()
    before, after = wording.before(start), wording.after(end)
    bound, low = bound_of(wording, start, end), low_of_range(wording, start, "w|watts?")
    holder = Holder.CARD
    if (_SUPPLY_BEFORE.search(before) or _SUPPLY_AFTER.search(after)) and not (
        _LEFT_AFTER.search(after) or _LEFT_BEFORE.search(before)
    ):
        holder = Holder.SUPPLY
    elif bound is Bound.EXACT and _OWN_FIGURE.search(before):
        holder = Holder.OTHER
    if low is not None and low.value < value:
        start, bound = low.start, Bound.AT_MOST
    return Capacity(amount=_amount(wording, value, "W", bound, (start, end)), holder=holder)


def _gigabytes(wording: Wording, match: re.Match[str]) -> Iterator[Capacity]:
    start, end = match.span()
    value, bound = parse_number(match["number"]), bound_of(wording, start, end)
    before, after = wording.before(start), wording.after(end)
    if bound is Bound.EXACT and (_is_variant(before, after) or _OWN_FIGURE.search(before)):
        return
    low = low_of_range(wording, start, "gb|gib|gigs?|g")
    if low is not None and low.value < value:
        value, start, bound = low.value, low.start, Bound.AT_LEAST
    stored = _STORE_BEFORE.search(before) or _STORE_AFTER.search(after) or _MODEL_BEFORE.search(before)
    told = bound is Bound.EXACT and _TOLD_BEFORE.search(before)
    yield Capacity(
        amount=_amount(wording, value, "GB", bound, (start, end)),
        holder=Holder.OTHER if stored or told else Holder.CARD,
    )


def _is_variant(before: str, after: str) -> bool:
    if _THE_MODEL[0].search(before) and _THE_MODEL[1].match(after):
        return True
    return bool(_VARIANT_BEFORE.search(before) or _VARIANT_AFTER.search(after))


def _bare(wording: Wording, match: re.Match[str], group: str, unit: str) -> Amount | None:
    """Return a number without a unit, or None where it is rather a card's."""
    start, end = match.span(group)
    if is_card_number(match[group]):
        return None
    bound = bound_of(wording, start, end)
    value = parse_number(match[group])
    return _amount(wording, value, unit, bound, (start, end), is_unit_said=False) if value else None


def _amount(  # noqa: PLR0913  # an amount is that many facts
    wording: Wording, value: float, unit: str, bound: Bound, span: tuple[int, int], *, is_unit_said: bool = True
) -> Amount:
    start, end = span
    text = wording.written[start:end]
    return Amount(value=value, unit=unit, bound=bound, text=text, start=start, end=end, is_unit_said=is_unit_said)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
