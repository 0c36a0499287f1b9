import pytest

from bot.understanding.amounts import Amount, Bound
from bot.understanding.constraints import ConstraintReader
from bot.understanding.wishes import ReadWishes

READER = ConstraintReader()


def bounds_of(text: str) -> dict[str, tuple[float, Bound]]:
    """Return the amounts that a message limits a card by, with their bounds."""
    read = READER.read(text)
    fields = {"watts": read.watts, "psu": read.psu, "memory": read.memory, "memory_at_most": read.memory_at_most}
    amounts = {**fields, "budget": read.budget}
    return {name: (each.value, each.bound) for name, each in amounts.items() if isinstance(each, Amount)}


@pytest.mark.parametrize(
    ("text", "watts", "memory_gb"),
    [
        ("max 300 W, at least 24 GB, for training transformers", 300, 24),
        ("at least 24 GB, at most 300 W", 300, 24),
        ("at most 300 W at least 24 GB", 300, 24),
        ("300 W max, 24 GB min", 300, 24),
        ("300W max 24GB min", 300, 24),
        ("24 GB min 300 W max", 300, 24),
        ("24 GB or more, 300 W or less", 300, 24),
        ("no more than 300 W, no less than 24 GB", 300, 24),
        ("Tối đa 200W, tối thiểu 16GB", 200, 16),
        ("tối thiểu 16GB, tối đa 200W", 200, 16),
        ("toi thieu 16gb, toi da 200w", 200, 16),
        ("toi da 200w toi thieu 16gb", 200, 16),
        ("toi da 200w, toi thieu 16gb, 12tr, train resnet50", 200, 16),
        ("16gb trở lên, 200w trở xuống", 200, 16),
        ("16gb tro len, 200w tro xuong", 200, 16),
        ("không quá 200W và ít nhất 16GB", 200, 16),
        ("ít nhất 16GB, nhiều nhất 200W", 200, 16),
        ("200W hoặc ít hơn, 16GB hoặc nhiều hơn", 200, 16),
    ],
)
def test_a_word_for_a_bound_belongs_to_its_own_number(text: str, watts: float, memory_gb: float) -> None:
    bounds = bounds_of(text)

    assert bounds["watts"] == (watts, Bound.AT_MOST)
    assert bounds["memory"] == (memory_gb, Bound.AT_LEAST)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("under $500 at least 12 GB", {"budget": (500, Bound.AT_MOST), "memory": (12, Bound.AT_LEAST)}),
        ("$500, at least 12 GB", {"budget": (500, Bound.EXACT), "memory": (12, Bound.AT_LEAST)}),
        ("24 GB, or more", {"memory": (24, Bound.AT_LEAST)}),
        ("24 GB of VRAM, minimum.", {"memory": (24, Bound.AT_LEAST)}),
        ("từ 20 triệu đổ lại", {"budget": (20e6, Bound.AT_MOST)}),
        ("từ 16gb trở lên, tầm 15tr đổ lại", {"budget": (15e6, Bound.AT_MOST), "memory": (16, Bound.AT_LEAST)}),
        ("~300W", {"watts": (300, Bound.ABOUT)}),
        ("tầm 24gb", {"memory": (24, Bound.ABOUT)}),
        ("tam 24gb, khoang 300w", {"watts": (300, Bound.ABOUT), "memory": (24, Bound.ABOUT)}),
        (
            "48 GB card under $1000 that draws at most 150 W",
            {"budget": (1000, Bound.AT_MOST), "watts": (150, Bound.AT_MOST), "memory": (48, Bound.EXACT)},
        ),
    ],
)
def test_several_limits_of_one_message_are_kept_apart(text: str, bounds: dict[str, tuple[float, Bound]]) -> None:
    assert bounds_of(text) == bounds


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("small office pc, no extra power connector", "no extra power connector"),
        ("máy bộ văn phòng, không có dây nguồn phụ", "không có dây nguồn phụ"),
        ("may bo van phong, khong co day nguon phu", "khong co day nguon phu"),
    ],
)
def test_without_a_power_connector_the_slot_limits_the_watts(text: str, form: str) -> None:
    watts = READER.read(text).watts

    assert watts is not None
    assert (watts.value, watts.bound, watts.text) == (75, Bound.AT_MOST, form)


def test_watts_that_are_said_go_before_those_of_the_slot() -> None:
    assert bounds_of("no extra power connector, 60W max")["watts"] == (60, Bound.AT_MOST)


@pytest.mark.parametrize(
    "text",
    [
        "why does training eat 8 GB?",
        "if I put in two 24 GB cards, does PyTorch see 48 GB?",
        "training chiếm 8GB",
        "train an het 8gb",
    ],
)
def test_memory_that_is_told_is_no_wish(text: str) -> None:
    assert READER.read(text).memory is None


def test_a_long_row_of_bounds_is_read_without_an_error() -> None:
    assert READER.read("1 W max " * 700).watts is None
    assert READER.read("") == ReadWishes()
