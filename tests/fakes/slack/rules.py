"""How Slack checks one text or one list, with the words it refuses it in."""

from typing import Any


class Problem(Exception):  # noqa: N818  # not an error of this program
    """What is wrong with a block, and where."""

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(f"{reason} [json-pointer:{place}]")


def check_length(text: Any, least: int, most: int, place: str) -> None:
    if text is None:
        raise Problem(f"missing required field: {place.rpartition('/')[2]}", place.rpartition("/")[0])
    if not isinstance(text, str):
        raise Problem("must be a string", place)
    if len(text) > most:
        raise Problem(f"must be less than {most + 1} characters", place)
    if len(text) < least or (least and not text.strip()):
        raise Problem(f"must be more than {least - 1} characters", place)


def check_items(items: Any, most: int, place: str, *, least: int = 0) -> None:
    if not isinstance(items, list):
        raise Problem("must be an array", place)
    if len(items) > most:
        raise Problem(f"no more than {most} items allowed", place)
    if len(items) < least:
        raise Problem(f"no fewer than {least} items allowed", place)


def check_text(
    text: Any, least: int, most: int, place: str, *, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")
) -> None:
    """Check a text object."""
    if not isinstance(text, dict):
        raise Problem("must be a text object", place)
    if text.get("type") not in kinds:
        raise Problem(f"unsupported type: {text.get('type')}", f"{place}/type")
    check_length(text.get("text"), least, most, f"{place}/text")


def check_plain(text: Any, most: int, place: str) -> None:
    """Check a text object that may not be mrkdwn."""
    check_text(text, 1, most, place, kinds=("plain_text",))
