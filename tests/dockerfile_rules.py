"""What a good Dockerfile keeps to, after the rules of hadolint: each returns what breaks it, with the line."""

import re
from collections.abc import Callable, Iterator, Sequence

from tests.dockerfile import Instruction, Stage

Rule = Callable[[Sequence[Stage]], Iterator[str]]
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|CREDENTIAL|_KEY", re.IGNORECASE)


def images_are_tagged(stages: Sequence[Stage]) -> Iterator[str]:
    """Every image from outside has a tag, and not the one that moves (DL3006, DL3007)."""
    names = {stage.name for stage in stages}
    for stage in stages:
        _, sign, tag = stage.base.rpartition(":")
        if stage.base not in names and (not sign or tag in {"", "latest"}):
            yield f"{stage.name}: {stage.base} has no tag that stays"


def stages_have_names(stages: Sequence[Stage]) -> Iterator[str]:
    """Every stage has a name of its own (DL3024)."""
    names = [stage.name for stage in stages]
    yield from (f"{name}: not a name of its own" for name in names if name.isdigit() or names.count(name) > 1)


def files_are_copied(stages: Sequence[Stage]) -> Iterator[str]:
    """Nothing is added: ADD fetches and unpacks (DL3020)."""
    yield from (f"{each.line}: ADD" for _, each in _all(stages, "ADD"))


def folders_are_absolute(stages: Sequence[Stage]) -> Iterator[str]:
    """A WORKDIR does not hang on the one before, and no RUN changes the folder (DL3000, DL3003)."""
    yield from (f"{each.line}: WORKDIR {each.text}" for _, each in _all(stages, "WORKDIR") if each.text[0] not in "/$")
    yield from (f"{line}: cd" for line, words in _commands(stages) if words[:1] == ["cd"])


def final_users_are_numbers(stages: Sequence[Stage]) -> Iterator[str]:
    """What no other stage begins with or copies from runs as a user that is not root (DL3002), named by number."""
    needed = {name for stage in stages for name in stage.needs}
    for stage in stages:
        users = [each.text for each in stage.all("USER")]
        if stage.name not in needed and not (users and re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", users[-1])):
            yield f"{stage.name}: runs as {users[-1] if users else 'root'}"


def rights_are_not_asked_for(stages: Sequence[Stage]) -> Iterator[str]:
    """No sudo (DL3004)."""
    yield from (f"{line}: sudo" for line, words in _commands(stages) if "sudo" in words)


def debian_packages_are_few(stages: Sequence[Stage]) -> Iterator[str]:
    """An apt-get installs what it names and asks nobody; lists go in the same step (DL3005, 3009, 3014, 3015)."""
    for _, step in _all(stages, "RUN"):
        for words in (words for words in step.commands if words[:1] == ["apt-get"]):
            if {"upgrade", "dist-upgrade"} & set(words):
                yield f"{step.line}: upgrades what the image should bring"
            if "install" in words and not {"--no-install-recommends"} <= set(words):
                yield f"{step.line}: without --no-install-recommends"
            if "install" in words and not {"-y", "--yes", "-qy", "-yq"} & set(words):
                yield f"{step.line}: asks somebody"
            if "update" in words and "rm -rf /var/lib/apt/lists/*" not in step.text:
                yield f"{step.line}: keeps the lists"


def python_packages_are_pinned(stages: Sequence[Stage]) -> Iterator[str]:
    """A pip keeps no cache and takes the versions of the constraints (DL3042, DL3013)."""
    for line, words in _commands(stages):
        if words[:2] == ["pip", "install"]:
            if "--no-cache-dir" not in words:
                yield f"{line}: keeps a cache"
            if not {"-c", "--constraint"} & set(words):
                yield f"{line}: takes any version"


def programs_start_without_a_shell(stages: Sequence[Stage]) -> Iterator[str]:
    """CMD, ENTRYPOINT and HEALTHCHECK are arrays: a shell would keep signals to itself (DL3025)."""
    for _, each in _all(stages, "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        if not each.text.removeprefix("CMD ").startswith("["):
            yield f"{each.line}: {each.keyword} {each.text}"


def pipes_fail(stages: Sequence[Stage]) -> Iterator[str]:
    """No RUN hides the failure of all but its last command in a pipe, or behind a semicolon (DL4006)."""
    for _, step in _all(stages, "RUN"):
        if re.search(r"[^|]\|[^|]|;", step.text):
            yield f"{step.line}: {step.text}"


def secrets_stay_outside(stages: Sequence[Stage]) -> Iterator[str]:
    """Nothing that reads like a secret is a variable of the image or of its making."""
    for _, each in _all(stages, "ENV", "ARG"):
        yield from (f"{each.line}: {name}" for name in each.pairs if _SECRET.search(name))


RULES: Sequence[Rule] = (
    images_are_tagged,
    stages_have_names,
    files_are_copied,
    folders_are_absolute,
    final_users_are_numbers,
    rights_are_not_asked_for,
    debian_packages_are_few,
    python_packages_are_pinned,
    programs_start_without_a_shell,
    pipes_fail,
    secrets_stay_outside,
)


def _all(stages: Sequence[Stage], *keywords: str) -> Iterator[tuple[Stage, Instruction]]:
    yield from ((stage, each) for stage in stages for each in stage.all(*keywords))


def _commands(stages: Sequence[Stage]) -> Iterator[tuple[int, list[str]]]:
    """Yield each command of each RUN with its line; of a program in a folder only its name counts."""
    for _, step in _all(stages, "RUN"):
        for words in step.commands:
            yield step.line, [words[0].rpartition("/")[2], *words[1:]] if words else []
