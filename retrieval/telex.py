"""Vietnamese typed by Telex keys that no input method turned into letters: `booj nhows` is `bộ nhớ`."""

import re
import unicodedata
from collections.abc import Callable

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_SHAPES = (
    ("uow", "ươ"),
    ("dd", "đ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
    ("w", "ư"),
)
_VOWELS = "aăâeêioôơuưy"
_MARKED = "ăâêôơư"
_TOKEN = re.compile(r"(?<![\w-])[A-Za-z]{2,8}(?![\w-])")
_LEAST = 2  #: one such word may be chance


def decode(token: str) -> str:
    """Return the syllable that Telex keys spell, without asking whether it is one."""
    word = token.lower()
    tone = ""
    if len(word) > 1 and word[-1] in _TONES and any(sign in _VOWELS for sign in word[:-1]):
        word, tone = word[:-1], _TONES[word[-1]]
    for keys, shape in _SHAPES:
        word = word.replace(keys, shape)
    if not tone:
        return word
    at = _tone_place(word)
    return unicodedata.normalize("NFC", word[: at + 1] + tone + word[at + 1 :]) if at >= 0 else word


def untelex(text: str, is_syllable: Callable[[str], bool], is_word: Callable[[str], bool]) -> str:
    """Return *text* with Telex keys turned into letters, where two words or more are keys and no words."""

    def decoded(match: re.Match[str]) -> str:
        token = match.group()
        syllable = decode(token)
        return syllable if syllable != token.lower() and is_syllable(syllable) and not is_word(token.lower()) else token

    found = sum(decoded(match) != match.group() for match in _TOKEN.finditer(text))
    return _TOKEN.sub(decoded, text) if found >= _LEAST else text


def _tone_place(word: str) -> int:
    """Return where the tone goes: on the marked vowel, else the second of two before a consonant, else the first."""
    start = 2 if word.startswith(("qu", "gi")) and len(word) > 2 and word[2] in _VOWELS else 0  # noqa: PLR2004
    places = [at for at, sign in enumerate(word) if at >= start and sign in _VOWELS]
    marked = [at for at in places if word[at] in _MARKED]
    if marked:
        return marked[-1]
    if len(places) > 1 and (places[-1] < len(word) - 1 or len(places) > 2):  # noqa: PLR2004
        return places[1]
    return places[0] if places else -1
