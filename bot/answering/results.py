"""Says what was measured, and how far it may be believed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.answering.bench import work_text
from bot.answering.phrasing import capital, sentence
from bot.answering.problems import problem_text
from bot.answers import Action, Answer, Figure, Kind, Name, Paragraph, Points, Sentence
from bot.intents import Intent, IntentKind
from bot.texts import texts

if TYPE_CHECKING:
    from bot.store.results import Result

_DIGITS = 3
_SPEED = ("value", "ci95_lo", "ci95_hi")
#: What is offered where nothing was measured yet.
_FIRST = "benchmark lstm quick"


def answer_results(intent: Intent, case: str | None, results: "Sequence[Result]") -> Answer:
    """List results, newest first."""
    language = intent.language
    if not results:
        return _answer(
            intent.text, language, (sentence(language, _none_key(case), case=_called(case, language)),), (), {}
        )
    head = sentence(language, "bench.results.head_case" if case else "bench.results.head", case=_called(case, language))
    items = [_item(result, record, language) for result in results for record in result.records]
    evidence = {key: value for result in results for record in result.records for key, value in _held(result, record)}
    return _answer(intent.text, language, (head,), tuple(items), evidence)


def answer_outcome(question: str, language: str, result: "Result") -> Answer:
    """Say how a run ended that left a result."""
    said = [part for record in result.records for part in _outcome(result, record, language)]
    said.append(sentence(language, "bench.results.kept", id=Name(result.id)))
    evidence = {key: value for record in result.records for key, value in _held(result, record)}
    return _answer(question, language, tuple(said), (), evidence)


def answer_ending(question: str, language: str, state: str, reason: str = "") -> Answer:
    """Say that a run ended without a result, and why; *reason* is in words of *language*."""
    said = sentence(language, f"bench.ended.{state}", reason=Name(reason))
    return _answer(question, language, (said,), (), {})


def device_text(record: Mapping[str, Any], language: str) -> str:
    """Return on what a record was measured: the card's name, or that it was the processor and which."""
    if record["gpu"]:
        return _device_name(record)
    return texts(language).say("bench.device.cpu", name=str(record["host"].get("cpu_model") or "CPU"))


def reason_text(reason: str, language: str) -> str:
    """Return a reason of a verdict, such as "foreign-cpu 37 %", in plain words."""
    say, code, value = texts(language), *reason.partition(" ")[::2]
    if value == "unknown" and say.has(f"bench.reasons.{code}-unknown"):
        return say.say(f"bench.reasons.{code}-unknown")
    key = f"bench.reasons.{code}"
    return say.say(key, value=_spelt(value, language)) if say.has(key) else reason


def _spelt(value: str, language: str) -> str:
    """Return the value of a reason with its decimals as *language* writes them."""
    return value.replace(".", ",").replace(" to ", " → ") if language == "vi" else value


def _called(case: str | None, language: str) -> Name:
    return Name(texts(language).say(f"bench.names.{case}") if case else "")


def _when(created: str, language: str) -> str:
    """Return the minute of an ISO time in UTC as *language* writes it."""
    year, month, day = created[:10].split("-")
    date = f"{day}/{month}/{year}" if language == "vi" else created[:10]
    return f"{date} {created[11:16]} UTC"


def _none_key(case: str | None) -> str:
    return "bench.results.none_case" if case else "bench.results.none"


def _answer(
    question: str, language: str, said: tuple[Sentence, ...], items: tuple[Sentence, ...], evidence: Mapping[str, float]
) -> Answer:
    empty = not items and not evidence
    return Answer(
        question=question,
        language=language,
        intent=IntentKind.RESULTS,
        blocks=(Paragraph(said), *((Points(items),) if items else ())),
        actions=(Action(_FIRST, _FIRST),) if empty else (),
        evidence=evidence,
    )


def _item(result: "Result", record: Mapping[str, Any], language: str) -> Sentence:
    key = "bench.results.item" if record["result"] else "bench.results.item_none"
    return sentence(
        language,
        key,
        when=Name(f"{result.id}, {_when(result.created, language)}"),
        work=Name(work_text(record["workload"], language)),
        device=Name(_device_name(record)),
        verdict=Name(_verdict_text(record, language, short=True)),
        **_figures(result, record),
    )


def _device_name(record: Mapping[str, Any]) -> str:
    return str(record["gpu"].get("name") or "GPU") if record["gpu"] else "CPU"


def _outcome(result: "Result", record: Mapping[str, Any], language: str) -> list[Sentence]:
    work = Name(work_text(record["workload"], language))
    if not record["result"]:
        error = record["error"] or {}
        why = problem_text(str(error.get("class", "failed")), str(error.get("message", "")), language)
        return [sentence(language, "bench.results.nothing", work=work, reason=Name(why))]
    device = Name(device_text(record, language))
    one = sentence(language, "bench.results.one", work=work, device=device, **_figures(result, record))
    said = [Sentence(capital(one.parts))]
    limit = f"predict.limited.{record['limited_by']}"
    said += [sentence(language, limit)] if texts(language).has(limit) else []
    verdict = Sentence(capital((Name(_verdict_text(record, language, short=False)),)))
    return [*said, verdict]


def _verdict_text(record: Mapping[str, Any], language: str, *, short: bool) -> str:
    """Return whether a run may be believed, with the reasons in plain words."""
    validity, say = record["validity"], texts(language).say
    if validity["verdict"] == "clean":
        return say("bench.verdict.clean_short" if short else "bench.verdict.clean")
    reasons = "; ".join(reason_text(reason, language) for reason in validity["reasons"])
    return say(f"bench.verdict.{validity['verdict']}{'_short' if short else ''}", reasons=reasons)


def _figures(result: "Result", record: Mapping[str, Any]) -> dict[str, Any]:
    """Return throughput and its interval, bound to the record."""
    if not record["result"]:
        return {}
    speed = record["result"]["throughput"]
    return {
        name.removeprefix("ci95_"): Figure(
            value=float(f"{speed[name]:.{_DIGITS}g}"),
            unit=speed["unit"] if name == "value" else "",
            kind=Kind.MEASURED,
            citation=f"run:{result.id}",
            evidence=_key(result, record, name),
        )
        for name in _SPEED
    }


def _held(result: "Result", record: Mapping[str, Any]) -> list[tuple[str, float]]:
    if not record["result"]:
        return []
    speed = record["result"]["throughput"]
    return [(_key(result, record, name), float(speed[name])) for name in _SPEED]


def _key(result: "Result", record: Mapping[str, Any], name: str) -> str:
    return f"run/{result.id}/{record['workload']['batch']}/{name}"
