import math

import pytest

from bot.rendering.bars import MOST_BARS, Bar, alt_text, check, overlapping, panels_alt_text
from tests.makers_charts import make_bar, make_chart, refusal

SPANS = [
    ([(0, 10), (20, 30)], []),
    ([(0, 10), (10, 30)], [(0, 1)]),
    ([(0, 10), (5, 25), (20, 30)], [(0, 1), (1, 2)]),
    ([(0, 30), (5, 25), (20, 40)], [(0, 1, 2)]),
    ([(20, 30), (0, 25), (0, 5)], [(0, 1), (1, 2)]),
]


def make_spans(spans: list[tuple[float, float]]) -> list[Bar]:
    return [make_bar(str(number), (lo + hi) / 2, lo=lo, hi=hi) for number, (lo, hi) in enumerate(spans)]


def test_the_alt_text_says_what_is_compared_and_each_bar_with_value_interval_and_note() -> None:
    chart = make_chart(
        make_bar("RTX 9000", 1234.6, lo=1100, hi=1400, note="24 GB"),
        make_bar("RTX 8000", 1000, lo=900, hi=1150.5),
        make_bar("RTX 7000", 10),
        caption="Best first.",
    )

    assert alt_text(chart) == (
        "Bar chart. Speed, in images/s. RTX 9000: 1,234.6 images/s (1,100 to 1,400), 24 GB; "
        "RTX 8000: 1,000 images/s (900 to 1,150.5); RTX 7000: 10 images/s. "
        "RTX 9000 and RTX 8000 cannot be told apart: their intervals overlap. Best first."
    )


def test_the_alt_text_is_vietnamese_in_a_vietnamese_chart() -> None:
    chart = make_chart(
        make_bar("RTX 9000", 1234.6, lo=1100, hi=1400),
        make_bar("RTX 8000", 1000, lo=900, hi=1150),
        make_bar("RTX 7000", None),
        title="Tốc độ",
        language="vi",
    )

    assert alt_text(chart) == (
        "Biểu đồ cột. Tốc độ, đơn vị ảnh/s. RTX 9000: 1.234,6 ảnh/s (1.100 đến 1.400); "
        "RTX 8000: 1.000 ảnh/s (900 đến 1.150); RTX 7000: chưa rõ. "
        "Không phân biệt được RTX 9000 và RTX 8000: các khoảng chồng lên nhau."
    )


def test_intervals_that_are_all_apart_are_said_to_be() -> None:
    chart = make_chart(*make_spans([(0, 10), (20, 30)]), unit="")

    assert alt_text(chart) == "Bar chart. Speed. 0: 5 (0 to 10); 1: 25 (20 to 30). No two intervals overlap."


def test_nothing_is_said_of_intervals_where_only_one_bar_has_one() -> None:
    assert "interval" not in alt_text(make_chart(make_bar(lo=90, hi=110), make_bar("RTX 8000")))


def test_values_are_written_with_as_many_digits_as_the_chart_says() -> None:
    chart = make_chart(make_bar(value=1534.2, lo=1266, hi=1851), digits=2)

    assert "1,500 images/s (1,300 to 1,900)" in alt_text(chart)


def test_dollars_are_written_as_each_language_does() -> None:
    bar = make_bar(value=1499)

    assert make_chart(bar, unit="USD").value_text(bar) == "$1,499"
    assert make_chart(bar, unit="USD", language="vi").value_text(bar) == "1.499 USD"


def test_a_value_that_is_not_known_is_said_with_its_reason() -> None:
    chart = make_chart(make_bar(), make_bar("GTX 1080", None, note="has none"))

    assert "GTX 1080: has none." in alt_text(chart)


@pytest.mark.parametrize(("spans", "groups"), SPANS)
def test_a_group_holds_all_whose_intervals_overlap_one_another(
    spans: list[tuple[float, float]], groups: list[tuple[int, ...]]
) -> None:
    found = {tuple(int(bar.name) for bar in group) for group in overlapping(make_spans(spans))}

    assert found == set(groups)


def test_panels_are_said_one_a_line() -> None:
    charts = [make_chart(title="Memory", unit="GB"), make_chart(title="Power", unit="W")]

    assert panels_alt_text(charts) == f"{alt_text(charts[0])}\n{alt_text(charts[1])}"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"value": -1}, "its numbers must be 0 or more, since the axis starts at 0"),
        ({"value": math.nan}, "its numbers must be 0 or more, since the axis starts at 0"),
        ({"value": 5, "lo": -1, "hi": 9}, "its numbers must be 0 or more, since the axis starts at 0"),
        ({"value": 5, "lo": 1, "hi": math.inf}, "its numbers must be 0 or more, since the axis starts at 0"),
        ({"value": 5, "lo": 1}, "its interval has one end only"),
        ({"value": 5, "lo": 6, "hi": 9}, "its value lies outside its interval"),
    ],
)
def test_a_bar_that_would_mislead_is_refused_by_name(fields: dict[str, float], fault: str) -> None:
    chart = make_chart(make_bar("RTX 8000"), make_bar("RTX 9000", **fields))

    assert refusal(check, chart) == f"The bar 'RTX 9000' of 'Speed' cannot be drawn: {fault}."


def test_a_chart_without_any_value_is_refused() -> None:
    assert (
        refusal(check, make_chart(make_bar(value=None))) == "There is nothing to draw in 'Speed': no bar has a value."
    )


def test_more_bars_than_can_be_read_are_refused() -> None:
    bars = [make_bar(str(number)) for number in range(MOST_BARS + 1)]

    check(make_chart(*bars[:-1]))
    assert refusal(check, make_chart(*bars)) == "'Speed' has 31 bars; draw 30 or fewer."
