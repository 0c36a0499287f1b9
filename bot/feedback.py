"""`gpuwise feedback`: what people thought of the answers they got."""

import argparse
import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.store import answered
from bot.store.database import open_database

if TYPE_CHECKING:
    from bot.app import App

_SHOWN = 200  #: characters of an answer


def feedback_command(app: "App", args: argparse.Namespace) -> None:
    """Print the newest opinions with the question and the beginning of the answer."""
    with open_database(app.settings.home) as database:
        found = asyncio.run(database.read(lambda connection: answered.opinions(connection, args.limit)))
    if args.json:
        rows = [{**asdict(opinion), "question": question, "answer": answer} for opinion, question, answer in found]
        print(json.dumps(rows, ensure_ascii=False))  # noqa: T201
        return
    for opinion, question, answer in found:
        said = " ".join(answer.split())[:_SHOWN]
        reason = f" ({opinion.reason})" if opinion.reason else ""
        print(f"{opinion.mark:5}{reason} {' '.join(question.split())}\n      {said}")  # noqa: T201
    if not found:
        print("Nobody has pressed 👍 or 👎 yet.")  # noqa: T201
