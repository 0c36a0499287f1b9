"""Scores the whole bot on labelled questions: what `gpuwise evaluate` prints and the tests hold to floors."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.answers import Answer
from bot.messages import Message
from bot.rendering.plain import to_text
from bot.responding import Bot
from knowledge.loading import data_folder
from knowledge.questions import Question, load_questions

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DEPTH, _GAIN_DEPTH = 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One question and what became of it; None where a measure does not apply."""

    question: Question
    answer: Answer
    recall: float | None
    gain: float | None
    cited: float | None
    exact: float | None
    language_right: bool


@dataclass(frozen=True)
class Report:
    """All outcomes of one half."""

    half: str
    outcomes: tuple[Outcome, ...]

    def rows(self) -> dict[str, dict[str, float]]:
        """Return the measures of all questions, by language and by kind."""
        groups = {"all": list(self.outcomes)}
        for outcome in self.outcomes:
            groups.setdefault(outcome.question.language, []).append(outcome)
            groups.setdefault(outcome.question.kind, []).append(outcome)
        return {name: measures(outcomes) for name, outcomes in groups.items()}

    @property
    def misses(self) -> list[str]:
        """A line for each question that was not answered as it should be."""
        return [line for outcome in self.outcomes if (line := _miss(outcome))]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {"half": self.half, "questions": len(self.outcomes), "measures": self.rows()}


def evaluate(bot: Bot, half: str, questions: Iterable[Question] | None = None) -> Report:
    """Ask every question of one half, each in a thread of its own, and score the answers."""
    chosen = load_questions(data_folder() / "questions") if questions is None else tuple(questions)
    numbers = count()
    outcomes = [_outcome(bot, question, f"evaluate {next(numbers)}") for question in chosen if question.half == half]
    return Report(half, tuple(outcomes))


def measures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the measures of retrieval, citation, abstention, exactness and language over *outcomes*."""
    abstained = [outcome for outcome in outcomes if outcome.answer.abstained]
    outside = [outcome for outcome in outcomes if outcome.question.abstain]
    right = sum(outcome.question.abstain for outcome in abstained)
    return {
        "questions": len(outcomes),
        "recall@5": _mean(outcome.recall for outcome in outcomes),
        "nDCG@10": _mean(outcome.gain for outcome in outcomes),
        "citation precision": _mean(outcome.cited for outcome in outcomes),
        "abstention precision": right / len(abstained) if abstained else 1.0,
        "abstention recall": right / len(outside) if outside else 1.0,
        "numeric exactness": _mean(outcome.exact for outcome in outcomes),
        "language agreement": _mean(float(outcome.language_right) for outcome in outcomes),
    }


def table_text(report: Report) -> str:
    """Return the report as a Markdown table."""
    rows = report.rows()
    names = list(rows["all"])
    lines = [f"| {report.half} half | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 1)]
    for group, values in rows.items():
        cells = [f"{values[name]:.0f}" if name == "questions" else f"{values[name]:.3f}" for name in names]
        lines.append(f"| {group} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _outcome(bot: Bot, question: Question, thread: str) -> Outcome:
    if question.after:
        bot.respond(Message(text=question.after, chat="evaluate", thread=thread))
    answer = bot.respond(Message(text=question.text, chat="evaluate", thread=thread))
    return Outcome(
        question=question,
        answer=answer,
        recall=_recall(question, answer),
        gain=_gain(question, answer),
        cited=_cited(question, answer),
        exact=_exact(question, answer),
        language_right=answer.language == question.language,
    )


def _recall(question: Question, answer: Answer) -> float | None:
    """Return whether a right section is among the first five, or the cards asked about are answered."""
    if question.abstain:
        return None
    if question.cards:
        return float(bool(set(question.cards) & set(answer.cards)))
    return float(bool(set(question.sections) & set(answer.sections[:_DEPTH]))) if question.sections else None


def _gain(question: Question, answer: Answer) -> float | None:
    if question.abstain or not question.sections or question.cards:
        return None
    right = set(question.sections)
    gained = sum(1 / math.log2(n + 2) for n, section in enumerate(answer.sections[:_GAIN_DEPTH]) if section in right)
    ideal = sum(1 / math.log2(n + 2) for n in range(min(len(right), _GAIN_DEPTH)))
    return min(gained / ideal, 1.0)


def _cited(question: Question, answer: Answer) -> float | None:
    """Return the share of what is cited that a right section, card or fit stands behind; of a shortlist nothing.

    A shortlist cites the cards that it found, and no label says which those may be.
    """
    if question.abstain or answer.abstained or not answer.citations or question.intent == "choose":
        return None
    right = [f"guide:{section}." for section in question.sections] + [f"gpu:{card}#" for card in question.cards]
    if not right:
        return None
    right += ["fit:"] if question.intent in {"predict", "compare"} else []
    return sum(citation.id.startswith(tuple(right)) for citation in answer.citations) / len(answer.citations)


def _exact(question: Question, answer: Answer) -> float | None:
    """Return whether every figure that must stand in the answer does, and none that must not."""
    if not question.must and not question.must_not:
        return None
    text = to_text(answer)
    numbers = set(_NUMBER.findall(text))
    present = all(
        must in numbers if _NUMBER.fullmatch(must) else must.lower() in text.lower() for must in question.must
    )
    absent = not any(must_not.lower() in text.lower() for must_not in question.must_not)
    return float(present and absent)


def _mean(values: Iterable[float | None]) -> float:
    kept = [value for value in values if value is not None]
    return sum(kept) / len(kept) if kept else 1.0


def _miss(outcome: Outcome) -> str:
    question, answer = outcome.question, outcome.answer
    faults = []
    if question.abstain != answer.abstained and (question.abstain or answer.abstained):
        faults.append("should abstain" if question.abstain else "abstained")
    if outcome.recall == 0.0:
        faults.append(f"found {answer.sections[:3] or answer.cards[:3]}, wanted {question.sections or question.cards}")
    if outcome.exact == 0.0:
        faults.append(f"must {question.must} must not {question.must_not}: {to_text(answer)[:160]!r}")
    if not outcome.language_right:
        faults.append(f"answered in {answer.language}")
    return f"[{question.language} {question.kind}] {question.text!r}: {'; '.join(faults)}" if faults else ""
