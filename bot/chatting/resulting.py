"""What a benchmark found, as messages: its table and chart, its record, how it stands beside the one before."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bot.answering.measured import answer_measured
from bot.answers import Answer
from bot.benching.drawing import bars_of, chart_after
from bot.benching.relating import related_text
from bot.rendering.bars import Chart
from bot.rendering.charts import draw
from bot.texts import texts
from knowledge.errors import GpuwiseError

if TYPE_CHECKING:
    from bot.store.results import Result

Content = Mapping[str, Any]


class ResultDialect(Protocol):
    """How a platform writes results."""

    def of_file(self, name: str, data: bytes, caption: str) -> Content:
        """Return a message that carries a file."""
        ...

    def of_result(self, answer: Answer, picture: bytes | None, chart: Chart | None) -> Sequence[Content]:
        """Return the messages that show a result: its table, and a chart with its picture where there are both."""
        ...

    def of_chart(self, text: str, picture: bytes | None, chart: Chart | None) -> Content:
        """Return a message of text with a chart."""
        ...


async def end_contents(
    result: "Result", others: "Sequence[Result]", language: str, dialect: ResultDialect
) -> Sequence[Content]:
    """Return what is shown once a run has ended; nothing where nothing was measured."""
    answer = answer_measured("", language, result)
    if answer is None:
        return ()
    chart = chart_after(result, others, language)
    picture = await asyncio.to_thread(drawn, chart) if chart else None
    return dialect.of_result(answer, picture, chart)


async def comparison_content(
    result: "Result", others: "Sequence[Result]", language: str, dialect: ResultDialect
) -> Content:
    """Return how a result stands beside the newest earlier one, as a chart where one can be drawn."""
    text, chart = related_text(result, others, language), bars_of(result, others, language)
    picture = await asyncio.to_thread(drawn, chart) if chart else None
    return dialect.of_chart(text, picture, chart)


def record_content(result: "Result", language: str, dialect: ResultDialect) -> Content:
    """Return the record of a result as a file."""
    data = json.dumps(list(result.records), ensure_ascii=False, indent=1).encode()
    return dialect.of_file(f"{result.id}.json", data, texts(language).say("cards.raw", id=result.id))


def drawn(chart: Chart) -> bytes | None:
    """Return a chart as PNG; None where the extra that draws is not installed."""
    try:
        return draw(chart)
    except GpuwiseError:
        return None
