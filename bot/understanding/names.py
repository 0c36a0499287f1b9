"""Which cards a text names: variants, spellings without spaces, bare numbers, and cards that nobody has a sheet of."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.understanding.pieces import Piece, cut
from knowledge.catalogue import Catalogue
from knowledge.errors import UnknownGpuError
from knowledge.specs import GpuSpec

_MAKERS = {"nvidia", "geforce", "amd", "radeon", "intel", "tesla", "instinct", "ati"}
_SERIES = {"rtx", "gtx", "rx", "arc", "quadro", "titan", "pro", "vega", "gt", "max"}
#: What may follow a model number and make it another model.
_SUFFIXES = {"ti", "super", "s", "xt", "xtx", "gre", "ada", "d", "x", "v", "ultra"}
_LAPTOP = {"laptop", "mobile", "notebook", "lap", "maxq"}
_BUSES = {"pcie", "pci", "sxm", "nvl", "oam", "server", "workstation", "ws"}
_OF_A_BUS = {"generation", "gen", "lanes", "lane", "version"}
_COUNTED = {
    "usd", "dollars", "dollar", "euro", "eur", "k", "w", "watt", "watts", "gb", "g", "mb", "mhz", "ghz", "tflops",
    "tops", "img", "images", "tokens", "epochs", "epoch", "steps", "samples", "percent", "vnd", "trieu", "px", "p",
    "units", "unit", "rows", "params", "hours", "h", "fps", "gbps", "bit", "bits", "nm", "mm", "don", "cores", "cuda",
}  # fmt: skip
_SERIES_OR_MAKER = re.compile(r"(?:rtx|gtx|rx|radeon|geforce|quadro|tesla|instinct|arc|mi|titan)")
_GEFORCE_NUMBER = re.compile(r"[1-9]0[5-9]0")
_SINGLE_LETTER = re.compile(r"[abhlvpkm]")
_PERCENTILES = {"50", "90", "95", "99"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One card as it was named."""

    text: str  #: as the asker wrote it
    slugs: tuple[str, ...]  #: every variant that it may mean; empty where there is no sheet
    closest: tuple[str, ...] = ()  #: names of the nearest cards, where there is no sheet
    start: int = 0
    end: int = 0


class NameReader:
    """Finds card names by their pieces, longest first."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._forms: dict[tuple[str, ...], tuple[str, ...]] = {}
        for family, cards in catalogue.families.items():
            self._add_family(family, cards)
        for card in catalogue.cards:
            for alias in (card.name, *card.aliases):
                self._forms.setdefault(_key(alias), (card.slug,))
        self._longest = max(map(len, self._forms), default=1)
        self._families: Mapping[str, str] = {family.lower(): family for family in catalogue.families}

    def _add_family(self, family: str, cards: tuple[GpuSpec, ...]) -> None:
        slugs = tuple(card.slug for card in cards)
        key = _key(family)
        self._forms[key] = slugs
        bare = tuple(piece for piece in key if piece not in _SERIES)
        number = next((piece for piece in bare if piece.isdigit()), "")
        if len(number) >= 4 and _is_telling(family, number):  # noqa: PLR2004  # shorter numbers are quantities
            self._forms.setdefault(bare, slugs)

    def read(self, text: str) -> tuple[Mention, ...]:
        """Return the cards that *text* names, in order, each once."""
        pieces = cut(text)
        found: list[Mention] = []
        position = 0
        while position < len(pieces):
            mention, length = self._at(text, pieces, position)
            if mention and not any(_same(mention, other) for other in found):
                found.append(mention)
            position += max(length, 1)
        return tuple(found)

    def read_number(self, text: str) -> tuple[Mention, ...]:
        """Return a four-digit number that can only be a model nobody has a sheet of, for a question about a field."""
        for at, piece in enumerate(pieces := cut(text)):
            year = piece.text[:2] in {"19", "20"}
            if len(piece.text) == 4 and piece.text.isdigit() and not year and not _is_quantity(text, pieces, at, 1):  # noqa: PLR2004
                mention, _ = self._no_sheet(text, pieces, at, at + 1)
                return (mention,) if mention else ()
        return ()

    def _at(self, text: str, pieces: list[Piece], position: int) -> tuple[Mention | None, int]:
        begin = position
        while begin < len(pieces) and pieces[begin].text in _MAKERS:
            begin += 1
        for length in range(min(self._longest, len(pieces) - begin), 0, -1):
            window = pieces[begin : begin + length]
            slugs = self._forms.get(tuple(piece.text for piece in window))
            if length == 1 and begin == position and _needs_maker(window[0]):
                continue
            named = begin > position or not _is_quantity(text, pieces, begin, length)
            if slugs and _is_name(window) and named and not _asks_about_bus(pieces, begin + length - 1):
                return self._variant(text, pieces, position, begin + length, slugs)
        return self._unknown(text, pieces, position, begin)

    def _variant(
        self, text: str, pieces: list[Piece], position: int, after: int, slugs: tuple[str, ...]
    ) -> tuple[Mention | None, int]:
        """Narrow a family by what follows: memory size, laptop, bus; another suffix makes it a card without a sheet."""
        if after < len(pieces) and pieces[after].text == "s" and pieces[after].glued:
            after += 1  # a plural: two 3090s
        if after < len(pieces) and pieces[after].text in _SUFFIXES and _belongs(pieces, after):
            return self._no_sheet(text, pieces, position, after + 1)
        if self._no_such_memory(slugs, pieces, after):
            return self._no_sheet(text, pieces, position, after + 2)
        narrowed, end = self.narrow(slugs, pieces, after)
        return _mention(text, pieces, position, end, slugs=narrowed), end - position

    def _no_such_memory(self, slugs: tuple[str, ...], pieces: list[Piece], after: int) -> bool:
        """Whether a memory size follows that no variant has: "RTX 3050 6GB" must not be answered with the 8 GB card."""
        if after + 1 >= len(pieces) or pieces[after + 1].text != "gb" or not pieces[after].text.isdigit():
            return False
        size = float(pieces[after].text)
        return pieces[after + 1].glued and all(self._catalogue.by_slug[slug].memory_gb != size for slug in slugs)

    def narrow(self, slugs: tuple[str, ...], pieces: list[Piece], after: int) -> tuple[tuple[str, ...], int]:
        """Return the variants among *slugs* that the qualifiers from piece *after* on allow, and where those end."""
        end = after
        while end < len(pieces):
            kept, used = self._qualified(slugs, pieces, end)
            if not used:
                break
            slugs, end = kept or slugs, end + used
        return slugs, end

    def _qualified(self, slugs: tuple[str, ...], pieces: list[Piece], at: int) -> tuple[tuple[str, ...], int]:
        cards = [self._catalogue.by_slug[slug] for slug in slugs]
        word = pieces[at].text
        following = pieces[at + 1].text if at + 1 < len(pieces) else ""
        if word in {"ban", "version", "variant", "con", "loai", "the", "card", "may"} and (
            following in _LAPTOP or following.isdigit()
        ):
            kept, used = self._qualified(slugs, pieces, at + 1)
            return kept, used + 1 if used else 0
        if word.isdigit() and following in {"gb", "g", "gig", "gigs"}:
            return tuple(card.slug for card in cards if card.memory_gb == float(word)), 2
        if word in _LAPTOP:
            return tuple(card.slug for card in cards if card.market == "laptop"), 1
        if word == "desktop":
            return tuple(card.slug for card in cards if card.market == "desktop"), 1
        if word in _BUSES and not _asks_about_bus(pieces, at):
            kept = tuple(
                card.slug for card in cards if word in (card.form_factor or "").lower() or f"-{word}" in card.slug
            )
            used = 2 if word == "sxm" and following.isdigit() and len(following) == 1 else 1
            telling = kept and kept != tuple(card.slug for card in cards if card.market != "laptop")
            return kept, used if telling else 0
        return (), 0

    def _unknown(self, text: str, pieces: list[Piece], position: int, begin: int) -> tuple[Mention | None, int]:
        """Return a card that looks like one but has no sheet."""
        if begin >= len(pieces):
            return None, 1
        piece = pieces[begin]
        following = pieces[begin + 1] if begin + 1 < len(pieces) else None
        if following is not None and following.is_number and self._looks_like_model(piece, following):
            if not _is_quantity(text, pieces, begin + 1, 1):
                return self._no_sheet(text, pieces, position, begin + 2)
        elif piece.text == "arc" and _is_arc_model(pieces, begin):
            return self._no_sheet(text, pieces, position, begin + 3)
        elif _GEFORCE_NUMBER.fullmatch(piece.text) and not _is_quantity(text, pieces, begin, 1):
            return self._no_sheet(text, pieces, position, begin + 1)
        return None, 1

    def _looks_like_model(self, piece: Piece, number: Piece) -> bool:
        if not number.text.isdigit() or number.text.endswith("000"):  # RX 6000 is a series, no card
            return False
        if _SERIES_OR_MAKER.fullmatch(piece.text):
            short = piece.text in {"mi", "titan"}
            return len(number.text) >= (2 if short else 3) and (short or number.text not in {"100", "200", "300"})
        single = _SINGLE_LETTER.fullmatch(piece.text) and number.glued and not piece.glued
        return bool(single) and len(number.text) in {2, 3} and number.text not in _PERCENTILES

    def _no_sheet(self, text: str, pieces: list[Piece], position: int, end: int) -> tuple[Mention | None, int]:
        while end < len(pieces) and pieces[end].text in _SUFFIXES and _belongs(pieces, end):
            end += 1
        mention = _mention(text, pieces, position, end, slugs=())
        closest = closest_names(mention.text, self._catalogue)
        return Mention(
            text=mention.text, slugs=(), closest=closest, start=mention.start, end=mention.end
        ), end - position


def _needs_maker(piece: Piece) -> bool:
    """Whether one piece is a name only behind its maker's: "Radeon VII" and "Radeon 7", but not the 7 of "7B"."""
    return piece.text == "vii" or (piece.is_number and len(piece.text) < 4)  # noqa: PLR2004


def _is_arc_model(pieces: list[Piece], begin: int) -> bool:
    """Whether a letter and a number glued to it follow, as in Arc C990."""
    if begin + 2 >= len(pieces):
        return False
    letter, number = pieces[begin + 1 : begin + 3]
    return len(letter.text) == 1 and number.is_number and number.glued


def slugs_of(name: str, names: NameReader, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the slugs of one card's variants; UnknownGpuError with the closest names for none or many."""
    if name in catalogue.by_slug:
        return (name,)
    mentions = [mention for mention in names.read(name) if mention.slugs]
    if len(mentions) != 1:
        raise UnknownGpuError(name, list(closest_names(name, catalogue)))
    return mentions[0].slugs


def closest_names(name: str, catalogue: Catalogue, limit: int = 3) -> tuple[str, ...]:
    """Return the names of the cards nearest to *name*: those of the same number first, then by spelling."""
    numbers = {piece.text for piece in cut(name) if piece.is_number and len(piece.text) > 2}  # noqa: PLR2004 - 24 is GB
    wanted = "".join(piece.text for piece in cut(name))
    wanted = f"rtx{wanted}" if wanted.isdigit() else wanted
    choices = {family: "".join(piece.text for piece in cut(family)) for family in catalogue.families}
    ranked = process.extract(wanted, choices, scorer=fuzz.ratio, limit=None)
    same = {family for family in choices if numbers & {piece.text for piece in cut(family)}}
    ranked.sort(key=lambda found: found[2] not in same)  # stable: by spelling within each part
    return tuple(family for _, _, family in ranked[:limit])


def _key(name: str) -> tuple[str, ...]:
    return tuple(piece.text for piece in cut(name) if piece.text not in _MAKERS)


def _is_telling(family: str, number: str) -> bool:
    """Whether a bare number means this family: 6000 alone does not (RTX 6000 Ada, Quadro RTX 6000, RTX A6000)."""
    return not number.endswith("000") and family.split(maxsplit=1)[0] in {"RTX", "GTX", "RX"}


def _is_name(window: list[Piece]) -> bool:
    """Whether a letter-and-number name such as A100 is written as one; "a 100 W card", "24 GB, 10 cards" are none."""
    letter, number = window[0], window[1] if len(window) > 1 else None
    if letter.text == "gb":
        return number is not None and number.glued and not letter.glued  # GB10, the chip of the DGX Spark
    return number is None or len(letter.text) > 1 or letter.is_number or not number.is_number or number.glued


def _is_quantity(text: str, pieces: list[Piece], begin: int, length: int) -> bool:
    """Whether a bare number is money, watts or a count."""
    if length != 1 or not pieces[begin].is_number:
        return False
    if [piece.text for piece in pieces[begin + 1 : begin + 4]] == ["don", "vi", "tinh"]:
        return False  # đơn vị tính is the field "compute units", đơn vị alone a count
    before = text[: pieces[begin].start].rstrip()
    after = pieces[begin + 1].text if begin + 1 < len(pieces) else ""
    return (
        before.endswith(("$", "€", "£")) or after in _COUNTED or text[pieces[begin].end :].startswith(("%", "$", "€"))
    )


def _asks_about_bus(pieces: list[Piece], at: int) -> bool:
    """Whether a bus belongs to the question and not to the name: "V100 PCIe generation", "V100 PCIe lanes"."""
    following = pieces[at + 1].text if at + 1 < len(pieces) else ""
    return pieces[at].text in {"pcie", "pci"} and following in _OF_A_BUS


def _belongs(pieces: list[Piece], at: int) -> bool:
    """Whether a suffix is part of the name: letters such as "d", "s" and "x" only where they are glued to it."""
    return len(pieces[at].text) > 1 or (pieces[at].glued and not pieces[at].is_number)


def _mention(text: str, pieces: list[Piece], begin: int, end: int, *, slugs: tuple[str, ...]) -> Mention:
    start, stop = pieces[begin].start, pieces[end - 1].end
    return Mention(text=text[start:stop], slugs=slugs, start=start, end=stop)


def _same(left: Mention, right: Mention) -> bool:
    return left.slugs == right.slugs if left.slugs or right.slugs else left.text.lower() == right.text.lower()


def all_slugs(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Return every slug of *mentions*, in order, each once."""
    return tuple(dict.fromkeys(slug for mention in mentions for slug in mention.slugs))
