"""Text as search sees it: normal form, folding of Vietnamese diacritics, tokens."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

_PLURAL = re.compile(r"^([cgt]pu|[cr]nn|ll?m|lstm|gru|gan|vae)s$")
_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*", re.UNICODE)
_MARKS = {"đ": "d"}

STOP_WORDS = frozenset(
    """
    a an the is are was be been do does did to of in on at by it its this that these those i me my we our you your
    and or as with for from what which who how why when where can could would should will there about so if than then
    have has had not no im ive dont tell please give some any one get s t re ll
    """.split()  # noqa: SIM905  # a list of ninety quoted words is harder to read
)
STOP_SYLLABLES = frozenset(
    """
    la gi thi ma va cua cho co khong ko k cai con nay kia do ay nhu the nao sao tai vi duoc dc bi o tren trong khi voi
    de den cac nhung mot minh em anh ban a ah nhe nha nhi vay j bao nhieu bn hay hoac se da dang roi cung ra vao len
    xuong hoi xin muon biet giai thich giup
    """.split()  # noqa: SIM905
)


def normalise(text: str) -> str:
    """Return NFC text with straight quotes, plain dashes and single spaces, without signs that cannot be encoded."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFC", text)
    text = text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x2013: "-", 0x2014: "-", 0x00A0: " "})
    return " ".join(text.split())


def fold(text: str) -> str:
    """Return lower-case text without diacritics, sign for sign: `Băng thông` becomes `bang thong`."""
    return text.translate(_FOLDED)


class _Folding(dict[int, str]):
    """What each sign folds to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        lowered = sign.lower() if len(sign.lower()) == 1 else sign
        plain = "".join(part for part in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(part))
        folded = _MARKS.get(lowered, plain if len(plain) == 1 else lowered)
        self[code] = folded
        return folded


_FOLDED = _Folding()


def words(text: str) -> list[str]:
    """Return lower-case words and numbers in order, diacritics kept."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer  # noqa: PLC0415  # 40 ms that an answer without search need not pay

    return lru_cache(maxsize=8192)(snowballstemmer.stemmer("english").stemWord)


def english_tokens(text: str) -> list[str]:
    """Return stems of the English content words of *text*."""
    stem = _stemmer()
    return [stem(_PLURAL.sub(r"\1", word)) for word in words(fold(text)) if word not in STOP_WORDS]


def vietnamese_tokens(text: str) -> list[str]:
    """Return folded syllables and pairs of neighbours of *text*, without function words."""
    syllables = [syllable for syllable in words(fold(text)) if syllable not in STOP_SYLLABLES]
    return syllables + [f"{left}_{right}" for left, right in pairwise(syllables)]


TOKENS: dict[str, Callable[[str], list[str]]] = {"en": english_tokens, "vi": vietnamese_tokens}
