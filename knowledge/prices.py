"""What a card costs: at launch, on a list that the team keeps, or as the asker was told; inside, in US dollars."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as calendar_date

from knowledge.errors import KnowledgeError, UnknownGpuError
from knowledge.loading import Entry, Folder, read_text, read_toml
from knowledge.sources import Source
from knowledge.specs import GpuSpec

COLUMNS = ("name", "price", "currency", "date", "condition")
REQUIRED = COLUMNS[:4]
#: How a condition may be written, and what it means; a list that does not say one is a shop's, so new goods.
CONDITIONS: Mapping[str, str] = {
    "": "",
    "new": "new",
    "mới": "new",
    "used": "used",
    "cũ": "used",
    "second-hand": "used",
    "refurbished": "refurbished",
    "tân trang": "refurbished",
}
_BEST_FIRST = ("new", "", "refurbished", "used")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)", re.ASCII)
_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_SIGNS = re.compile(r"[\s$€£¥₫đ]")
_ISO = re.compile(r"\d{4}-\d{2}(?:-\d{2})?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

#: Returns the slugs that a name may mean; raises UnknownGpuError with the closest names where there is none.
Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one US dollar is in another currency, on a day, by a source: an assumption that an answer states."""

    currency: str
    per_usd: float
    date: str
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one card in US dollars, and where it comes from."""

    usd: float
    basis: str  #: "launch", "file" or "quoted"
    date: str  #: ISO; of the launch, of the list's row, of the quote; "" where it was not said
    condition: str  #: "new", "used", "refurbished", or "" where it was not said
    original: float | None  #: the amount as it was written, in `currency`; None where it was dollars from the start
    currency: str


def load_rates(file: Folder, sources: Mapping[str, Source]) -> dict[str, Rate]:
    """Return the exchange rates by currency code; errors name currency and field."""
    rates: dict[str, Rate] = {}
    for currency, table in read_toml(file).items():
        entry = Entry(file.name, currency, table)
        per_usd = entry.number("per_usd")
        if per_usd is None:
            raise entry.fail("per_usd", "is missing")
        source = entry.text("source")
        if source not in sources:
            raise entry.fail("source", f"{source!r} is defined in no file of knowledge/sources")
        note = entry.text("note", "")
        rates[currency] = Rate(currency=currency, per_usd=per_usd, date=entry.text("date"), source=source, note=note)
        entry.close()
    return rates


def launch_price(card: GpuSpec) -> Price | None:
    """Return what the maker asked at launch, None where it named no price."""
    if card.launch_price_usd is None:
        return None
    launched = card.launch_date or ""
    usd = card.launch_price_usd
    return Price(usd=usd, basis="launch", date=launched, condition="new", original=None, currency="USD")


def price_of(
    card: GpuSpec, file_prices: Mapping[str, Price], quoted_usd: Mapping[str, float], quoted_on: str = ""
) -> Price | None:
    """Return what *card* costs: as quoted to the asker, else by the list, else at launch; mappings are by slug."""
    usd = quoted_usd.get(card.slug)
    if usd is not None:
        return Price(usd=usd, basis="quoted", date=quoted_on, condition="", original=None, currency="USD")
    return file_prices.get(card.slug) or launch_price(card)


def read_prices(file: Folder, resolve: Resolve, rates: Mapping[str, Rate]) -> dict[str, Price]:
    """Return the price of each card, by slug, of a CSV file; errors name file, line and field and say what to do.

    Of several rows for one card the best condition counts (new, not said, refurbished, used), then the newest date.
    """
    best: dict[str, Price] = {}
    for slug, price in parse_prices(read_text(file), file.name, resolve, rates):
        best[slug] = min(best.get(slug, price), price, key=_preference)
    return best


def parse_prices(text: str, file: str, resolve: Resolve, rates: Mapping[str, Rate]) -> Iterator[tuple[str, Price]]:
    """Yield slug and price of every row; the separator may be a comma, a semicolon or a tab."""
    for line, row in _rows(text, file):
        try:
            yield _slug(row["name"], resolve), _price(row, rates)
        except _WrongCellError as wrong:
            raise KnowledgeError(file, f"line {line}", wrong.field, wrong.problem) from wrong


class _WrongCellError(Exception):
    """A cell of a price list cannot be read."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


def _rows(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    lines = text.removeprefix("\ufeff")
    first = next((line for line in lines.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if not any(trimmed):
                continue
            if not header:
                header = _header(trimmed, file, reader.line_num)
            else:
                yield reader.line_num, _named(header, trimmed, file, reader.line_num)
    except csv.Error as error:
        raise KnowledgeError(file, f"line {reader.line_num}", "", f"is not valid CSV ({error})") from error
    if not header:
        raise KnowledgeError(file, "", "", f"is empty; its first line must be {','.join(COLUMNS)}")


def _header(cells: list[str], file: str, line: int) -> list[str]:
    names = [cell.lower() for cell in cells]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        what = f"has no column {missing[0]!r}; the first line must be {','.join(COLUMNS)}"
        raise KnowledgeError(file, f"line {line}", "", what)
    return names


def _named(header: list[str], cells: list[str], file: str, line: int) -> dict[str, str]:
    if len(cells) > len(header) and any(cells[len(header) :]):
        what = f"has {len(cells)} cells under {len(header)} columns; write an amount with commas in quotes"
        raise KnowledgeError(file, f"line {line}", "", what)
    return dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=False))


def _slug(name: str, resolve: Resolve) -> str:
    if not name:
        raise _WrongCellError("name", "is empty; write the card's name")
    try:
        slugs = resolve(name)
    except UnknownGpuError as error:
        raise _WrongCellError("name", str(error)) from error
    if len(slugs) != 1:
        raise _WrongCellError("name", f"{name!r} may mean {', '.join(slugs) or 'no card'}; write which")
    return slugs[0]


def _price(row: Mapping[str, str], rates: Mapping[str, Rate]) -> Price:
    currency = row["currency"].upper()
    if currency not in rates:
        raise _WrongCellError("currency", f"{row['currency']!r} is not known; use one of {', '.join(sorted(rates))}")
    condition = CONDITIONS.get(row["condition"].lower())
    if condition is None:
        raise _WrongCellError("condition", f"{row['condition']!r} is not known; use new, used or refurbished")
    amount = read_amount(row["price"])
    if amount is None:
        raise _WrongCellError("price", f"{row['price']!r} is no amount above 0; write 1499, 1,499.00 or 12.500.000")
    usd = amount / rates[currency].per_usd
    return Price(
        usd=usd, basis="file", date=_date(row["date"]), condition=condition, original=amount, currency=currency
    )


def read_amount(text: str) -> float | None:
    """Return an amount written in English (1,499.00) or Vietnamese (12.500.000) style; None where it is none above 0.

    One mark before exactly three digits groups thousands: no card costs a fraction of a thousandth.
    """
    bare = _SIGNS.sub("", text.lower())
    mark = "," if bare.rfind(",") > bare.rfind(".") else "."
    if _GROUPED.fullmatch(bare):
        whole, fraction = bare, "0"
    else:
        whole, _, fraction = bare.partition(mark) if bare.count(mark) == 1 else (bare, "", "")
    if _GROUPED.fullmatch(whole):
        whole = whole.replace(",", "").replace(".", "")
    plain = f"{whole}.{fraction}" if fraction else whole
    return float(plain) or None if _PLAIN.fullmatch(plain) else None


def _date(text: str) -> str:
    match = _DAY_FIRST.fullmatch(text)
    iso = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else text
    wrong = _WrongCellError("date", f"{text!r} is no date; write 2026-11-24 or 24/11/2026")
    if not _ISO.fullmatch(iso):
        raise wrong
    try:
        calendar_date.fromisoformat(f"{iso}-01"[:10])
    except ValueError as error:
        raise wrong from error
    return iso


def _preference(price: Price) -> tuple[int, int]:
    year, month, day = (*price.date.split("-"), "00")[:3]
    return _BEST_FIRST.index(price.condition), -int(f"{year}{month}{day}")
