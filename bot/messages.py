"""What a person wrote, wherever it was written."""

from dataclasses import dataclass

from bench.backlog import TERMINAL

_CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, the same from every platform."""

    text: str
    platform: str = _CONSOLE
    chat: str = ""
    thread: str = ""  #: thread or topic inside the chat; empty where there is none
    user: str = ""
    id: str = ""
    language_hint: str | None = None  #: what the platform says of the person, used when the text does not tell
    attachments: tuple[str, ...] = ()  #: kinds of what came along: photo, voice, file …

    starts_runs: bool = False  #: whether the place it was written in starts benchmarks and shows how they go

    @property
    def asker(self) -> str:
        """Who asks, as permissions and the backlog name them: "terminal", or such as "telegram:42"."""
        return TERMINAL if self.platform == _CONSOLE else f"{self.platform}:{self.user}"

    @property
    def conversation(self) -> tuple[str, str, str]:
        """What a conversation is remembered by: never the person alone."""
        return (self.platform, self.chat, self.thread)
