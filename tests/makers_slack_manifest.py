"""The manifests of the Slack app, as Slack reads them."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its types are a package of their own

FULL, MINIMAL = "manifest.yml", "manifest-minimal.yml"
FOLDER = Path(__file__).parents[1] / "slack"


def read_manifest(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def scopes_of(name: str) -> frozenset[str]:
    return frozenset(read_manifest(name)["oauth_config"]["scopes"]["bot"])


def events_of(name: str) -> frozenset[str]:
    return frozenset(read_manifest(name)["settings"]["event_subscriptions"]["bot_events"])
