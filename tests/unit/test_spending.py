import pytest

from bot.understanding.constraints import ConstraintReader

MILLION = 1e6
READER = ConstraintReader()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("another $200", 200, "USD"),
        ("200 more", 200, "USD"),
        ("$200 extra", 200, "USD"),
        ("what if I add 300 dollars", 300, "USD"),
        ("raise the budget by $300", 300, "USD"),
        ("I can spend $200 more", 200, "USD"),
        ("thêm 5 củ nữa", 5 * MILLION, "VND"),
        ("them 5 cu nua thi sao", 5 * MILLION, "VND"),
        ("tăng thêm 3 triệu", 3 * MILLION, "VND"),
        ("cố thêm được 2tr", 2 * MILLION, "VND"),
        ("+5tr", 5 * MILLION, "VND"),
        ("5tr nua", 5 * MILLION, "VND"),
    ],
)
def test_money_on_top_is_no_budget_of_its_own(text: str, value: float, unit: str) -> None:
    read = READER.read(text)

    assert read.budget_more is not None
    assert (read.budget_more.value, read.budget_more.unit, read.budget) == (value, unit, None)


@pytest.mark.parametrize(
    "text",
    ["$200 or more", "more than $200", "no more than $200", "I can stretch to $900", "tăng lên 20 triệu", "hơn 15tr"],
)
def test_a_new_budget_is_not_added(text: str) -> None:
    read = READER.read(text)

    assert read.budget is not None
    assert read.budget_more is None


@pytest.mark.parametrize(
    "text",
    ["is it worth $200 more", "worth an extra $200?", "4070 super đắt hơn 2 triệu có đáng không", "another 200 epochs"],
)
def test_a_difference_between_two_cards_is_nothing_to_spend(text: str) -> None:
    read = READER.read(text)

    assert (read.budget, read.budget_more, read.quoted) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("now they want $1,400", 1400),
        ("the price came down to $600", 600),
        ("họ bớt còn 13 củ", 13 * MILLION),
        ("shop giam con 12tr", 12 * MILLION),
        ("họ lên 15tr", 15 * MILLION),
    ],
)
def test_a_price_that_changed_is_a_quote(text: str, value: float) -> None:
    read = READER.read(text)

    assert read.quoted is not None
    assert (read.quoted.value, read.budget) == (value, None)


def test_a_budget_that_is_lowered_is_a_budget() -> None:
    budget = READER.read("giảm ngân sách còn 10tr").budget

    assert budget is not None
    assert budget.value == 10 * MILLION
