"""Marked-up text in pieces a platform takes: cut between blocks, else between lines, else between words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Measure = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One block as markup; every piece it is cut into is opened and closed again."""

    lines: tuple[str, ...]
    opening: str = ""
    closing: str = ""
    head: str = ""  #: stands once, before the first piece

    def draw(self, lines: Iterable[str], *, first: bool = True) -> str:
        """Return these lines of the block as one piece."""
        head = f"{self.head}\n" if self.head and first else ""
        body = "\n".join(lines)
        return f"{head}{self.opening}{body}{self.closing}"


def pack(chunks: Iterable[Chunk], limit: int, measure: Measure = len) -> list[str]:
    """Return as few pieces as the order allows, none longer than *limit* by *measure*."""
    pieces: list[str] = []
    for text in fit(chunks, limit, measure):
        if pieces and measure(f"{pieces[-1]}\n\n{text}") <= limit:
            pieces[-1] = f"{pieces[-1]}\n\n{text}"
        else:
            pieces.append(text)
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
        end = _longest_prefix(rest, limit, measure)
        head = rest[:end]
        stop = max(head.rfind(". ") + 1, 0) or max(head.rfind(" "), 0) or end
        pieces.append(rest[:stop].rstrip())
        rest = rest[stop:].lstrip()
    return [*pieces, rest]


def _longest_prefix(text: str, limit: int, measure: Measure) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low
