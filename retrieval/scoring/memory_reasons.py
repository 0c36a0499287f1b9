"""Why a part of a memory need is as large as it is, said in both languages."""

from collections.abc import Mapping

Reasons = Mapping[str, str]  #: a sentence by language

_TEXTS: Mapping[str, tuple[str, str]] = {
    "weights": ("{count} parameters of {bytes} bytes", "{count} tham số, mỗi tham số {bytes} byte"),
    "weights copy": (
        "{count} parameters, a 16-bit copy of 2 bytes for the matrix products",
        "{count} tham số, bản sao 16 bit cho phép nhân ma trận, mỗi tham số 2 byte",
    ),
    "scales": (
        "scales of blocks of 64 weights; the tables of {words} words stay in 16 bits",
        "hệ số tỉ lệ của từng khối 64 trọng số; bảng embedding {words} từ vẫn để 16 bit",
    ),
    "master weights": (
        "{count} parameters in FP32 beside the 16-bit ones, 4 bytes each",
        "{count} tham số FP32 giữ cạnh bản 16 bit, mỗi tham số 4 byte",
    ),
    "adapters": (
        "about {count} parameters of adapters (0.5 % of the network), 4 bytes each",
        "khoảng {count} tham số adapter (0,5% của mạng), mỗi tham số 4 byte",
    ),
    "gradients": (
        "a gradient of 4 bytes for {count} trained parameters",
        "gradient 4 byte cho {count} tham số được train",
    ),
    "optimiser": (
        "{optimizer} keeps {bytes} bytes for each of {count} trained parameters",
        "{optimizer} giữ {bytes} byte cho mỗi tham số trong {count} tham số được train",
    ),
    "activations": (
        "a batch of {batch} × {one} kept for the way back",
        "batch {batch} × {one} giữ lại cho lượt lan truyền ngược",
    ),
    "frozen": (
        "a batch of {batch} × {one}: what the frozen base has alive at once, and the inputs of the head",
        "batch {batch} × {one}: kết quả trung gian của phần base đóng băng và đầu vào của phần head",
    ),
    "checkpointed": (
        "a batch of {batch} × {one}: of each layer the input is kept, the rest computed again (gradient checkpointing)",
        "batch {batch} × {one}: mỗi lớp chỉ giữ đầu vào, phần còn lại tính lại (gradient checkpointing)",
    ),
    "working": (
        "a batch of {batch} × {one} of intermediate results alive at once",
        "batch {batch} × {one} kết quả trung gian cùng nằm trong bộ nhớ",
    ),
    "kv_cache": (
        "2 × {layers} layers × {heads} heads × {size} × {length} tokens × {batch} × {bytes} bytes",
        "2 × {layers} lớp × {heads} head × {size} × {length} token × {batch} × {bytes} byte",
    ),
    "workspace": (
        "scratch space of the convolution and matrix libraries",
        "vùng nháp của thư viện tích chập và nhân ma trận",
    ),
    "framework": (
        "CUDA context and kernels, about {context} GB, and what the allocator rounds up",
        "CUDA context và kernel, khoảng {context} GB, cùng phần allocator làm tròn lên",
    ),
}


def reasons(key: str, **values: float | str) -> Reasons:
    """Return the sentence *key* in both languages, numbers as each writes them; `one` is a size in bytes."""
    english, vietnamese = _TEXTS[key]
    said = {name: _size(value) if name == "one" else value for name, value in values.items()}
    return {
        "en": english.format(**{name: _english(value) for name, value in said.items()}),
        "vi": vietnamese.format(**{name: _vietnamese(value) for name, value in said.items()}),
    }


def _english(value: float | str) -> str:
    if isinstance(value, str):
        return value
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if value >= size:
            return f"{_short(value / size)}{word}"
    return _short(value)


def _vietnamese(value: float | str) -> str:
    turned = str.maketrans(",.", ".,")
    return _english(value).translate(turned).replace(" billion", " tỷ").replace(" million", " triệu")


def _size(value: float | str) -> str:
    number = float(value)
    for size, unit in ((1e9, "GB"), (1e6, "MB")):
        if number >= size:
            return f"{_short(number / size)} {unit}"
    return f"{_short(number / 1e3)} kB"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004  # a thousand
