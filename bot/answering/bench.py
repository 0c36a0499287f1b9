"""Says what would be measured before it is."""

from math import ceil

from bench.catalogue import CASES, MAX_SECONDS, PRECISIONS, Bound
from bench.request import Request
from bot.answering.phrasing import listed, sentence
from bot.answering.talk import plain_answer
from bot.answers import Action, Answer, Given, Name, Paragraph, Points, Run, Sentence
from bot.intents import Intent
from bot.rendering.numbers import say_number
from bot.texts import texts
from bot.understanding.benching import BenchAsk
from bot.understanding.devices import AUTO, CPU, GPU, card_name, is_card, is_index

CONSOLE = "console"
_PAID = {"fp32": "FP32", "tf32": "TF32", "fp16": "FP16", "bf16": "BF16"}
#: Seconds that building, warming up and checking may take beside the measured ones.
_BESIDE_S = 60
_QUICK_S = 20


def answer_run(intent: Intent, ask: BenchAsk, request: Request, *, starts: bool, platform: str) -> Answer:
    """Say what is measured, where and how long it takes; then that it starts, or how it is started."""
    language, host = intent.language, ask.host or ""
    work = Name(work_text(work_of(request), language))
    what = sentence(
        language,
        "bench.what" if starts else "bench.what_would",
        work=work,
        host=Name(host),
        device=Name(wish_text(ask.wish, language)),
        time=Name(_time_text(request, language)),
    )
    command = Name(f"`gpuwise bench run {request.case} {ask.options()}".rstrip() + "`")
    if starts:
        how = sentence(language, "bench.starts")
    else:
        key = "bench.command" if platform == CONSOLE else "bench.elsewhere"
        how = sentence(language, key, command=command, chat=Name("`gpuwise chat`"))
    return Answer(
        question=intent.text,
        language=language,
        intent=intent.kind,
        blocks=(Paragraph((what, how)),),
        run=Run(request=request, host=host, wish=ask.wish) if starts else None,
    )


def answer_which(intent: Intent, ask: BenchAsk) -> Answer:
    """Ask back which case; each one works when tapped."""
    say = texts(intent.language).say
    items = tuple(Sentence((Name(f"{name}: {say(f'bench.cases.{name}')}"),)) for name in CASES)
    rest = f" {said}" if (said := _spoken(ask)) else ""
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=intent.kind,
        blocks=(Paragraph((Sentence((say("bench.which"),)),)), Points(items)),
        question_back=say("bench.which"),
        actions=tuple(Action(name, f"benchmark {name}{rest}") for name in CASES),
    )


def answer_problem(intent: Intent, ask: BenchAsk, otherwise: str) -> Answer:
    """Say what is out of bounds; *otherwise* where none of the bounds that are known here says it."""
    return plain_answer(intent, "bench.wrong.start", problem=_problem(ask, intent.language) or otherwise)


def answer_unknown_host(intent: Intent, name: str, known: tuple[str, ...]) -> Answer:
    """Say that there is no such host, and which there are."""
    hosts = listed(list(known), intent.language)
    said = sentence(intent.language, "bench.no_host", name=Given(name), hosts=hosts)
    return Answer(question=intent.text, language=intent.language, intent=intent.kind, blocks=(Paragraph((said,)),))


def wish_text(wish: str, language: str) -> str:
    """Return the device that is wished for in words, such as "on its GPU 1"."""
    say = texts(language).say
    if wish in {AUTO, CPU, GPU}:
        return say(f"bench.wish.{wish}")
    if is_index(wish):
        return say("bench.wish.index", index=wish)
    return say("bench.wish.card", name=card_name(wish) if is_card(wish) else wish)


def work_of(request: Request) -> dict[str, object]:
    """Return the workload of a request under the names that its record will have."""
    names = ("mode", "precision", "batch", "length", "hidden", "layout", "compile")
    return {"id": request.case, **{name: getattr(request, name) for name in names}}


def work_text(workload: dict[str, object], language: str) -> str:
    """Return what runs, such as "LSTM training (FP32, batch 128, length 50, 64 units)"."""
    say = texts(language).say
    head = say(f"bench.modes.{workload['mode']}", case=say(f"bench.names.{workload['id']}"))
    parts = [head, _PAID.get(str(workload["precision"]), str(workload["precision"]))]
    sizes = [(name, workload[name]) for name in ("batch", "length", "hidden") if workload.get(name) is not None]
    parts += [say(f"bench.sizes.{name}", value=say_number(float(str(value)), language)) for name, value in sizes]
    parts += ["channels-last"] if workload["layout"] == "channels_last" else []
    parts += [say("bench.compiled")] if workload["compile"] else []
    return f"{parts[0]} ({', '.join(parts[1:])})"


def _time_text(request: Request, language: str) -> str:
    """Return about how long it takes."""
    if request.quick and request.max_seconds <= _QUICK_S:
        return texts(language).say("bench.time_quick")
    minutes = ceil((request.max_seconds + _BESIDE_S) / 60)
    return texts(language).say("bench.time", minutes=str(minutes))


def _spoken(ask: BenchAsk) -> str:
    """Return what was said beside the case in words that are understood again."""
    sizes = [f"{name} {value}" for name in ("batch", "length", "hidden") if (value := getattr(ask, name)) is not None]
    words = [ask.mode, ask.precision, *sizes, "quick" if ask.quick else None]
    words += ["channels-last" if ask.channels_last else None, f"{ask.max_seconds} s" if ask.max_seconds else None]
    words.append(f"on {ask.host}" if ask.host else None)
    words.append(None if ask.wish == AUTO else f"on gpu {ask.wish}" if is_index(ask.wish) else f"on the {ask.wish}")
    return " ".join(word for word in words if word)


def _problem(ask: BenchAsk, language: str) -> str | None:
    """Return what is wrong with the first thing that is out of bounds, in the asker's language."""
    say, spec = texts(language).say, CASES[ask.case or "cnn"]
    if ask.precision is not None and ask.precision not in PRECISIONS:
        return say("bench.wrong.precision", value=ask.precision.upper(), known=", ".join(_PAID.values()))
    if ask.channels_last and not spec.is_image:
        return say("bench.wrong.layout", case=spec.name)
    seconds = Bound(least=MAX_SECONDS[0], most=MAX_SECONDS[1], usual=0, quick=0)
    for name in ("batch", "length", "hidden", "max_seconds"):
        value, bound = getattr(ask, name), {**spec.bounds, "max_seconds": seconds}.get(name)
        called = say(f"bench.called.{name}")
        if value is not None and bound is None:
            return say("bench.wrong.none", case=spec.name, name=called)
        if value is not None and bound is not None and not bound.holds(value):
            ends = {
                end: say_number(float(number), language)
                for end, number in (("least", bound.least), ("most", bound.most))
            }
            return say("bench.wrong.size", name=called, value=say_number(float(value), language), **ends)
    return None
