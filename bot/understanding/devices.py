"""Reads on which device something shall be measured. Pure; forms are matched on folded text."""

import re
from dataclasses import dataclass

AUTO, CPU, GPU = "auto", "cpu", "gpu"
_CPU_WORD = r"(?:cpu|processor|vi xu ly|bo xu ly)s?\b"
_GPU_WORD = r"(?:gpu|cuda|card|vga)s?\b"
_REFUSING = (
    r"\b(?:not|no|without|instead of|rather than|khong(?: phai)?|ko|thay vi|thay cho)"
    r"(?: (?:on|in|with|using|use|the|a|any|bang|dung|can|chay|tren|con))* "
)
_NO_CPU, _NO_GPU = re.compile(_REFUSING + _CPU_WORD), re.compile(_REFUSING + _GPU_WORD)
_UUID = re.compile(r"\b(gpu|mig)(-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_INDEX = re.compile(
    r"\b(?:gpu|cuda|card|vga)(?: (?:so|number|no|index))?[ :#.]+(\d{1,2})\b"
    r"(?!\.\d|\s*(?:s|secs?|seconds?|giay|minutes?|mins?|phut|gb?|buoc|steps?|units?)\b)"
)
_ORDINALS = {
    word: index
    for index, forms in enumerate(("first 1st dau nhat", "second 2nd hai 2", "third 3rd ba 3", "fourth 4th tu bon 4"))
    for word in forms.split()
}
_ORDINAL = re.compile(
    r"\b(first|1st|second|2nd|third|3rd|fourth|4th) (?:gpu|card)\b"
    r"|\b(?:gpu|card|vga) (?:thu )?(dau(?= tien)|(?<=thu )(?:nhat|hai|2|ba|3|tu|bon|4))\b"
)
_NUMBER = (
    r"(?:(?:rtx|gtx|rx|arc|tesla|quadro|titan) ?[a-z]{0,2}\d{1,4}[a-z]?|[ahltvpb]\d{1,4}s?"
    r"|\d0[5-9]0|16[356]0|[5-9][5-9]00)"
)
#: A card's name, with or without what its maker calls the family.
CARD = rf"(?:(?:nvidia|geforce|amd|radeon|tesla|quadro) )*{_NUMBER}(?: ?(?:ti|super|xtx?))*"
_CARD_ON = re.compile(
    r"\b(?:on|with|using|use|via|tren|bang|dung|o|voi)(?: (?:the|my|our|a|an|con|cai|chiec|card|gpu|vga))*"
    rf" ({CARD})\b(?! ?(?:box|machine|host|server|computer|pc|workstation|rig|node|units?|steps?|hidden|buoc|don vi)\b)"
)
_CPU, _GPU = re.compile(rf"\b{_CPU_WORD}"), re.compile(rf"\b{_GPU_WORD}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAsk:
    """The device that is asked for, as bot.benching.devices takes it, and where it stands in the text."""

    wish: str = AUTO  #: auto, cpu, gpu, an index, a UUID or a card's name
    start: int = 0
    end: int = 0


def is_index(wish: str) -> bool:
    """Whether a wish is the index of a GPU; 3090 is a card."""
    return re.fullmatch(r"\d{1,2}", wish) is not None


def is_card(wish: str) -> bool:
    """Whether a wish is a card's name."""
    is_uuid = re.fullmatch(r"(?:GPU|MIG)-[0-9a-f-]+", wish) is not None
    return wish not in {AUTO, CPU, GPU} and not is_index(wish) and not is_uuid


def card_name(wish: str) -> str:
    """Return a card's name, read from folded text, as its maker writes it: RTX 3090 Ti."""
    return re.sub(r"(?<=\d) ?TI\b", " Ti", wish.upper()).replace("GEFORCE", "GeForce")


def read_device(plain: str) -> DeviceAsk:
    """Return the device that folded text asks for."""
    return next((found for read in (_refused, _numbered, _named, _either) if (found := read(plain))), DeviceAsk())


def without_refusal(plain: str) -> str:
    """Return folded text without a device that is refused: its "không" asks nothing."""
    return _NO_GPU.sub(" ", _NO_CPU.sub(" ", plain))


def _refused(plain: str) -> DeviceAsk | None:
    """Read "not on the CPU": the other one is meant."""
    found = [(match, wish) for form, wish in ((_NO_CPU, GPU), (_NO_GPU, CPU)) if (match := form.search(plain))]
    return _ask(*found[0]) if found else None


def _numbered(plain: str) -> DeviceAsk | None:
    if found := _UUID.search(plain):
        return _ask(found, found[1].upper() + found[2])
    if found := _INDEX.search(plain):
        return _ask(found, str(int(found[1])))
    found = _ORDINAL.search(plain)
    return _ask(found, str(_ORDINALS[found[1] or found[2]])) if found else None


def _named(plain: str) -> DeviceAsk | None:
    found = _CARD_ON.search(plain)
    return DeviceAsk(wish=found[1], start=found.start(), end=found.end(1)) if found else None


def _either(plain: str) -> DeviceAsk | None:
    """Read the word that comes first, "CPU" or "GPU"."""
    found = [(match, wish) for form, wish in ((_CPU, CPU), (_GPU, GPU)) if (match := form.search(plain))]
    return _ask(*min(found, key=lambda item: item[0].start())) if found else None


def _ask(found: re.Match[str], wish: str) -> DeviceAsk:
    return DeviceAsk(wish=wish, start=found.start(), end=found.end())
