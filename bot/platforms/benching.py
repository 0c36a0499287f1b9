"""Runs a benchmark in the foreground of the terminal chat: how it goes on one line, then its result in words."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from wcwidth import wcswidth

from bench.errors import BenchError
from bench.jobs import Job, MoveError, State
from bot.answering.problems import error_text, problem_text
from bot.answering.results import answer_ending, answer_outcome
from bot.answers import Answer, Run
from bot.app import App
from bot.benching.asking import give_up, queue, see_through, with_device
from bot.benching.devices import Device
from bot.benching.hosts import Host, Line, host_of
from bot.rendering.numbers import say_number
from bot.store.jobs import SqlJobStore, open_job_store
from bot.texts import texts
from knowledge.errors import GpuwiseError


class Progress:
    """How a run goes: for a person one line that is written over, else a line for each phase."""

    def __init__(self, out: TextIO, language: str, *, is_person: bool) -> None:
        self._out, self._language, self._is_person = out, language, is_person
        self._width = 0
        self._job_id = ""

    def look(self, host: str) -> None:
        """Say that the host is asked what it has."""
        self._show(self._say("looking", host=host))

    def take(self, device: Device) -> None:
        """Say on which device it runs."""
        self._show(self._say("runs_on", device=device.say(self._language)))

    def begin(self, job: Job, ahead: int) -> None:
        """Say that the job is queued."""
        self._job_id = job.id
        self._show(self._say("queued_behind" if ahead else "queued", id=job.id, ahead=str(ahead)))

    def watch(self, job: Job, line: Line) -> None:
        """Take one line of a worker."""
        key = f"bench.phases.{line.get('phase')}"
        if line["type"] not in {"phase", "block"} or not texts(self._language).has(key):
            return
        phase = texts(self._language).say(key)
        if job.id != self._job_id:
            phase = self._say("other", phase=phase, id=job.id)
        if line["type"] == "phase":
            self._show(f"{phase} …")
        elif self._is_person:
            step_ms = say_number(float(f"{1000 * line['wall_s'] / line['steps']:.3g}"), self._language)
            self._show(self._say("step", phase=phase, ms=step_ms))

    def end(self) -> None:
        """Take the line away."""
        if self._is_person and self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._out.flush()
            self._width = 0

    def _say(self, key: str, **values: str) -> str:
        return texts(self._language).say(f"bench.{key}", **values)

    def _show(self, text: str) -> None:
        if self._is_person:
            width = wcswidth(text)
            self._out.write("\r" + text + " " * max(self._width - width, 0))
            self._width = width
        else:
            self._out.write(f"gpuwise: {text}\n")
        self._out.flush()


def run_now(app: App, asked: Answer) -> Answer | None:
    """Run what an answer says that it starts, and return how it ended; None where it starts nothing."""
    if asked.run is None:
        return None
    is_person = sys.stdin.isatty() and sys.stdout.isatty()
    out = sys.stdout if is_person or sys.stderr is None else sys.stderr
    progress = Progress(out, asked.language, is_person=is_person)
    try:
        host = host_of(asked.run.host, app.inventory)
        with open_job_store(app.settings.home) as store:
            return asyncio.run(_run(store, host, asked, asked.run, progress))
    except (BenchError, GpuwiseError) as error:
        return answer_ending(asked.question, asked.language, "failed", error_text(error, asked.language))
    except KeyboardInterrupt:
        return answer_ending(asked.question, asked.language, "cancelled")
    finally:
        progress.end()


async def _run(store: SqlJobStore, host: Host, asked: Answer, run: Run, progress: Progress) -> Answer:
    progress.look(host.name)
    request = await with_device(host, run.request, run.wish, progress.take)
    job, ahead = await queue(store, host, request)
    progress.begin(job, ahead)
    with _cancelled_by_ctrl_c(store, job.id):
        job = await see_through(store, host, job, progress.watch)
    if job.state is State.DONE and job.result_id is not None:
        return answer_outcome(asked.question, asked.language, await store.results.get(job.result_id))
    reason = problem_text(job.error.kind, job.error.message, asked.language) if job.error else ""
    return answer_ending(asked.question, asked.language, job.state.value, reason)


@contextmanager
def _cancelled_by_ctrl_c(store: SqlJobStore, job_id: str) -> Iterator[None]:
    """Let the first Ctrl-C ask the run to stop, and a second one leave it there and then."""
    loop, waiting = asyncio.get_running_loop(), asyncio.current_task()
    asked: set[asyncio.Task[None]] = set()

    def stop() -> None:
        if asked and waiting is not None:
            waiting.cancel()
            return
        asked.add(loop.create_task(_stop(store, job_id)))

    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _stop(store: SqlJobStore, job_id: str) -> None:
    try:
        await give_up(store, job_id)
    except MoveError:
        return  # it ended meanwhile
