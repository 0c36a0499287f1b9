"""What a person wrote, wherever it was written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, the same from every platform."""

    text: str
    platform: str = "console"
    chat: str = ""
    thread: str = ""  #: thread or topic inside the chat; empty where there is none
    user: str = ""
    id: str = ""
    language_hint: str | None = None  #: what the platform says of the person, used when the text does not tell
    attachments: tuple[str, ...] = ()  #: kinds of what came along: photo, voice, file …

    @property
    def conversation(self) -> tuple[str, str, str]:
        """What a conversation is remembered by: never the person alone."""
        return (self.platform, self.chat, self.thread)
