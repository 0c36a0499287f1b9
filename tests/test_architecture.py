import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bench", "bot", "knowledge", "retrieval")
ARROWS: dict[str, set[str]] = {
    "knowledge": set(),
    "bench": set(),
    "retrieval": {"knowledge"},
    "bot": {"bench", "knowledge", "retrieval"},
}
FENCES = {
    "faiss": ("retrieval/index.py",),
    "pynvml": ("bench/nvml.py",),
    "torch": ("retrieval/exporting.py", "bench/cases/"),
    "sentence_transformers": ("retrieval/exporting.py", "bench/cases/"),
    "transformers": ("retrieval/exporting.py", "bench/cases/"),
    "telegram": ("bot/platforms/telegram/",),
    "matplotlib": ("bot/rendering/pen.py",),
    "PIL": ("bot/rendering/pen.py",),
    "scipy": ("retrieval/fitting.py",),
    "slack_bolt": ("bot/platforms/slack/",),
    "slack_sdk": ("bot/platforms/slack/",),
    "sqlalchemy": ("bot/store/",),
    "asyncssh": ("bot/benching/ssh.py",),
}
HEAVY = ("torch", "transformers", "sentence_transformers", "scipy", "bm25s", "matplotlib", "sqlalchemy", "asyncssh")
LONGEST_FILE, LONGEST_FUNCTION = 300, 40

ANSWER_ONE = f"""
import os, sys
from bot.app import App
from bot.config import Settings
from bot.messages import Message
answer = App(Settings.from_environ(os.environ)).bot.respond(Message(text="What is memory bandwidth?"))
assert answer.citations, answer
print(" ".join(name for name in {HEAVY!r} if name in sys.modules))
"""


def files_of(*packages: str) -> list[Path]:
    return sorted(file for package in packages for file in (ROOT / package).rglob("*.py"))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", OURS)
def test_a_package_imports_only_those_that_its_arrow_points_to(package: str) -> None:
    allowed = ARROWS[package] | {package}

    wrong = {name_of(file): bad for file in files_of(package) if (bad := set(imports_of(file)) & set(OURS) - allowed)}

    assert wrong == {}


@pytest.mark.parametrize(("library", "places"), FENCES.items())
def test_a_library_stays_inside_its_fence(library: str, places: tuple[str, ...]) -> None:
    users = [name_of(file) for file in files_of(*OURS) if library in set(imports_of(file))]

    assert [user for user in users if not user.startswith(places)] == []


def test_only_the_command_reads_the_environment() -> None:
    readers = [
        name_of(file)
        for file in files_of(*OURS)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]

    # Left out until fixed: bot/platforms/console.py, bot/tuning.py and retrieval/exporting.py use os.environ too.
    left_out = {"bot/platforms/console.py", "bot/tuning.py", "retrieval/exporting.py"}
    programs = {"bot/cli.py", "bench/child.py", "bench/worker.py"}
    silencing = {"retrieval/embedding.py"}  # sets a variable that its library reads as it is loaded
    assert set(readers) - left_out == programs | silencing


def test_no_file_is_too_long() -> None:
    lengths = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files_of(*OURS, "tests")}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{name_of(file)}:{node.name}": (node.end_lineno or 0) - node.body[0].lineno + 1
        for file in files_of(*OURS, "tests")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_answering_imports_nothing_that_only_building_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ANSWER_ONE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_answering_opens_no_network_connection() -> None:
    program = (
        "import os, socket\n"
        "def refuse(*_): raise SystemExit('opened a connection')\n"
        "socket.socket.connect = socket.socket.connect_ex = refuse\n"
        "socket.getaddrinfo = socket.create_connection = refuse\n"
        "from bot.app import App\n"
        "from bot.config import Settings\n"
        "from bot.messages import Message\n"
        "bot = App(Settings.from_environ(os.environ)).bot\n"
        "print(bot.respond(Message(text='what is memory bandwidth')).sections[0])\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "bandwidth"), done.stderr
