"""Follow-ups of a benchmark, and what a run that is asked for in a chat carries."""

import pytest

from bench.backlog import Permissions
from bot.answering.bench import wish_text
from bot.answering.results import answer_outcome, answer_results
from bot.answers import Answer, Run
from bot.benched import Benches
from bot.conversations import Thread, Turn
from bot.intents import Act, Frame, Intent, IntentKind
from bot.messages import Message
from bot.rendering.plain import to_text
from bot.store.results import Result
from bot.understanding.benching import BenchAsk, read_bench, read_results
from knowledge.errors import GpuwiseError
from tests.makers_bench import make_blocks, make_run

HOSTS = ("local", "lab", "Lab-2")
BEFORE = BenchAsk(case="lstm", batch=64, length=100, host="lab", quick=True)


class Canned:
    """No results."""

    def newest(self, case: str | None, limit: int) -> tuple[Result, ...]:
        return ()


def make_benches(runners: str = "") -> Benches:
    return Benches(Permissions(runners=frozenset(runners.split())), lambda: HOSTS, Canned())


def make_intent(text: str, kind: IntentKind = IntentKind.EXPLAIN, **parts: object) -> Intent:
    return Intent(kind=kind, language="en", text=text, **parts)  # type: ignore[arg-type]


def make_thread(*intents: Intent) -> Thread:
    answer = Answer(question="", language="en", intent="bench", blocks=())
    return Thread(turns=tuple(Turn(intent=intent, answer=answer) for intent in intents))


def answer(text: str, *, platform: str = "console", runners: str = "", starts: bool = True) -> Answer:
    message = Message(text=text, platform=platform, user="42", starts_runs=starts)
    return make_benches(runners).answer(make_intent(text, IntentKind.BENCH, bench=read_bench(text)), message)


def test_a_follow_up_runs_what_was_asked_before_with_what_changed() -> None:
    thread = make_thread(make_intent("benchmark lstm", IntentKind.BENCH, bench=BEFORE))

    asked = make_benches().complete(make_intent("GRU", act=Act.ABOUT), thread)

    assert (asked.kind, asked.act) == (IntentKind.BENCH, None)
    assert asked.bench == BenchAsk(case="gru", batch=64, length=100, host="lab", quick=True)


def test_results_and_thanks_may_stand_between_but_no_other_question() -> None:
    run = make_intent("benchmark lstm", IntentKind.BENCH, bench=BEFORE)
    shown, thanks = make_intent("results", IntentKind.RESULTS, bench=BenchAsk()), make_intent("ty", IntentKind.CHITCHAT)
    other, again = make_intent("what is a GRU?", frame=Frame.WHAT), make_intent("again")

    assert make_benches().complete(again, make_thread(run, shown, thanks)).bench == BEFORE
    assert make_benches().complete(again, make_thread(run, other)) is again
    assert make_benches().complete(make_intent("run it again"), make_thread(run, other)).bench == BEFORE
    assert make_benches().complete(make_intent("đo lại"), make_thread(run, other)).bench == BEFORE
    assert make_benches().complete(other, make_thread(run)) is other
    assert make_benches().complete(again, make_thread()) is again


def test_a_run_that_says_its_own_case_inherits_nothing() -> None:
    thread = make_thread(make_intent("benchmark lstm", IntentKind.BENCH, bench=BEFORE))
    own = make_intent("benchmark gru", IntentKind.BENCH, bench=BenchAsk(case="gru"))

    assert make_benches().complete(own, thread) is own


@pytest.mark.parametrize(
    ("text", "host", "wish"),
    [
        ("benchmark lstm", "local", "auto"),
        ("benchmark lstm on the cpu", "local", "cpu"),
        ("benchmark lstm on gpu 1 on lab", "lab", "1"),
        ("benchmark lstm on gpu1", "local", "1"),
        ("benchmark lstm on the 3090 on LAB-2", "Lab-2", "3090"),
    ],
)
def test_the_wish_travels_with_the_run_and_no_gpu_is_chosen_yet(text: str, host: str, wish: str) -> None:
    run = answer(text).run

    assert run is not None
    assert (run.host, run.wish, run.request.gpu) == (host, wish, None)


def test_a_host_that_is_called_like_a_card_is_a_host() -> None:
    benches = Benches(Permissions(), lambda: ("local", "3090"), Canned())
    text = "benchmark lstm on 3090"

    said = benches.answer(
        make_intent(text, IntentKind.BENCH, bench=read_bench(text)), Message(text=text, starts_runs=True)
    )

    assert said.run is not None
    assert (said.run.host, said.run.wish) == ("3090", "auto")


@pytest.mark.parametrize("platform", ["telegram", "slack"])
def test_a_chat_that_starts_runs_gets_the_run_as_the_terminal_does(platform: str) -> None:
    text = "benchmark lstm quick on the cpu"

    assert answer(text, platform=platform, runners="*").run == answer(text).run
    assert isinstance(answer(text).run, Run)


def test_who_may_not_run_is_told_so_where_others_may() -> None:
    said = answer("benchmark lstm", platform="telegram", runners="telegram:7")

    assert said.run is None
    assert "GPUWISE_BENCH_RUN" in to_text(said)


def test_a_chat_that_starts_nothing_names_the_command_with_its_device() -> None:
    said = answer("benchmark lstm on gpu 1", starts=False)

    assert said.run is None
    assert "`gpuwise bench run lstm --gpu 1`" in to_text(said)


def test_a_missing_case_is_asked_back_with_the_device_that_was_said() -> None:
    said = answer("run a benchmark on gpu 1")

    assert read_bench(said.actions[2].message) == BenchAsk(case="lstm", wish="1")


@pytest.mark.parametrize(
    ("wish", "english", "vietnamese"),
    [
        ("auto", "on its GPU if it has one, else on its processor", "chạy bằng GPU nếu máy có, không thì bằng CPU"),
        ("cpu", "on its processor", "chạy bằng CPU"),
        ("1", "on its GPU 1", "chạy bằng GPU số 1"),
        ("3090", "on its 3090", "chạy bằng 3090"),
        ("rtx 3090 ti", "on its RTX 3090 Ti", "chạy bằng RTX 3090 Ti"),
    ],
)
def test_the_answer_says_where_it_will_run(wish: str, english: str, vietnamese: str) -> None:
    assert (wish_text(wish, "en"), wish_text(wish, "vi")) == (english, vietnamese)


@pytest.mark.parametrize(
    ("gpu", "listed", "told"),
    [
        ({"name": "NVIDIA GeForce RTX 3090"}, "), NVIDIA GeForce RTX 3090, ", " bằng NVIDIA GeForce RTX 3090: "),
        (None, "), CPU, ", " bằng CPU (EPYC): "),
    ],
)
def test_a_result_says_on_which_device_it_was_measured(gpu: dict[str, str] | None, listed: str, told: str) -> None:
    record = make_run(make_blocks(*[10.0, 10.1] * 20), gpu=gpu)
    result = Result(id="r-7", job_id="b-7", created="2026-11-24T08:44:00.000000+00:00", records=(record,))

    assert listed in to_text(answer_results(make_intent("results", IntentKind.RESULTS), None, (result,)))
    assert told in to_text(answer_outcome("đo lstm", "vi", result))


def test_a_batch_of_a_sweep_that_did_not_fit_says_why() -> None:
    error = {"class": "oom", "at_phase": "warming", "message": "std::bad_alloc"}
    record = make_run([], result=None, error=error)
    result = Result(id="r-7", job_id="b-7", created="2026-11-24T08:44:00.000000+00:00", records=(record,))

    said = to_text(answer_outcome("đo lstm", "vi", result))

    assert "không có kết quả. Không đủ bộ nhớ: giảm batch" in said


def test_a_broken_inventory_is_told_and_hinders_no_other_question() -> None:
    def broken() -> tuple[str, ...]:
        raise GpuwiseError("hosts.toml cannot be read.")

    benches = Benches(Permissions(), broken, Canned())
    thread = make_thread(make_intent("benchmark lstm", IntentKind.BENCH, bench=BEFORE))
    other, again = make_intent("what is a GRU?"), make_intent("again")

    assert benches.complete(other, thread) is other
    said = benches.answer(benches.complete(again, thread), Message(text="again", starts_runs=True))
    assert "hosts.toml cannot be read." in to_text(said)


@pytest.mark.parametrize(
    "text", ["results", "Results?", "kết quả", "ket qua", "show me the results", "cho xem kết quả"]
)
def test_results_alone_lists_what_was_measured(text: str) -> None:
    assert read_results(text) == BenchAsk()


@pytest.mark.parametrize(
    "text", ["results of overfitting", "kết quả train không tốt", "what results does dropout give"]
)
def test_results_of_something_else_are_none_of_ours(text: str) -> None:
    assert read_results(text) is None
