import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.store import answered
from bot.store.answered import Answered, Opinion
from bot.store.database import Connection, open_database
from bot.store.outbox import Place

PROGRAM = Path(sys.executable).with_name("gpuwise")


def feedback(home: Path, *words: str) -> str:
    environ = {**os.environ, "GPUWISE_HOME": str(home)}
    done = subprocess.run([PROGRAM, "feedback", *words], env=environ, capture_output=True, text=True, check=True)
    return done.stdout


def judge(connection: Connection) -> None:
    place, now = Place(platform="telegram", chat="1"), datetime.now(UTC)
    made = Answered(
        id="a",
        place=place,
        user="7",
        language="vi",
        question="VRAM là gì?",
        answer="Bộ nhớ.",
        evidence={},
        index_version="1",
    )
    answered.keep(connection, made, now)
    answered.judge(connection, Opinion(answer_id="a", user="7", mark=answered.UP), now)
    answered.judge(connection, Opinion(answer_id="a", user="7", mark=answered.DOWN, reason="wrong"), now)


async def test_opinions_are_printed_with_their_question_and_only_the_last_word_counts(tmp_path: Path) -> None:
    assert "yet" in feedback(tmp_path)
    with open_database(tmp_path) as database:
        await database.write(judge)

    assert feedback(tmp_path).split("\n")[:2] == ["down  (wrong) VRAM là gì?", "      Bộ nhớ."]
    assert json.loads(feedback(tmp_path, "--json")) == [
        {
            "answer_id": "a",
            "user": "7",
            "mark": "down",
            "reason": "wrong",
            "question": "VRAM là gì?",
            "answer": "Bộ nhớ.",
        }
    ]
