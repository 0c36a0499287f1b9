"""Texts that break chat messages, answers that quote them, and cards that carry them."""

from typing import Any

from hypothesis import strategies as st

from bot.answers import (
    Answer,
    Block,
    Cell,
    Citation,
    Code,
    Figure,
    Given,
    Kind,
    Name,
    Paragraph,
    Points,
    Sentence,
    Table,
)
from bot.cards import CardState, JobCard

LONGEST = 20_000
#: What chats, parsers and phones stumble over.
ODD_PIECES = (
    "băng thông", "còn 3080 thì sao?", "RTX 3090", "what is", "vs", "…", "“", "\N{NO-BREAK SPACE}",
    "<b>", "</b>", "<a href=", "&amp;", "&", "<", ">", "_", "*", "[", "]", "(", ")", "`", "```", "|", "\\",
    "👩‍🚀", "🇻🇳", "❤️", "🔥", "مرحبا", "שלום", "한국어", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u2800",
    "e\u0301\u0323\u0302", "Z̷̢̛a̴l̵g̶o̷", "\ud83d", "\udc00", "\0", "\x1b[0m", "\r\n", "\n", "\t", "@admin", "/start", "#tag",
)  # fmt: skip
WORDS = st.lists(st.sampled_from(ODD_PIECES), max_size=80)
TEXTS = st.one_of(
    WORDS.map(" ".join),
    WORDS.map("".join),
    st.text(st.characters(), max_size=300),
    st.builds(lambda piece, times: (piece * times)[:LONGEST], st.sampled_from(ODD_PIECES), st.integers(1, LONGEST)),
    st.builds(
        lambda words: (" ".join(words) * 400)[:LONGEST], st.lists(st.sampled_from(ODD_PIECES), min_size=1, max_size=20)
    ),
)


def make_citation(number: int = 1, **fields: Any) -> Citation:
    """Return a source with a web address, each number of another origin."""
    given: dict[str, Any] = {"title": f"Title {number}", "source": f"Source {number}", "quote": "q"}
    return Citation(**(given | {"id": f"c{number}", "url": f"https://example.org/{number}?a=1&b=2"} | fields))


def make_cell(text: str, value: float | None = None) -> Cell:
    """Return a cell of text, or of a number that *text* is the unit of."""
    return Cell((text,) if value is None else (Figure(value=value, unit=text, kind=Kind.VENDOR),))


def make_shortlist(rows: int = 2, caption: str = "Shortlist") -> Table:
    """Return a table of numbers that is too wide for a phone."""
    header = ("Card", "predicted", "memory", "TDP", "price")
    cells = tuple(
        (
            make_cell(f"RTX {9000 + row} SUPER"),
            make_cell("images/s", 1000 + row),
            make_cell("GB", 24),
            make_cell("W", 300),
            make_cell("USD", 1499),
        )
        for row in range(rows)
    )
    return Table(caption=caption, header=header, rows=cells)


def make_narrow_table(rows: int = 3) -> Table:
    """Return a table that fits a phone, with signs of markup."""
    cells = tuple((Cell((f"RTX <{row}>",)), Cell((str(row),))) for row in range(rows))
    return Table(caption="Cards & memory", header=("Card", "GB"), rows=cells)


def quoting(text: str) -> tuple[Block, ...]:
    """Return every kind of block with *text* in every place where data stands."""
    return (
        Paragraph((Sentence(("No sheet for “", Given(text), "”."), ("c1",)), Sentence((Name(text), ".")))),
        Points((Sentence((text,)), Sentence((Given(text), " again.")))),
        Table(caption=text, header=("Card", text), rows=((make_cell(text), make_cell("GB", 24)),)),
        Table(caption=text, header=("Card", "memory", "TDP"), rows=((make_cell(text), make_cell("GB", 4), Cell(())),)),
        Code("keras", text),
    )


def make_quoting_answer(text: str, language: str = "en") -> Answer:
    """Return an answer that says *text* back wherever it can."""
    blocks = quoting(text)
    source = make_citation(1, title=text, source=text, url=f"https://example.org/?q={text[:50]!r}")
    return Answer(question=text, language=language, intent="explain", blocks=blocks, citations=(source,))


def make_card(**fields: Any) -> JobCard:
    """Return the card of a run that is measuring."""
    given: dict[str, Any] = {
        "language": "en",
        "state": CardState.RUNNING,
        "work": "LSTM training (FP32, batch 128)",
        "job_id": "7F3K",
        "host": "lab1",
        "device": "RTX 3090",
    }
    return JobCard(**(given | fields))
