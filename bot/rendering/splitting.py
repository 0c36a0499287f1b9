"""Marked-up text in pieces a platform takes: cut between blocks, else between lines, else between words."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Measure = Callable[[str], int]
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
#: How far a cut moves back so that a letter keeps its marks; a letter with more of them is torn.
_MOST_MARKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One block as markup; every piece it is cut into is opened and closed again."""

    lines: tuple[str, ...]
    opening: str = ""
    closing: str = ""
    head: str = ""  #: stands once, before the first piece
    again: tuple[str, ...] = ()  #: first lines of every later piece: the header of a table
    starts_piece: bool = False  #: never shares a piece with what stands before it

    def draw(self, lines: Iterable[str], *, first: bool = True) -> str:
        """Return these lines of the block as one piece."""
        head = f"{self.head}\n" if self.head and first else ""
        body = "\n".join(lines if first else [*self.again, *lines])
        return f"{head}{self.opening}{body}{self.closing}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A piece, and which chunks stand in it, by their place."""

    text: str
    chunks: tuple[int, ...]


def pack(chunks: Iterable[Chunk], limit: int, measure: Measure = len) -> list[str]:
    """Return as few pieces as the order allows, none longer than *limit* by *measure*."""
    return [piece.text for piece in packed(chunks, limit, measure)]


def packed(chunks: Iterable[Chunk], limit: int, measure: Measure = len) -> list[Packed]:
    """Return as few pieces as the order allows, none longer than *limit*, and what stands in each."""
    pieces: list[Packed] = []
    for place, chunk in enumerate(chunks):
        for number, text in enumerate(fit([chunk], limit, measure)):
            is_apart = not pieces or (chunk.starts_piece and number == 0)
            longer = "" if is_apart else f"{pieces[-1].text}\n\n{text}"
            if longer and measure(longer) <= limit:
                pieces[-1] = Packed(text=longer, chunks=(*pieces[-1].chunks, place))
            else:
                pieces.append(Packed(text=text, chunks=(place,)))
    return pieces


def fit(chunks: Iterable[Chunk], limit: int, measure: Measure = len) -> Iterator[str]:
    """Yield every chunk as one piece, or as several where it is longer than *limit*; its lines must each fit."""
    for chunk in chunks:
        held: list[str] = []
        first = True
        for line in chunk.lines:
            if held and measure(chunk.draw([*held, line], first=first)) > limit:
                yield chunk.draw(held, first=first)
                held, first = [], False
            held.append(line)
        if held:
            yield chunk.draw(held, first=first)


def cut(text: str, limit: int, measure: Measure = len) -> list[str]:
    """Return *text* in pieces that *measure* at most *limit*, cut after a sentence or a word where there is one."""
    pieces: list[str] = []
    rest = text
    while measure(rest) > limit:
        stop = _stop(rest, _longest_prefix(rest, limit, measure))
        pieces.append(rest[:stop].rstrip())
        rest = rest[stop:].lstrip()
    return [*pieces, rest]


def shortened(text: str, limit: int, measure: Measure = len) -> str:
    """Return *text*, or as many of its words as leave room for an ellipsis."""
    return text if measure(text) <= limit else f"{cut(text, limit - 1, measure)[0]}…"


def _stop(text: str, end: int) -> int:
    """Return where *text* is cut at *end* or before: after a sentence that fills half of it, a word, or a letter."""
    near = text[: end + 1]
    sentence, word = near.rfind(". ") + 1, max(near.rfind(" "), 0)
    if sentence > end // 2:
        return sentence
    return word if text[:word].strip() else _between_letters(text, end)


def _between_letters(text: str, end: int) -> int:
    """Return a place at *end* or a little before that leaves a letter together with its marks."""
    for place in range(end, max(end - _MOST_MARKS, 0), -1):
        if not (_is_mark(text[place]) or text[place - 1] == "\u200d"):
            return place
    return end


def _is_mark(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) in {"Mn", "Me", "Mc"}


def _longest_prefix(text: str, limit: int, measure: Measure) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low
