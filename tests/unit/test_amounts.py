import pytest

from bot.understanding.amounts import Bound, Wording, parse_number
from bot.understanding.capacities import Capacity, Holder, read_memory, read_watts
from bot.understanding.constraints import ConstraintReader
from bot.understanding.spending import Role, read_money

MILLION = 1e6


@pytest.fixture(scope="module")
def reader() -> ConstraintReader:
    return ConstraintReader()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1500", 1500),
        ("1,500", 1500),
        ("1.500", 1500),
        ("25.000.000", 25_000_000),
        ("15 000 000", 15_000_000),
        ("1.5", 1.5),
        ("2,5", 2.5),
        ("1.200,50", 1200.5),
        ("1,499.99", 1499.99),
        ("0.500", 0.5),
    ],
)
def test_points_and_commas_before_three_digits_group_and_before_fewer_are_decimal(written: str, value: float) -> None:
    assert parse_number(written) == value


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("$1500", 1500, "USD"),
        ("a card for 1500$", 1500, "USD"),
        ("1,500 USD", 1500, "USD"),
        ("USD 1500", 1500, "USD"),
        ("budget 1.5k", 1500, "USD"),
        ("budget of $1.5k", 1500, "USD"),
        ("gpu under 2k", 2000, "USD"),
        ("around €900", 900, "EUR"),
        ("my budget is 900 euro", 900, "EUR"),
        ("no more than £700", 700, "GBP"),
        ("i have 1500 bucks", 1500, "USD"),
        ("I've got 3 grand", 3000, "USD"),
        ("budget 1500", 1500, "USD"),
        ("budget 1500, a card with CUDA", 1500, "USD"),
        ("best gpu under 500", 500, "USD"),
        ("25,000,000 VND", 25 * MILLION, "VND"),
        ("1500 CAD", 1500, "CAD"),
        ("the budget for 2 cards is 3k", 3000, "USD"),
        ("tầm 15k đô", 15_000, "USD"),
        ("có 2k đô thì mua gì", 2000, "USD"),
        ("1k5 đô có con nào", 1500, "USD"),
        ("có 800 đô", 800, "USD"),
        ("15 triệu", 15 * MILLION, "VND"),
        ("15tr", 15 * MILLION, "VND"),
        ("17tr5", 17.5 * MILLION, "VND"),
        ("17tr500", 17.5 * MILLION, "VND"),
        ("17 triệu rưỡi", 17.5 * MILLION, "VND"),
        ("17 trieu ruoi", 17.5 * MILLION, "VND"),
        ("17 triệu 500 nghìn", 17.5 * MILLION, "VND"),
        ("1 tỷ 2", 1200 * MILLION, "VND"),
        ("1,5 tỷ", 1500 * MILLION, "VND"),
        ("1 tỉ", 1000 * MILLION, "VND"),
        ("e có 12 củ", 12 * MILLION, "VND"),
        ("e co 12 cu", 12 * MILLION, "VND"),
        ("20 chai", 20 * MILLION, "VND"),
        ("500 nghìn", 500_000, "VND"),
        ("card dưới 500k", 500_000, "VND"),
        ("25.000.000đ", 25 * MILLION, "VND"),
        ("20 000 000 đồng", 20 * MILLION, "VND"),
        ("em có 20tr muốn mua card", 20 * MILLION, "VND"),
        ("15 triệu 2 con", 15 * MILLION, "VND"),
        ("ngân sách 20", 20 * MILLION, "VND"),
        ("tài chính tầm 20", 20 * MILLION, "VND"),
        ("ngân sách 1500 đô", 1500, "USD"),
        ("ngan sach 15 trieu", 15 * MILLION, "VND"),
    ],
)
def test_a_budget_is_read_in_its_currency(reader: ConstraintReader, text: str, value: float, unit: str) -> None:
    budget = reader.read(text).budget

    assert budget is not None
    assert (budget.value, budget.unit) == (value, unit)


@pytest.mark.parametrize(
    ("text", "value", "span"),
    [
        ("2-3k usd for a gpu", 3000, "2-3k usd"),
        ("between $500 and $700", 700, "between $500 and $700"),
        ("card từ 10 đến 15 triệu nhé", 15 * MILLION, "từ 10 đến 15 triệu"),
        ("tầm 15-17 củ", 17 * MILLION, "15-17 củ"),
        ("5tr đến 7tr", 7 * MILLION, "5tr đến 7tr"),
    ],
)
def test_the_upper_end_of_a_range_is_the_budget(reader: ConstraintReader, text: str, value: float, span: str) -> None:
    budget = reader.read(text).budget

    assert budget is not None
    assert (budget.value, budget.bound, budget.text) == (value, Bound.AT_MOST, span)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("under $800", Bound.AT_MOST),
        ("up to 800 USD", Bound.AT_MOST),
        ("no more than $800", Bound.AT_MOST),
        ("$800 or less", Bound.AT_MOST),
        ("cheaper than $800", Bound.AT_MOST),
        ("around $800", Bound.ABOUT),
        ("$800 or so", Bound.ABOUT),
        ("over $800", Bound.AT_LEAST),
        ("$800", Bound.EXACT),
        ("dưới 15tr", Bound.AT_MOST),
        ("không quá 15 triệu", Bound.AT_MOST),
        ("ko qua 15tr", Bound.AT_MOST),
        ("tối đa 15tr", Bound.AT_MOST),
        ("tầm 15tr đổ lại", Bound.AT_MOST),
        ("15tr quay đầu", Bound.AT_MOST),
        ("dưới khoảng 15tr", Bound.AT_MOST),
        ("rẻ hơn 15tr", Bound.AT_MOST),
        ("tầm 15tr", Bound.ABOUT),
        ("khoảng 15 triệu", Bound.ABOUT),
        ("trên dưới 15 triệu", Bound.ABOUT),
        ("cỡ 15 triệu", Bound.ABOUT),
        ("có 15 triệu", Bound.EXACT),
        ("trên 15tr", Bound.AT_LEAST),
        ("không dưới 15tr", Bound.AT_LEAST),
    ],
)
def test_the_words_around_an_amount_bound_it(reader: ConstraintReader, text: str, bound: Bound) -> None:
    budget = reader.read(text).budget

    assert budget is not None
    assert budget.bound is bound


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("I was quoted $850 for a 4070 Ti", 850, "USD"),
        ("someone sells a used 3090 at 650$", 650, "USD"),
        ("is $999 a fair price for a 4070 Ti Super?", 999, "USD"),
        ("shop báo 11tr", 11 * MILLION, "VND"),
        ("shop báo 11tr con 3060 12gb có hời không", 11 * MILLION, "VND"),
        ("3090 cũ giá 15tr có nên mua không", 15 * MILLION, "VND"),
        ("3090 cu 15tr ngon ko", 15 * MILLION, "VND"),
        ("người ta bán con 3090 cũ 14 củ", 14 * MILLION, "VND"),
        ("rtx 4070 ti 12GB giá 18tr", 18 * MILLION, "VND"),
    ],
)
def test_a_price_that_was_told_is_no_budget(reader: ConstraintReader, text: str, value: float, unit: str) -> None:
    read = reader.read(text)

    assert read.quoted is not None
    assert (read.quoted.value, read.quoted.unit, read.budget) == (value, unit, None)


def test_a_quote_and_a_budget_in_one_message_are_told_apart(reader: ConstraintReader) -> None:
    read = reader.read("shop báo con 4070 super 17tr5, em có 15tr thôi")

    assert read.quoted is not None
    assert read.budget is not None
    assert (read.quoted.value, read.budget.value) == (17.5 * MILLION, 15 * MILLION)


@pytest.mark.parametrize(
    "text",
    [
        "what can a 3090 do?",
        "con 3090 k?",
        "con 3090 cũ",
        "3090 cu",
        "12 cũ",
        "mô hình 7 tỷ tham số",
        "300 trieu tham so",
        "train 100k ảnh",
        "5 triệu dòng dữ liệu",
        "context 8k",
        "4k video",
        "better than a 3090",
        "RTX 4070 Ti",
        "mua mới, còn bảo hành",
        "batch under 500 images",
        "",
    ],
)
def test_what_is_no_money_is_not_read_as_money(reader: ConstraintReader, text: str) -> None:
    read = reader.read(text)

    assert (read.budget, read.quoted) == (None, None)


@pytest.mark.parametrize("text", ["$0.30/kWh", "tiền điện 3000đ/kWh", "launch price $699", "giá ra mắt 699 USD"])
def test_a_rate_and_a_launch_price_are_read_and_put_aside(text: str) -> None:
    assert [each.role for each in read_money(Wording.of(text), is_vietnamese=True)] == [Role.OTHER]


def _said(capacities: tuple[Capacity, ...]) -> list[tuple[float, Holder, Bound]]:
    return [(each.amount.value, each.holder, each.amount.bound) for each in capacities]


@pytest.mark.parametrize(
    ("text", "value", "holder", "bound"),
    [
        ("300W", 300, Holder.CARD, Bound.EXACT),
        ("under 300 watts TDP", 300, Holder.CARD, Bound.AT_MOST),
        ("not under 300W", 300, Holder.CARD, Bound.AT_LEAST),
        ("tdp under 250", 250, Holder.CARD, Bound.AT_MOST),
        ("0.5 kW", 500, Holder.CARD, Bound.EXACT),
        ("650 W of power supply left for one card", 650, Holder.CARD, Bound.EXACT),
        ("PSU 750", 750, Holder.SUPPLY, Bound.EXACT),
        ("650W PSU", 650, Holder.SUPPLY, Bound.EXACT),
        ("psu of 850 watts", 850, Holder.SUPPLY, Bound.EXACT),
        ("a 650 watt gold power supply", 650, Holder.SUPPLY, Bound.EXACT),
        ("dưới 200 w", 200, Holder.CARD, Bound.AT_MOST),
        ("công suất dưới 75", 75, Holder.CARD, Bound.AT_MOST),
        ("k quá 300w", 300, Holder.CARD, Bound.AT_MOST),
        ("nguồn còn dư 300w", 300, Holder.CARD, Bound.EXACT),
        ("nguồn 550w", 550, Holder.SUPPLY, Bound.EXACT),
        ("nguồn nhà mình 750", 750, Holder.SUPPLY, Bound.EXACT),
        ("card 350W thì nguồn bao nhiêu", 350, Holder.CARD, Bound.EXACT),
        ("3090 (350W)", 350, Holder.OTHER, Bound.EXACT),
    ],
)
def test_watts_are_of_the_card_or_of_the_supply(text: str, value: float, holder: Holder, bound: Bound) -> None:
    assert _said(read_watts(Wording.of(text))) == [(value, holder, bound)]


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [
        ("24GB", 24, Bound.EXACT),
        ("24 gigs", 24, Bound.EXACT),
        ("at least 12 GB VRAM", 12, Bound.AT_LEAST),
        ("16 GB or more", 16, Bound.AT_LEAST),
        ("24gb+", 24, Bound.AT_LEAST),
        ("vram 24", 24, Bound.EXACT),
        ("from 16 to 24GB", 16, Bound.AT_LEAST),
        ("max 12 GB VRAM", 12, Bound.AT_MOST),
        ("budget 1500,24GB", 24, Bound.EXACT),
        ("ít nhất 16gb", 16, Bound.AT_LEAST),
        ("16gb trở lên", 16, Bound.AT_LEAST),
        ("trên 12gb", 12, Bound.AT_LEAST),
        ("ko dưới 16gb", 16, Bound.AT_LEAST),
        ("bộ nhớ >= 24", 24, Bound.AT_LEAST),
        ("card loại 24gb", 24, Bound.EXACT),
    ],
)
def test_memory_is_read_with_its_bound(text: str, value: float, bound: Bound) -> None:
    assert _said(read_memory(Wording.of(text))) == [(value, Holder.CARD, bound)]


@pytest.mark.parametrize("text", ["32GB RAM", "dataset of 100GB", "ram 64gb", "model nặng 14GB", "64 GB system memory"])
def test_memory_of_something_else_is_read_and_put_aside(text: str) -> None:
    assert [each.holder for each in read_memory(Wording.of(text))] == [Holder.OTHER]


@pytest.mark.parametrize("text", ["3080 12GB", "rtx 3060 bản 12GB", "A100 SXM 40GB", "bản 12GB", "936 GB/s"])
def test_the_memory_in_a_cards_name_is_left_to_the_name(text: str) -> None:
    assert read_memory(Wording.of(text)) == ()
