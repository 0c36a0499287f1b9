"""The documents say what the code says."""

import re
from pathlib import Path

import pytest

from bot.config import Settings, read_dotenv
from bot.documents import commands_table, env_example, settings_table, with_tables

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RENEW = "run `python -m bot.documents`"
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
_LATER = {"docs/perf.md", "docs/perf.png"}  # `make perf` writes these


def _between(name: str) -> str:
    return README.split(f"<!-- {name} -->\n")[1].split(f"\n<!-- /{name} -->")[0]


def test_the_readme_lists_the_commands_that_the_parser_knows() -> None:
    assert _between("commands") == commands_table(), RENEW


def test_the_readme_lists_the_settings_that_are_read() -> None:
    assert _between("settings") == settings_table(), RENEW


def test_the_example_environment_is_the_generated_one() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example(), RENEW


def test_the_example_environment_sets_nothing_but_defaults() -> None:
    assert Settings.from_environ(read_dotenv(ROOT / ".env.example")) == Settings.from_environ({})


def test_every_relative_link_of_the_readme_leads_to_a_file() -> None:
    links = set(_LINK.findall(README))

    assert links
    assert {link for link in links - _LATER if not (ROOT / link).exists()} == set()


def test_renewing_the_readme_again_changes_nothing() -> None:
    assert with_tables(README) == README


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="'commands' stand 0 times"):
        with_tables("no markers")


@pytest.mark.parametrize("command", ["chat", "ask", "spec", "compare", "index", "evaluate"])
def test_the_table_has_a_row_for_each_command(command: str) -> None:
    assert f"\n| `gpuwise {command}" in commands_table()


def test_the_table_says_what_an_option_takes() -> None:
    assert r"`--half reporting\|tuning`" in commands_table()
