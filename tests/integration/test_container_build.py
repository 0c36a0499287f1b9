"""Both images, made step by step in a plain Debian root, and what runs in them: read-only, as nobody."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.container import Builder, Image, fill_volume, in_root, lent_by_pip

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("debootstrap", "unshare", "chroot", "setpriv")
PACKAGES = "ca-certificates,python3-venv,python-is-python3"
NOBODY = 10001
QUESTION = "what is memory bandwidth?"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may change its root"),
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}"),
]


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Lend a builder on a fresh Debian; TORCH_INDEX is empty, so that pip takes torch from where this machine does."""
    folder = tmp_path_factory.mktemp("container")
    base = folder / "debian"
    made = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(base)]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    work = folder / "stages"
    work.mkdir()
    yield Builder(context=ROOT, base=base, work=work, arguments={"TORCH_INDEX": ""}, lent=lent_by_pip())
    shutil.rmtree(folder)  # gigabytes, which pytest would keep


@pytest.fixture(scope="module")
def bot(builder: Builder) -> Image:
    return builder.build("bot")


@pytest.fixture(scope="module")
def worker(builder: Builder) -> Image:
    return builder.build("worker")


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    os.chown(tmp_path, NOBODY, NOBODY)
    return tmp_path


def run(
    image: Image, words: Sequence[str], volume: Path, *, said: str | None = None
) -> "subprocess.CompletedProcess[str]":
    command = in_root(image, words, volume=volume)
    return subprocess.run(command, input=said, capture_output=True, text=True, timeout=300, check=False)


def test_the_bot_answers_from_the_index_of_the_image(bot: Image, volume: Path) -> None:
    done = run(bot, [*bot.entrypoint, "ask", QUESTION], volume)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Memory bandwidth is how fast data moves")
    assert (volume / "index").is_symlink()


def test_the_bot_finds_nothing_wrong_with_itself(bot: Image, volume: Path) -> None:
    fill_volume(bot, volume)

    done = run(bot, [*bot.entrypoint, "doctor"], volume)

    assert (done.returncode, done.stderr) == (0, "")
    assert "BAD" not in done.stdout
    assert "serves only" in done.stdout


def test_the_bot_comes_up_on_the_volume_of_an_older_version(bot: Image, volume: Path) -> None:
    old = volume / "index"
    old.mkdir()
    (old / "manifest.json").write_text('{"manifest": {"content": "0123abc"}}', encoding="utf-8")
    os.chown(old, NOBODY, NOBODY)

    done = run(bot, [*bot.entrypoint, "ask", QUESTION], volume)

    assert done.returncode == 0
    assert "is of another version" in done.stderr
    assert done.stdout.startswith("Memory bandwidth is how fast data moves")


def test_the_bot_without_tokens_ends_with_one_line(bot: Image, volume: Path) -> None:
    done = run(bot, [*bot.entrypoint, *bot.command], volume)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "TELEGRAM_BOT_TOKEN" in done.stderr


def test_the_health_check_fails_with_one_line_where_nothing_serves(bot: Image, volume: Path) -> None:
    done = run(bot, bot.healthcheck, volume)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("gpuwise: nothing serves here")


@pytest.mark.parametrize("module", ["torch", "transformers", "sentence_transformers"])
def test_the_bot_has_nothing_that_only_building_needs(bot: Image, volume: Path, module: str) -> None:
    done = run(bot, ["python", "-c", f"import {module}"], volume)

    assert f"ModuleNotFoundError: No module named '{module}'" in done.stderr


def test_the_worker_measures(worker: Image, volume: Path) -> None:
    request = {"case": "cnn", "quick": True, "max_seconds": 1, "wait": True}
    command = in_root(worker, worker.entrypoint, volume=volume)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(json.dumps(request) + "\n")
        running.stdin.flush()  # and left open: its end would cancel
        lines = [json.loads(line) for line in running.stdout]

    (record,) = [line["record"] for line in lines if line["type"] == "result"]
    assert (running.returncode, lines[-1]["state"]) == (0, "done")
    assert record["result"]["throughput"]["value"] > 0


@pytest.mark.parametrize("module", ["bot", "retrieval", "knowledge"])
def test_the_worker_has_nothing_of_the_bot(worker: Image, volume: Path, module: str) -> None:
    done = run(worker, ["python", "-c", f"import {module}"], volume)

    assert f"ModuleNotFoundError: No module named '{module}'" in done.stderr


@pytest.mark.parametrize("place", ["/", "/home/gpuwise", "/opt/gpuwise", "/usr/local/bin"])
@pytest.mark.parametrize("name", ["bot", "worker"])
def test_nothing_of_an_image_can_be_changed(
    request: pytest.FixtureRequest, volume: Path, name: str, place: str
) -> None:
    image: Image = request.getfixturevalue(name)

    assert run(image, ["touch", f"{place}/new"], volume).returncode == 1
    assert run(image, ["id", "--user"], volume).stdout == f"{NOBODY}\n"
