"""The tables that the documents take from the code: `python -m bot.documents` rewrites them in place."""

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.cli import make_parser
from bot.config import Settings
from bot.predictions import table_text as errors_table
from retrieval.scoring.fits import load_fits

README, ENV_EXAMPLE = "README.md", ".env.example"


def commands_table() -> str:
    """Return a Markdown table of all commands with their options, as the parser knows them."""
    rows = [f"| `{_cell(name)}` | {_cell(text)} | {_cell(options)} |" for name, text, options in _commands()]
    return "\n".join(("| command | does | options |", "| --- | --- | --- |", *rows))


def settings_table() -> str:
    """Return a Markdown table of all settings."""
    rows = []
    for item in fields(Settings):
        default = _default(item.default)
        shown = f"`{default}`" if default else "not set"
        rows.append(f"| `{item.metadata['variable']}` | {_cell(item.metadata['purpose'])} | {shown} |")
    return "\n".join(("| variable | what it sets | default |", "| --- | --- | --- |", *rows))


def env_example() -> str:
    """Return the text of `.env.example`: every setting with its purpose; one that has a default is commented out."""
    entries = []
    for item in fields(Settings):
        default = _default(item.default)
        sign = "# " if default else ""
        entries.append(f"# {item.metadata['purpose']}\n{sign}{item.metadata['variable']}={default}\n")
    return "\n".join(
        ("# Copy this file to .env and fill in what you need; an empty value counts as unset.\n", *entries)
    )


def tables() -> Mapping[str, str]:
    """Return the generated tables by the name of their marker."""
    return {
        "commands": commands_table(),
        "settings": settings_table(),
        "predictions": errors_table(load_fits().table),
    }


def with_tables(text: str) -> str:
    """Return a document with each generated table between its markers."""
    for name, table in tables().items():
        between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, found = between.subn(lambda marks, table=table: f"{marks[1]}{table}\n{marks[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"the markers of {name!r} stand {found} times in the document, not once")
    return text


def write_documents(folder: Path) -> None:
    """Rewrite the tables of the README and `.env.example` in *folder*."""
    readme = folder / README
    readme.write_text(with_tables(readme.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / ENV_EXAMPLE).write_text(env_example(), encoding="utf-8")


def _commands() -> Iterator[tuple[str, str, str]]:
    """Yield each command with its arguments, what it does, and its options; of one with actions each of them."""
    for name, text, parser in _choices(make_parser()):
        actions = list(_choices(parser))
        for action, does, below in actions:
            yield _command(f"{name} {action}", does, below)
        if not actions:
            yield _command(name, text, parser)


def _choices(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield the words that may stand next, with what each does."""
    for group in parser._actions:  # noqa: SLF001  # argparse has no public way to list what was added
        if isinstance(group, argparse._SubParsersAction):  # noqa: SLF001
            for choice in group._choices_actions:  # noqa: SLF001
                yield choice.dest, choice.help or "", group.choices[choice.dest]


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> tuple[str, str, str]:
    actions = [action for action in parser._actions if action.dest != "help"]  # noqa: SLF001
    arguments = [_argument(action) for action in actions if not action.option_strings]
    options = [f"`{_option(action)}`: {action.help}" for action in actions if action.option_strings]
    return " ".join(("gpuwise", name, *arguments)), text, "; ".join(options)


def _argument(action: argparse.Action) -> str:
    word = str(action.metavar or action.dest).upper()
    return {"*": f"[{word} …]", "+": f"{word} …", "?": f"[{word}]"}.get(str(action.nargs), word)


def _option(action: argparse.Action) -> str:
    flag = action.option_strings[-1]
    if action.nargs == 0:
        return flag
    value = "|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest).upper()
    return f"{flag} {value}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _default(value: Any) -> str:
    return "" if value is None or value == frozenset() else str(value)


if __name__ == "__main__":
    write_documents(Path(__file__).resolve().parent.parent)
