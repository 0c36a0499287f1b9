"""Says whether a card's tensor cores take a number format, by its sheet. Pure."""

import re

from bot.answering.cards import cell_id, short_name, value_of, value_part
from bot.answering.phrasing import sentence
from bot.answers import Name, Sentence
from bot.texts import texts
from knowledge.absence import Absence
from knowledge.specs import GpuSpec
from retrieval.words import fold

#: What each format is called, by the field of its rate.
_FORMATS = {
    "tf32_matrix_tflops": "TF32",
    "fp16_matrix_fp32acc_tflops": "FP16",
    "bf16_matrix_tflops": "BF16",
    "fp8_matrix_fp32acc_tflops": "FP8",
    "fp4_matrix_tflops": "FP4",
    "int8_matrix_tops": "INT8",
    "int4_matrix_tops": "INT4",
}
_ASKS = re.compile(
    r"\b(?:supports?|supported|supporting|handles?|capable|ho tro)\b"
    r"|\b(?:does|do)\b.*\bhave\b|\bco\b.*\b(?:khong|ko|k)\b"
)


def format_sentence(card: GpuSpec, field: str, question: str, language: str) -> Sentence | None:
    """Return whether *card* takes the number format of *field*, yes or no first where *question* asks that.

    None where the field is no format's, where only its rate is asked for, or where the sheet does not decide it.
    """
    if field not in _FORMATS:
        return None
    name, format_name = Name(short_name(card)), Name(_FORMATS[field])
    units = texts(language).say("spec.units_nvidia" if card.vendor == "NVIDIA" else "spec.units_other")
    asks, value = bool(_ASKS.search(fold(question))), value_part(card, field, language)
    if value is not None:
        cites = (cell_id(card, field),)
        yes = sentence(
            language, "spec.format_yes", cites=cites, units=units, value=value, name=name, format=format_name
        )
        return yes if asks else None
    is_decided = card.absent.get(field) == Absence.NOT_APPLICABLE
    if not is_decided or (field.startswith("bf16") and value_of(card, "bf16_hardware")):
        return None
    key = "spec.format_no" if asks else "spec.format_none"
    return sentence(language, key, units=units, name=name, format=format_name)
