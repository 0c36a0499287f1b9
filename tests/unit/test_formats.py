"""Whether a card takes a number format: yes or no first."""

import pytest

from bot.answering.formats import format_sentence
from bot.answers import Figure, Name, Part
from tests.makers import make_gpu

FP8, BF16 = "fp8_matrix_fp32acc_tflops", "bf16_matrix_tflops"
WITHOUT = {FP8: "not applicable", BF16: "not applicable"}


def said(field: str, question: str, language: str = "en", **parts: object) -> str | None:
    found = format_sentence(make_gpu(**parts), field, question, language)
    if found is None:
        return None
    return "".join(map(text_of, found.parts))


def text_of(part: Part) -> str:
    match part:
        case Name(text=text):
            return text
        case Figure(value=value, unit=unit):
            return f"{value:g} {unit}"
    return str(part)


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("does it support fp8?", "en", "No, RTX 2080 Ti has no tensor cores for FP8."),
        ("2080 ti có hỗ trợ fp8 không", "vi", "Không, RTX 2080 Ti không có tensor core cho FP8."),
        ("2080 ti co fp8 ko", "vi", "Không, RTX 2080 Ti không có tensor core cho FP8."),
        ("2080 ti fp8 tflops", "en", "RTX 2080 Ti has no tensor cores for FP8."),
    ],
)
def test_a_format_that_a_card_has_not_is_no(question: str, language: str, expected: str) -> None:
    assert said(FP8, question, language, name="GeForce RTX 2080 Ti", vendor="NVIDIA", absent=WITHOUT) == expected


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("does it support fp8?", "en", "Yes, the tensor cores of RTX 4090 take FP8: 330 TFLOPS."),
        ("4090 có chạy fp8 được không", "vi", "Có, tensor core của RTX 4090 chạy được FP8: 330 TFLOPS."),
        ("4090 fp8 tflops", "en", None),
    ],
)
def test_a_format_that_a_card_has_is_yes_with_its_rate_where_that_is_asked(
    question: str, language: str, expected: str | None
) -> None:
    parts = {"name": "GeForce RTX 4090", "vendor": "NVIDIA", FP8: 330.0, "absent": {}}

    assert said(FP8, question, language, **parts) == expected


def test_what_the_sheet_does_not_decide_is_left_to_the_sheet() -> None:
    assert said(FP8, "does it support fp8?", absent={FP8: "not published"}) is None
    assert said(BF16, "does it support bf16?", absent=WITHOUT, bf16_hardware=True) is None
    assert said("tdp_w", "does it support 300 W?") is None
