import sys

import pytest

from bot.answers import Cell, Table
from bot.rendering.tables import Grid, draw_table, grid_alt_text, is_drawable, to_grid
from tests.fakes.responder import make_answer
from tests.makers_charts import INK, opened, refusal
from tests.makers_rendering import make_cell, make_shortlist

HEADER = (0x55, 0x60, 0x6B)


def make_grid(*rows: tuple[str, ...], **fields: object) -> Grid:
    """Return a grid of three columns, the last two of numbers."""
    given = {"caption": "Cards", "header": ("Card", "memory", "TDP"), "numbers": frozenset({1, 2}), "language": "en"}
    shown = rows or (("RTX 9000", "24 GB", "300 W"), ("RTX 8000", "8 GB", "70 W"))
    return Grid(rows=shown, **(given | fields))  # type: ignore[arg-type]  # a maker takes any field


def last_rows_of_pixels(grid: Grid) -> int:
    return opened(draw_table(grid)).size[1]


def test_a_picture_says_what_it_shows_and_has_a_phones_width() -> None:
    picture = opened(draw_table(make_grid()))

    assert picture.size[0] == 1080
    assert picture.description == "Table. Cards. RTX 9000: memory 24 GB, TDP 300 W; RTX 8000: memory 8 GB, TDP 70 W."


def test_the_same_table_gives_the_same_picture_and_another_one_another() -> None:
    assert draw_table(make_grid()) == draw_table(make_grid())
    assert draw_table(make_grid()) != draw_table(make_grid(("RTX 9000", "24 GB", "301 W")))


def test_numbers_end_at_one_line_and_nothing_leaves_the_picture() -> None:
    picture = opened(draw_table(make_grid(caption="")))

    rows = [columns for columns in picture.rows(INK) if columns]
    assert 48 <= min(row[0] for row in rows) <= 60
    assert 1015 <= max(row[-1] for row in rows) <= 1032


def test_a_row_makes_the_picture_higher_by_its_height() -> None:
    one, two, three = (last_rows_of_pixels(make_grid(*[("RTX 9000", "24 GB", "300 W")] * count)) for count in (1, 2, 3))

    assert two - one == pytest.approx(three - two, abs=1)
    assert two - one > 60


@pytest.mark.parametrize("length", [160, 300])
def test_cells_too_long_for_one_line_are_wrapped_inside_the_picture(length: int) -> None:
    names = [f"card {number} " * (length // 8) for number in range(3)]
    picture = opened(draw_table(make_grid(*[(name, "24 GB of GDDR6X", "300 W") for name in names])))

    columns = [column for row in picture.rows(INK) for column in row]
    assert min(columns) >= 48
    assert max(columns) <= 1032
    assert picture.size[1] > last_rows_of_pixels(make_grid(*[("card", "24 GB", "300 W")] * 3)) + 60


def test_seven_columns_of_long_numbers_fit() -> None:
    header = tuple(f"field number {column}" for column in range(7))
    row = ("RTX 9000 SUPER 16GB", *["1,008.5 TFLOPS"] * 6)
    picture = opened(draw_table(make_grid(row, row, header=header, numbers=frozenset(range(1, 7)))))

    assert max(column for line in picture.rows(INK) for column in line) <= 1032


def test_a_picture_is_without_footnotes_and_knows_its_columns_of_numbers() -> None:
    table = Table(
        caption="c",
        header=("Card", "memory", "note"),
        rows=((Cell(("RTX 9000",)), Cell(("24 GB",), ("guide:one",)), Cell(("new",))),),
    )

    assert to_grid(make_answer(table), table).rows == (("RTX 9000", "24 GB", "new"),)
    assert to_grid(make_answer(table), make_shortlist(2)).numbers == frozenset({1, 2, 3, 4})


def test_empty_cells_are_left_out_of_the_alt_text() -> None:
    grid = make_grid(("RTX 9000", "", "300 W"), language="vi", caption="Các card")

    assert grid_alt_text(grid) == "Bảng. Các card. RTX 9000: TDP 300 W."


def test_a_table_without_rows_has_no_picture() -> None:
    assert not is_drawable(Table(caption="c", header=("a", "b", "c"), rows=()))
    assert is_drawable(
        Table(caption="c", header=("a", "b", "c"), rows=((make_cell("x"), *[make_cell("W", 1)] * 2),) * 3)
    )


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "bot.rendering.pen", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    said = refusal(draw_table, make_grid())

    assert said == "Drawing a table needs matplotlib. Run `pip install 'gpuwise[charts]'`."
