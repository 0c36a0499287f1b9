"""The reader of Dockerfiles and its rules: each rule finds what breaks it."""

from pathlib import PurePosixPath

import pytest

from tests import dockerfile_rules as rules
from tests.dockerfile import Ignore, expand, read_stages

IGNORE = Ignore.from_text("*\n!bot\n!README.md\n**/__pycache__\n**/.env*\n# !tests\n")
GOOD = """\
FROM debian:12-slim AS one
RUN apt-get update \\
    && apt-get install -y --no-install-recommends git \\
    && rm -rf /var/lib/apt/lists/*
USER 1000
CMD ["true"]
"""


@pytest.mark.parametrize("rule", rules.RULES)
def test_a_good_file_breaks_no_rule(rule: rules.Rule) -> None:
    assert list(rule(read_stages(GOOD))) == []


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        (rules.images_are_tagged, "FROM debian AS one", ["one: debian has no tag that stays"]),
        (rules.images_are_tagged, "FROM debian:latest AS one", ["one: debian:latest has no tag that stays"]),
        (rules.stages_have_names, "FROM debian:12\nFROM debian:12 AS one", ["0: not a name of its own"]),
        (rules.files_are_copied, "FROM debian:12\nADD https://example.org/a.tar /", ["2: ADD"]),
        (rules.folders_are_absolute, "FROM debian:12\nWORKDIR src", ["2: WORKDIR src"]),
        (rules.folders_are_absolute, "FROM debian:12\nRUN cd /src && make", ["2: cd"]),
        (rules.final_users_are_numbers, "FROM debian:12 AS one", ["one: runs as root"]),
        (rules.final_users_are_numbers, "FROM debian:12 AS one\nUSER 7\nUSER app", ["one: runs as app"]),
        (rules.final_users_are_numbers, "FROM debian:12 AS one\nUSER 0", ["one: runs as 0"]),
        (rules.rights_are_not_asked_for, "FROM debian:12\nRUN true && sudo make", ["2: sudo"]),
        (
            rules.debian_packages_are_few,
            "FROM debian:12\nRUN apt-get update && apt-get upgrade\nRUN apt-get install git",
            [
                "2: keeps the lists",
                "2: upgrades what the image should bring",
                "3: without --no-install-recommends",
                "3: asks somebody",
            ],
        ),
        (
            rules.python_packages_are_pinned,
            "FROM debian:12\nRUN /venv/bin/pip install numpy",
            ["2: keeps a cache", "2: takes any version"],
        ),
        (rules.programs_start_without_a_shell, "FROM debian:12\nCMD serve", ["2: CMD serve"]),
        (
            rules.programs_start_without_a_shell,
            "FROM debian:12\nHEALTHCHECK --interval=3s CMD test -e /a",
            ["2: HEALTHCHECK CMD test -e /a"],
        ),
        (rules.pipes_fail, "FROM debian:12\nRUN cat a | sort", ["2: cat a | sort"]),
        (rules.secrets_stay_outside, "FROM debian:12\nENV A=1 SLACK_BOT_TOKEN=x", ["2: SLACK_BOT_TOKEN"]),
    ],
)
def test_a_rule_finds_what_breaks_it(rule: rules.Rule, text: str, found: list[str]) -> None:
    assert list(rule(read_stages(text))) == found


def test_a_stage_is_read_with_its_base_flags_and_lines() -> None:
    first, last = read_stages(
        "# a comment\nARG TAG=3\nFROM python:${TAG} AS one\nRUN a \\\n  # why\n  && b\nFROM one AS two\n"
        'COPY --from=one --chmod=0755 /a /b\nHEALTHCHECK --interval=30s CMD ["c", "d"]\n'
    )

    assert (first.name, first.base, first.needs) == ("one", "python:3", {"python:3"})
    assert [(step.line, step.commands) for step in first.instructions] == [(4, [["a"], ["b"]])]
    assert (last.base, last.needs) == ("one", {"one"})
    assert [step.flags for step in last.instructions] == [{"from": "one", "chmod": "0755"}, {"interval": "30s"}]
    assert [step.text for step in last.instructions] == ["/a /b", 'CMD ["c", "d"]']


@pytest.mark.parametrize("text", ["FROM a:1\nRUN <<EOF\ntrue\nEOF", "RUN true\nFROM a:1"])
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line "):
        read_stages(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/opt/bin:$PATH", "/opt/bin:/bin"),
        ("${PATH}x", "/binx"),
        ("$UNSET.", "."),
        ("${UNSET:-else $PATH}", "else /bin"),
        ("${PATH:-else}", "/bin"),
        ("${PATH:+--flag $PATH}", "--flag /bin"),
        ("${UNSET:+--flag}", ""),
    ],
)
def test_variables_are_filled_in_as_a_builder_does(text: str, expected: str) -> None:
    assert expand(text, {"PATH": "/bin"}) == expected


@pytest.mark.parametrize(
    ("path", "is_out"),
    [
        ("tests/a.py", True),
        (".env", True),
        ("bot/cli.py", False),
        ("bot/texts/en.toml", False),
        ("bot/store/__pycache__/a.pyc", True),
        ("bot/.env.local", True),
        ("README.md", False),
        ("docs/README.md", True),
        ("robot/a.py", True),
    ],
)
def test_the_last_line_that_fits_a_path_or_a_folder_above_counts(path: str, is_out: bool) -> None:  # noqa: FBT001
    assert IGNORE.leaves_out(PurePosixPath(path)) is is_out
