from typing import Any

import pytest

from bot.understanding.amounts import Amount
from bot.understanding.constraints import ConstraintReader
from bot.understanding.priorities import MOST, NOTHING, ONLY
from bot.understanding.wishes import ReadWishes
from retrieval.scoring.needs import FormFactor, Method, Mode, Precision, Purpose

READER = ConstraintReader()


def vendors_of(text: str) -> tuple[set[str], set[str]]:
    read = READER.read(text)
    return set(read.vendors), set(read.not_vendors)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("AMD only", {"AMD"}, set()),
        ("AMD now", {"AMD"}, set()),
        ("an NVIDIA card please", {"NVIDIA"}, set()),
        ("which Radeon under $400", {"AMD"}, set()),
        ("only AMD or Intel", {"AMD", "Intel"}, set()),
        ("not NVIDIA", set(), {"NVIDIA"}),
        ("no AMD or Intel", set(), {"AMD", "Intel"}),
        ("anything but nvidia", set(), {"NVIDIA"}),
        ("a non-NVIDIA card", set(), {"NVIDIA"}),
        ("prefer NVIDIA over AMD", {"NVIDIA"}, {"AMD"}),
        ("NVIDIA or AMD?", set(), set()),
        ("NVIDIA 4090 or 7900 XTX", set(), set()),
        ("my CPU is an Intel i5", set(), set()),
        ("chỉ NVIDIA", {"NVIDIA"}, set()),
        ("đổi sang AMD đi", {"AMD"}, set()),
        ("đội đỏ thôi", {"AMD"}, set()),
        ("em dùng nvidia quen rồi", {"NVIDIA"}, set()),
        ("không lấy AMD", set(), {"AMD"}),
        ("trừ AMD với Intel", set(), {"AMD", "Intel"}),
        ("ko thích nvidia", set(), {"NVIDIA"}),
        ("k lay amd", set(), {"AMD"}),
        ("đừng lấy AMD", set(), {"AMD"}),
        ("không AMD, chỉ NVIDIA thôi", {"NVIDIA"}, {"AMD"}),
        ("NVIDIA hay AMD tốt hơn", set(), set()),
        ("không nhất thiết phải NVIDIA", set(), set()),
        ("cpu intel i5, cần card nvidia", {"NVIDIA"}, set()),
    ],
)
def test_makers_are_wanted_or_turned_down(text: str, wanted: set[str], unwanted: set[str]) -> None:
    assert vendors_of(text) == (wanted, unwanted)


@pytest.mark.parametrize(
    "text",
    ["any brand is fine", "not only NVIDIA", "amd or nvidia is fine", "hãng nào cũng được", "AMD hay NVIDIA đều được"],
)
def test_that_the_maker_does_not_matter_is_understood(text: str) -> None:
    assert READER.read(text).any_vendor
    assert vendors_of(text) == (set(), set())


@pytest.mark.parametrize(
    ("text", "ecosystem"),
    [
        ("CUDA only", "cuda"),
        ("Keras on a laptop", "tensorflow"),
        ("needs PyTorch", "pytorch"),
        ("PyTorch with CUDA", "cuda"),
        ("without CUDA", None),
        ("how many CUDA cores", None),
        ("cần CUDA", "cuda"),
        ("không cần CUDA", None),
        ("chạy ROCm", "rocm"),
        ("dùng jax", "jax"),
    ],
)
def test_software_that_must_run_is_read(text: str, ecosystem: str | None) -> None:
    assert READER.read(text).ecosystem == ecosystem


@pytest.mark.parametrize(
    ("text", "purpose", "mode"),
    [
        ("fine-tune a 7B", Purpose.FINE_TUNING, Mode.TRAINING),
        ("finetuning llama", Purpose.FINE_TUNING, Mode.TRAINING),
        ("llama finetunning, dont want amd", Purpose.FINE_TUNING, Mode.TRAINING),
        ("finetunin llama", Purpose.FINE_TUNING, Mode.TRAINING),
        ("fine tunning", Purpose.FINE_TUNING, Mode.TRAINING),
        ("traning a CNN", Purpose.TRAINING, Mode.TRAINING),
        ("inferance", Purpose.INFERENCE, Mode.INFERENCE),
        ("train a CNN", Purpose.TRAINING, Mode.TRAINING),
        ("serving a chatbot", Purpose.INFERENCE, Mode.INFERENCE),
        ("run llama 70b locally", Purpose.INFERENCE, Mode.INFERENCE),
        ("not for training, just inference", Purpose.INFERENCE, Mode.INFERENCE),
        ("for a course", Purpose.LEARNING, None),
        ("best card for deep learning", None, None),
        ("tinh chỉnh mô hình 7B", Purpose.FINE_TUNING, Mode.TRAINING),
        ("huấn luyện CNN", Purpose.TRAINING, Mode.TRAINING),
        ("chạy model 13b", Purpose.INFERENCE, Mode.INFERENCE),
        ("chỉ suy luận thôi", Purpose.INFERENCE, Mode.INFERENCE),
        ("không train, chỉ inference", Purpose.INFERENCE, Mode.INFERENCE),
        ("sinh viên làm đồ án train CNN", Purpose.LEARNING, Mode.TRAINING),
        ("mua card để học", Purpose.LEARNING, None),
        ("card cho học sâu", None, None),
        ("khoa học dữ liệu", None, None),
    ],
)
def test_purpose_and_mode_are_read(text: str, purpose: Purpose | None, mode: Mode | None) -> None:
    read = READER.read(text)

    assert (read.purpose, read.mode) == (purpose, mode)


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("LoRA on 7B", Method.LORA),
        ("7b qlora", Method.QLORA),
        ("full fine-tuning", Method.FULL),
        ("transfer learning with VGG16", Method.TRANSFER),
        ("học chuyển giao", Method.TRANSFER),
        ("train từ đầu resnet50", Method.FULL),
        ("đóng băng backbone", Method.TRANSFER),
        ("train một CNN", None),
    ],
)
def test_the_method_is_read(text: str, method: Method | None) -> None:
    assert READER.read(text).method is method


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("fp16", Precision.FP16),
        ("in bf16", Precision.BF16),
        ("int4 weights", Precision.INT4),
        ("4-bit llama", Precision.INT4),
        ("q4_k_m", Precision.INT4),
        ("8bit", Precision.INT8),
        ("fp8", Precision.FP8),
        ("mixed precision", Precision.AMP),
        ("TF32", Precision.TF32),
        ("a 128-bit bus", None),
        ("15 amp breaker", None),
        ("qlora 4 bit", Precision.INT4),
        ("độ chính xác hỗn hợp", Precision.AMP),
    ],
)
def test_the_number_format_is_read(text: str, precision: Precision | None) -> None:
    assert READER.read(text).precision is precision


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("batch size of 32", {"batch": 32}),
        ("bs64 fp16", {"batch": 64, "precision": Precision.FP16}),
        ("batch_size=128, hidden size 512", {"batch": 128, "hidden": 512}),
        ("batch 32 × 100 steps", {"batch": 32, "length": 100}),
        ("sequence length 100", {"length": 100}),
        ("8k context", {"length": 8192}),
        ("context of 10k", {"length": 10_000}),
        ("LSTM(64)", {"hidden": 64}),
        ("2000 tokens/s", {}),
        ("an 8 GB card", {"memory": 8}),
        ("64 ảnh một batch", {"batch": 64}),
        ("ngữ cảnh 32k", {"length": 32_768}),
        ("chuỗi dài 200, batch 16", {"length": 200, "batch": 16}),
        ("gru 128 unit", {"hidden": 128}),
    ],
)
def test_the_numbers_of_the_work_are_read(text: str, said: dict[str, Any]) -> None:
    assert stated(READER.read(text)) == said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2x 3090", 2),
        ("3090 x2", 2),
        ("two cards", 2),
        ("dual 3090", 2),
        ("an 8 GPU server", 8),
        ("650 W of power supply left for one card", 1),
        ("PCIe x16", None),
        ("compare two cards", None),
        ("suggest three GPUs", None),
        ("2x faster", None),
        ("hai con 3090", 2),
        ("mua 2 con", 2),
        ("4 card", 4),
        ("một con thôi", 1),
        ("mua một con card tốt", None),
        ("hai con này con nào hơn", None),
    ],
)
def test_the_number_of_cards_to_buy_is_read(text: str, count: int | None) -> None:
    assert READER.read(text).count == count


@pytest.mark.parametrize(
    ("text", "form_factor"),
    [
        ("in a 1U server", FormFactor.SERVER_1U),
        ("a rack server", FormFactor.SERVER),
        ("an edge device", FormFactor.EDGE),
        ("low profile card", FormFactor.EDGE),
        ("SFF case", FormFactor.DESKTOP),
        ("not a laptop", None),
        ("RTX PRO 6000 workstation edition", None),
        ("a triton inference server", None),
        ("laptop dưới 40 triệu", FormFactor.LAPTOP),
        ("thiết bị biên", FormFactor.EDGE),
        ("máy chủ", FormFactor.SERVER),
        ("máy trạm", FormFactor.WORKSTATION),
        ("không phải laptop", None),
        ("không cần nguồn phụ", FormFactor.EDGE),
    ],
)
def test_where_the_card_must_fit_is_read(text: str, form_factor: FormFactor | None) -> None:
    assert READER.read(text).form_factor is form_factor


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("something cheaper", {"cheaper": True}),
        ("need more VRAM", {"more_memory": True}),
        ("cooler and quieter", {"cooler": True}),
        ("is the 4090 faster than the 3090?", {}),
        ("how much VRAM", {}),
        ("rẻ hơn thì sao?", {"cheaper": True}),
        ("nhanh hơn được không", {"faster": True}),
        ("nhiều vram hơn", {"more_memory": True}),
        ("ít tốn điện hơn", {"cooler": True}),
        ("hai con này con nào nhanh hơn", {}),
        ("bao nhieu vram", {}),
        ("price matters most", {"weights": (("price", MOST),)}),
        ("I only care about speed", {"weights": (("speed", ONLY),)}),
        ("speed doesn't matter", {"weights": (("speed", NOTHING),)}),
        ("software support is most important", {"weights": (("support", MOST),)}),
        ("quan trọng nhất là điện", {"weights": (("energy", MOST),)}),
        ("ưu tiên VRAM", {"weights": (("headroom", MOST),)}),
        ("điện không quan trọng", {"weights": (("energy", NOTHING),)}),
        ("money is no object", {"unlimited_budget": True}),
        ("không giới hạn ngân sách", {"unlimited_budget": True}),
        ("the whole rig", {"whole_computer": True}),
        ("including CPU and RAM", {"whole_computer": True}),
        ("đã gồm cpu ram", {"whole_computer": True}),
        ("ráp máy trọn bộ", {"whole_computer": True}),
        ("lắp vào máy đang có", {}),
        ("a computer with Linux", {}),
        ("used cards are fine", {"used_cards_ok": True}),
        ("no used cards", {"used_cards_ok": False, "condition": "new"}),
        ("a used 3090", {"condition": "used"}),
        ("cards used for training", {"purpose": Purpose.TRAINING, "mode": Mode.TRAINING}),
        ("hàng cũ cũng được", {"used_cards_ok": True}),
        ("không mua trâu cày", {"used_cards_ok": False, "condition": "new"}),
        ("card mới nhất", {}),
        ("mua mới, còn bảo hành", {"condition": "new"}),
        ("don't need ray tracing or display output", {"not_needed": {"ray tracing", "display output"}}),
        ("không cần ray tracing", {"not_needed": {"ray tracing"}}),
        ("không chơi game", {"not_needed": {"gaming"}}),
    ],
)
def test_preferences_are_read(text: str, said: dict[str, Any]) -> None:
    assert stated(READER.read(text)) == said


def stated(read: ReadWishes) -> dict[str, Any]:
    """Return what differs from a message that says nothing; amounts by their value."""
    said: dict[str, Any] = {}
    for name in ReadWishes.__slots__:
        value = getattr(read, name)
        if name != "spans" and value != getattr(ReadWishes(), name):
            said[name] = value.value if isinstance(value, Amount) else value
    return said
