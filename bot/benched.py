"""Answers what asks for a benchmark, or for the results of those that ran."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bench.backlog import Permissions
from bench.errors import BenchError, RequestError
from bot.answering.bench import answer_problem, answer_run, answer_unknown_host, answer_which
from bot.answering.problems import error_text
from bot.answering.results import answer_results
from bot.answering.talk import plain_answer
from bot.answers import Answer
from bot.conversations import Thread
from bot.intents import Act, Frame, Intent, IntentKind
from bot.messages import Message
from bot.understanding.benching import LOCAL, BenchAsk, case_of
from bot.understanding.devices import AUTO, is_card
from bot.understanding.rebenching import changed, is_rerun, read_change
from knowledge.errors import GpuwiseError
from retrieval.words import words

if TYPE_CHECKING:
    from bot.store.results import Result

BENCHED = frozenset({IntentKind.BENCH, IntentKind.RESULTS})
#: Words of a message that may be nothing but the case that was asked back for.
_FEW = 5
_LISTED = 5


class Results(Protocol):
    """What was measured: the database in production, canned results in tests."""

    def newest(self, case: str | None, limit: int) -> "tuple[Result, ...]":
        """Return at most *limit* results, newest first, of one case where it is named."""
        ...


class Benches:
    """Joins understanding, permissions and what was measured; starts nothing itself."""

    def __init__(self, permissions: Permissions, hosts: Callable[[], tuple[str, ...]], results: Results) -> None:
        self._permissions = permissions
        self._hosts = hosts
        self._results = results

    def complete(self, intent: Intent, thread: Thread) -> Intent:
        """Return *intent* as the run before it, where it only names the case that was missing, or what changes."""
        before = _asked_before(thread, is_rerun=is_rerun(intent.text))
        if before is None or (intent.kind in BENCHED and not _is_bare(intent)):
            return intent
        bench = self._again(intent, before) if before.case else _with_case(intent, before)
        return intent if bench is None else replace(intent, kind=IntentKind.BENCH, act=None, bench=bench)

    def answer(self, intent: Intent, message: Message) -> Answer:
        """Return what would run, how it is started and whether it starts now; or the newest results."""
        ask = intent.bench or BenchAsk()
        try:
            if intent.kind is IntentKind.RESULTS:
                return answer_results(intent, ask.case, self._results.newest(ask.case, _LISTED))
            return self._run(intent, ask, message)
        except (BenchError, GpuwiseError) as error:
            return plain_answer(intent, "bench.failed", problem=error_text(error, intent.language))

    def _again(self, intent: Intent, before: BenchAsk) -> BenchAsk | None:
        has_lead = intent.act in {Act.ABOUT, Act.CORRECTION}
        try:
            hosts = self._hosts()
        except GpuwiseError:  # told where the run is asked for
            hosts = (LOCAL,)
        change = read_change(intent.text, hosts, has_lead=has_lead)
        return None if change is None else changed(before, change)

    def _run(self, intent: Intent, ask: BenchAsk, message: Message) -> Answer:
        if not self._permissions.may_run(message.asker):
            return plain_answer(intent, "bench.not_runner" if message.starts_runs else "bench.not_allowed")
        if ask.case is None:
            return answer_which(intent, ask)
        try:
            request = ask.request()
        except RequestError as error:
            return answer_problem(intent, ask, error_text(error, intent.language).rstrip("."))
        known = self._hosts()
        asked = _at_host(ask, known)
        if asked.host not in known:
            return answer_unknown_host(intent, asked.host or LOCAL, known)
        return answer_run(intent, asked, request, starts=message.starts_runs, platform=message.platform)


def _asked_before(thread: Thread, *, is_rerun: bool) -> BenchAsk | None:
    """Return the last run where results and small talk at most stand between, or anything before "run it again"."""
    between = set(IntentKind) - {IntentKind.BENCH} if is_rerun else {IntentKind.RESULTS, IntentKind.CHITCHAT}
    last = next((turn.intent for turn in reversed(thread.turns) if turn.intent.kind not in between), None)
    return last.bench if last is not None and last.kind is IntentKind.BENCH else None


def _is_bare(intent: Intent) -> bool:
    """Whether a run of no case is asked for, such as by "benchmark again"."""
    return intent.kind is IntentKind.BENCH and (intent.bench is None or intent.bench.case is None)


def _with_case(intent: Intent, before: BenchAsk) -> BenchAsk | None:
    """Return the run before with the case that was missing, where the message is little more than its name."""
    case = case_of(intent.text)
    names_it = intent.kind is IntentKind.EXPLAIN and intent.frame is Frame.OPEN
    return replace(before, case=case) if case and names_it and len(words(intent.text)) <= _FEW else None


def _at_host(ask: BenchAsk, known: tuple[str, ...]) -> BenchAsk:
    """Return *ask* with its host as it is written in the inventory.

    A host may be called as a card is, "3090", and a device may be named where a host could stand, "on gpu1".
    """
    names = {name.lower(): name for name in known}
    if ask.host is None and is_card(ask.wish) and ask.wish in names:
        return replace(ask, host=names[ask.wish], wish=AUTO)
    device = re.fullmatch(r"(?:gpu|cuda)(\d{1,2})", (ask.host or "").lower())
    if device and device[0] not in names:
        return replace(ask, host=LOCAL, wish=device[1])
    host = ask.host or LOCAL
    return replace(ask, host=names.get(host.lower(), host))
