from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError, UnknownGpuError
from knowledge.library import Library
from knowledge.loading import data_folder
from knowledge.prices import Price, Rate, launch_price, load_rates, price_of, read_amount, read_prices
from tests.makers import make_gpu
from tests.makers_scoring import make_price

HEADER = "name,price,currency,date,condition\n"
NAMES = {"RTX 3090": ["rtx-3090"], "RTX 4090": ["rtx-4090"], "RTX 3080": ["rtx-3080-10gb", "rtx-3080-12gb"]}


def resolve(name: str) -> Sequence[str]:
    if name not in NAMES:
        raise UnknownGpuError(name, ["RTX 3090", "RTX 3080"])
    return NAMES[name]


def make_rate(currency: str, per_usd: float) -> Rate:
    return Rate(currency=currency, per_usd=per_usd, date="2026-06-18", source="a source", note="")


RATES = {"USD": make_rate("USD", 1), "VND": make_rate("VND", 26_000), "EUR": make_rate("EUR", 0.8)}


def prices_in(folder: Path, text: str, encoding: str = "utf-8") -> dict[str, Price]:
    file = folder / "prices.csv"
    file.write_bytes(text.encode(encoding))
    return read_prices(file, resolve, RATES)


def test_a_row_is_a_price_in_dollars_with_its_day_and_condition(tmp_path: Path) -> None:
    prices = prices_in(tmp_path, HEADER + "RTX 3090,800,EUR,2026-11-01,used\n")

    assert prices == {
        "rtx-3090": Price(usd=1000, basis="file", date="2026-11-01", condition="used", original=800, currency="EUR")
    }


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1499", 1499),
        ("1499.50", 1499.5),
        ("1,499", 1499),
        ("1.499", 1499),
        ("1,499.00", 1499),
        ("1.499,00", 1499),
        ("12.500.000", 12_500_000),
        ("12,500,000", 12_500_000),
        ("12.500.000 ₫", 12_500_000),
        ("12 500 000", 12_500_000),
        ("$1,499", 1499),
        ("499,99", 499.99),
        ("0.5", 0.5),
        ("0", None),
        ("-5", None),
        ("", None),
        ("about 900", None),
        ("1e3", None),
        ("nan", None),
        ("1,49,900", None),
        ("1.234.56", None),
        ("١٢", None),
    ],
)
def test_amounts_are_read_as_english_and_vietnamese_write_them(text: str, amount: float | None) -> None:
    assert read_amount(text) == amount


def test_the_vietnamese_way_of_writing_a_list_is_read(tmp_path: Path) -> None:
    text = "Name;Price;Currency;Date;Condition\r\n\r\nRTX 3090;13.000.000;vnd;05/11/2026;cũ\r\n;;;;\r\n"

    prices = prices_in(tmp_path, text, encoding="utf-8-sig")

    assert prices["rtx-3090"].usd == 500
    assert (prices["rtx-3090"].date, prices["rtx-3090"].condition) == ("2026-11-05", "used")
    assert (prices["rtx-3090"].original, prices["rtx-3090"].currency) == (13_000_000, "VND")


def test_columns_may_come_in_another_order_and_condition_may_be_missing(tmp_path: Path) -> None:
    prices = prices_in(tmp_path, 'date,price,note,currency,name\n2026-11,"1,600",x,USD,RTX 4090\n')

    assert (prices["rtx-4090"].usd, prices["rtx-4090"].date, prices["rtx-4090"].condition) == (1600, "2026-11", "")


def test_of_several_rows_the_newest_new_one_counts(tmp_path: Path) -> None:
    rows = [
        "RTX 3090,700,USD,2026-11-20,used",
        "RTX 3090,1300,USD,2025-01-01,new",
        "RTX 3090,1200,USD,2026-10-01,new",
        "RTX 3090,1250,USD,2026-09,new",
        "RTX 4090,1500,USD,2026-01-01,used",
        "RTX 4090,1400,USD,2026-02,used",
        "RTX 4090,1450,USD,2026-01-31,used",
    ]

    prices = prices_in(tmp_path, HEADER + "\n".join(rows))

    assert {slug: price.usd for slug, price in prices.items()} == {"rtx-3090": 1200, "rtx-4090": 1400}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "prices.csv: is empty; its first line must be name,price,currency,date,condition"),
        ("name,price,date\n", "prices.csv › line 1: has no column 'currency'; the first line must be name,price"),
        (
            HEADER + "\nRTX 3091,1,USD,2026-11-01,new",
            "line 3 › name: No spec sheet for 'RTX 3091'. Closest names: RTX 3090",
        ),
        (
            HEADER + "RTX 3080,1,USD,2026-11-01,new",
            "name: 'RTX 3080' may mean rtx-3080-10gb, rtx-3080-12gb; write which",
        ),
        (HEADER + ",1,USD,2026-11-01,new", "line 2 › name: is empty; write the card's name"),
        (HEADER + "RTX 3090,cheap,USD,2026-11-01,new", "line 2 › price: 'cheap' is no amount above 0; write 1499"),
        (HEADER + "RTX 3090,1,XYZ,2026-11-01,new", "line 2 › currency: 'XYZ' is not known; use one of EUR, USD, VND"),
        (HEADER + "RTX 3090,1,USD,31/02/2026,new", "line 2 › date: '31/02/2026' is no date; write 2026-11-24"),
        (HEADER + "RTX 3090,1,USD,,new", "line 2 › date: '' is no date"),
        (HEADER + "RTX 3090,1,USD,20261101,new", "line 2 › date: '20261101' is no date"),
        (HEADER + "RTX 3090,1,USD,2026-11-01,broken", "condition: 'broken' is not known; use new, used or refurbished"),
        (
            HEADER + "RTX 3090,1,499.00,USD,2026-11-01,new",
            "has 6 cells under 5 columns; write an amount with commas in",
        ),
        (HEADER + 'RTX 3090,"1"x,USD,2026-11-01,new', "prices.csv › line 2: is not valid CSV"),
    ],
)
def test_a_wrong_list_is_an_error_that_says_where_and_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        prices_in(tmp_path, text)

    assert says in str(caught.value)


def test_a_list_in_another_encoding_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="save it as UTF-8"):
        prices_in(tmp_path, HEADER + "RTX 3090,1,USD,2026-11-01,cũ", encoding="utf-16")


def test_a_missing_list_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"absent\.csv: cannot be read"):
        read_prices(tmp_path / "absent.csv", resolve, RATES)


def test_the_launch_price_is_that_of_the_sheet_on_its_day() -> None:
    card = make_gpu(launch_price_usd=699, launch_date="2020-09-17")

    assert launch_price(card) == make_price(699, date="2020-09-17")
    assert launch_price(make_gpu(launch_price_usd=None)) is None


def test_a_quote_counts_before_the_list_and_the_list_before_the_launch() -> None:
    card = make_gpu(launch_price_usd=699, launch_date="2020-09-17")
    listed = {card.slug: make_price(500, basis="file")}

    quoted = price_of(card, listed, {card.slug: 450.0}, quoted_on="2026-11-24")

    assert quoted == Price(usd=450, basis="quoted", date="2026-11-24", condition="", original=None, currency="USD")
    assert price_of(card, listed, {"other": 1.0}) == listed[card.slug]
    assert price_of(card, {}, {}) == launch_price(card)


def test_the_rates_that_ship_have_a_day_and_a_known_source(library: Library) -> None:
    rates = load_rates(data_folder() / "rates.toml", library.sources)

    assert {"USD", "VND", "EUR", "GBP", "JPY", "CNY", "SGD"} <= rates.keys()
    assert rates["USD"].per_usd == 1
    assert rates["VND"].per_usd == 26_000
    assert all(rate.date.startswith("2026-") and rate.source in library.sources for rate in rates.values())


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('date = "2026-01-01"\nsource = "derived"', "rates.toml › EUR › per_usd: is missing"),
        ('per_usd = 0\ndate = "2026-01-01"\nsource = "derived"', "per_usd: must be above 0"),
        ('per_usd = 1\nsource = "derived"', "EUR › date: is missing"),
        ('per_usd = 1\ndate = "2026-01-01"\nsource = "rumour"', "source: 'rumour' is defined in no file"),
        ('per_usd = 1\ndate = "2026-01-01"\nsource = "derived"\nper_eur = 1', "per_eur: is no field of this file"),
    ],
)
def test_a_wrong_rate_is_an_error_that_names_it(tmp_path: Path, table: str, says: str, library: Library) -> None:
    file = tmp_path / "rates.toml"
    file.write_text(f"[EUR]\n{table}\n", encoding="utf-8")

    with pytest.raises(KnowledgeError) as caught:
        load_rates(file, library.sources)

    assert says in str(caught.value)
