"""Home tabs and modals, and the triggers that allow a modal."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.blocks import check_view
from tests.fakes.slack.calls import Call
from tests.fakes.slack.refusals import Refusal, missing
from tests.fakes.slack.world import APP, TEAM, World
from tests.fakes.slack.writing import named


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """A modal or the Home tab of one person."""

    id: str
    user: str
    content: dict[str, Any]  #: as it was given
    revision: int = 1
    is_open: bool = True
    errors: dict[str, str] = field(default_factory=dict)  #: shown under its inputs, by block_id
    chosen: dict[str, dict[str, Any]] = field(default_factory=dict)  #: in its menus, by block_id and action_id

    @property
    def hash(self) -> str:
        return f"{self.revision}.{self.id}"

    @property
    def blocks(self) -> tuple[dict[str, Any], ...]:
        return named(tuple(self.content["blocks"]))

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """The input blocks, by block_id."""
        return {block["block_id"]: block for block in self.blocks if block["type"] == "input"}

    def check_filled(self, values: dict[str, Any]) -> None:
        """Refuse a submission that Slack's own window would not let a person make."""
        if not self.is_open or self.content["type"] != "modal":
            raise LookupError("this modal is not open")
        if "submit" not in self.content:
            raise LookupError("this modal has no submit button")
        empty = [name for name, block in self.inputs.items() if not block.get("optional") and not values.get(name)]
        if empty:
            raise LookupError(f"required inputs are empty: {empty}")
        known = {block["block_id"] for block in self.blocks}
        if unknown := values.keys() - known:
            raise LookupError(f"{sorted(unknown)} are none of the blocks {sorted(known)}")

    def to_api(self) -> dict[str, Any]:
        given = {"callback_id": "", "private_metadata": "", "external_id": "", **self.content}
        known = {"id": self.id, "team_id": TEAM, "app_id": APP, "bot_id": "", "root_view_id": self.id}
        return given | known | {"hash": self.hash, "blocks": list(self.blocks), "state": {"values": {}}}


@dataclass(slots=True)
class Trigger:
    user: str
    at: float
    used: bool = False


class Views:
    """What was opened and published; a trigger is good for one modal within `trigger_s`."""

    def __init__(self, world: World, *, trigger_s: float) -> None:
        self._world, self.trigger_s = world, trigger_s
        self.shown: list[View] = []
        self._numbers = itertools.count(1)
        self._triggers: dict[str, Trigger] = {}

    def trigger(self, user: str) -> str:
        """Return a new trigger_id."""
        name = f"{next(self._numbers)}.{TEAM}.{user}"
        self._triggers[name] = Trigger(user, time.monotonic())
        return name

    def open(self, call: Call) -> dict[str, Any]:
        """Open a modal, or put one over another."""
        (given,) = call.need("trigger_id")
        trigger = self._triggers.get(given)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if time.monotonic() - trigger.at > self.trigger_s:
            raise Refusal("expired_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        view = _given(call, "modal")
        trigger.used = True
        return self._add(trigger.user, view)

    def answer(self, number: str, said: Any) -> None:
        """Do with a submitted modal what its acknowledgement says; where it says nothing the modal closes."""
        view = next(one for one in self.shown if one.id == number)
        action = said.get("response_action") if isinstance(said, dict) else None
        view.errors = {}
        match action:
            case None:
                view.is_open = False
            case "clear":
                for one in self.shown:
                    one.is_open &= one.user != view.user or one.content["type"] == "home"
            case "errors":
                if not said["errors"] or not said["errors"].keys() <= view.inputs.keys():
                    raise Refusal("invalid_arguments")
                view.errors = dict(said["errors"])
            case "update" | "push":
                check_view(said["view"], "modal")
                if action == "push":
                    self._add(view.user, said["view"])
                else:
                    view.content, view.revision = said["view"], view.revision + 1
            case _:
                raise Refusal("invalid_arguments")

    def publish(self, call: Call) -> dict[str, Any]:
        (user,) = call.need("user_id")
        if user not in self._world.users:
            raise Refusal("user_not_found")
        view = _given(call, "home")
        home = next((one for one in self.shown if one.user == user and one.content["type"] == "home"), None)
        return self._change(home, call, view) if home else self._add(user, view)

    def update(self, call: Call) -> dict[str, Any]:
        number, external = call.get("view_id"), call.get("external_id")
        if not number and not external:
            raise missing("view_id")
        known = (
            one for one in self.shown if one.id == number or (external and one.content.get("external_id") == external)
        )
        view = next(known, None)
        if view is None or not view.is_open:
            raise Refusal("not_found")
        return self._change(view, call, _given(call, view.content["type"]))

    def _add(self, user: str, content: dict[str, Any]) -> dict[str, Any]:
        view = View(id=f"V{next(self._numbers):04d}", user=user, content=content)
        self.shown.append(view)
        return {"view": view.to_api()}

    def _change(self, view: View, call: Call, content: dict[str, Any]) -> dict[str, Any]:
        if call.get("hash") not in {"", view.hash}:
            raise Refusal("hash_conflict")
        view.content, view.revision = content, view.revision + 1
        return {"view": view.to_api()}


def _given(call: Call, kind: str) -> dict[str, Any]:
    view = call.read("view")
    if view is None:
        raise missing("view")
    check_view(view, kind)
    return dict(view)
