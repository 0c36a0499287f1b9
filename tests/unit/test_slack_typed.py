import pytest

from bot.rendering.slack_typed import from_slack_text, read_text


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
