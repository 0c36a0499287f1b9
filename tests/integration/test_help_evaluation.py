"""`gpuwise evaluate --help-channel`, run as people run it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.store import answered
from bot.store.answered import RIGHT, WRONG, Answered, Opinion
from bot.store.database import Connection, open_database
from bot.store.engine import FILE_NAME
from bot.store.outbox import Place

PROGRAM = Path(sys.executable).with_name("gpuwise")
#: What a review says: how sure the answer was, and the marks of its reviewers.
Marks = tuple[float, tuple[str, ...]]


def evaluate(home: Path, *words: str, **settings: str) -> str:
    unset = {name: value for name, value in os.environ.items() if not name.startswith(("GPUWISE", "SLACK"))}
    environ = {**unset, "GPUWISE_HOME": str(home), **settings}
    done = subprocess.run(
        [PROGRAM, "evaluate", "--help-channel", *words], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def channels(home: Path, **settings: str) -> dict[str, dict[str, Any]]:
    return {one["channel"]: one for one in json.loads(evaluate(home, "--json", **settings))["channels"]}


async def judge(home: Path, channel: str, marked: Iterable[Marks], platform: str = "slack") -> None:
    def work(connection: Connection) -> None:
        now = datetime.now(UTC)
        for number, (sure, marks) in enumerate(marked):
            name = f"{platform}-{channel}-{number}"
            place = Place(platform=platform, chat=channel, thread="1.0")
            said = {"user": "U7", "language": "en", "question": "What is VRAM?", "answer": "Memory."}
            evidence = {"confidence": sure}
            answered.keep(connection, Answered(id=name, place=place, evidence=evidence, index_version="1", **said), now)
            for reviewer, mark in enumerate(marks):
                answered.judge(connection, Opinion(answer_id=name, user=f"U{reviewer}", mark=mark), now)

    with open_database(home) as database:
        await database.write(work)


def test_where_there_is_no_database_one_sentence_says_what_to_do_and_none_is_made(tmp_path: Path) -> None:
    said = evaluate(tmp_path)

    assert said.startswith("No answer of a help channel was judged yet: ")
    assert "GPUWISE_SLACK_HELP_SHADOW" in said
    assert not (tmp_path / FILE_NAME).exists()


async def test_thumbs_alone_are_no_judgement(tmp_path: Path) -> None:
    await judge(tmp_path, "C1", [(0.99, (answered.UP,)), (0.99, (answered.DOWN,))])

    assert evaluate(tmp_path).startswith("No answer of a help channel was judged yet")
    assert json.loads(evaluate(tmp_path, "--json")) == {"channels": []}


async def test_too_few_judgements_leave_the_strict_bar_and_say_how_many_are_missing(tmp_path: Path) -> None:
    await judge(tmp_path, "C1", [(0.99, (RIGHT,))] * 11 + [(0.98, (WRONG,))] + [(0.8, (WRONG,))] * 3)

    assert evaluate(tmp_path).splitlines() == [
        "C1: 15 answers judged, 11 right, 4 wrong",
        "bar 0.97: not enough judged yet: 12 of 20, strict bar 0.97",
        "at that bar: precision 0.917, surely at least 0.758 (one-sided 90 %), coverage 0.800",
        "| bar | judged | right | precision | at least | coverage |",
        "| --- | --- | --- | --- | --- | --- |",
        "| 0.5 | 15 | 11 | 0.733 | 0.569 | 1.000 |",
        "| 0.6 | 15 | 11 | 0.733 | 0.569 | 1.000 |",
        "| 0.7 | 15 | 11 | 0.733 | 0.569 | 1.000 |",
        "| 0.8 | 15 | 11 | 0.733 | 0.569 | 1.000 |",
        "| 0.9 | 12 | 11 | 0.917 | 0.758 | 0.800 |",
        "| 0.95 | 12 | 11 | 0.917 | 0.758 | 0.800 |",
        "| 0.97 | 12 | 11 | 0.917 | 0.758 | 0.800 |",
        "| 0.98 | 12 | 11 | 0.917 | 0.758 | 0.800 |",
        "| 0.99 | 11 | 11 | 1.000 | 0.870 | 0.733 |",
        "| 1 | 0 | 0 | - | - | 0.000 |",
    ]


async def test_each_channel_has_the_bar_that_its_own_answers_earned(tmp_path: Path) -> None:
    await judge(tmp_path, "C1", [(0.99, (RIGHT,))] * 25 + [(0.96, (RIGHT,))] * 5)
    await judge(tmp_path, "C2", [(1.0, (RIGHT,))] * 15 + [(1.0, (WRONG,))] * 6)
    await judge(tmp_path, "C3", [(0.99, (WRONG,))] * 30)
    await judge(tmp_path, "C4", [(0.99, (WRONG,))] * 30, platform="telegram")

    found = channels(tmp_path, GPUWISE_SLACK_HELP="C3=0.6, C5")

    assert {name: (one["bar"], one["because"]) for name, one in found.items()} == {
        "C1": (0.95, "earned"),
        "C2": (None, "wrong"),
        "C3": (0.6, "fixed"),
        "C5": (0.97, "too_few"),
    }
    assert found["C1"]["at_bar"]["coverage"] == 1.0
    assert found["C2"]["at_bar"] == {
        "bar": None, "judged": 0, "right": 0, "precision": None, "at_least": None, "coverage": 0.0,
    }  # fmt: skip
    assert found["C5"]["at_bar"]["coverage"] is None
    assert "only offered in private" in found["C2"]["reason"]


async def test_of_several_reviewers_the_majority_counts_and_a_tie_is_wrong(tmp_path: Path) -> None:
    marks = [(RIGHT, RIGHT, WRONG), (WRONG, WRONG, RIGHT), (RIGHT, WRONG), (RIGHT,)]
    await judge(tmp_path, "C1", [(0.99, marked) for marked in marks])

    found = channels(tmp_path)["C1"]

    assert (found["judged"], found["right"], found["wrong"]) == (4, 2, 2)


async def test_of_one_reviewer_the_last_word_counts(tmp_path: Path) -> None:
    await judge(tmp_path, "C1", [(0.99, (WRONG,))])
    with open_database(tmp_path) as database:
        changed = Opinion(answer_id="slack-C1-0", user="U0", mark=RIGHT)
        await database.write(lambda connection: answered.judge(connection, changed, datetime.now(UTC)))

    assert channels(tmp_path)["C1"]["right"] == 1


def test_the_command_needs_none_of_slacks_libraries(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('slack_bolt', 'slack_sdk', 'aiohttp')));"
        "from bot.cli import main; sys.exit(main(['evaluate', '--help-channel']))"
    )
    environ = {**os.environ, "GPUWISE_HOME": str(tmp_path)}

    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
