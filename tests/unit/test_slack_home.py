from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from slack_sdk.models.views import View

from bot.rendering.slack_buttons import Press, read_press
from bot.rendering.slack_home import example_of, to_home
from bot.rendering.slack_limits import problems
from knowledge.library import Library
from knowledge.tables import load_tables
from tests.fakes.slack.blocks import check_view
from tests.makers_prediction import make_reader
from tests.makers_rendering import TEXTS

Jobs = Sequence[tuple[str, str | None]]


def home(language: str = "en", chosen: str | None = None, jobs: Jobs = (), results: Sequence[str] = ()) -> list[Any]:
    """Return the blocks of a Home tab that Slack takes."""
    view = to_home(language, chosen, jobs, results)
    assert problems(view["blocks"], "", "home") == ()
    check_view(view, "home")
    View(**view).to_dict()
    return list(view["blocks"])


def said(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what each block with a text of its own says."""
    return [(block.get("text") or block["elements"][0])["text"] for block in blocks if block["type"] != "actions"]


def element(blocks: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [one for block in blocks for one in block.get("elements", ()) if one["type"] == kind]


def test_it_tells_what_the_bot_can_do_and_that_nothing_runs() -> None:
    assert said(home())[2:] == [
        "My benchmarks",
        "None is queued or running.",
        "Recent results",
        "Nothing was measured yet.",
        "Language",
    ]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_each_example_is_a_button_that_asks_what_stands_on_it(language: str) -> None:
    buttons = element(home(language), "button")
    presses = [read_press(one["value"]) for one in buttons]

    assert [press and example_of(press) for press in presses] == [one["text"]["text"] for one in buttons]
    assert len(buttons) == 4


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_examples_ask_for_what_the_bot_does(library: Library, language: str) -> None:
    reader = make_reader(library, load_tables(library.sources))
    read = [reader.read(one["text"]["text"]) for one in element(home(language), "button")]

    assert {intent.language for intent in read} == {language}
    assert [intent.kind.value for intent in read] == ["explain", "choose", "compare", "memory"]


@pytest.mark.parametrize(
    "press",
    [
        Press(verb="example", subject="en", detail="9"),
        Press(verb="example", subject="fr", detail="0"),
        Press(verb="example", subject="auto", detail="0"),
        Press(verb="example", subject="en", detail="²"),
        Press(verb="example", subject="en"),
        Press(verb="watch", subject="en", detail="0"),
    ],
)
def test_no_other_button_asks_an_example(press: Press) -> None:
    assert example_of(press) is None


def test_a_job_with_a_card_can_be_watched() -> None:
    blocks = home(jobs=[("b-1 · lstm <lab>", "p7"), ("b-2 · gru", None)])
    first, second = (block for block in blocks if block["type"] == "section" and "b-" in block["text"]["text"])

    assert first["text"]["text"] == "b-1 · lstm &lt;lab&gt;"
    assert first["accessory"]["text"]["text"] == "Watch"
    assert read_press(first["accessory"]["value"]) == Press(verb="watch", subject="p7")
    assert "accessory" not in second


def test_long_lists_say_how_much_more_there_is() -> None:
    texts = said(home("vi", jobs=[("job", "p1")] * 23, results=["result"] * 21))

    assert (texts.count("job"), texts.count("result")) == (20, 20)
    assert (texts.count("và 3 mục nữa"), texts.count("và 1 mục nữa")) == (1, 1)


@pytest.mark.parametrize(
    ("chosen", "value"), [(None, "auto"), ("auto", "auto"), ("en", "en"), ("vi", "vi"), ("fr", "auto")]
)
def test_the_language_that_was_chosen_is_shown(chosen: str | None, value: str) -> None:
    (select,) = element(home(chosen=chosen), "static_select")

    assert select["action_id"] == "language"
    assert select["initial_option"]["value"] == value
    assert [option["value"] for option in select["options"]] == ["auto", "en", "vi"]


@settings(deadline=None, derandomize=True, database=None, max_examples=60)
@given(text=TEXTS)
def test_any_lines_are_taken(text: str) -> None:
    home(jobs=[(text, "p1"), (text, None)], results=[text])
