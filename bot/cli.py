"""The `gpuwise` command."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.app import App
from bot.asking import answer_lines, ask_once
from bot.config import Settings, read_dotenv
from bot.sheets import compare_cards, show_spec
from knowledge.errors import GpuwiseError

Command = Callable[[App, argparse.Namespace], None]


def run() -> None:
    """Run the command of this process's arguments."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Return 0 for an answer (an abstention is one), 1 for an error said in one line on stderr, 2 for wrong usage."""
    args = make_parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="gpuwise: %(message)s", stream=sys.stderr)
    try:
        settings = Settings.from_environ({**read_dotenv(Path(".env")), **os.environ})
        args.command(App(settings), args)
    except GpuwiseError as error:
        print(f"gpuwise: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 0


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="gpuwise",
        description="Explains and compares GPUs for AI, in English and Vietnamese, every statement cited.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "chat", chat, "talk in the terminal; piped input is answered line by line")
    ask = _add(commands, "ask", ask_command, "answer one question, or one a line with --jsonl")
    ask.add_argument("question", nargs="*", help="the question, in English or Vietnamese")
    ask.add_argument("--json", action="store_true", help="print the answer as one JSON object")
    ask.add_argument("--jsonl", action="store_true", help="read questions from stdin, print one JSON answer a line")
    spec = _add(commands, "spec", show_spec, "show what the sheets say of a card")
    spec.add_argument("name", nargs="+", help="a card's name, such as RTX 3080")
    spec.add_argument("--json", action="store_true", help="print every field of every variant as JSON")
    compare = _add(commands, "compare", compare_cards, "put two cards or more side by side")
    compare.add_argument("names", nargs="+", metavar="NAME", help="card names, each in quotes")
    compare.add_argument("--json", action="store_true", help="print the cards as JSON")
    index = _add(commands, "index", index_command, "build the index, or renew what changed")
    index.add_argument("--model", help="a sentence-transformers model, by name or folder")
    _add(commands, "serve", serve_command, "answer on every platform whose tokens are set")
    _add(commands, "doctor", doctor_command, "say what is set up, stale or wrong, and what to do")
    evaluate = _add(commands, "evaluate", evaluate_command, "score answers on the question set")
    evaluate.add_argument(
        "--half", choices=("reporting", "tuning"), default="reporting", help="which half of the questions"
    )
    evaluate.add_argument("--tune", action="store_true", help="fit the gate that abstains to the tuning half first")
    evaluate.add_argument("--json", action="store_true", help="print the scores as JSON")
    evaluate.add_argument("--misses", action="store_true", help="print every question that missed")
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, command: Command, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=command)
    return parser


def chat(app: App, _: argparse.Namespace) -> None:
    """Talk in the terminal."""
    from bot.platforms.console import talk  # noqa: PLC0415  # prompt_toolkit is for people only

    talk(app)


def ask_command(app: App, args: argparse.Namespace) -> None:
    """Answer one question, or one a line."""
    app.prepare(report_progress)
    if args.jsonl:
        answer_lines(app.bot, sys.stdin.buffer, sys.stdout)
        return
    question = " ".join(args.question) if args.question else sys.stdin.buffer.read().decode("utf-8", "replace")
    ask_once(app.bot, question, as_json=args.json, out=sys.stdout)


def index_command(app: App, args: argparse.Namespace) -> None:
    """Build or renew the index and say what was done."""
    manifest = app.build(args.model, report_progress)
    print(f"Index in {app.settings.home / 'index'}: model {manifest.model}, {manifest.embedded} texts embedded anew.")


def serve_command(app: App, _: argparse.Namespace) -> None:
    """Serve the chat platforms."""
    from bot.serving import serve  # noqa: PLC0415  # the chat SDKs are for serving only

    app.prepare(report_progress)
    serve(app)


def doctor_command(app: App, _: argparse.Namespace) -> None:
    """Print what was found; something wrong is exit 1."""
    from bot.checkup import examine  # noqa: PLC0415

    findings = list(examine(app))
    for finding in findings:
        print(f"{'ok ' if finding.good else 'BAD'}  {finding.text}")
    if not all(finding.good for finding in findings):
        raise GpuwiseError("something needs your attention, see BAD above")


def evaluate_command(app: App, args: argparse.Namespace) -> None:
    """Score the answers on one half of the questions."""
    from bot.scoring import evaluate, table_text  # noqa: PLC0415  # only this command needs it

    app.prepare(report_progress)
    if args.tune:
        from bot.tuning import tune  # noqa: PLC0415

        print("\n".join(tune(app)))
        app = App(app.settings)
    report = evaluate(app.bot, args.half)
    print(json.dumps(report.to_json(), indent=2, ensure_ascii=False) if args.json else table_text(report))
    if args.misses:
        print("\n".join(report.misses))


def report_progress(step: str, done: int, total: int) -> None:
    """Say on stderr how far the first build is."""
    if sys.stderr.isatty():
        end = "\n" if done == total else "\r"
        print(f"gpuwise: {step} {done}/{total}   ", end=end, file=sys.stderr, flush=True)
    elif done == 0:
        print(f"gpuwise: building the index: {step} …", file=sys.stderr, flush=True)
