import pytest

from bot.rendering.slack_markup import (
    cut_line,
    fenced,
    fenced_pieces,
    headed,
    italic,
    link,
    mrkdwn,
    prose_pieces,
    unformatted,
    unpinged,
)

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<!channel> <@U1> @here", "&lt;!channel&gt; &lt;@U1&gt; @here"),
        ("*bold* and **bold**", "∗bold∗ and ∗∗bold∗∗"),
        ("_all_ of __init__", "ˍallˍ of ˍˍinitˍˍ"),
        ("~old~ new", "∼old∼ new"),
        ("3*4*5 of nvidia_smi_log", "3*4*5 of nvidia_smi_log"),
        ("*one footnote, ~/.cache", "*one footnote, ~/.cache"),
        ("a * b * c", "a * b * c"),
        ("`*bold*` and `a_b`", "`*bold*` and `a_b`"),
        ("*a `x` b*", "∗a `x` b∗"),
        ("*a\nb*", "*a\nb*"),
        ("```x```", "'''x'''"),
        ("> 24 GB\nx > 3", f"{ZERO_WIDTH}&gt; 24 GB\nx &gt; 3"),
        ("a\0b\u202ec", "abc"),
    ],
)
def test_data_stands_as_it_is_and_only_code_is_formatted(text: str, expected: str) -> None:
    assert mrkdwn(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *footnote", "a ∗footnote"),
        ("fp32_x  3*4", "fp32_x 3*4"),
        ("`x`\ny_", "'x' yˍ"),
        ("<!here>", "&lt;!here&gt;"),
    ],
)
def test_within_other_markup_not_even_a_lone_sign_formats(text: str, expected: str) -> None:
    assert unformatted(text) == expected


def test_preformatted_text_holds_no_fence_and_no_markup() -> None:
    assert fenced("a```b <!channel>\n*c*") == "```\na'''b &lt;!channel&gt;\n*c*\n```"


@pytest.mark.parametrize(("text", "expected"), [("A & *B*", "*A &amp; ∗B∗*"), (" \u200b", ""), ("", "")])
def test_a_heading_is_bold_and_stands_only_where_it_says_something(text: str, expected: str) -> None:
    assert headed(text) == expected


def test_a_long_heading_is_shortened_as_it_is_sent() -> None:
    assert headed("& " * 200) == f"*{'&amp; ' * 32}&amp;…*"


def test_a_note_is_in_italics() -> None:
    assert italic("late, _very_") == "_late, ˍveryˍ_"


@pytest.mark.parametrize(
    ("label", "url", "expected"),
    [
        ("A|B & <C>", "https://e.org/?a=1&b=2|3", "<https://e.org/?a=1&amp;b=2%7C3|A¦B &amp; &lt;C&gt;>"),
        ("*x*", "https://e.org/a b\n<c>`", "<https://e.org/a%20b%0A%3Cc%3E%60|∗x∗>"),
        ("", "https://e.org/", "<https://e.org/|https://e.org/>"),
    ],
)
def test_a_link_is_closed_whatever_its_address_and_label_hold(label: str, url: str, expected: str) -> None:
    assert link(label, url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!channel> <@U1> <#C1>", f"<{ZERO_WIDTH}!channel> <{ZERO_WIDTH}@U1> <{ZERO_WIDTH}#C1>"),
        ("a < b <c>", "a < b <c>"),
    ],
)
def test_text_that_is_no_mrkdwn_calls_nobody_either(text: str, expected: str) -> None:
    assert unpinged(text) == expected


def test_a_line_is_cut_between_words_outside_code() -> None:
    code = f"`{'x y ' * 100}`"
    pieces = cut_line(f"{'word ' * 480}{code} end.")

    assert pieces == [("word " * 480).rstrip(), f"{code} end."]


def test_long_prose_is_cut_between_its_lines_and_nothing_is_lost() -> None:
    lines = [f"• point <{number}>" for number in range(600)]
    pieces = prose_pieces("\n".join(lines))

    assert "\n".join(pieces).split("\n") == lines
    assert max(len(mrkdwn(piece)) for piece in pieces) <= 3000
    assert len(pieces) == 5


def test_each_piece_of_a_long_table_begins_with_its_header() -> None:
    rows = [f"row {number:03} {'x' * 60}" for number in range(100)]
    pieces = fenced_pieces("\n".join(["Card", "────", *rows]), again=2)

    assert {piece[:9] for piece in pieces} == {"Card\n────"}
    assert [line for piece in pieces for line in piece.split("\n")[2:]] == rows


def test_a_header_that_would_fill_a_piece_is_not_repeated() -> None:
    rows = [f"row {number}" for number in range(400)]
    pieces = fenced_pieces("\n".join(["x" * 900, "─" * 900, *rows]), again=2)

    assert "\n".join(pieces).split("\n")[2:] == rows
