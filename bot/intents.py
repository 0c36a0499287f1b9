"""What a message asks for."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.understanding.benching import BenchAsk
from bot.understanding.names import Mention
from bot.understanding.wishes import ReadWishes
from retrieval.scoring.networks import NetworkMention


class IntentKind(StrEnum):
    """The closed set of things that can be asked."""

    EXPLAIN = "explain"
    CHOOSE = "choose"
    COMPARE = "compare"
    SPEC = "spec"
    MEMORY = "memory"
    PREDICT = "predict"
    BENCH = "bench"
    RESULTS = "results"
    HELP = "help"
    CHITCHAT = "chitchat"
    OUT_OF_SCOPE = "out_of_scope"


class Act(StrEnum):
    """What a message does in a conversation, beside or instead of asking."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    HELP = "help"
    WHO = "who"
    WHY = "why"
    SIMPLER = "simpler"
    SHORTER = "shorter"
    MORE = "more"
    EXAMPLE = "example"
    CODE = "code"
    SOURCES = "sources"
    CORRECTION = "correction"
    UNDO = "undo"
    TRANSLATE = "translate"
    ABOUT = "about"  #: "what about X?": the same question of something else


class Frame(StrEnum):
    """The form of a question: which kind of statement answers it first."""

    WHAT = "what"
    WHY = "why"
    HOW = "how"
    SHOULD = "should"
    WHEN = "when"
    DIFFERENCE = "difference"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One question, understood."""

    kind: IntentKind
    language: str
    text: str  #: normalised, without politeness and correction words
    act: Act | None = None
    frame: Frame = Frame.OPEN
    mentions: tuple[Mention, ...] = ()
    fields: tuple[str, ...] = ()
    qualifiers: str = ""  #: words that narrow a variant named before: "laptop", "12 GB"
    context: str = ""  #: the question before, for one that leans on it
    wants_code: bool = False
    wants_short: bool = False
    wants_simple: bool = False
    wishes: ReadWishes = field(default_factory=ReadWishes)  #: what is wanted of a card, over the thread
    networks: tuple[NetworkMention, ...] = ()  #: what shall run on it
    assumed: tuple[str, ...] = ()  #: keys of what had to be assumed to make wishes of them
    owned: tuple[str, ...] = ()  #: slugs of cards that the asker has already
    bench: BenchAsk | None = None  #: what shall be measured, or of which case results are wanted
    only: tuple[str, ...] = ()  #: slugs that a choice is among; empty: the whole catalogue

    @property
    def cards(self) -> tuple[str, ...]:
        """Slugs of every variant that is named, each once."""
        return tuple(dict.fromkeys(slug for mention in self.mentions for slug in mention.slugs))

    @property
    def unknown(self) -> tuple[Mention, ...]:
        """Cards named of which there is no sheet."""
        return tuple(mention for mention in self.mentions if not mention.slugs)
