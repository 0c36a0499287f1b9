"""The `gpuwise` command."""

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.errors import BenchError
from bot.app import App
from bot.asking import answer_lines, ask_once
from bot.benching.arguments import add_bench, add_hosts
from bot.config import Settings, read_dotenv
from bot.picking import pick_command
from bot.predictions import predict_command
from bot.sheets import compare_cards, show_spec
from knowledge.errors import GpuwiseError
from retrieval.scoring.fits import load_fits
from retrieval.scoring.needs import FormFactor, Method, Mode, Precision, Purpose
from retrieval.scoring.ranking import ORDERS

CONDITIONS = ("new", "used")
ECOSYSTEMS = ("cuda", "rocm", "oneapi", "pytorch", "tensorflow", "jax")
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
    except (GpuwiseError, BenchError) as error:
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
    compare.add_argument("--workload", metavar="NAME", help="a network whose predicted speed stands beside the sheets")
    _add_work(compare)
    compare.add_argument("--chart", type=Path, metavar="FILE", help="draw the comparison as a PNG")
    compare.add_argument("--json", action="store_true", help="print the cards as JSON")
    _add_pick(commands)
    _add_predict(commands)
    add_bench(commands)
    add_hosts(commands)
    index = _add(commands, "index", index_command, "build the index, or renew what changed")
    index.add_argument("--model", help="a sentence-transformers model, by name or folder")
    _add(commands, "serve", serve_command, "answer on every platform whose tokens are set")
    _add(commands, "health", health_command, "say whether serve runs and every platform is connected; if not, exit 1")
    feedback = _add(commands, "feedback", feedback_command, "print what people thought of their answers")
    feedback.add_argument("--limit", type=_count, default=100, metavar="N", help="the newest so many")
    feedback.add_argument("--json", action="store_true", help="print them as JSON")
    _add(commands, "doctor", doctor_command, "say what is set up, stale or wrong, and what to do")
    _add_evaluate(commands)
    return parser


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = _add(commands, "evaluate", evaluate_command, "score answers on the question set")
    evaluate.add_argument(
        "--half", choices=("reporting", "tuning"), default="reporting", help="which half of the questions"
    )
    evaluate.add_argument("--tune", action="store_true", help="fit the gate that abstains to the tuning half first")
    evaluate.add_argument("--fit", action="store_true", help="fit predictions to the published throughputs anew first")
    evaluate.add_argument("--predictions", action="store_true", help="print how wrong predictions are instead")
    evaluate.add_argument(
        "--help-channel", action="store_true", help="print how answers in Slack's help channels were judged instead"
    )
    evaluate.add_argument("--json", action="store_true", help="print the scores as JSON")
    evaluate.add_argument("--misses", action="store_true", help="print every question that missed")


def _add_pick(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    pick = _add(commands, "pick", pick_command, "rank the cards under your limits, with reasons and predicted speed")
    pick.add_argument("--budget", type=_amount, metavar="USD", help="for all cards together")
    pick.add_argument("--max-watts", type=_amount, metavar="W", help="that the cards may draw together")
    pick.add_argument("--psu", type=_amount, metavar="W", help="of the whole power supply")
    pick.add_argument("--min-memory", type=_amount, metavar="GB", help="a card")
    pick.add_argument("--vendor", action="append", metavar="NAME", help="a maker to take; may be repeated")
    pick.add_argument("--not-vendor", action="append", metavar="NAME", help="a maker to leave out; may be repeated")
    pick.add_argument("--workload", action="append", metavar="NAME", help="a network; all must fit, the first counts")
    _add_work(pick)
    pick.add_argument("--purpose", choices=[item.value for item in Purpose], help="decides what counts how much")
    pick.add_argument("--ecosystem", choices=ECOSYSTEMS, help="software that must run")
    pick.add_argument("--form-factor", choices=[item.value for item in FormFactor], help="where the card must fit")
    pick.add_argument("--condition", choices=CONDITIONS, help="new: no card that is only found used")
    pick.add_argument("--max-slots", type=_amount, metavar="N", help="the widest card, in slots")
    pick.add_argument("--not-card", action="append", metavar="CARD", help="a card to leave out; may be repeated")
    pick.add_argument("--count", type=_count, default=1, metavar="N", help="cards to buy")
    pick.add_argument("--weights", action="append", metavar="NAME=SHARE", help="such as speed=0.5,price=0.3")
    pick.add_argument("--order", choices=sorted(ORDERS), help="what the list goes by instead of the score")
    pick.add_argument("--price", action="append", metavar="CARD=USD", help="a price that you were quoted")
    pick.add_argument("--only", action="append", metavar="CARD", help="a card to choose among; may be repeated")
    pick.add_argument("--chart", type=Path, metavar="FILE", help="draw the shortlist as a PNG")
    pick.add_argument("--json", action="store_true", help="print everything as JSON")


def _add_predict(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    predict = _add(commands, "predict", predict_command, "predict throughput and memory of a workload on a card")
    predict.add_argument("workload", help="a network such as vgg16, bert large or 7B")
    predict.add_argument("--gpu", required=True, metavar="NAME", help="a card's name")
    _add_work(predict)
    predict.add_argument("--json", action="store_true", help="print the prediction as JSON")


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mode", choices=[mode.value for mode in Mode], help="training, if nothing else is said")
    parser.add_argument("--method", choices=[method.value for method in Method], help="what is trained: all of it, …")
    parser.add_argument("--precision", choices=[item.value for item in Precision], help="the usual one, if not said")
    parser.add_argument("--batch", type=_count, metavar="N", help="samples a step")
    parser.add_argument("--length", type=_count, metavar="N", help="tokens or time steps a sample")
    parser.add_argument("--hidden", type=_count, metavar="N", help="units of a recurrent layer")


def _amount(text: str) -> float:
    """Return an amount above 0; thousands separators are understood."""
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount above 0")
    return value


def _count(text: str) -> int:
    """Return a whole number from 1 to a million."""
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 1000000")
    return int(text)


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


def health_command(app: App, _: argparse.Namespace) -> None:
    """Say whether all is well with what serves; something wrong is exit 1."""
    from bot.heartbeat import check_health  # noqa: PLC0415  # only this command needs it

    print(check_health(app.settings.home, time.time()))


def feedback_command(app: App, args: argparse.Namespace) -> None:
    """Print what people thought of their answers."""
    from bot.feedback import feedback_command as print_feedback  # noqa: PLC0415  # the database is for serving only

    print_feedback(app, args)


def doctor_command(app: App, _: argparse.Namespace) -> None:
    """Print what was found; something wrong is exit 1."""
    from bot.checkup import examine  # noqa: PLC0415

    findings = list(examine(app))
    for finding in findings:
        print(f"{'ok ' if finding.good else 'BAD'}  {finding.text}")
    if not all(finding.good for finding in findings):
        raise GpuwiseError("something needs your attention, see BAD above")


def evaluate_command(app: App, args: argparse.Namespace) -> None:
    """Score the answers on one half of the questions, or say how wrong predictions are, or how a channel judged."""
    if args.help_channel:
        from bot.judged import print_judged  # noqa: PLC0415  # the database is for serving only

        print_judged(app, as_json=args.json)
        return
    if args.fit or args.predictions:
        from bot.predictions import table_text as errors_text  # noqa: PLC0415
        from bot.predictions import write_fits  # noqa: PLC0415

        fits = write_fits(app) if args.fit else load_fits()
        print(errors_text(fits.table))
        return
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
