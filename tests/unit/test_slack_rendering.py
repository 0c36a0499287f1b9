import pytest

from bot.answers import Answer, Cell, Citation, Code, Points, Sentence, Table
from bot.rendering.slack import from_slack_text, read_text, to_blocks, to_fallback_text
from tests.fakes.responder import make_answer, say
from tests.fakes.slack_api import are_blocks_valid


def section_text(answer: Answer, number: int = 0) -> str:
    return str(to_blocks(answer, "Sources:")[number]["text"]["text"])


def test_only_the_three_signs_slack_reads_are_escaped() -> None:
    assert section_text(make_answer(say("a < b & \"c\" 'd' > <!channel> <@U1>."))) == (
        "a &lt; b &amp; \"c\" 'd' &gt; &lt;!channel&gt; &lt;@U1&gt; [1]."
    )


def test_tables_are_preformatted_under_their_caption() -> None:
    table = Table(caption="Cards & memory", header=("Card", "GB"), rows=((Cell(("A```B",)), Cell(("24",))),))

    assert section_text(make_answer(table)) == "*Cards &amp; memory*\n```\nCard   GB\n─────  ──\nA'''B  24\n```"


def test_sources_are_links_in_a_context_block() -> None:
    cited = Citation(id="guide:one", title="A|B & <C>", quote="q", source="guide", url="https://e.org/?a=1&b=2|3")
    block = to_blocks(make_answer(say("Text."), citations=(cited,)), "Sources:")[-1]

    assert block["type"] == "context"
    assert block["elements"][0]["text"] == (
        "Sources:\n[1] <https://e.org/?a=1&amp;b=2%7C3|A¦B &amp; &lt;C&gt;> · guide"
    )


@pytest.mark.parametrize(
    "answer",
    [
        make_answer(say("word & <more> " * 900)),
        make_answer(say("&" * 9000)),
        make_answer(Code("keras", "<" * 9000)),
        make_answer(Code("keras", "\n".join(f"row {row} & more" for row in range(900)))),
        make_answer(*[say(f"Paragraph {number}.") for number in range(120)]),
        make_answer(Points(tuple(Sentence((f"point <{number}>",)) for number in range(600)))),
    ],
)
def test_long_answers_stay_within_the_limits(answer: Answer) -> None:
    assert are_blocks_valid(to_blocks(answer, "Sources:"))
    assert len(to_fallback_text(answer)) <= 40_000


def test_more_paragraphs_than_blocks_are_drawn_together_and_none_is_lost() -> None:
    blocks = to_blocks(make_answer(*[say(f"Paragraph {number}.") for number in range(120)]), "Sources:")

    text = "\n\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")
    assert text.split("\n\n") == [f"Paragraph {number} [1]." for number in range(120)]


def test_the_text_twin_carries_body_and_sources() -> None:
    assert to_fallback_text(make_answer(say("a < b.")), "Sources:") == (
        "a &lt; b [1].\n\nSources:\n  [1] R&amp;D &lt;one&gt; · guide &lt;https://example.org/?a=1&amp;b=2&gt;"
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("<@UBOT> what is VRAM?", "what is VRAM?"),
        ("<@UBOT|gpuwise>  is a &lt; b &amp;&amp; c &gt; d", "is a < b && c > d"),
        ("&amp;lt; stays", "&lt; stays"),
        ("see <https://nvidia.com/x|nvidia.com/x> and <https://amd.com>", "see nvidia.com/x and https://amd.com"),
        ("in <#C1|gpu-help> <!channel> <!subteam^S1|@ml>", "in #gpu-help @ml"),
        ("compare “RTX 3090” —json it’s", 'compare "RTX 3090" --json it\'s'),
        ("a — b", "a — b"),
        ("băng thông", "băng thông"),
    ],
)
def test_incoming_text_reads_as_it_was_typed(typed: str, expected: str) -> None:
    assert from_slack_text(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("<@UBOT|gpuwise> compare “3090” — ‘4090’", "compare \"3090\" - '4090'"),
        ("bench lstm —json 10–20", "bench lstm --json 10-20"),
        ("&lt;24\N{NO-BREAK SPACE}GB &amp; <https://a.example|that>", "<24 GB & that"),
    ],
)
def test_a_question_is_read_with_the_dashes_of_a_keyboard(typed: str, expected: str) -> None:
    assert read_text(typed) == expected
