"""Which part of the workspace answers which method."""

from collections.abc import Callable
from typing import Any

from tests.fakes.slack.agents import Agents
from tests.fakes.slack.asking import Asking
from tests.fakes.slack.calls import Call
from tests.fakes.slack.files import Files
from tests.fakes.slack.socket_mode import SocketMode
from tests.fakes.slack.streams import Streams
from tests.fakes.slack.views import Views
from tests.fakes.slack.writing import Writing

Method = Callable[[Call], dict[str, Any]]


def asking_methods(asking: Asking, socket: SocketMode) -> dict[str, Method]:
    return {
        "auth.test": asking.auth_test,
        "team.info": asking.team_info,
        "users.info": asking.users_info,
        "bots.info": asking.bots_info,
        "conversations.info": asking.info,
        "conversations.members": asking.members,
        "conversations.open": asking.open,
        "conversations.history": asking.history,
        "conversations.replies": asking.replies,
        "apps.connections.open": socket.open,
    }


def writing_methods(writing: Writing, streams: Streams, files: Files) -> dict[str, Method]:
    return {
        "chat.postMessage": writing.post_message,
        "chat.postEphemeral": writing.post_ephemeral,
        "chat.update": writing.update,
        "chat.delete": writing.delete,
        "chat.getPermalink": writing.get_permalink,
        "reactions.add": writing.add_reaction,
        "reactions.remove": writing.remove_reaction,
        "chat.startStream": streams.start,
        "chat.appendStream": streams.append,
        "chat.stopStream": streams.stop,
        "files.getUploadURLExternal": files.get_upload_url,
        "files.completeUploadExternal": files.complete,
    }


def panel_methods(views: Views, agents: Agents) -> dict[str, Method]:
    return {
        "views.open": views.open,
        "views.push": views.open,
        "views.publish": views.publish,
        "views.update": views.update,
        "assistant.threads.setStatus": agents.set_thread_status,
        "assistant.threads.setSuggestedPrompts": agents.set_prompts,
        "assistant.threads.setTitle": agents.set_title,
        "agents.sessions.setStatus": agents.set_session_status,
        "agents.sessions.rename": agents.rename_session,
    }
