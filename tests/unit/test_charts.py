import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.rendering.bars import Chart, alt_text, panels_alt_text
from bot.rendering.charts import draw, draw_panels, ticks_to
from tests.makers_charts import EMPHASISED, INK, OTHER, make_bar, make_chart, opened, refusal

VIETNAMESE = make_chart(
    make_bar("Bộ tăng tốc ẵ ễ ộ ữ ỵ Đ", 1234.5, lo=1000, hi=1500, note="giá ra mắt 1.499 USD"),
    title="Tốc độ huấn luyện: ỔN ĐỊNH",
    caption="Vạch mảnh là khoảng.",
    language="vi",
)
LONG = make_chart(
    *(
        make_bar(f"RTX PRO 6000 Blackwell Server Edition {number}", 2000 - number, lo=1000, hi=3000, note="96 GB")
        for number in range(8)
    ),
    caption="A caption. " * 30,
)


@pytest.mark.parametrize("chart", [make_chart(), VIETNAMESE, LONG])
def test_a_chart_is_a_png_as_wide_as_a_phone_and_not_too_tall_for_a_chat(chart: Chart) -> None:
    png = draw(chart)

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert opened(png).size[0] == 1080
    assert 200 < opened(png).size[1] < 2400


@pytest.mark.parametrize("chart", [make_chart(), VIETNAMESE, LONG])
def test_the_alt_text_stands_in_the_description_of_the_file(chart: Chart) -> None:
    png = draw(chart)

    assert opened(png).description == alt_text(chart)
    assert b"iTXtDescription\0" in png


def test_the_same_chart_gives_the_same_bytes_without_date_or_program() -> None:
    png = draw(VIETNAMESE)

    assert png == draw(VIETNAMESE)
    assert b"Software" not in png
    assert b"tIME" not in png


@pytest.mark.parametrize("chart", [make_chart(make_bar(value=None)), replace(make_chart(), bars=())])
def test_a_chart_without_bars_is_refused(chart: Chart) -> None:
    assert refusal(draw, chart) == "There is nothing to draw in 'Speed': no bar has a value."


def test_no_panels_are_refused() -> None:
    assert refusal(draw_panels, []) == "There is nothing to draw: no field has a value for any of the cards."


def test_bars_are_as_long_as_their_values_from_zero() -> None:
    picture = opened(draw(make_chart(make_bar(value=80), make_bar("b", 40), make_bar("c", 20))))

    [first], others = picture.runs(EMPHASISED), picture.runs(OTHER)
    lengths = [right - left for left, right in (first, *others)]

    assert [round(length / lengths[0], 2) for length in lengths] == [1.0, 0.5, 0.25]
    assert len({left for left, _ in (first, *others)}) == 1


def test_only_the_first_bar_is_emphasised() -> None:
    picture = opened(draw(make_chart(*(make_bar(str(number), 100 - number) for number in range(8)))))

    assert (len(picture.runs(EMPHASISED)), len(picture.runs(OTHER))) == (1, 7)


def test_an_interval_is_drawn_from_end_to_end() -> None:
    plain = opened(draw(make_chart(make_bar(value=50), make_bar("b", 100))))
    with_interval = opened(draw(make_chart(make_bar(value=50, lo=25, hi=100), make_bar("b", 100))))

    left, right = with_interval.longest(INK)
    [(zero, middle)] = plain.runs(EMPHASISED)
    assert plain.longest(INK)[1] - plain.longest(INK)[0] < 30
    assert (left - zero) / (middle - zero) == pytest.approx(0.5, abs=0.02)
    assert (right - zero) / (middle - zero) == pytest.approx(2.0, abs=0.02)


def test_a_bar_of_zero_and_one_that_is_not_known_leave_their_places_empty() -> None:
    picture = opened(draw(make_chart(make_bar(value=0), make_bar("b", None), make_bar("c", 5))))

    assert (picture.runs(EMPHASISED), len(picture.runs(OTHER))) == ([], 1)


def test_a_chart_of_zeros_is_drawn() -> None:
    assert opened(draw(make_chart(make_bar(value=0)))).size[0] == 1080


def test_dollar_signs_are_no_formula() -> None:
    formula = draw(make_chart(make_bar(note=r"$\frac{1}{2}$ 24 GB")))

    assert formula != draw(make_chart(make_bar(note=r"$\frac{1}{3}$ 24 GB")))
    assert draw(make_chart(make_bar(note="$1,499 or $_^{")))


def test_letters_that_the_font_lacks_do_not_stop_the_drawing() -> None:
    assert opened(draw(make_chart(make_bar("卡 🚀\nRTX")))).description.startswith(
        "Bar chart. Speed, in images/s. 卡 🚀"
    )


def test_decomposed_vietnamese_letters_are_drawn_like_composed_ones() -> None:
    composed, decomposed = "Bộ nhớ", "Bo\u0323\u0302 nho\u031b\u0301"

    pictures = [opened(draw(make_chart(make_bar(name)))).image.tobytes() for name in (composed, decomposed, "Bo nho")]

    assert pictures[0] == pictures[1]
    assert pictures[0] != pictures[2]


def test_a_name_that_is_too_long_takes_more_lines() -> None:
    short, long = (opened(draw(make_chart(make_bar(name)))).size[1] for name in ("RTX 9000", "RTX 9000 " * 12))

    assert long - short == pytest.approx(2 * 36 * 1.36, abs=1)


@pytest.mark.parametrize("charts", [[LONG], [VIETNAMESE], [LONG, VIETNAMESE, make_chart()]])
def test_nothing_is_drawn_into_the_margins(charts: list[Chart]) -> None:
    image = opened(draw(charts[0]) if len(charts) == 1 else draw_panels(charts)).image
    width, height = image.size

    margins = [(0, 0, 44, height), (width - 44, 0, width, height), (0, 0, width, 40), (0, height - 40, width, height)]

    assert {image.crop(margin).getextrema() for margin in margins} == {((255, 255),) * 3}


def test_panels_stand_two_in_a_row_and_an_odd_one_takes_a_row_of_its_own() -> None:
    sizes = [opened(draw_panels([make_chart()] * count)).size for count in (2, 3, 4)]

    assert {width for width, _ in sizes} == {1080}
    assert sizes[0][1] < sizes[1][1] == sizes[2][1]


def test_each_panel_has_an_axis_of_its_own() -> None:
    small, large = (
        make_chart(make_bar(value=1), make_bar("b", 0.5)),
        make_chart(make_bar(value=900), make_bar("b", 450)),
    )

    assert opened(draw_panels([small])).runs(EMPHASISED) == opened(draw_panels([large])).runs(EMPHASISED)
    assert opened(draw_panels([small, large])).description == panels_alt_text([small, large])


@pytest.mark.parametrize(
    ("top", "steps", "ticks"),
    [
        (100, 5, (0, 20, 40, 60, 80, 100)),
        (1900, 5, (0, 500, 1000, 1500, 2000)),
        (0.7, 5, (0, 0.2, 0.4, 0.6, 0.8)),
        (42, 5, (0, 10, 20, 30, 40, 50)),
        (12_345_678, 1, (0, 20_000_000)),
    ],
)
def test_ticks_are_round_numbers_that_reach_just_beyond_the_largest_value(
    top: float, steps: int, ticks: tuple[float, ...]
) -> None:
    assert ticks_to(top, steps) == ticks


@pytest.mark.parametrize("exponent", range(-6, 10))
def test_every_axis_has_even_steps_and_holds_its_largest_value(exponent: int) -> None:
    for top in (1.0 * 10**exponent, 1.01 * 10**exponent, 7.77 * 10**exponent, 9.999 * 10**exponent):
        ticks = ticks_to(top, 5)

        assert ticks[0] == 0
        assert ticks[-2] < top <= ticks[-1] * (1 + 1e-9)
        assert len(ticks) <= 6
        assert all(b - a == pytest.approx(ticks[1], rel=1e-6) for a, b in pairwise(ticks))


def test_many_threads_draw_the_same_bytes_at_once() -> None:
    charts = [make_chart(), VIETNAMESE, LONG] * 8
    expected = [draw(chart) for chart in charts[:3]] * 8

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert list(pool.map(draw, charts)) == expected


def test_matplotlib_is_imported_only_to_draw_and_its_absence_is_said() -> None:
    program = (
        "import sys\n"
        "import bot.rendering.charting\n"
        "from bot.rendering.charts import draw\n"
        "from knowledge.errors import GpuwiseError\n"
        "from tests.makers_charts import make_chart\n"
        "print('matplotlib' in sys.modules)\n"
        "sys.modules['matplotlib'] = None\n"
        "try:\n"
        "    draw(make_chart())\n"
        "except GpuwiseError as error:\n"
        "    print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.splitlines() == [
        "False",
        "Drawing a chart needs matplotlib. Run `pip install 'gpuwise[charts]'`.",
    ], done.stderr


def test_pyplot_is_never_imported() -> None:
    program = (
        "import sys\n"
        "from bot.rendering.charts import draw\n"
        "from tests.makers_charts import make_chart\n"
        "draw(make_chart())\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == "False\n", done.stderr
