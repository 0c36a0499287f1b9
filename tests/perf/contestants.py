"""Who is compared, with which interpreter, and on what."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from knowledge.loading import data_folder
from knowledge.questions import Question, load_questions

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
PEERS_PYTHON = ROOT / ".venv-perf" / "bin" / "python"
ONNX_PYTHON = ROOT / ".venv-perf-onnx" / "bin" / "python"  #: optimum and txtai do not agree on transformers
_WARM_UP = 10
_A_LANGUAGE = 100
_INTENTS = frozenset({"explain", "spec", "compare"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One row of the table."""

    name: str
    script: str
    python: Path
    measured: str  #: what of the work is timed
    arguments: tuple[str, ...] = ()
    sets_bar: bool = True  #: whether gpuwise is measured against it
    optional: bool = False  #: whether the run goes on without it


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The questions that everybody is asked."""

    warm_up: tuple[Question, ...]
    questions: tuple[Question, ...]


def contestants(own_python: Path) -> tuple[Contestant, ...]:
    """Return gpuwise, run by *own_python*, and its peers."""
    onnx = "sentence-transformers (ONNX) + FAISS"
    return (
        Contestant(
            name="gpuwise", script="with_gpuwise.py", python=own_python, measured="whole answer", sets_bar=False
        ),
        _peer("sentence-transformers + FAISS", "with_sentence_transformers.py"),
        _peer("LangChain", "with_langchain.py"),
        _peer("txtai", "with_txtai.py"),
        Contestant(
            name=onnx,
            script="with_sentence_transformers.py",
            python=ONNX_PYTHON,
            measured="retrieval",
            arguments=("--onnx",),
            sets_bar=False,
            optional=True,
        ),
    )


def _peer(name: str, script: str) -> Contestant:
    return Contestant(name=name, script=script, python=PEERS_PYTHON, measured="retrieval")


def choose_questions() -> Paper:
    """Return in-scope questions that stand alone, as many English as Vietnamese, picked by the hash of their text."""
    fit = [
        question
        for question in load_questions(data_folder() / "questions")
        if not question.abstain and not question.after and question.intent in _INTENTS
    ]
    picked = {language: _picked(fit, language) for language in ("en", "vi")}
    half = _WARM_UP // 2
    return Paper(
        warm_up=tuple(question for found in picked.values() for question in found[:half]),
        questions=tuple(question for found in picked.values() for question in found[half : half + _A_LANGUAGE]),
    )


def _picked(questions: Sequence[Question], language: str) -> list[Question]:
    spoken = [question for question in questions if question.language == language]
    return sorted(spoken, key=lambda question: sha256(question.text.encode()).hexdigest())
