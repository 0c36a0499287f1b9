"""What the buttons under an answer add to it in Slack: what it rests on, and the question why it was bad. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.chatting import verbs
from bot.chatting.pressing import Press
from bot.platforms.slack.content import back_of
from bot.platforms.slack.dialect import reasons_content, why_content
from bot.store.answered import Answered


class SlackMore:
    """Writes what is added to an answer; only whoever presses sees it."""

    def of_more(self, verb: str, found: Answered, press: Press) -> list[Mapping[str, Any]]:
        """Return what an answer rests on; nothing for a verb that Slack's answers have not."""
        if verb != verbs.WHY:
            return []
        return [replace(why_content(found), back=back_of(press.back)).to_json()]

    def of_reasons(self, found: Answered, press: Press) -> Mapping[str, Any]:
        """Return the question what was wrong with an answer, a button a reason."""
        return replace(reasons_content(found), back=back_of(press.back)).to_json()
