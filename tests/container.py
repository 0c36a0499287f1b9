"""Proves a Dockerfile without an engine: runs its steps in order in copies of a plain Debian root.

`python -m tests.container --base ROOT --work FOLDER --target bot --build-arg NAME=VALUE`, as root. ROOT (debootstrap
makes one, with python3-venv) stands in for every image that a FROM names. What pip is told on this machine holds in the
steps too, and is no part of what they make.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from tests.dockerfile import Ignore, Instruction, Stage, expand, read_stages

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MOUNTS = 'mount --bind "$1" "$1" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"'


@dataclass(kw_only=True)
class Image:
    """A finished stage: its root and what a container of it starts with."""

    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    workdir: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[PurePosixPath] = field(default_factory=list)

    def inside(self, path: PurePosixPath | str) -> Path:
        """Return where a path of the image lies here."""
        return self.root / (self.workdir / path).relative_to("/")

    def environ(self) -> dict[str, str]:
        """Return the environment of its processes."""
        return {"HOME": self._home(), **self.env}

    def _home(self) -> str:
        rows = [line.split(":") for line in self.inside("/etc/passwd").read_text(encoding="utf-8").splitlines()]
        return next((row[5] for row in rows if row[2] == self.user.partition(":")[0]), "/")


@dataclass(frozen=True, kw_only=True)
class Lent:
    """What of this machine the steps see, and nothing that they make keeps."""

    env: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[Path] = ()


def lent_by_pip() -> Lent:
    """Return what this machine tells pip, as variables, and the files and folders that it names."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    env, paths = {}, set[Path]()
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        env["PIP_" + name.rpartition(".")[2].upper().replace("-", "_")] = value.strip("'\"")
    for word in " ".join(env.values()).split():
        path = Path(word.removeprefix("file://"))
        if path.is_absolute() and path.exists():
            paths.add(path.parent if path.name == "simple" else path)  # an index keeps its files beside its lists
    return Lent(env=env, paths=sorted(paths))


@dataclass(kw_only=True)
class Builder:
    """Runs the steps of a Dockerfile."""

    context: Path
    base: Path
    work: Path
    arguments: Mapping[str, str] = field(default_factory=dict)
    lent: Lent = Lent()
    built: dict[str, Image] = field(default_factory=dict)

    def build(self, target: str) -> Image:
        """Return *target*, and make the stages that it needs before it."""
        stages = {stage.name: stage for stage in read_stages(self._read("Dockerfile"))}
        for name in stages[target].needs & stages.keys() - self.built.keys():
            self.build(name)
        if target not in self.built:
            self.built[target] = self._stage(stages[target])
        return self.built[target]

    def _stage(self, stage: Stage) -> Image:
        begun = self.built.get(stage.base) or Image(root=self.base)
        image = deepcopy(begun)
        image.root = self.work / stage.name
        subprocess.run(["/bin/cp", "-a", "--reflink=auto", begun.root, image.root], check=True)
        arguments: dict[str, str] = {}
        for step in stage.instructions:
            sys.stderr.write(f"{stage.name}: {step.keyword} {step.text}\n")
            self._step(image, step, arguments)
        return image

    def _step(self, image: Image, step: Instruction, arguments: dict[str, str]) -> None:
        known = {**arguments, **image.env}
        match step.keyword:
            case "RUN":
                run = in_root(image, ["/bin/sh", "-c", step.text], env={**arguments, **self.lent.env}, lent=self.lent)
                subprocess.run(run, check=True)
                self._take_back(image)
            case "COPY":
                self._copy(image, step, known)
            case "ENV":
                image.env |= {name: expand(value, known) for name, value in step.pairs.items()}
            case "ARG":
                arguments |= {name: self.arguments.get(name, value) for name, value in step.pairs.items()}
            case "WORKDIR":
                image.workdir /= expand(step.text, known)
                image.inside(".").mkdir(parents=True, exist_ok=True)
            case _:
                _describe(image, step)

    def _copy(self, image: Image, step: Instruction, known: Mapping[str, str]) -> None:
        *sources, target = expand(step.text, known).split()
        above = self.built[step.flags["from"]].root if "from" in step.flags else self.context
        goal = image.inside(target)
        for source in sources:
            start = above / source.lstrip("/")
            into = goal / start.name if start.is_file() and (target.endswith("/") or len(sources) > 1) else goal
            into.parent.mkdir(parents=True, exist_ok=True)
            if start.is_dir():
                ignored = None if "from" in step.flags else self._ignored
                shutil.copytree(start, into, symlinks=True, dirs_exist_ok=True, ignore=ignored)
            elif "from" not in step.flags and self._ignored(str(start.parent), [start.name]):
                raise FileNotFoundError(f"line {step.line}: .dockerignore leaves out {source}")
            else:
                shutil.copy2(start, into)
            if "chmod" in step.flags:
                into.chmod(int(step.flags["chmod"], 8))

    def _ignored(self, folder: str, names: list[str]) -> list[str]:
        """Return which *names* of a folder the context lacks."""
        ignore = Ignore.from_text(self._read(".dockerignore"))
        below = PurePosixPath(Path(folder).relative_to(self.context).as_posix())
        return [name for name in names if ignore.leaves_out(below / name)]

    def _read(self, name: str) -> str:
        return (self.context / name).read_text(encoding="utf-8")

    def _take_back(self, image: Image) -> None:
        """Remove the empty places at which lent things were shown; folders above them stay."""
        for path in self.lent.paths:
            place = image.inside(str(path))
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()
            elif place.is_file() and not place.stat().st_size:
                place.unlink()


def _describe(image: Image, step: Instruction) -> None:
    """Take over what an instruction says of containers and changes nothing in the root."""
    match step.keyword:
        case "USER":
            image.user = step.text
        case "ENTRYPOINT":
            image.entrypoint = step.words
        case "CMD":
            image.command = step.words
        case "HEALTHCHECK":
            image.healthcheck = replace(step, text=step.text.removeprefix("CMD").strip()).words
        case "VOLUME":
            image.volumes += map(PurePosixPath, step.words)
        case "STOPSIGNAL":
            pass  # nothing is stopped here
        case _:
            raise ValueError(f"line {step.line}: {step.keyword} is not understood")


def in_root(
    image: Image,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    lent: Lent = Lent(),
    volume: Path | None = None,
) -> list[str]:
    """Return the command line that runs *command* in the image, alone with its processes.

    With a *volume* as a container runs there: nothing else but /tmp can be written, no right can be gained.
    """
    mounts = [_MOUNTS]
    for path in lent.paths:
        place = image.inside(str(path))
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        mounts.append(shlex.join(["mount", "--bind", str(path), str(place)]))
    if volume:
        mounts += ['mount -t tmpfs tmpfs "$1/tmp"', 'mount -o remount,bind,ro "$1"']
        mounts += [shlex.join(["mount", "--bind", str(volume), str(image.inside(path))]) for path in image.volumes]
    variables = [f"{name}={value}" for name, value in {**image.environ(), **(env or {})}.items()]
    inner = ["chroot", f"--userspec={image.user}", image.root]
    inner += ["/usr/bin/env", "--ignore-environment", f"--chdir={image.workdir}", *variables, *command]
    rights = ["setpriv", "--no-new-privs"] if volume else []
    script = " && ".join(mounts) + ' && shift && exec "$@"'
    whole = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", image.root]
    return [str(word) for word in (*whole, *rights, *inner)]


def fill_volume(image: Image, folder: Path) -> None:
    """Copy what the image holds at its volume into an empty folder, as an engine does with a new named volume."""
    (place,) = image.volumes
    subprocess.run(["/bin/cp", "-a", f"{image.inside(place)}/.", folder], check=True)


def main(argv: Sequence[str]) -> int:
    """Build a target and say where it lies."""
    parser = argparse.ArgumentParser(prog="python -m tests.container", description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="root that stands in for the images of FROM")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for the roots of the stages")
    parser.add_argument("--target", action="append", required=True, help="a stage to make; may be repeated")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE", help="in place of a default")
    args = parser.parse_args(argv)
    if os.geteuid():
        parser.error("only root may change its root")
    arguments = dict(pair.split("=", 1) for pair in args.build_arg)
    builder = Builder(context=Path.cwd(), base=args.base, work=args.work, arguments=arguments, lent=lent_by_pip())
    for target in args.target:
        sys.stdout.write(f"{builder.build(target).root}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
