"""What Slack takes: a table of Block Kit's limits, and what of a payload is over them. Pure.

Pages are below https://docs.slack.dev/reference/block-kit; "SDK" is `slack_sdk.models` 3.47.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from bot.rendering.slack_table_limits import chart_problems, table_problems
from bot.rendering.telegram_markup import utf16_units

Surface = Literal["message", "modal", "home"]
Payload = Sequence[Mapping[str, Any]]

BLOCKS = {"message": 50, "modal": 100, "home": 100}  # /blocks
SECTION = 3000  # /blocks/section-block, SDK: text
FIELDS, FIELD = 10, 2000  # /blocks/section-block, SDK
HEADER = 150  # /blocks/header-block, SDK: plain_text only
CONTEXT, ACTIONS, CONTEXT_ACTIONS = 10, 25, 5  # SDK: elements of each
TEXT_OBJECT = 3000  # /composition-objects/text-object, SDK
BUTTON, VALUE, ACTION_ID, SPOKEN = 75, 2000, 255, 75  # SDK: label, value, action_id, accessibility_label
BLOCK_ID = 255  # /blocks
CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}  # SDK: ConfirmObject
MARKDOWN = 12_000  # /blocks/markdown-block: of all of them in a payload together
TOTAL = 13_000  # slackapi/bolt-js#2509: near 13 200 characters of text Slack says msg_blocks_too_long
TEXT = 40_000  # chat.postMessage: cut there
ALT, IMAGE_URL, IMAGE_TITLE = 2000, 3000, 2000  # SDK: ImageBlock
TABLES, CHARTS = 1, 2  # /blocks/table-block; charts: vercel/chat adapter-slack limits.ts, undocumented
LABEL, HINT, PLACEHOLDER, OPTION, OPTIONS = 2000, 2000, 150, 75, 100  # SDK: InputBlock, Option, SelectElement
_ACTING = frozenset({"button", "feedback_buttons", "icon_button", "static_select"})
_INPUTS = frozenset({"static_select", "plain_text_input", "number_input"})
_TABLES = frozenset({"table", "data_table"})
_HOLDING = {"context": CONTEXT, "actions": ACTIONS, "context_actions": CONTEXT_ACTIONS}


def problems(blocks: Payload, text: str, surface: Surface = "message") -> tuple[str, ...]:
    """Return what Slack would refuse or cut in a payload, a sentence each; none where it takes it as it is."""
    found = list(_message(blocks, text, surface))
    for number, block in enumerate(blocks):
        found += [f"block {number}, {block.get('type')}: {problem}" for problem in _block(block, surface)]
    return tuple(found)


def texts_of(node: Any) -> Iterator[str]:
    """Yield every text that is shown or read out, in order."""
    match node:
        case {"text": str() as text}:
            yield text
        case Mapping():
            for key, value in node.items():
                if key in {"caption", "title", "alt_text", "label", "name"} and isinstance(value, str):
                    yield value
                elif isinstance(value, Mapping | list | tuple):
                    yield from texts_of(value)
        case list() | tuple():
            for item in node:
                yield from texts_of(item)
        case _:
            pass


def _message(blocks: Payload, text: str, surface: Surface) -> Iterator[str]:
    if surface == "message" and not text.strip():
        yield "no text for notifications and screen readers"
    if utf16_units(text) > TEXT:
        yield f"text over {TEXT}"
    if len(blocks) > BLOCKS[surface]:
        yield f"{len(blocks)} blocks, {BLOCKS[surface]} allowed"
    kinds = [block.get("type") for block in blocks]
    if sum(kind in _TABLES for kind in kinds) > TABLES:
        yield "more than one table"
    if kinds.count("data_visualization") > CHARTS:
        yield f"more than {CHARTS} charts"
    if sum(utf16_units(block.get("text", "")) for block in blocks if block.get("type") == "markdown") > MARKDOWN:
        yield f"markdown over {MARKDOWN} in all"
    if surface == "message" and sum(map(utf16_units, texts_of(list(blocks)))) >= TOTAL:
        yield f"{TOTAL} characters or more in all blocks"
    names = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(names)) < len(names):
        yield "a block_id twice"


def _block(block: Mapping[str, Any], surface: Surface) -> Iterator[str]:
    if len(block.get("block_id", "")) > BLOCK_ID:
        yield f"block_id over {BLOCK_ID}"
    kind = block.get("type")
    if kind in _HOLDING:
        yield from _elements(block, _HOLDING[kind])
        return
    match kind:
        case "section":
            yield from _section(block)
        case "header":
            yield from _said(block.get("text"), HEADER, "text", kinds=("plain_text",))
        case "markdown":
            yield from _length(block.get("text", ""), MARKDOWN, "text")
        case "image":
            yield from _image(block)
        case "table" | "data_table":
            yield from table_problems(block)
        case "data_visualization":
            yield from chart_problems(block)
        case _:
            yield from _rare(block, surface)


def _rare(block: Mapping[str, Any], surface: Surface) -> Iterator[str]:
    if block.get("type") == "input" and surface != "message":
        yield from _input(block)
    elif block.get("type") != "divider":
        yield "unknown here"


def _section(block: Mapping[str, Any]) -> Iterator[str]:
    fields = block.get("fields", ())
    if "text" not in block and not fields:
        yield "neither text nor fields"
    if "text" in block:
        yield from _said(block["text"], SECTION, "text")
    if len(fields) > FIELDS:
        yield f"{len(fields)} fields, {FIELDS} allowed"
    for field in fields:
        yield from _said(field, FIELD, "field")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _elements(block: Mapping[str, Any], most: int) -> Iterator[str]:
    elements = block.get("elements", ())
    if not 0 < len(elements) <= most:
        yield f"{len(elements)} elements, 1 to {most} allowed"
    for element in elements:
        yield from _element(element)
    ids = [element["action_id"] for element in elements if "action_id" in element]
    if len(set(ids)) < len(ids):
        yield "an action_id twice"


def _element(element: Mapping[str, Any]) -> Iterator[str]:
    kind = element.get("type")
    if kind in _ACTING:
        yield from _length(element.get("action_id", ""), ACTION_ID, "action_id")
    match kind:
        case "mrkdwn" | "plain_text":
            yield from _said(element, TEXT_OBJECT, "text")
        case "image":
            yield from _image(element)
        case "button":
            yield from _button(element)
        case "feedback_buttons":
            for side in ("positive_button", "negative_button"):
                yield from _button(element.get(side, {}))
        case "static_select" | "plain_text_input" | "number_input":
            yield from _choice(element)
        case _:
            yield f"unknown element {kind}"


def _button(element: Mapping[str, Any]) -> Iterator[str]:
    yield from _said(element.get("text"), BUTTON, "label", kinds=("plain_text",))
    if "value" in element:
        yield from _length(element["value"], VALUE, "value")
    if "accessibility_label" in element:
        yield from _length(element["accessibility_label"], SPOKEN, "accessibility_label")
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"unknown style {element['style']}"
    if "confirm" in element:
        for name, most in CONFIRM.items():
            yield from _said(element["confirm"].get(name), most, f"confirm {name}")


def _input(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _said(block.get("label"), LABEL, "label", kinds=("plain_text",))
    if "hint" in block:
        yield from _said(block["hint"], HINT, "hint", kinds=("plain_text",))
    element = block.get("element", {})
    if element.get("type") not in _INPUTS:
        yield f"unknown input {element.get('type')}"
    yield from _length(element.get("action_id", ""), ACTION_ID, "action_id")
    yield from _choice(element)


def _choice(element: Mapping[str, Any]) -> Iterator[str]:
    if "placeholder" in element:
        yield from _said(element["placeholder"], PLACEHOLDER, "placeholder", kinds=("plain_text",))
    if element.get("type") != "static_select":
        return
    options = element.get("options", ())
    if not 0 < len(options) <= OPTIONS:
        yield f"{len(options)} options, 1 to {OPTIONS} allowed"
    for option in options:
        yield from _said(option.get("text"), OPTION, "option")
        yield from _length(option.get("value", ""), OPTION, "option's value")
    if "initial_option" in element and element["initial_option"] not in options:
        yield "an initial option that is none of the options"


def _image(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _length(block.get("alt_text", ""), ALT, "alt_text")
    if "image_url" in block:
        yield from _length(block["image_url"], IMAGE_URL, "image_url")
    elif "slack_file" not in block:
        yield "no picture"
    if "title" in block:
        yield from _said(block["title"], IMAGE_TITLE, "title", kinds=("plain_text",))


def _said(node: Any, most: int, name: str, kinds: Sequence[str] = ("mrkdwn", "plain_text")) -> Iterator[str]:
    if not isinstance(node, Mapping) or node.get("type") not in kinds:
        yield f"{name} is no {' or '.join(kinds)}"
    else:
        yield from _length(node.get("text", ""), most, name)


def _length(text: str, most: int, name: str) -> Iterator[str]:
    if not text.strip():
        yield f"{name} is empty"
    if utf16_units(text) > most:
        yield f"{name} over {most}"
