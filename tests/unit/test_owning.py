import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.constraints import ConstraintReader

READER = ConstraintReader()


def owned_in(text: str) -> list[str]:
    return [text[start:end] for start, end in READER.read(text).owned]


@pytest.mark.parametrize(
    ("text", "owned"),
    [
        ("upgrading from a 1080 ti, £600, computer vision research", "1080 ti"),
        ("replace my 2070", "2070"),
        ("a used 3090 to replace my 1080", "1080"),
        ("I have a 3060 and want something faster under $700", "3060"),
        ("I've got a 3060 12gb, budget $600", "3060"),
        ("I'm on a 2060, want 16gb", "2060"),
        ("my current card is a GTX 970", "GTX 970"),
        ("current gpu: rtx 2060", "rtx 2060"),
        ("upgrade my 2080 ti to a 4090?", "2080 ti"),
        ("is 3060 to 4070 a good upgrade", "3060"),
        ("switching from a 980 ti", "980 ti"),
        ("đang dùng 3060 muốn nâng cấp", "3060"),
        ("dang dung 3060 12gb, 15tr", "3060"),
        ("đang có 1660 super muốn nâng cấp, 12tr", "1660 super"),
        ("em có con 3060 cũ muốn lên đời, 20tr", "3060"),
        ("thay con 2070 bằng con mới", "2070"),
        ("thay con rx 580", "rx 580"),
        ("từ 3060 lên 4070 có đáng không", "3060"),
        ("tu 3060 len 4070 co dang khong", "3060"),
        ("3060 lên 4070 có đáng không", "3060"),
        ("nâng cấp từ gtx 1060 6gb, 10 triệu", "gtx 1060"),
        ("đổi con 1660 sang card mới, 10tr", "1660"),
        ("con 2060 của em yếu quá, 10tr", "2060"),
        ("máy em đang gắn 1050 ti", "1050 ti"),
        ("nguon 650w, dang xai 2060, tam 12tr", "2060"),
    ],
)
def test_the_card_that_the_asker_has_is_found(text: str, owned: str) -> None:
    assert owned_in(text) == [owned]


@pytest.mark.parametrize(
    "text",
    [
        "upgrade to a 4070",
        "nâng cấp lên con 4070",
        "thay bằng 4090",
        "thay vì 4090 thì con nào",
        "instead of a 4090",
        "card từ 3060 trở lên",
        "card tu 3060 len",
        "thấy con 3090 giá 15tr",
        "thay con 3090 gia 15tr co nen mua",
        "người ta bán con 3090 cũ 14 củ",
        "shop đang có 3090",
        "I found a 3090 for $650",
        "I have $3090",
        "i have 980 dollars",
        "so sánh 3090 với 4090",
        "đời 3090",
        "what can a 3090 do?",
    ],
)
def test_a_card_that_is_wanted_or_for_sale_is_not_owned(text: str) -> None:
    assert owned_in(text) == []


def test_how_many_cards_go_and_how_old_they_are_says_nothing_of_the_new_one() -> None:
    read = READER.read("replace my two used 2080 ti, $1500")

    assert (read.count, read.condition) == (None, None)


def test_two_cards_that_stay_are_still_counted() -> None:
    assert READER.read("I have 2 3090s, can i run llama 70b").count == 2


def test_a_card_that_one_has_is_no_wish() -> None:
    assert READER.read("my 3060 is blue").says_nothing


WORDS = [" my ", " thay con ", " từ ", " lên ", " 3060 ", " 2080 ti ", " upgrade ", " to ", " cũ ", " i have ", "thấy "]


@given(st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
def test_owned_cards_stand_inside_the_text_and_begin_with_their_number(text: str) -> None:
    assert all(text[start:end].startswith(("3060", "2080")) for start, end in READER.read(text).owned)
