"""From a message to a verified answer: understand, complete from the thread, answer, verify, remember."""

import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

from bot.answering.acts import answer_act
from bot.answering.compare import answer_compare
from bot.answering.explain import answer_explain
from bot.answering.specs import answer_spec, fact_line
from bot.answering.superlatives import answer_superlative, asks_superlative
from bot.answering.talk import answer_abstain, answer_help, answer_talk, plain_answer
from bot.answers import Answer
from bot.benched import BENCHED, Benches
from bot.conversations import Thread
from bot.following import complete
from bot.intents import Act, Intent, IntentKind
from bot.messages import Message
from bot.scored import Scored
from bot.understanding.language import detect_language
from bot.understanding.reading import QuestionReader, split_questions
from bot.verifying import verify
from knowledge.library import Library
from retrieval.search import Findings
from retrieval.words import normalise

LONGEST = 4000
SCORED = frozenset({IntentKind.CHOOSE, IntentKind.MEMORY, IntentKind.PREDICT})
_THREADS = 10_000
#: What is offered to a question far outside.
_FAR_TOPICS = ("vram-capacity", "choose-overview", "lstm-vs-gru")
_log = logging.getLogger(__name__)


class Search(Protocol):
    """Finds what bears on a question."""

    def search(self, text: str, language: str, *, entity: bool = False, limit: int = 10) -> Findings:
        """Return what was found, best first, and how sure it is that it supports an answer."""
        ...

    def correct(self, text: str, known: frozenset[str]) -> str:
        """Return *text* with misspelt words of the field put right; *known* ones stay."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer and where its time went, in milliseconds."""

    answer: Answer
    timings_ms: Mapping[str, float]


class Bot:
    """Answers messages and remembers threads in memory; safe to call from several threads."""

    def __init__(
        self, library: Library, search: Search, reader: QuestionReader, scored: Scored, benches: Benches
    ) -> None:
        self._library = library
        self._search = search
        self._reader = reader
        self._scored = scored
        self._benches = benches
        self._threads: OrderedDict[tuple[str, str, str], Thread] = OrderedDict()
        self._lock = Lock()

    def respond(self, message: Message) -> Answer:
        """Return the answer to *message*."""
        return self.respond_timed(message).answer

    def knows(self, message: Message) -> bool:
        """Whether anything of the message's conversation is remembered."""
        with self._lock:
            return message.conversation in self._threads

    def forget(self, platform: str, chat: str) -> None:
        """Forget the conversations of a chat."""
        with self._lock:
            for key in [key for key in self._threads if key[:2] == (platform, chat)]:
                del self._threads[key]

    def respond_timed(self, message: Message) -> Response:
        """Return the answer to *message* and where its time went."""
        clock = _Clock()
        thread = self._recall(message)
        fallback = message.language_hint or thread.language
        text = message.text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()
        if (unreadable := self._unreadable(message, text, fallback)) is not None:
            return Response(answer=unreadable, timings_ms=clock.done())
        answers = []
        for question in split_questions(text):
            thread, answer = self._answer(question, thread, message, clock)
            answers.append(answer)
        self._remember(message, thread)
        return Response(answer=_joined(text, answers), timings_ms=clock.done())

    def _unreadable(self, message: Message, text: str, language: str) -> Answer | None:
        """Return what is said to a message that has no question to read."""
        intent = Intent(
            kind=IntentKind.CHITCHAT, language=language if language in {"en", "vi"} else "en", text=text[:200]
        )
        if message.attachments and not text:
            return plain_answer(intent, "dialogue.unreadable", kinds=", ".join(message.attachments))
        if not any(sign.isalnum() for sign in text) and text not in {"?", "??", "???"}:
            return plain_answer(intent, "dialogue.empty")
        if len(text) > LONGEST:
            spoken = replace(intent, language=detect_language(text[:LONGEST], intent.language))
            return plain_answer(spoken, "dialogue.too_long", limit=str(LONGEST))
        return None

    def _answer(self, text: str, thread: Thread, message: Message, clock: "_Clock") -> tuple[Thread, Answer]:
        fallback = message.language_hint or thread.language
        intent = self._reader.read(
            self._search.correct(normalise(text), self._reader.known_words), fallback_language=fallback
        )
        intent = self._complete(intent, thread)
        clock.lap("understand")
        if intent.act is Act.UNDO:
            return self._undo(intent, thread)
        if intent.act is Act.TRANSLATE and thread.last is not None:
            intent = replace(thread.last.intent, language=_wanted(intent.text))
            thread = thread.forget_last()
            message = replace(message, starts_runs=False)
        benched = intent.kind in BENCHED
        answer = self._benches.answer(intent, message) if benched else self._dispatch(intent, thread, clock)
        problems = verify(answer, intent, self._library)
        if problems:
            _log.error("answer to %r refused by the verifier: %s", text, "; ".join(problems))
            answer = answer_abstain(intent, self._topics(intent, answer.sections), 0.0, near=True)
        answer = replace(answer, question=text)
        clock.lap("compose")
        return thread.remember(intent, answer), answer

    def _complete(self, intent: Intent, thread: Thread) -> Intent:
        """Return *intent* with what it leaves out taken from *thread*."""
        if (asked := self._benches.complete(intent, thread)).kind in BENCHED:
            return asked
        steered = self._scored.complete(intent, thread)
        return steered if steered is not intent else complete(intent, thread, self._reader, self._library)

    def _dispatch(self, intent: Intent, thread: Thread, clock: "_Clock") -> Answer:  # noqa: PLR0911  # one an intent
        if intent.kind is IntentKind.HELP:
            return answer_help(intent)
        if intent.kind is IntentKind.CHITCHAT:
            return answer_talk(intent)
        if intent.act is not None and intent.act not in {Act.ABOUT, Act.CORRECTION}:
            return self._scored.reasons(intent, thread) or answer_act(intent, thread, self._library)
        if intent.kind in SCORED:
            return self._scored.answer(intent)
        if intent.kind is IntentKind.COMPARE:
            return self._scored.with_predictions(answer_compare(intent, self._library), intent)
        if intent.kind is IntentKind.SPEC and intent.mentions:
            return answer_spec(intent, self._library)
        if asks_superlative(intent):
            return answer_superlative(intent, self._library)
        return self._explain(intent, clock)

    def _explain(self, intent: Intent, clock: "_Clock") -> Answer:
        entity = bool(intent.mentions or intent.fields)
        language = detect_language(intent.text, intent.language)
        findings = self._search.search(intent.text, language, entity=entity)
        if not findings.supported and intent.context:
            findings = self._search.search(f"{intent.context} {intent.text}", language, entity=entity)
        clock.lap("retrieve")
        sections = tuple(hit.target for hit in findings.sections[:5])
        if not findings.supported:
            near = findings.confidence >= 0.25  # noqa: PLR2004  # half of the usual threshold: near the field
            topics = self._topics(intent, sections if near else _FAR_TOPICS)
            return answer_abstain(intent, topics, findings.confidence, near=near)
        answer = answer_explain(intent, findings, self._library)
        if intent.cards:
            return fact_line(answer, intent, self._library)
        return answer

    def _undo(self, intent: Intent, thread: Thread) -> tuple[Thread, Answer]:
        earlier = thread.forget_last()
        if earlier.last is None:
            return Thread(language=intent.language), plain_answer(intent, "dialogue.undone_all")
        return earlier, plain_answer(intent, "dialogue.undone", given=earlier.last.answer.question)

    def _topics(self, intent: Intent, sections: tuple[str, ...]) -> tuple[str, ...]:
        nearest = sections[:3] or _FAR_TOPICS
        return tuple(self._library.guide.by_id[section].title[intent.language] for section in nearest)

    def _recall(self, message: Message) -> Thread:
        with self._lock:
            return self._threads.get(message.conversation, Thread(language=message.language_hint or "en"))

    def _remember(self, message: Message, thread: Thread) -> None:
        with self._lock:
            self._threads[message.conversation] = thread
            self._threads.move_to_end(message.conversation)
            while len(self._threads) > _THREADS:
                self._threads.popitem(last=False)


def _wanted(text: str) -> str:
    """Return the language that a wish such as "in English please" or "nói tiếng Anh" names."""
    return "en" if "english" in text.lower() or "anh" in text.lower() else "vi"


class _Clock:
    """Adds up what each part of an answer takes."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {"understand": 0.0, "retrieve": 0.0, "compose": 0.0}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] += (now - self._last) * 1000
        self._last = now

    def done(self) -> Mapping[str, float]:
        total = (time.perf_counter() - self._start) * 1000
        return {name: round(value, 3) for name, value in {"total": total, **self._laps}.items()}


def _joined(text: str, answers: list[Answer]) -> Answer:
    """Return several answers as one, in order."""
    if len(answers) == 1:
        return answers[0]
    first = answers[0]
    return replace(
        first,
        question=text,
        blocks=tuple(block for answer in answers for block in answer.blocks),
        citations=tuple({item.id: item for answer in answers for item in answer.citations}.values()),
        gpus=tuple(dict.fromkeys(name for answer in answers for name in answer.gpus)),
        abstained=all(answer.abstained for answer in answers),
        confidence=min(answer.confidence for answer in answers),
        actions=tuple(dict.fromkeys(action for answer in answers for action in answer.actions))[:3],
        sections=tuple(dict.fromkeys(item for answer in answers for item in answer.sections)),
        statements=tuple(dict.fromkeys(item for answer in answers for item in answer.statements)),
        cards=tuple(dict.fromkeys(item for answer in answers for item in answer.cards)),
        fields=tuple(dict.fromkeys(item for answer in answers for item in answer.fields)),
        run=next((answer.run for answer in answers if answer.run), None),
    )
