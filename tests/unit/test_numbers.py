import pytest

from bot.rendering.numbers import say_figure, say_number
from tests.makers import make_figure


@pytest.mark.parametrize(
    ("value", "english", "vietnamese"),
    [
        (1499, "1,499", "1.499"),
        (35.6, "35.6", "35,6"),
        (936.0, "936", "936"),
        (0.5, "0.5", "0,5"),
        (1234567.125, "1,234,567.125", "1.234.567,125"),
        (0, "0", "0"),
    ],
)
def test_a_number_is_written_as_its_language_does(value: float, english: str, vietnamese: str) -> None:
    assert (say_number(value, "en"), say_number(value, "vi")) == (english, vietnamese)


@pytest.mark.parametrize(
    ("unit", "english", "vietnamese"),
    [
        ("GB/s", "1,499 GB/s", "1.499 GB/s"),
        ("USD", "$1,499", "1.499 USD"),
        ("%", "1,499%", "1.499%"),
        ("", "1,499", "1.499"),
    ],
)
def test_a_figure_carries_its_unit(unit: str, english: str, vietnamese: str) -> None:
    figure = make_figure(1499, unit=unit)

    assert (say_figure(figure, "en"), say_figure(figure, "vi")) == (english, vietnamese)


@pytest.mark.parametrize(("language", "said"), [("en", "about 7%"), ("vi", "khoảng 7%")])
def test_a_rounded_figure_says_so(language: str, said: str) -> None:
    assert say_figure(make_figure(7, unit="%", approximate=True), language) == said
