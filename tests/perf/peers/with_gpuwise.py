"""gpuwise's whole answer: understand, search, compose, cite, verify."""

import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import measuring


class Gpuwise:
    packages = ("faiss-cpu", "onnxruntime", "tokenizers", "numpy")

    def build(self, model: str, chunks: Sequence[str], store: Path) -> None:
        from bot.app import App  # noqa: PLC0415  # start-up counts from here
        from bot.config import Settings  # noqa: PLC0415

        os.environ["GPUWISE_HOME"] = str(store)
        App(Settings.from_environ(os.environ)).build(None, lambda *_: None)

    def open(self, model: str, store: Path) -> measuring.Ask:
        from bot.app import App  # noqa: PLC0415
        from bot.config import Settings  # noqa: PLC0415
        from bot.messages import Message  # noqa: PLC0415

        bot = App(Settings.from_environ({"GPUWISE_HOME": str(store)})).bot
        numbers = count()
        # Every question is a conversation of its own, so that none is read as a follow-up.
        return lambda text: bot.respond(Message(text=text, chat="perf", thread=str(next(numbers))))

    def best(self, found: Any) -> None:
        if not found.blocks:
            raise ValueError(f"an empty answer to {found.question!r}")


measuring.run(Gpuwise())
