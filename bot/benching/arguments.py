"""What `gpuwise bench` and `gpuwise hosts` take on the command line; what they do is imported when they are called."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bench.catalogue import CASES, MODES, PRECISIONS

if TYPE_CHECKING:
    from bot.app import App

_RESULTS = 50  #: that are listed, if nothing is said


def add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bench` with its second words."""
    text = "measure the guide's workloads, and compare what was measured"
    bench = commands.add_parser("bench", help=text, description=text[0].upper() + text[1:] + ".")
    actions = bench.add_subparsers(required=True, metavar="ACTION", dest="action")
    _add(actions, "list", "list the cases and what each takes")
    _add_run(_add(actions, "run", "run a case on a host and keep its record"))
    jobs = _add(actions, "jobs", "list the jobs that are queued or running")
    jobs.add_argument("--all", action="store_true", help="the ended ones too")
    cancel = _add(actions, "cancel", "cancel a job")
    cancel.add_argument("id", metavar="ID", help="such as b-7k3")
    results = _add(actions, "results", "list what was measured")
    results.add_argument("--limit", type=int, default=_RESULTS, metavar="N", help="the newest so many")
    results.add_argument("--chart", type=Path, metavar="FILE", help="draw them as a PNG, with their intervals")
    compare = _add(actions, "compare", "say whether one result is faster than another")
    compare.add_argument("left", metavar="ID", help="such as r-7k3")
    compare.add_argument("right", metavar="ID", help="the other one")
    export = _add(actions, "export", "write records to a file, one JSON object a line")
    export.add_argument("file", type=Path, metavar="FILE", help="is written over")
    export.add_argument("--limit", type=int, default=_RESULTS, metavar="N", help="the newest so many")
    for parser in (actions.choices[name] for name in ("run", "jobs", "results", "compare")):
        parser.add_argument("--json", action="store_true", help="print it as JSON")


def add_hosts(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `hosts`."""
    text = "say what each host has that measures, and what is wrong with it"
    hosts = commands.add_parser("hosts", help=text, description=text[0].upper() + text[1:] + ".")
    hosts.add_argument("--json", action="store_true", help="print it as JSON")
    hosts.set_defaults(command=_hosts)


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("case", choices=tuple(CASES), metavar="CASE", help="one of those that `bench list` lists")
    run.add_argument("--host", default="local", metavar="NAME", help="where: local or one of hosts.toml")
    device = "auto (a GPU, the CPU where there is none), cpu, gpu, the index, UUID or name of a GPU of the host"
    run.add_argument("--gpu", default="auto", metavar="WHICH", help=device)
    run.add_argument("--mode", choices=MODES, help="training, if nothing else is said")
    run.add_argument("--precision", choices=PRECISIONS, help="fp32, if nothing else is said")
    for name, text in (("batch", "samples a step"), ("length", "time steps"), ("hidden", "units")):
        run.add_argument(f"--{name}", type=int, metavar="N", help=text)
    run.add_argument("--sweep", type=int, nargs="+", metavar="N", help="batches to run one after the other as one job")
    run.add_argument("--channels-last", action="store_true", help="image tensors in that layout")
    run.add_argument("--compile", action="store_true", help="with torch.compile")
    run.add_argument("--quick", action="store_true", help="an order of magnitude, in under two minutes")
    run.add_argument("--max-seconds", type=int, metavar="N", help="that blocks may take together")


def _add(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=_command)
    return parser


def _command(app: "App", args: argparse.Namespace) -> None:
    from bot.benching.commands import bench_command  # noqa: PLC0415  # SQLAlchemy is for benchmarks only

    bench_command(app, args)


def _hosts(app: "App", args: argparse.Namespace) -> None:
    from bot.benching.probing import hosts_command  # noqa: PLC0415  # the same

    hosts_command(app, args)
