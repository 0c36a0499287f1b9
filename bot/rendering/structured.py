"""An answer as the JSON object that `ask --json` promises; its keys are stable."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.answers import Answer, Figure, Given, Kind, Quote
from bot.rendering.numbers import say_figure
from bot.rendering.plain import to_text

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def to_json(answer: Answer, timings_ms: Mapping[str, float]) -> dict[str, Any]:
    """Return the answer as plain values; footnote [n] of the text is citation n, from 1."""
    return {
        "question": answer.question,
        "language": answer.language,
        "intent": str(answer.intent),
        "answer": to_text(answer),
        "abstained": answer.abstained,
        "question_back": answer.question_back,
        "confidence": round(answer.confidence, 3),
        "citations": [
            {"id": item.id, "title": item.title, "quote": item.quote, "source": item.source, "url": item.url}
            for item in answer.citations
        ],
        "gpus": list(answer.gpus),
        "numbers": list(_numbers(answer)),
        "timings_ms": dict(timings_ms),
    }


def _numbers(answer: Answer) -> Iterator[dict[str, Any]]:
    for part in answer.parts():
        match part:
            case Figure(kind=kind, citation=citation):
                yield {"text": say_figure(part, answer.language), "kind": str(kind), "citation": citation}
            case Quote(statement=statement, text=text):
                for number in _NUMBER.findall(text):
                    yield {"text": number, "kind": str(Kind.GUIDE), "citation": f"guide:{statement}"}
            case Given(text=text):
                for number in _NUMBER.findall(text):
                    yield {"text": number, "kind": str(Kind.GIVEN), "citation": None}
            case _:
                pass
