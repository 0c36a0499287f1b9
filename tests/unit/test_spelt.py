import pytest

from bot.understanding.amounts import Bound
from bot.understanding.constraints import ConstraintReader

MILLION = 1e6
READER = ConstraintReader()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("24gb card for a grand", 1000, "USD"),
        ("2 grand", 2000, "USD"),
        ("5 grand to spend", 5000, "USD"),
        ("a couple of grand", 2000, "USD"),
        ("half a grand", 500, "USD"),
        ("two thousand dollars", 2000, "USD"),
        ("five hundred quid", 500, "GBP"),
        ("mười lăm triệu", 15 * MILLION, "VND"),
        ("hai mươi củ", 20 * MILLION, "VND"),
        ("ba muoi trieu", 30 * MILLION, "VND"),
        ("tám triệu rưỡi", 8.5 * MILLION, "VND"),
        ("hai chục triệu", 20 * MILLION, "VND"),
    ],
)
def test_a_sum_in_words_is_money(text: str, value: float, unit: str) -> None:
    budget = READER.read(text).budget

    assert budget is not None
    assert (budget.value, budget.unit) == (value, unit)


@pytest.mark.parametrize(("text", "bound"), [("under a grand", Bound.AT_MOST), ("khoảng mười triệu", Bound.ABOUT)])
def test_a_sum_in_words_has_a_bound(text: str, bound: Bound) -> None:
    budget = READER.read(text).budget

    assert budget is not None
    assert budget.bound is bound


@pytest.mark.parametrize(
    "text", ["a thousand images", "năm triệu tham số", "bảy tỷ tham số", "tầm triệu rưỡi", "hai cũ", "a hundred epochs"]
)
def test_what_is_counted_in_words_is_no_money(text: str) -> None:
    assert READER.read(text).budget is None
