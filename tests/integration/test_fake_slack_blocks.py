"""What the loopback Slack shows and refuses to lay out, as the real client library sees it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import MINH, Channel, FakeSlack
from tests.makers_slack import (
    make_actions,
    make_button,
    make_chart,
    make_client,
    make_confirm,
    make_data_table,
    make_section,
    make_table,
    make_text,
)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as server:
        yield server


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return make_client(slack)


@pytest.fixture
def lab(slack: FakeSlack) -> Channel:
    return slack.channel("lab", MINH)


def header(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": "header", "text": make_text(text, kind)}


def image(**fields: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a chart"} | fields


ACCEPTED: dict[str, list[dict[str, Any]]] = {
    "50 blocks": [make_section("x")] * 50,
    "a section of 3000": [make_section("x" * 3000)],
    "10 fields of 1000": [{"type": "section", "fields": [make_text("x" * 1000)] * 10}],
    "a header of 150": [header("x" * 150)],
    "10 context texts": [{"type": "context", "elements": [make_text("x")] * 10}],
    "25 buttons": [make_actions(*(make_button(action_id=f"a{n}") for n in range(25)))],
    "a button as long as can be": [
        make_actions(make_button("x" * 75, "a" * 255, value="v" * 2000, confirm=make_confirm(title="x" * 100)))
    ],
    "a markdown block of 12000": [{"type": "markdown", "text": "x" * 12_000}],
    "a table of 100 rows and 20 columns": [make_table(100, 20)],
    "a table of 10000 characters": [make_table(10, 10, "x" * 100)],
    "a data table of 101 rows": [make_data_table(101, page_size=100)],
    "two charts of 20 categories": [make_chart(20, 6), make_chart(1)],
    "an image": [image(alt_text="x" * 2000)],
    "a divider": [{"type": "divider"}],
}
REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "51 blocks": ([make_section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "a section of 3001": ([make_section("x" * 3001)], "must be less than 3001 characters"),
    "an empty section": ([make_section("")], "must be more than 0 characters"),
    "a section without text": ([{"type": "section"}], "missing required field: text"),
    "11 fields": ([{"type": "section", "fields": [make_text("x")] * 11}], "no more than 10 items allowed"),
    "a field of 2001": ([{"type": "section", "fields": [make_text("x" * 2001)]}], "must be less than 2001"),
    "a header of 151": ([header("x" * 151)], "must be less than 151 characters"),
    "a header in mrkdwn": ([header("x", "mrkdwn")], "unsupported type: mrkdwn"),
    "11 context texts": ([{"type": "context", "elements": [make_text("x")] * 11}], "no more than 10 items"),
    "26 buttons": ([make_actions(*(make_button(action_id=f"a{n}") for n in range(26)))], "no more than 25 items"),
    "a label of 76": ([make_actions(make_button("x" * 76))], "must be less than 76 characters"),
    "a value of 2001": ([make_actions(make_button(value="x" * 2001))], "must be less than 2001 characters"),
    "an action_id of 256": ([make_actions(make_button(action_id="x" * 256))], "must be less than 256 characters"),
    "one action_id twice": ([make_actions(make_button(), make_button())], "`action_id` must be unique"),
    "a confirm title of 101": (
        [make_actions(make_button(confirm=make_confirm(title="x" * 101)))],
        "must be less than 101 characters",
    ),
    "a confirm text of 301": ([make_actions(make_button(confirm=make_confirm(text="x" * 301)))], "less than 301"),
    "a confirm button of 31": ([make_actions(make_button(confirm=make_confirm(deny="x" * 31)))], "less than 31"),
    "a table of 101 rows": ([make_table(101)], "no more than 100 items allowed"),
    "a table of 21 columns": ([make_table(1, 21)], "no more than 20 items allowed"),
    "a table of too many characters": ([make_table(1, 2, "x" * 5001)], "must be less than 10001 characters"),
    "an empty cell": ([make_table(1, 1, "")], "must be more than 0 characters"),
    "two tables": ([make_table(), make_table()], "only_one_table_allowed"),
    "a data table without caption": ([make_data_table(caption="")], "must be more than 0 characters"),
    "a data table with no rows": ([make_data_table(1)], "no fewer than 2 items allowed"),
    "a data table of 102 rows": ([make_data_table(102)], "no more than 101 items allowed"),
    "a data table of 101 a page": ([make_data_table(page_size=101)], "must be between 1 and 100"),
    "a chart title of 51": ([make_chart(title="x" * 51)], "must be less than 51 characters"),
    "a chart label of 21": ([make_chart(label="x" * 20)], "must be less than 21 characters"),
    "21 categories": ([make_chart(21)], "no more than 20 items allowed"),
    "7 series": ([make_chart(series=7)], "no more than 6 items allowed"),
    "three charts": ([make_chart()] * 3, "no more than 2 data_visualization blocks allowed"),
    "an image without words": ([image(alt_text="")], "must be more than 0 characters"),
    "an image with too many": ([image(alt_text="x" * 2001)], "must be less than 2001 characters"),
    "one block_id twice": ([make_section(block_id="a"), make_section(block_id="a")], "`block_id` must be unique"),
    "an unknown block": ([{"type": "nope"}], "unsupported type: nope"),
    "an alert outside a modal": ([{"type": "alert"}], "unsupported type: alert"),
}


@pytest.mark.parametrize("blocks", ACCEPTED.values(), ids=ACCEPTED)
async def test_blocks_are_shown(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel, blocks: list[dict[str, Any]]
) -> None:
    await client.chat_postMessage(channel=lab.id, text="twin", blocks=blocks)

    assert [block["type"] for block in slack.messages(lab)[0].blocks] == [block["type"] for block in blocks]
    assert slack.warnings == []


@pytest.mark.parametrize(("blocks", "reason"), REFUSED.values(), ids=REFUSED)
async def test_blocks_are_refused(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel, blocks: list[dict[str, Any]], reason: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=lab.id, text="twin", blocks=blocks)

    assert caught.value.response["error"] == "invalid_blocks"
    assert reason in caught.value.response["response_metadata"]["messages"][0]
    assert slack.messages(lab) == []


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "markdown", "text": "x" * 6001}, {"type": "markdown", "text": "x" * 6000}],
        [make_section("x" * 2900)] * 5,
    ],
    ids=["markdown over 12000", "13200 in all"],
)
async def test_too_much_text_over_all_blocks_is_refused(
    client: AsyncWebClient, lab: Channel, blocks: list[dict[str, Any]]
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=lab.id, text="twin", blocks=blocks)

    assert caught.value.response["error"] == "msg_blocks_too_long"


async def test_blocks_without_a_text_are_shown_and_noted(
    slack: FakeSlack, client: AsyncWebClient, lab: Channel
) -> None:
    with pytest.warns(UserWarning, match="top-level `text`"):
        await client.chat_postMessage(channel=lab.id, blocks=[make_section()])

    assert slack.messages(lab)[0].text == ""
    assert [warning.partition(":")[0] for warning in slack.warnings] == ["chat.postMessage"]


async def test_a_home_tab_takes_a_hundred_blocks_and_no_more(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.know(MINH)
    await client.views_publish(user_id=MINH.id, view={"type": "home", "blocks": [make_section("x")] * 100})
    with pytest.raises(SlackApiError) as caught:
        await client.views_publish(user_id=MINH.id, view={"type": "home", "blocks": [make_section("x")] * 101})

    assert caught.value.response["error"] == "invalid_arguments"
    assert "no more than 100 items" in caught.value.response["response_metadata"]["messages"][0]
    assert [len(view.blocks) for view in slack.views(MINH)] == [100]
