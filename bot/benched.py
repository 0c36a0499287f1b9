"""Answers what asks for a benchmark, or for the results of those that ran."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bench.backlog import Permissions
from bench.errors import BenchError, RequestError
from bot.answering.bench import answer_problem, answer_run, answer_unknown_host, answer_which
from bot.answering.results import answer_results
from bot.answering.talk import plain_answer
from bot.answers import Answer
from bot.conversations import Thread
from bot.intents import Frame, Intent, IntentKind
from bot.messages import Message
from bot.understanding.benching import LOCAL, BenchAsk, case_of
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
        """Return *intent* as the run that was asked for before, where it only names the case that was missing."""
        before = thread.last.intent if thread.last else None
        if before is None or before.kind is not IntentKind.BENCH or before.bench is None or before.bench.case:
            return intent
        case = case_of(intent.text)
        names_it = intent.kind is IntentKind.EXPLAIN and intent.frame is Frame.OPEN
        if case is None or not names_it or len(words(intent.text)) > _FEW:
            return intent
        return replace(intent, kind=IntentKind.BENCH, act=None, bench=replace(before.bench, case=case))

    def answer(self, intent: Intent, message: Message) -> Answer:
        """Return what would run, how it is started and whether it starts now; or the newest results."""
        ask = intent.bench or BenchAsk()
        try:
            if intent.kind is IntentKind.RESULTS:
                return answer_results(intent, ask.case, self._results.newest(ask.case, _LISTED))
            return self._run(intent, ask, message)
        except (BenchError, GpuwiseError) as error:
            return plain_answer(intent, "bench.failed", problem=str(error))

    def _run(self, intent: Intent, ask: BenchAsk, message: Message) -> Answer:
        if not self._permissions.may_run(message.asker):
            return plain_answer(intent, "bench.not_allowed")
        if ask.case is None:
            return answer_which(intent, ask)
        try:
            request = ask.request()
        except RequestError as error:
            return answer_problem(intent, ask, str(error))
        known = self._hosts()
        host = next((name for name in known if name.lower() == (ask.host or LOCAL).lower()), None)
        if host is None:
            return answer_unknown_host(intent, ask.host or LOCAL, known)
        asked = replace(ask, host=host)
        return answer_run(intent, asked, request, starts=message.starts_runs, platform=message.platform)
