"""Run the loopback Bot API as a process of its own: `python -m tests.fakes.telegram --port 8081`."""

import argparse
import asyncio
import contextlib
import signal
import sys

from tests.fakes.telegram.control import ControlledTelegram
from tests.fakes.telegram.flood import Limits
from tests.fakes.telegram.people import MINH
from tests.fakes.telegram.server import TOKEN


async def serve(args: argparse.Namespace) -> None:
    """Serve until the process is told to end; the first line printed is the address."""
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    limits = Limits() if args.limits else None
    async with ControlledTelegram(port=args.port, token=args.token, limits=limits) as telegram:
        telegram.rich_messages = args.rich
        telegram.private(MINH)
        print(telegram.url, flush=True)  # noqa: T201  # what starts this program reads it
        await over.wait()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--limits", action="store_true", help="refuse what comes faster than Telegram documents")
    parser.add_argument("--rich", action="store_true", help="know sendRichMessage")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args(argv)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
