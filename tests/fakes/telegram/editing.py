"""Methods that change what was shown."""

from typing import Any

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.formatting import Formatted
from tests.fakes.telegram.refusals import NOT_MODIFIED, bad_request
from tests.fakes.telegram.rules import Keyboard, check_caption, check_text, read_keyboard
from tests.fakes.telegram.world import Shown, World
from tests.fakes.telegram.writing import Writing, find_message


class Editing:
    """Edits the bot's own messages; an edit without a keyboard takes the keyboard away."""

    def __init__(self, world: World, writing: Writing) -> None:
        self._world, self._writing = world, writing

    def edit_message_text(self, call: Call) -> dict[str, Any]:
        text = self._writing.shown(call, "text")
        message = self._own(call)
        if message.photo or message.document:
            raise bad_request("there is no text in the message to edit")
        check_text(text)
        return _change(message, text, call.get("text") or "", read_keyboard(call.get("reply_markup")))

    def edit_message_caption(self, call: Call) -> dict[str, Any]:
        text = self._writing.shown(call, "caption")
        message = self._own(call)
        if not (message.photo or message.document):
            raise bad_request("there is no caption in the message to edit")
        check_caption(text)
        return _change(message, text, call.get("caption") or "", read_keyboard(call.get("reply_markup")))

    def edit_message_reply_markup(self, call: Call) -> dict[str, Any]:
        message = self._own(call)
        text = Formatted(message.text, message.entities)
        return _change(message, text, message.html, read_keyboard(call.get("reply_markup")))

    def _own(self, call: Call) -> Shown:
        message = find_message(self._world, call, "edit")
        if message.sender.id != self._world.bot.id:
            raise bad_request("message can't be edited")
        return message


def _change(message: Shown, text: Formatted, source: str, keyboard: Keyboard) -> dict[str, Any]:
    if (message.text, message.entities, message.keyboard) == (text.text, text.entities, keyboard):
        raise bad_request(NOT_MODIFIED)
    message.show(text, source, keyboard)
    return message.to_api()
