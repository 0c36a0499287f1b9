"""What the adapter is made from."""

from concurrent.futures import Executor
from dataclasses import dataclass, field

from bot.chatting.measuring import Measuring
from bot.helping import Helping
from bot.platforms import Responder
from bot.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWiring:
    """The parts and settings of one bot in Slack."""

    responder: Responder
    database: Database
    executor: Executor  #: answers, away from the event loop
    measuring: Measuring | None = None  #: None where no benchmark can be started
    bot_token: str = field(repr=False)
    app_token: str | None = field(default=None, repr=False)  #: of Socket Mode; None where Slack calls over HTTP
    signing_secret: str | None = field(default=None, repr=False)
    listen: str = "127.0.0.1:3000"  #: for HTTP
    allow: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()  #: such as "slack:U42"
    named: frozenset[str] = frozenset()  #: whom cards may name before they ever wrote, such as "slack:U42"
    questions: int = 30  #: of one person within a minute; 0: as many as they like
    index_version: str = ""
    api_url: str | None = None
    helping: Helping = field(default_factory=Helping)
