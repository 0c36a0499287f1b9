"""What can be pressed in a message or modal, and the action that Slack makes of a press."""

from typing import Any, Protocol

from tests.fakes.slack.world import Block, label_of, pressable

SINGLE = frozenset({"static_select", "radio_buttons", "overflow"})
MANY = frozenset({"multi_static_select", "checkboxes"})
TOLD = ("action_id", "type", "text", "value", "placeholder", "initial_option")


class Pressed(Protocol):
    """A message or a modal; `chosen` holds what was chosen in its menus, by block_id and action_id."""

    chosen: dict[str, dict[str, Any]]

    @property
    def blocks(self) -> tuple[Block, ...]: ...


def find(blocks: tuple[Block, ...], wanted: str, which: int | None = None) -> tuple[str, Block]:
    """Return an element by its label or action_id, with its block_id; *which* of several is to be said."""
    pairs = list(pressable(blocks))
    found = [(block, one) for block, one in pairs if wanted in {label_of(one), one["action_id"]}]
    if not found:
        raise LookupError(f"{wanted!r} is none of {[label_of(one) or one['action_id'] for _, one in pairs]}")
    if len(found) > 1 and which is None:
        raise LookupError(f"{len(found)} elements are called {wanted!r}: say which=0 to {len(found) - 1}")
    return found[which or 0]


def ask(element: Block, *, confirmed: bool) -> None:
    """Refuse a press that skips the question which the element asks first, or answers one that it does not ask."""
    asks = "confirm" in element
    if asks and not confirmed:
        raise LookupError(
            f"{label_of(element)!r} asks {element['confirm']['title']['text']!r} first: say confirmed=True"
        )
    if confirmed and not asks:
        raise LookupError(f"{label_of(element)!r} asks nothing before it acts")


def select(element: Block, *wanted: str) -> dict[str, Any]:
    """Return what an action says of the chosen options, each named by its text or its value."""
    groups = [group["options"] for group in element.get("option_groups", ())]
    options = [*element.get("options", ()), *(option for group in groups for option in group)]
    known = {name: option for option in options for name in (option["text"]["text"], option["value"])}
    if missing := [name for name in wanted if name not in known]:
        raise LookupError(f"{missing} are none of {[option['text']['text'] for option in options]}")
    if element["type"] in MANY:
        return {"selected_options": [known[name] for name in wanted]}
    if element["type"] not in SINGLE or len(wanted) != 1:
        raise LookupError(f"{element['type']} takes no such choice")
    return {"selected_option": known[wanted[0]]}


def action(block_id: str, element: Block, action_ts: str, **more: Any) -> dict[str, Any]:
    """Return one entry of `actions`."""
    told = {name: element[name] for name in TOLD if name in element}
    return told | {"block_id": block_id, "action_ts": action_ts} | more


def state(pressed: Pressed) -> dict[str, Any]:
    """Return `state.values`: every menu with what is chosen in it now, or chosen for a start."""
    values: dict[str, dict[str, Any]] = {}
    for block_id, element in pressable(pressed.blocks):
        kind = element["type"]
        if kind in MANY or (kind in SINGLE and kind != "overflow"):
            start = ("selected_options", "initial_options") if kind in MANY else ("selected_option", "initial_option")
            begun = {start[0]: element.get(start[1], [] if kind in MANY else None)}
            now = pressed.chosen.get(block_id, {}).get(element["action_id"], begun)
            values.setdefault(block_id, {})[element["action_id"]] = {"type": kind} | now
    return {"values": values}
