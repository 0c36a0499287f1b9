"""What the adapter is made from."""

from concurrent.futures import Executor
from dataclasses import dataclass, field

from bot.chatting.measuring import Measuring
from bot.platforms import Responder
from bot.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramWiring:
    """The parts and settings of one bot in Telegram."""

    responder: Responder
    database: Database
    executor: Executor  #: answers, away from the event loop
    measuring: Measuring | None = None  #: None where no benchmark can be started
    token: str = field(repr=False)
    allow: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()  #: such as "telegram:42"
    questions: int = 30  #: of one person within a minute; 0: as many as they like
    index_version: str = ""
    api_url: str | None = None
    rich: bool = False  #: whether rich messages are tried first
    webhook_url: str | None = None  #: where Telegram reaches the bot; None: long polling
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_listen: str = "127.0.0.1:8443"
