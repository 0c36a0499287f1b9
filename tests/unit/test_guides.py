import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.guides import LANGUAGES, ROLES, load_guide
from knowledge.library import Library, load_library
from knowledge.loading import data_folder
from knowledge.sources import load_sources
from knowledge.specs import GpuSpec
from tests.makers import write_knowledge

MOST_WORDS = 45
PARAMETERS = {
    "cnn-example": 93322,
    "rnn-example": 4865,
    "lstm-example": 19265,
    "gru-example": 14657,
    "vgg16-example": 3212682,
}
COUNT = "\nprint(sum(item.numel() for item in model.parameters() if item.requires_grad))\n"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SWAP = str.maketrans({",": ".", ".": ","})


def odd_numbers(english: str, vietnamese: str) -> list[str]:
    """Return the numbers that stand in one language alone; a version such as 2.14 may keep its dot."""
    left = Counter(_NUMBER.findall(english))
    right = Counter(_NUMBER.findall(vietnamese))
    for number in list(left.elements()):
        twin = next((form for form in (number.translate(_SWAP), number) if right[form]), None)
        if twin is not None:
            left[number] -= 1
            right[twin] -= 1
    return [*left.elements(), *right.elements()]


@pytest.fixture(scope="module")
def headings() -> dict[str, list[str]]:
    table = tomllib.loads((data_folder() / "seed_map.toml").read_text(encoding="utf-8"))["headings"]
    return {code: entry["sections"] for code, entry in table.items()}


@pytest.mark.parametrize(
    ("english", "vietnamese", "odd"),
    [
        ("1,499 and 35.6", "35,6 rồi 1.499", []),
        ("PyTorch 2.14", "PyTorch 2.14", []),
        ("24 GB", "16 GB", ["24", "16"]),
        ("3 and 3", "3", ["3"]),
    ],
)
def test_numbers_are_compared_without_their_separators(english: str, vietnamese: str, odd: list[str]) -> None:
    assert odd_numbers(english, vietnamese) == odd


def test_both_languages_have_the_same_chapters_and_ids() -> None:
    ids = {
        language: {
            file.name: sorted(
                re.findall(r"^(?:## .*\{#([a-z0-9-]+)\}|- `([a-z0-9.-]+)`)", file.read_text("utf-8"), re.MULTILINE)
            )
            for file in (data_folder() / "guides" / language).iterdir()
            if isinstance(file, Path)
        }
        for language in LANGUAGES
    }

    assert ids["en"] == ids["vi"]


def test_the_same_numbers_stand_in_both_languages(library: Library) -> None:
    odd = {
        statement.id: numbers
        for statement in library.guide.statements.values()
        if (numbers := odd_numbers(statement.text["en"], statement.text["vi"]))
    }

    assert odd == {}


def test_no_statement_is_too_long(library: Library) -> None:
    words = {item.id: len(item.text["en"].split()) for item in library.guide.statements.values()}

    assert {name: count for name, count in words.items() if count > MOST_WORDS} == {}


def test_every_role_is_known(library: Library) -> None:
    assert {item.role for item in library.guide.statements.values()} == set(ROLES)


def test_every_heading_of_the_founding_guide_has_sections(library: Library, headings: dict[str, list[str]]) -> None:
    named = {section for sections in headings.values() for section in sections}

    assert named - set(library.guide.by_id) == set()
    assert [code for code, sections in headings.items() if not sections] == []


def test_every_seed_code_is_in_the_map(library: Library, headings: dict[str, list[str]]) -> None:
    of_sections = {code for section in library.guide.sections for code in section.seed}
    of_grounds = {
        ground.removeprefix("seed:")
        for item in library.guide.statements.values()
        for ground in item.grounds
        if ground.startswith("seed:")
    }

    assert (of_sections | of_grounds) - set(headings) == set()


def test_every_ground_resolves(library: Library) -> None:
    outside = {
        ground
        for item in library.guide.statements.values()
        for ground in item.grounds
        if ground != "computed" and not ground.startswith(("seed:", "gpu:"))
    }

    assert outside - set(library.sources) == set()


def test_every_figure_from_a_sheet_names_a_cell_that_is_filled(library: Library) -> None:
    grounds = {
        ground.removeprefix("gpu:")
        for item in library.guide.statements.values()
        for ground in item.grounds
        if ground.startswith("gpu:")
    }

    assert [ground for ground in sorted(grounds) if not is_filled(library.catalogue.by_slug, ground)] == []


def is_filled(cards: object, ground: str) -> bool:
    slug, _, field = ground.partition("#")
    card = cards.get(slug) if isinstance(cards, dict) else None
    return isinstance(card, GpuSpec) and getattr(card, field, None) is not None


def test_every_code_block_is_python(library: Library) -> None:
    blocks = {(section.id, name): code for section in library.guide.sections for name, code in section.code.items()}

    assert {section for section, _ in blocks} == set(PARAMETERS)
    assert all(ast.parse(code).body for code in blocks.values())


@pytest.mark.parametrize(("section", "parameters"), PARAMETERS.items())
def test_a_pytorch_example_runs_and_has_the_parameters_it_claims(
    library: Library, section: str, parameters: int
) -> None:
    code = library.guide.by_id[section].code["pytorch"] + COUNT

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1].replace(",", "")) == parameters


def test_a_small_guide_is_read_with_its_twins(tmp_path: Path) -> None:
    guide = load_library(write_knowledge(tmp_path)).guide

    assert [section.id for section in guide.sections] == ["bandwidth", "vram"]
    assert guide.by_id["bandwidth"].path["vi"] == "Cơ bản › Băng thông bộ nhớ"
    assert guide.by_id["bandwidth"].asks["en"] == ("what is memory bandwidth", "why does bandwidth matter")
    assert guide.statements["vram.what"].text["vi"] == "Bộ nhớ đồ họa giữ trọng số của mạng."


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("definition (sheet)", "opinion (sheet)", "basics.md › vram.what › role"),
        ("definition (sheet)", "definition (nowhere)", "no source has the key 'nowhere'"),
        ("definition (sheet)", "definition ()", "vram.what › grounds"),
        ("`vram.what`", "`video.what`", "video.what"),
        ("## Video memory {#vram}", "## Video memory", "a section begins with"),
        ("- `vram.limit` limit (sheet): ", "", "this line is no statement"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = write_knowledge(tmp_path)
    file = folder / "guides/en/basics.md"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(KnowledgeError) as raised:
        load_guide(folder / "guides", load_sources(folder / "sources"))

    assert told in str(raised.value)


def test_a_missing_twin_is_named(tmp_path: Path) -> None:
    folder = write_knowledge(tmp_path)
    (folder / "guides/vi/basics.md").unlink()

    with pytest.raises(KnowledgeError, match=r"vi/basics\.md: is missing"):
        load_guide(folder / "guides", load_sources(folder / "sources"))
