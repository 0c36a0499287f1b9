"""Numbers as each language writes them."""

from bot.answers import Figure

#: Units that stand before or close to the number.
_PREFIXED = {"USD": "$"}
_CLOSE = {"%", "×"}
#: Units that are words, by language.
_WORDS = {"vi": {"images/s": "ảnh/s", "sequences/s": "chuỗi/s"}}


def say_number(value: float, language: str) -> str:
    """Return *value* with thousands and decimals as *language* writes them: 1,499 and 35.6, or 1.499 and 35,6."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"
    if language == "vi":
        return text.translate({ord(","): ".", ord("."): ","})
    return text


def say_unit(unit: str, language: str) -> str:
    """Return a unit as *language* writes it: ảnh/s for images/s."""
    return _WORDS.get(language, {}).get(unit, unit)


def say_figure(figure: Figure, language: str) -> str:
    """Return a figure with its unit, such as 936 GB/s, $1,499, 23% or 23 %."""
    number = say_number(figure.value, language)
    if figure.unit in _PREFIXED and language == "en":
        said = f"{_PREFIXED[figure.unit]}{number}"
    elif figure.unit in _CLOSE:
        said = f"{number}{figure.unit}"
    else:
        said = f"{number} {say_unit(figure.unit, language)}".rstrip()
    if not figure.approximate:
        return said
    return f"about {said}" if language == "en" else f"khoảng {said}"
