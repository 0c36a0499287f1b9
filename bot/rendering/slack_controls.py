"""What stands below an answer in Slack: next steps, why, feedback, and how it is judged. Pure."""

from collections.abc import Sequence
from typing import Any

from bot.rendering.slack_buttons import PRESS, Press, button, rows
from bot.texts import texts

#: Verbs of an answer's buttons.
ACT, WHY, SHARE, UP, DOWN = "act", "why", "share", "up", "down"
HELPED, HUMAN, RIGHT, WRONG, REASON = "helped", "human", "right", "wrong", "reason"
#: What can be wrong with an answer.
REASONS = ("wrong", "missed", "unclear", "long")
_MOST_ACTIONS = 8  #: more than an answer suggests; all labels then stay below what an answer leaves room for


def answer_controls(
    actions: Sequence[str], answer_id: str, language: str, *, has_sources: bool, is_private_view: bool
) -> list[dict[str, Any]]:
    """Return the buttons of an answer: one a next step, by its place, and what else can be done; then feedback."""
    say = texts(language).say
    presses = [
        (label, Press(verb=ACT, subject=answer_id, detail=str(place)))
        for place, label in enumerate(actions[:_MOST_ACTIONS])
        if not (has_sources and label == say("actions.why"))  # which has a button anyway
    ]
    if has_sources:
        presses.append((say("actions.why"), Press(verb=WHY, subject=answer_id)))
    if is_private_view:
        presses.append((say("slack.share"), Press(verb=SHARE, subject=answer_id)))
    return [*_row(presses), _feedback(answer_id, language)]


def helped_controls(answer_id: str, language: str) -> list[dict[str, Any]]:
    """Return what whoever asked in a help channel is asked: whether it helped, or a person is needed."""
    return _verbs((HELPED, HUMAN), answer_id, language)


def review_controls(answer_id: str, language: str) -> list[dict[str, Any]]:
    """Return what a reviewer says of an answer that nobody else sees."""
    return _verbs((RIGHT, WRONG), answer_id, language)


def reasons_controls(answer_id: str, language: str) -> list[dict[str, Any]]:
    """Return the buttons that ask what was wrong with an answer."""
    say = texts(language).say
    return _row(
        [(say(f"chats.reasons.{reason}"), Press(verb=REASON, subject=answer_id, detail=reason)) for reason in REASONS]
    )


def _verbs(verbs: Sequence[str], answer_id: str, language: str) -> list[dict[str, Any]]:
    say = texts(language).say
    return _row([(say(f"slack.{verb}"), Press(verb=verb, subject=answer_id)) for verb in verbs])


def _row(presses: Sequence[tuple[str, Press]]) -> list[dict[str, Any]]:
    return rows([button(label, press, place) for place, (label, press) in enumerate(presses)])


def _feedback(answer_id: str, language: str) -> dict[str, Any]:
    say = texts(language).say
    sides = {
        "positive_button": _thumb("👍", say("slack.good"), Press(verb=UP, subject=answer_id)),
        "negative_button": _thumb("👎", say("slack.bad"), Press(verb=DOWN, subject=answer_id)),
    }
    element = {"type": "feedback_buttons", "action_id": f"{PRESS}:feedback", **sides}
    return {"type": "context_actions", "elements": [element]}


def _thumb(sign: str, spoken: str, press: Press) -> dict[str, Any]:
    text = {"type": "plain_text", "text": sign, "emoji": True}
    return {"text": text, "accessibility_label": spoken, "value": press.to_value()}
