"""The manifests ask for what the adapter does, and for nothing else; Slack's limits of their fields hold."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.checking import HISTORY, OPTIONAL, REQUIRED
from bot.platforms.slack.reading import SHORTCUT
from tests.fakes.slack import EVENTS, scopes_for
from tests.makers_slack_manifest import FOLDER, FULL, MINIMAL, events_of, read_manifest, scopes_of

ADAPTER = FOLDER.parent / "bot" / "platforms" / "slack"
BOTH = pytest.mark.parametrize("name", [FULL, MINIMAL])
#: Methods of the library that are several of Slack's, or whose scope depends on what they are about.
UPLOAD = ("files.getUploadURLExternal", "files.completeUploadExternal")
#: https://docs.slack.dev/ai/agent-sessions: declaring an app as an agent goes with this scope
FEATURES = {"slash_commands": "commands", "shortcuts": "commands", "agent_view": "assistant:write"}


def trees() -> Iterator[ast.AST]:
    for file in sorted(ADAPTER.glob("*.py")):
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def methods_called() -> set[str]:
    """Return the Web API methods that the adapter calls with the bot's token."""
    called = {
        node.func.attr
        for node in trees()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in vars(AsyncWebClient)
    }
    assert "chat_postMessage" in called  # the search finds what is surely there
    named = {name.replace("_", ".") for name in called if name not in {"files_upload_v2", "apps_connections_open"}}
    return named | (set(UPLOAD) if "files_upload_v2" in called else set())


def events_handled() -> set[str]:
    """Return the kinds of event that the adapter names."""
    kinds = {name.partition(".")[0] for name in EVENTS}
    return {node.value for node in trees() if isinstance(node, ast.Constant) and node.value in kinds}


def needs_of(name: str) -> Iterator[tuple[str, ...]]:
    """Yield what a manifest's features and events and the adapter's calls need, each any one of several scopes."""
    yield from ((EVENTS[event],) for event in events_of(name) if EVENTS[event])
    yield from ((FEATURES[feature],) for feature in read_manifest(name)["features"] if feature in FEATURES)
    kinds = {"conversations.open": "im"}
    yield from filter(None, (scopes_for(method, kinds.get(method)) for method in methods_called()))


def is_met(need: tuple[str, ...], granted: frozenset[str]) -> bool:
    return bool(granted.intersection(need))


def test_the_full_manifest_asks_for_every_scope_that_is_needed() -> None:
    granted = scopes_of(FULL)

    assert [need for need in needs_of(FULL) if not is_met(need, granted)] == []


@pytest.mark.parametrize("scope", sorted(scopes_of(FULL)))
def test_the_full_manifest_asks_for_no_scope_that_nothing_needs(scope: str) -> None:
    fewer = scopes_of(FULL) - {scope}

    assert [need for need in needs_of(FULL) if not is_met(need, fewer)] != []


def test_the_full_manifest_subscribes_to_what_the_adapter_handles() -> None:
    events = events_of(FULL)

    assert {name.partition(".")[0] for name in events} == events_handled()
    assert {name for name in events if name.startswith("message")} == {
        "message.channels",
        "message.groups",
        "message.im",
    }


def test_the_minimal_manifest_hears_and_answers_with_fewer_scopes() -> None:
    granted, events = scopes_of(MINIMAL), events_of(MINIMAL)
    methods = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.publish")

    assert granted < scopes_of(FULL)
    assert events < events_of(FULL)
    assert {EVENTS[event] for event in events} - {""} <= granted
    assert all(not scopes_for(method) or is_met(scopes_for(method), granted) for method in methods)
    assert granted == {"app_mentions:read", "chat:write", "commands", "im:history"}
    assert "agent_view" not in read_manifest(MINIMAL)["features"]


def test_doctor_knows_the_scopes_of_both_manifests() -> None:
    assert scopes_of(MINIMAL) == REQUIRED
    assert scopes_of(FULL) == REQUIRED | OPTIONAL.keys()
    assert OPTIONAL.keys() >= HISTORY


@BOTH
def test_every_list_names_each_thing_once(name: str) -> None:
    manifest = read_manifest(name)
    lists = manifest["oauth_config"]["scopes"]["bot"], manifest["settings"]["event_subscriptions"]["bot_events"]

    assert all(len(names) == len(set(names)) and names == sorted(names) for names in lists)


@BOTH
def test_texts_are_as_long_as_slack_lets_them_be(name: str) -> None:
    display, features = read_manifest(name)["display_information"], read_manifest(name)["features"]
    (command,), (shortcut,) = features["slash_commands"], features["shortcuts"]

    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert 174 <= len(display["long_description"]) <= 4000
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(command["command"]) <= 32
    assert len(command["usage_hint"]) <= 1000
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150


def test_the_agents_panel_offers_at_most_four_questions() -> None:
    panel: dict[str, Any] = read_manifest(FULL)["features"]["agent_view"]

    assert len(panel["agent_description"]) <= 300
    assert 1 <= len(panel["suggested_prompts"]) <= 4
    assert all(prompt.keys() == {"title", "message"} and all(prompt.values()) for prompt in panel["suggested_prompts"])


@BOTH
def test_people_can_write_press_and_choose(name: str) -> None:
    manifest = read_manifest(name)
    home = manifest["features"]["app_home"]

    assert manifest["_metadata"]["major_version"] == 2
    assert (home["home_tab_enabled"], home["messages_tab_enabled"]) == (True, True)
    assert home["messages_tab_read_only_enabled"] is False
    assert manifest["settings"]["interactivity"]["is_enabled"] is True
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["features"]["slash_commands"][0]["command"] == "/gpu"
    assert [(one["type"], one["callback_id"]) for one in manifest["features"]["shortcuts"]] == [("message", SHORTCUT)]


def test_there_are_two_manifests() -> None:
    assert sorted(file.name for file in Path(FOLDER).iterdir()) == [MINIMAL, FULL]
