"""Makers and software that a message asks for or turns down."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.understanding.amounts import Wording, either
from bot.understanding.negating import is_negated, is_not_required


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """Makers wanted and turned down. `any_vendor`: it was said that the maker does not matter."""

    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    any_vendor: bool = False


_FORMS: Mapping[str, str] = {
    "NVIDIA": "nvidia nvidias geforce rtx gtx quadro team.green đội.xanh doi.xanh",
    "AMD": "amd amds radeon team.red đội.đỏ doi.do",
    "Intel": "intel team.blue",
}
_MAKER_OF = {form.replace(".", " "): maker for maker, forms in _FORMS.items() for form in forms.split()}
_CARD_FOLLOWS = (
    r"(?! ?(?:(?:geforce|radeon|rtx|gtx|rx|arc|tesla|instinct|quadro|titan|pro|ai)[ -]?)*[a-z]{0,2}[0-9]{2,4}"
    r"(?![0-9]* ?(?:gb|g|w|watts?|tr|trieu|cu|k|\$|usd|do|euros?|eur|€|nm)\b))"
)
_NO_PROCESSOR = r"(?! ?(?:core|cpus?|i[3579]|xeon|ryzen|epyc|threadripper|ultra|chip)\b)"
_MAKER = re.compile(rf"(?<![a-z0-9])(?<!cpu )(?<!cpu: ){either(' | '.join(_MAKER_OF))}(?![a-z0-9]){_NO_PROCESSOR}")
_NAMED_BY_CARD = re.compile(_CARD_FOLLOWS)
_JOINT = re.compile(r" ?(?:/|or|nor|and|hay|hoac|va|voi|lan|,) ?(?:cua |card )?$")
_ONLY = re.compile(r"(?<![a-z])(?:only|chi|either|just|must be|thoi)(?![a-z])")
_ANY = re.compile(
    either(
        r"""(?:hang|ben|doi|team) (?:nao|gi) cung (?:duoc|dc|ok|oke) | (?:bat ky|bat ki|bat cu) hang
        | (?:hang|thuong hieu) (?:khong|ko|k) quan trong | (?:khong|ko|k) quan trong hang
        | (?:khong|ko|k) (?:phan biet|cu the|ken) hang | hang nao (?:tot|ngon|re)(?: nhat)? (?:thi|cung)
        | any (?:brand|vendor|maker|manufacturer|company|gpu vendor)
        | (?:brand|vendor|maker|manufacturer) (?:does ?n'?t|does not|is ?n'?t|not) (?:matter|important)
        | n'?t (?:care|mind) (?:about |which |what )?(?:the )?(?:brand|vendor|maker|manufacturer)
        | (?:brand|vendor)[- ]agnostic | no (?:brand|vendor) preference | either (?:brand|vendor|maker)
        | (?:nvidia|amd|intel) (?:or|hay|hoac) (?:nvidia|amd|intel) (?:(?:deu|cung|gi cung|deu cung) (?:duoc|dc|ok)
        | (?:is|are|both) (?:fine|ok|okay))"""
    )
)  # fmt: skip
_ECOSYSTEMS: Mapping[str, str] = {
    "cuda": "cuda(?! cores?)|cudnn|tensorrt|nvcc", "rocm": "rocm|hip sdk", "oneapi": "oneapi|ipex|sycl",
    "pytorch": "pytorch|torch", "tensorflow": "tensorflow|keras|tf2", "jax": "jax|flax",
}  # fmt: skip
_SOFTWARE = {
    name: re.compile(rf"(?<![a-z0-9])(?<!nhan )(?:{forms})(?![a-z0-9])") for name, forms in _ECOSYSTEMS.items()
}
_AFTER_SOFTWARE = re.compile(r"^ (?:is )?(?:not|isn't|khong|ko) (?:needed|required|can|can thiet|quan trong)\b")


def read_makers(wording: Wording) -> Makers:
    """Return the makers wanted and turned down; two makers in one breath ("NVIDIA hay AMD?") limit nothing."""
    mentions = tuple(_mentions(wording))
    unwanted = frozenset(maker for maker, is_turned_down in mentions if is_turned_down)
    wanted = frozenset(maker for maker, is_turned_down in mentions if not is_turned_down)
    is_open = bool(_ANY.search(wording.plain)) or _is_free_of_makers(wording)
    if is_open or (len(wanted) > 1 and not _ONLY.search(wording.plain)):
        wanted = frozenset()
    return Makers(wanted=wanted, unwanted=unwanted, any_vendor=is_open)


def read_ecosystem(wording: Wording) -> str | None:
    """Return the software that must run; what ties to one maker goes before frameworks that run on several."""
    for name, pattern in _SOFTWARE.items():
        for match in pattern.finditer(wording.plain):
            after = wording.after(match.end())
            if not (is_negated(wording, match.start()) or _AFTER_SOFTWARE.match(after)):
                return name
    return None


def _mentions(wording: Wording) -> Iterator[tuple[str, bool]]:
    end, was_turned_down = -1, False
    for match in _MAKER.finditer(wording.plain):
        start = match.start()
        if not _is_as_written(wording, match) or is_not_required(wording, start):
            continue
        joint = end >= 0 and _JOINT.fullmatch(wording.plain[end:start])
        carried = bool(joint) and was_turned_down and not (joint and "," in joint.group())
        is_turned_down = carried or is_negated(wording, start) or _is_lesser(wording, start)
        if is_turned_down or _NAMED_BY_CARD.match(wording.plain, match.end()):
            yield _MAKER_OF[match.group()], is_turned_down
        end, was_turned_down = match.end(), is_turned_down


def _is_as_written(wording: Wording, match: re.Match[str]) -> bool:
    """Whether "doi do" is "đội đỏ" (the red team), not "đời đó" (that generation)."""
    if match.group() not in {"doi do", "doi xanh"}:
        return True
    return wording.is_written(*match.span(), "đội đỏ", "đội xanh", "doi xanh")


def _is_lesser(wording: Wording, start: int) -> bool:
    """Whether another maker is preferred: "prefer NVIDIA over AMD"."""
    return bool(re.search(r"(?:prefer|rather|choose|thich|chon)\b.* (?:over|to|hon) $", wording.before(start)))


def _is_free_of_makers(wording: Wording) -> bool:
    """Whether a maker is only said not to be needed: "không nhất thiết phải NVIDIA"."""
    return any(is_not_required(wording, match.start()) for match in _MAKER.finditer(wording.plain))
