import pytest

from bot.understanding.constraints import ConstraintReader
from retrieval.scoring.needs import FormFactor

READER = ConstraintReader()


@pytest.mark.parametrize(
    "text",
    [
        "no used cards",
        "no second-hand or used cards",
        "nothing used",
        "avoid used",
        "brand new only",
        "only buy new",
        "unused, sealed",
        "không lấy card cũ",
        "khong lay do cu",
        "không lấy card cũ hay hàng cũ",
        "nói không với hàng cũ",
        "hàng mới",
        "hang moi 100%",
        "mới 100%",
        "chỉ mua card mới",
        "chưa qua sử dụng",
        "nguyên seal",
        "chính hãng, còn bảo hành",
    ],
)
def test_a_new_card_is_asked_for(text: str) -> None:
    assert READER.read(text).condition == "new"


@pytest.mark.parametrize(
    ("text", "condition", "used_cards_ok"),
    [
        ("I need a new GPU", None, None),
        ("muốn mua card mới thay con 1080", None, None),
        ("used or new 3090", None, True),
        ("3090 cũ còn bảo hành", "used", None),
        ("mua card cũ nhưng không phải trâu cày", "used", None),
        ("hàng cũ cũng được nhưng không lấy trâu cày", None, True),
        ("đang dùng con 2060 cũ, 12 củ", None, None),
        ("12 củ", None, None),
    ],
)
def test_a_new_card_is_not_asked_for(text: str, condition: str | None, used_cards_ok: bool | None) -> None:  # noqa: FBT001  # a column of the table
    read = READER.read(text)

    assert (read.condition, read.used_cards_ok) == (condition, used_cards_ok)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("which single-slot card for a 1U server doing BERT inference?", 1),
        ("single slot", 1),
        ("1 slot", 1),
        ("dual-slot, 300 W", 2),
        ("no wider than 2 slots", 2),
        ("3 slot is too thick, 2 slot please", 2),
        ("1 or 2 slots", 2),
        ("một khe, 75W", 1),
        ("mot khe", 1),
        ("khe đơn", 1),
        ("2 khe", 2),
        ("không quá hai khe", 2),
        ("tối đa 2.5 slot", 2.5),
        ("ít nhất 2 khe", None),
        ("not single-slot", None),
        ("motherboard with 2 pcie slots", None),
        ("main có 2 khe pcie", None),
        ("is the 4090 a 3 slot card", None),
        ("PCIe x16", None),
    ],
)
def test_the_width_of_a_card_is_read(text: str, slots: float | None) -> None:
    assert READER.read(text).max_slots == slots


@pytest.mark.parametrize(
    ("text", "is_low"),
    [
        ("a low-profile card", True),
        ("half height, single slot", True),
        ("card lùn cho máy bộ", True),
        ("not low profile", False),
        ("a full-height card", False),
    ],
)
def test_a_card_of_half_height_is_read(text: str, is_low: bool) -> None:  # noqa: FBT001  # a column of the table
    assert READER.read(text).low_profile is is_low


def test_a_pc_without_a_power_connector_is_a_pc() -> None:
    assert READER.read("small office pc, no extra power connector").form_factor is FormFactor.DESKTOP
    assert READER.read("máy bộ, không có nguồn phụ").form_factor is FormFactor.DESKTOP
    assert READER.read("no power connector").form_factor is FormFactor.EDGE
