"""Which scope each method and event needs; any one of those named is enough."""

from collections.abc import Iterable

from tests.fakes.slack.refusals import missing_scope

#: what the full manifest asks for
GRANTED = frozenset(
    {
        "commands",
        "chat:write",
        "app_mentions:read",
        "assistant:write",
        "im:history",
        "im:write",
        "files:write",
        "reactions:write",
        "users:read",
        "channels:history",
        "groups:history",
    }
)
METHODS: dict[str, tuple[str, ...]] = {
    "auth.test": (),
    "apps.connections.open": ("connections:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "chat.startStream": ("chat:write",),
    "chat.appendStream": ("chat:write",),
    "chat.stopStream": ("chat:write",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "users.info": ("users:read",),
    "bots.info": ("users:read",),
    "team.info": ("team:read",),
    "views.open": (),
    "views.push": (),
    "views.publish": (),
    "views.update": (),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
    "assistant.threads.setStatus": ("assistant:write", "chat:write"),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "assistant.threads.setTitle": ("assistant:write",),
    "agents.sessions.setStatus": ("chat:write",),
    "agents.sessions.rename": ("chat:write",),
}
#: these need the scope of the kind of conversation they are about
OF_KIND = {
    "conversations.history": "history",
    "conversations.replies": "history",
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.open": "write",
}
KINDS = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
#: what a bot must be allowed to hear
EVENTS: dict[str, str] = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "member_joined_channel": "channels:read",
    "reaction_added": "reactions:read",
    "app_home_opened": "",
    "agent_session_stopped": "",
    "app_context_changed": "assistant:write",
    "app_uninstalled": "",
    "tokens_revoked": "",
}
CUSTOMIZE = "chat:write.customize"
APP_METHODS = frozenset({"apps.connections.open"})  #: called with the app's own token
KNOWN = METHODS.keys() | OF_KIND.keys()


def scopes_for(method: str, kind: str | None = None) -> tuple[str, ...]:
    """Return the scopes of which a method needs one, those of every kind of conversation when none is named."""
    if method in OF_KIND:
        kinds = [KINDS[kind]] if kind else list(KINDS.values())
        if method == "conversations.open" and not kind:
            kinds = ["im", "mpim"]
        return tuple(f"{name}:{OF_KIND[method]}" for name in kinds)
    return METHODS[method]


def check_scopes(needed: tuple[str, ...], granted: Iterable[str]) -> None:
    """Refuse a call whose token has none of the scopes."""
    has = set(granted)
    if needed and not has.intersection(needed):
        raise missing_scope(",".join(needed), ",".join(sorted(has)))


def event_name(event: dict[str, str]) -> str:
    """Return the name under which a bot subscribes to an event."""
    if event["type"] != "message":
        return event["type"]
    plural = {"channel": "channels", "group": "groups"}
    return f"message.{plural.get(event['channel_type'], event['channel_type'])}"
