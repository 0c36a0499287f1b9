"""Which blocks Slack takes: kinds, lengths and counts."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.slack.data_blocks import check_chart, check_data_table, check_table
from tests.fakes.slack.elements import check_element, check_label
from tests.fakes.slack.refusals import Refusal, invalid
from tests.fakes.slack.rules import Problem, check_items, check_length, check_text

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MARKDOWN, ALL_TEXT = 12_000, 13_200
CHARTS, TABLES = 2, 1
WORDS = ("text", "caption", "title", "alt_text", "label", "description")

Block = dict[str, Any]


def check_message_blocks(blocks: Any) -> tuple[Block, ...]:
    """Return the blocks of a message, or refuse them."""
    found = _listed(blocks, "invalid_blocks_format")
    try:
        check_items(found, MESSAGE_BLOCKS, "/blocks")
        _check_all(found, "/blocks", MESSAGE)
    except Problem as problem:
        raise invalid("invalid_blocks", str(problem)) from None
    check_total(found)
    return tuple(found)


def check_view(view: Any, kind: str) -> None:
    """Refuse a modal or Home tab that Slack would not show."""
    if not isinstance(view, dict):
        raise invalid("invalid_arguments", "must be an object [json-pointer:/view]")
    try:
        _check_view(view, kind)
    except Problem as problem:
        raise invalid("invalid_arguments", str(problem)) from None


def check_total(blocks: list[Block]) -> None:
    """Refuse a message whose blocks hold too much text between them."""
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN or sum(map(len, words_of(blocks))) > ALL_TEXT:
        raise Refusal("msg_blocks_too_long")


def words_of(value: Any) -> Iterator[str]:
    """Yield every text that is shown to people."""
    if isinstance(value, dict):
        for name, inside in value.items():
            if isinstance(inside, str) and name in WORDS:
                yield inside
            elif not isinstance(inside, str):
                yield from words_of(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from words_of(inside)


def _check_view(view: Block, kind: str) -> None:
    if view.get("type") != kind:
        raise Problem(f"must be of type {kind}", "/view/type")
    if kind == "modal":
        check_label(view.get("title"), 24, "/view/title")
        for name in ("submit", "close"):
            if name in view:
                check_label(view[name], 24, f"/view/{name}")
    for name, most in (("callback_id", 255), ("private_metadata", 3000), ("external_id", 255)):
        check_length(view.get(name, ""), 0, most, f"/view/{name}")
    blocks = _listed(view.get("blocks"), "invalid_arguments")
    check_items(blocks, VIEW_BLOCKS, "/view/blocks")
    _check_all(blocks, "/view/blocks", VIEW)
    if any(block["type"] == "input" for block in blocks) and kind == "modal" and "submit" not in view:
        raise Problem("submit is required when an input is in blocks", "/view")


def _listed(blocks: Any, error: str) -> list[Block]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refusal(error)
    return blocks


def _check_all(blocks: list[Block], place: str, known: dict[str, Callable[[Block, str], None]]) -> None:
    for number, block in enumerate(blocks):
        here = f"{place}/{number}"
        if block.get("type") not in known:
            raise Problem(f"unsupported type: {block.get('type')}", f"{here}/type")
        check_length(block.get("block_id", ""), 0, 255, f"{here}/block_id")
        known[block["type"]](block, here)
    names = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(set(names)) < len(names):
        raise Problem("`block_id` must be unique", place)
    tables = sum(block["type"] == "table" for block in blocks)
    if tables > TABLES:
        raise Problem("only_one_table_allowed", place)
    if sum(block["type"] == "data_visualization" for block in blocks) > CHARTS:
        raise Problem(f"no more than {CHARTS} data_visualization blocks allowed", place)
    for block in blocks:
        own = [element["action_id"] for element in _elements(block) if "action_id" in element]
        if len(set(own)) < len(own):
            raise Problem("`action_id` must be unique within a block", place)


def _elements(block: Block) -> list[Block]:
    return [element for element in block.get("elements") or () if isinstance(element, dict)]


def _check_section(block: Block, place: str) -> None:
    if not block.get("text") and not block.get("fields"):
        raise Problem("missing required field: text", place)
    if "text" in block:
        check_text(block["text"], 1, 3000, f"{place}/text")
    if "fields" in block:
        check_items(block["fields"], 10, f"{place}/fields", least=1)
        for number, text in enumerate(block["fields"]):
            check_text(text, 1, 2000, f"{place}/fields/{number}")
    if "accessory" in block:
        check_element(block["accessory"], f"{place}/accessory")


def _check_header(block: Block, place: str) -> None:
    check_label(block.get("text"), 150, f"{place}/text")


def _check_context(block: Block, place: str) -> None:
    check_items(block.get("elements"), 10, f"{place}/elements", least=1)
    for number, element in enumerate(block["elements"]):
        here = f"{place}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_element(element, here)
        else:
            check_text(element, 1, 3000, here)


def _check_actions(block: Block, place: str, most: int = 25) -> None:
    check_items(block.get("elements"), most, f"{place}/elements", least=1)
    for number, element in enumerate(block["elements"]):
        check_element(element, f"{place}/elements/{number}")


def _check_context_actions(block: Block, place: str) -> None:
    _check_actions(block, place, 5)
    for number, element in enumerate(block["elements"]):
        if element["type"] not in {"feedback_buttons", "icon_button"}:
            raise Problem(f"unsupported type: {element['type']}", f"{place}/elements/{number}/type")


def _check_image(block: Block, place: str) -> None:
    check_length(block.get("alt_text"), 1, 2000, f"{place}/alt_text")
    if "slack_file" not in block:
        check_length(block.get("image_url"), 1, 3000, f"{place}/image_url")
    if "title" in block:
        check_label(block["title"], 2000, f"{place}/title")


def _check_markdown(block: Block, place: str) -> None:
    if not isinstance(block.get("text"), str) or not block["text"]:
        raise Problem("must be more than 0 characters", f"{place}/text")


def _check_input(block: Block, place: str) -> None:
    check_label(block.get("label"), 2000, f"{place}/label")
    check_element(block.get("element"), f"{place}/element")
    if "hint" in block:
        check_label(block["hint"], 2000, f"{place}/hint")


def _check_rich_text(block: Block, place: str) -> None:
    check_items(block.get("elements"), 1000, f"{place}/elements")
    known = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
    for number, element in enumerate(block["elements"]):
        if not isinstance(element, dict) or element.get("type") not in known:
            raise Problem("unsupported type of rich text", f"{place}/elements/{number}")


def _check_container(block: Block, place: str) -> None:
    check_label(block.get("title"), 150, f"{place}/title")
    if "subtitle" in block:
        check_label(block["subtitle"], 150, f"{place}/subtitle")
    children = _listed(block.get("child_blocks"), "invalid_blocks")
    check_items(children, 10, f"{place}/child_blocks", least=1)
    _check_all(children, f"{place}/child_blocks", MESSAGE)


def _take(block: Block, place: str) -> None:
    """Take a block whose inside is not looked at."""


MESSAGE: dict[str, Callable[[Block, str], None]] = {
    "section": _check_section,
    "header": _check_header,
    "divider": _take,
    "context": _check_context,
    "actions": _check_actions,
    "context_actions": _check_context_actions,
    "image": _check_image,
    "markdown": _check_markdown,
    "rich_text": _check_rich_text,
    "table": check_table,
    "data_table": check_data_table,
    "data_visualization": check_chart,
    "container": _check_container,
    "task_card": _take,
    "plan": _take,
}
VIEW = {name: check for name, check in MESSAGE.items() if name not in {"task_card", "plan", "markdown"}} | {
    "input": _check_input,
    "alert": _take,
}
