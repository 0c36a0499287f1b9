"""What the bot writes in Slack, as contents of the outbox."""

import pytest

from bot.answering.measured import answer_measured
from bot.benching.drawing import chart_after
from bot.platforms.slack.content import Content, read_content
from bot.platforms.slack.dialect import SlackDialect, notice_of, text_content
from bot.rendering.bars import Chart
from bot.rendering.slack_limits import problems
from tests.unit.test_measured import make_result


def kinds(content: Content) -> list[list[str]]:
    """Return the kinds of blocks of each form, those that are text left out."""
    return [[block["type"] for block in form if block["type"] != "section"] for form in content.forms]


def result_content(chart: Chart | None, picture: bytes | None = None) -> Content:
    answer = answer_measured("", "en", make_result("abc"))
    assert answer is not None
    (data,) = SlackDialect().of_result(answer, picture, chart)
    return read_content(data)


def test_a_result_is_a_table_with_a_chart_and_pictures_for_its_plainest_form() -> None:
    chart = chart_after(make_result("abc"), (), "en")
    content = result_content(chart, b"png")

    assert kinds(content) == [
        ["data_table", "data_visualization"],
        ["table", "data_visualization"],
        ["data_visualization"],
        [],
    ]
    assert [picture.name for picture in content.pictures] == ["chart.png"]
    assert "Throughput of r-abc as the run went on" in content.text
    assert [found for form in content.forms for found in problems(form, content.text)] == []


def test_a_result_without_a_chart_keeps_its_table() -> None:
    content = result_content(None)

    assert kinds(content) == [["data_table"], ["table"], []]
    assert content.pictures == ()


@pytest.mark.parametrize(("text", "blocks"), [("", 0), ("one", 1), ("x" * 6000, 3)])
def test_a_text_of_any_length_is_a_message(text: str, blocks: int) -> None:
    content = text_content(text)

    assert sum(map(len, content.forms)) == blocks
    assert content.text
    assert [found for form in content.forms for found in problems(form, content.text)] == []


def test_what_stands_in_place_of_an_answer_names_its_question_and_hides_its_content() -> None:
    asked = "2026-11-28T09:12:00+00:00"
    content = notice_of(Content(text="the answer", asked=asked, question="what is VRAM?", language="vi"), 42)

    assert "what is VRAM?" in content.text
    assert "the answer" not in str(content.to_json())
    assert "42" in str(content.controls)
