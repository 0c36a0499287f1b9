"""Which interactive elements Slack takes."""

from typing import Any

from tests.fakes.slack.rules import Problem, check_items, check_length, check_plain, check_text

check_label = check_plain
SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
INPUTS = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"})
CHOICES = frozenset({"checkboxes", "radio_buttons", "overflow"})
CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
MOST_OPTIONS = {"checkboxes": 10, "radio_buttons": 10, "overflow": 5}
STYLES = {"primary", "danger"}


def check_element(element: Any, place: str) -> None:
    """Check one element of an actions block, accessory or input."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind == "image":
        check_length(element.get("alt_text"), 1, 2000, f"{place}/alt_text")
        if "slack_file" not in element:
            check_length(element.get("image_url"), 1, 3000, f"{place}/image_url")
        return
    check_length(element.get("action_id", "-") if isinstance(element, dict) else None, 1, 255, f"{place}/action_id")
    if "confirm" in element:
        _check_confirm(element["confirm"], f"{place}/confirm")
    if kind == "button":
        _check_button(element, place)
    elif kind == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            _check_button(element.get(name), f"{place}/{name}")
    elif kind == "icon_button":
        check_plain(element.get("text"), 75, f"{place}/text")
    elif kind in SELECTS | CHOICES:
        _check_options(element, place, MOST_OPTIONS.get(kind, 100))
    elif kind not in INPUTS | PICKERS | {"file_input", "workflow_button"}:
        raise Problem(f"unsupported type: {kind}", f"{place}/type")


def _check_button(button: Any, place: str) -> None:
    if not isinstance(button, dict):
        raise Problem("must be an object", place)
    check_plain(button.get("text"), 75, f"{place}/text")
    check_length(button.get("value", ""), 0, 2000, f"{place}/value")
    check_length(button.get("url", ""), 0, 3000, f"{place}/url")
    check_length(button.get("accessibility_label", ""), 0, 75, f"{place}/accessibility_label")
    if button.get("style", "primary") not in STYLES:
        raise Problem("unsupported style", f"{place}/style")


def _check_options(element: dict[str, Any], place: str, most: int) -> None:
    if "placeholder" in element:
        check_plain(element["placeholder"], 150, f"{place}/placeholder")
    if element["type"].endswith("static_select") and "option_groups" in element:
        check_items(element["option_groups"], 100, f"{place}/option_groups", least=1)
        return
    if element["type"] not in {"static_select", "multi_static_select", *CHOICES}:
        return
    check_items(element.get("options"), most, f"{place}/options", least=1)
    for number, option in enumerate(element["options"]):
        here = f"{place}/options/{number}"
        check_text(option.get("text"), 1, 75, f"{here}/text")
        check_length(option.get("value"), 1, 150, f"{here}/value")
    initial = element.get("initial_option")
    if initial is not None and initial not in element["options"]:
        raise Problem("initial_option must be one of the options", f"{place}/initial_option")


def _check_confirm(confirm: Any, place: str) -> None:
    if not isinstance(confirm, dict):
        raise Problem("must be an object", place)
    for name, most in CONFIRM.items():
        check_text(confirm.get(name), 1, most, f"{place}/{name}")
    if confirm.get("style", "primary") not in STYLES:
        raise Problem("unsupported style", f"{place}/style")
