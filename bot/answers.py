"""An answer as a tree: every number in it knows what it is bound to, every platform draws the same tree."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bench.request import Request


class Kind(StrEnum):
    """What a number is."""

    GIVEN = "given"  #: the asker's own
    ASSUMED = "assumed"
    VENDOR = "vendor"
    GUIDE = "guide"
    PREDICTED = "predicted"
    MEASURED = "measured"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its unit and what it rests on."""

    value: float
    unit: str
    kind: Kind
    citation: str | None = None  #: gpu:<slug>#<field>, guide:<statement>, run:<id>, fit:<workload>
    approximate: bool = False
    operands: tuple[str, ...] = ()  #: of a computed percentage: the two cells it compares
    evidence: str | None = None  #: of what the scoring engine says: the key of the answer's evidence it must agree with


@dataclass(frozen=True, slots=True)
class Name:
    """A product's name: its digits are no figures."""

    text: str


@dataclass(frozen=True, slots=True)
class Given:
    """The asker's own words, said back."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A statement of the guide in the answer's language; `lead` is a connective before it."""

    statement: str
    text: str
    lead: str = ""


Part = str | Figure | Name | Given | Quote


@dataclass(frozen=True, slots=True)
class Sentence:
    """Parts in order, then the ids of what it cites."""

    parts: tuple[Part, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `number` cells are aligned to the right."""

    parts: tuple[Part, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A small table; its caption is also what a screen reader says."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code example."""

    name: str  #: keras, pytorch
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[Sentence, ...]


Block = Paragraph | Table | Code | Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a footnote opens."""

    id: str
    title: str
    quote: str
    source: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """A next step that works when tapped: its message is sent as if typed."""

    label: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A benchmark that starts once its answer was shown."""

    request: Request  #: its device is not chosen yet
    host: str
    wish: str = "auto"  #: the device: auto, cpu, gpu, an index, a UUID or a card's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is said to one message."""

    question: str
    language: str
    intent: str
    blocks: tuple[Block, ...]
    citations: tuple[Citation, ...] = ()
    gpus: tuple[str, ...] = ()  #: names, best first where ranked
    abstained: bool = False
    question_back: str | None = None
    confidence: float = 1.0
    actions: tuple[Action, ...] = ()
    sections: tuple[str, ...] = ()  #: what it spoke of, for follow-ups and for evaluation
    statements: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()  #: slugs
    fields: tuple[str, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)  #: what the scoring engine computed, by key
    run: Run | None = None  #: only where the message came from a place that can start it

    def parts(self) -> Iterator[Part]:
        """Yield every part in reading order."""
        for block in self.blocks:
            match block:
                case Paragraph(sentences=sentences) | Points(items=sentences):
                    for sentence in sentences:
                        yield from sentence.parts
                case Table(rows=rows):
                    for row in rows:
                        for cell in row:
                            yield from cell.parts
                case Code():
                    pass

    def footnote(self, citation: str) -> int:
        """Return the number of a citation, from 1; 0 when the answer does not carry it."""
        return next((number for number, item in enumerate(self.citations, 1) if item.id == citation), 0)
