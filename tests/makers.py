"""Inputs of tests: each maker has defaults for everything, and a test names only what it is about."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.answers import Answer, Block, Citation, Figure, Kind, Name, Paragraph, Part, Sentence
from bot.intents import Intent, IntentKind
from bot.understanding.names import Mention
from knowledge.specs import GpuSpec

CARD_TOML = """\
[[card]]
name = "GeForce RTX 3090"
slug = "rtx-3090"
family = "RTX 3090"
aliases = ["3090"]
vendor = "NVIDIA"
architecture = "Ampere"
market = "desktop"
memory_gb = 24
memory_bandwidth_gb_s = 936
verified = "yes"
[card.sources]
sheet = ["memory_gb", "memory_bandwidth_gb_s"]
[card.absent]
"not found" = [
  "memory_bus_bits", "memory_rate_gbps", "compute_units", "matrix_units", "shader_units",
  "boost_clock_mhz", "l2_cache_mb", "fp64_tflops", "fp32_tflops", "fp16_vector_tflops",
  "tf32_matrix_tflops", "fp16_matrix_fp32acc_tflops", "fp16_matrix_fp16acc_tflops", "bf16_matrix_tflops",
  "int8_matrix_tops", "int4_matrix_tops", "sparsity_factor", "tdp_w", "slots", "length_mm",
  "psu_recommended_w", "pcie_generation", "pcie_lanes", "link_gb_s", "launch_price_usd", "memory_type",
  "power_connectors", "link", "form_factor", "cooling", "launch_date", "compute_capability", "chip",
]
"""

_ENGLISH = """\
# Basics

## Memory bandwidth {#bandwidth}

> seed: A
> asks: what is memory bandwidth | why does bandwidth matter

- `bandwidth.what` definition (seed:A): Memory bandwidth is how fast data moves, such as 1,499 GB/s.
- `bandwidth.why` reason (sheet): Training reads weights again and again, so bandwidth decides its speed.

## Video memory {#vram}

> asks: what is vram

- `vram.what` definition (sheet): Video memory holds the weights of a network.
- `vram.limit` limit (sheet): A network that does not fit into video memory does not train.
"""
_VIETNAMESE = """\
# Cơ bản

## Băng thông bộ nhớ {#bandwidth}

> asks: băng thông bộ nhớ là gì | sao băng thông lại quan trọng

- `bandwidth.what`: Băng thông bộ nhớ là tốc độ dữ liệu di chuyển, chẳng hạn 1.499 GB/s.
- `bandwidth.why`: Huấn luyện đọc trọng số nhiều lần, nên băng thông quyết định tốc độ.

## Bộ nhớ đồ họa {#vram}

> asks: vram là gì

- `vram.what`: Bộ nhớ đồ họa giữ trọng số của mạng.
- `vram.limit`: Mạng không vừa bộ nhớ đồ họa thì không train được.
"""
_FILES: Mapping[str, str] = {
    "sources/all.toml": '[sheet]\ntitle = "Sheet"\npublisher = "Maker"\nkind = "vendor"\n',
    "guides/en/basics.md": _ENGLISH,
    "guides/vi/basics.md": _VIETNAMESE,
    "gpus/cards.toml": CARD_TOML,
    "glossary.toml": '[[term]]\nen = "memory bandwidth"\nvi = ["băng thông bộ nhớ", "băng thông"]\nkind = "field"\n',
    "boundaries.toml": '[weather]\nen = ["will it rain tomorrow"]\nvi = ["mai trời có mưa không"]\n',
}


def make_gpu(**fields: Any) -> GpuSpec:
    """Return a card with round figures."""
    given: dict[str, Any] = {
        "name": "GeForce RTX 9000",
        "slug": "rtx-9000",
        "family": "RTX 9000",
        "vendor": "NVIDIA",
        "architecture": "Ampere",
        "market": "desktop",
        "memory_gb": 24,
        "memory_bandwidth_gb_s": 900,
        "tdp_w": 300,
    }
    return GpuSpec(**(given | fields))


def write_knowledge(folder: Path) -> Path:
    """Write a guide of two sections, one card, one term and one boundary."""
    for name, text in _FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def make_figure(value: float = 936, **fields: Any) -> Figure:
    """Return the memory bandwidth of the RTX 3090, or what *fields* say."""
    given: dict[str, Any] = {"unit": "GB/s", "kind": Kind.VENDOR, "citation": "gpu:rtx-3090#memory_bandwidth_gb_s"}
    return Figure(value=value, **(given | fields))


def make_sentence(*parts: Part, cites: tuple[str, ...] = ()) -> Paragraph:
    """Return a paragraph of one sentence about the RTX 3090."""
    return Paragraph((Sentence(parts or (Name("RTX 3090"), ": ", make_figure(), "."), cites),))


def make_answer(*blocks: Block, **fields: Any) -> Answer:
    """Return an answer about the memory bandwidth of the RTX 3090."""
    given: dict[str, Any] = {
        "question": "bandwidth of the 3090?",
        "language": "en",
        "intent": IntentKind.SPEC,
        "citations": (make_citation(),),
        "gpus": ("GeForce RTX 3090",),
        "cards": ("rtx-3090",),
        "fields": ("memory_bandwidth_gb_s",),
    }
    return Answer(blocks=blocks or (make_sentence(),), **(given | fields))


def make_citation(identifier: str = "gpu:rtx-3090#memory_bandwidth_gb_s") -> Citation:
    """Return what a footnote opens."""
    return Citation(id=identifier, title="a title", quote="a quote", source="a source", url=None)


def make_intent(*slugs: str, **fields: Any) -> Intent:
    """Return the intent of a question about the cards named."""
    mentions = (Mention(text="a card", slugs=slugs),) if slugs else ()
    given: dict[str, Any] = {"kind": IntentKind.SPEC, "language": "en", "text": "a question", "mentions": mentions}
    return Intent(**(given | fields))
