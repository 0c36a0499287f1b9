"""Cuts text into runs of letters and of digits: "rtx3080ti", "RTX-3080 Ti" and "rtx 3080 ti" look alike."""

import re
from dataclasses import dataclass

from retrieval.words import fold

_POSSESSIVE = re.compile(r"['’]s\b")
_OH = re.compile(r"(?<=\d)o(?=\d)")  # 4o90
_PIECE = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """One run; `glued` says that nothing, or only a hyphen, stands between it and the run before."""

    text: str
    start: int
    end: int
    glued: bool

    @property
    def is_number(self) -> bool:
        """Whether it is a run of digits."""
        return self.text[0].isdigit()


def cut(text: str) -> list[Piece]:
    """Return the pieces of *text*, folded to lower case without diacritics."""
    plain = _OH.sub("0", _POSSESSIVE.sub("  ", fold(text)))
    pieces: list[Piece] = []
    for match in _PIECE.finditer(plain):
        before = plain[pieces[-1].end : match.start()] if pieces else " "
        pieces.append(Piece(match.group(), match.start(), match.end(), glued=before in {"", "-", "_"}))
    return pieces
