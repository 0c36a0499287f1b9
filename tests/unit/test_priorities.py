import pytest

from bot.understanding.constraints import ConstraintReader
from bot.understanding.priorities import MOST, NOTHING, ONLY

READER = ConstraintReader()


@pytest.mark.parametrize(
    "text",
    [
        "an energy efficient card",
        "power-efficient, 16 GB",
        "low power bill",
        "I need something quiet, under 150w",
        "electricity is expensive here",
        "tiết kiệm điện",
        "tiet kiem dien",
        "ưu tiên tiết kiệm điện",
        "ít hao điện",
        "it ton dien",
        "card ăn ít điện",
        "sợ tốn tiền điện",
        "ưu tiên điện",
    ],
)
def test_saving_power_is_an_aim_and_no_comparison(text: str) -> None:
    read = READER.read(text)

    assert dict(read.weights) == {"energy": MOST}
    assert not read.cooler


@pytest.mark.parametrize(
    "text",
    [
        "cooler",
        "less power",
        "more efficient",
        "quieter",
        "ít điện hơn",
        "it dien hon",
        "tiết kiệm điện hơn",
        "đỡ tốn điện",
    ],
)
def test_less_power_than_before_is_a_comparison(text: str) -> None:
    read = READER.read(text)

    assert (read.cooler, read.weights) == (True, ())


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("8k budget, most VRAM I can get on a single card", "most_memory"),
        ("as much VRAM as possible for $2000", "most_memory"),
        ("max vram for my money", "most_memory"),
        ("20tr, nhiều VRAM nhất có thể", "most_memory"),
        ("20tr, vram cang nhieu cang tot", "most_memory"),
        ("cheapest nvidia card with 16gb for stable diffusion", "cheapest"),
        ("what's the cheapest 24gb card", "cheapest"),
        ("card 24gb nào rẻ nhất", "cheapest"),
        ("card 24gb re nhat", "cheapest"),
        ("most power efficient gpu for inference", "most_efficient"),
        ("card nào tiết kiệm điện nhất để train", "most_efficient"),
        ("card it ton dien nhat, 12gb", "most_efficient"),
        ("which card has the most VRAM?", None),
        ("card nào nhiều VRAM nhất", None),
        ("max vram 12gb", None),
        ("rẻ hơn", None),
    ],
)
def test_what_a_list_goes_by_is_read(text: str, order: str | None) -> None:
    criterion = {"most_memory": "headroom", "cheapest": "price", "most_efficient": "energy"}
    read = READER.read(text)

    assert read.order == order
    assert dict(read.weights) == ({criterion[order]: ONLY} if order else {})


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("tư vấn best GPU for computer vision, low budget", MOST),
        ("budget gpu for deep learning", MOST),
        ("a cheap card", MOST),
        ("card nào ngon bổ rẻ để học AI", MOST),
        ("card gia re train cnn", MOST),
        ("ngân sách eo hẹp", MOST),
        ("is the 3060 cheap?", None),
        ("my budget is $500", None),
        ("something cheaper", None),
        ("money doesn't matter", NOTHING),
        ("giá không quan trọng", NOTHING),
    ],
)
def test_a_small_purse_makes_the_price_count(text: str, weight: float | None) -> None:
    assert dict(READER.read(text).weights).get("price") == weight


def test_what_is_said_to_matter_outweighs_an_aim() -> None:
    assert dict(READER.read("quiet, but I only care about power").weights) == {"energy": ONLY}


def test_a_card_that_exists_is_described_and_not_wished_for() -> None:
    assert READER.read("TDP có đúng bằng số điện card ăn thực tế không?").weights == ()
    assert READER.read("is the 4060 energy efficient?").weights == ()
