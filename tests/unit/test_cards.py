import pytest

from bot.cards import ENDED, CardState, bar_of, duration_text, lines_of, title_of
from tests.makers_rendering import make_card

DONE = {"throughput": "9,700 sequences/s", "verdict": "the run is clean.", "elapsed_s": 140}


@pytest.mark.parametrize(
    ("share", "bar"), [(0.0, "░" * 10), (0.29, "▓▓" + "░" * 8), (0.3, "▓▓▓░░░░░░░"), (0.99, "▓" * 9 + "░")]
)
def test_a_cell_of_the_bar_is_full_when_all_of_it_has_passed(share: float, bar: str) -> None:
    assert bar_of(share) == bar


@pytest.mark.parametrize(
    ("fields", "share"),
    [
        ({"elapsed_s": 42, "eta_s": 98}, 0.3),
        ({"elapsed_s": 30, "estimate_s": 120}, 0.25),
        ({"elapsed_s": 30, "eta_s": 90, "estimate_s": 40}, 0.25),
        ({"elapsed_s": 300, "estimate_s": 120}, 0.99),
        ({"elapsed_s": 30, "eta_s": 0}, 0.99),
        ({"elapsed_s": 0, "eta_s": 0}, None),
        ({"elapsed_s": 30}, None),
        ({"eta_s": 30}, None),
    ],
)
def test_the_share_is_time_passed_of_all_time_and_never_whole(fields: dict[str, float], share: float | None) -> None:
    assert make_card(**fields).share == share


@pytest.mark.parametrize(
    ("seconds", "english", "vietnamese"),
    [
        (0, "0 s", "0 giây"),
        (59.4, "59 s", "59 giây"),
        (59.6, "1 min", "1 phút"),
        (125, "2 min", "2 phút"),
        (3580, "1 h 0 min", "1 giờ 0 phút"),
        (3900, "1 h 5 min", "1 giờ 5 phút"),
    ],
)
def test_times_are_said_as_people_do(seconds: float, english: str, vietnamese: str) -> None:
    assert (duration_text(seconds, "en"), duration_text(seconds, "vi")) == (english, vietnamese)


def test_a_preview_says_what_runs_where_how_long_and_who_decides() -> None:
    card = make_card(
        state=CardState.PREVIEW, job_id="", requester="Minh", approvers=("Lan", "Hoa"), estimate_s=125, ahead=0
    )

    assert title_of(card) == "Benchmark: LSTM training (FP32, batch 128)"
    assert lines_of(card) == (
        "lab1 · RTX 3090",
        "Takes about 2 min. The host is free.",
        "Asked by Minh. Lan or Hoa must approve.",
    )


@pytest.mark.parametrize(
    ("approvers", "said"),
    [
        (None, "Asked by Minh."),
        ((), "Asked by Minh. Nobody may approve runs here yet: whoever runs me has to name approvers."),
        (("Lan",), "Asked by Minh. Lan must approve."),
        (("Lan", "Hoa", "An"), "Asked by Minh. Lan, Hoa or An must approve."),
        (("Lan", "Hoa", "An", "Bình", "Chi"), "Asked by Minh. Lan, Hoa, An or 2 others must approve."),
    ],
)
def test_who_may_approve_is_named_and_nobody_is_said_too(approvers: tuple[str, ...] | None, said: str) -> None:
    card = make_card(state=CardState.WAITING, requester="Minh", approvers=approvers)

    assert lines_of(card)[-1] == said


def test_a_decision_takes_the_place_of_who_may_decide() -> None:
    card = make_card(state=CardState.WAITING, approvers=("Lan",), decision="Approved by Lan, 14:02")

    assert lines_of(card) == ("lab1 · RTX 3090 · 7F3K", "Approved by Lan, 14:02")


@pytest.mark.parametrize(
    ("state", "ahead", "said"),
    [
        (CardState.PREVIEW, 0, "The host is free."),
        (CardState.QUEUED, 0, "It is next."),
        (CardState.QUEUED, 1, "One run is before it."),
        (CardState.QUEUED, 4, "4 runs are before it."),
    ],
)
def test_the_place_in_the_queue_is_said(state: CardState, ahead: int, said: str) -> None:
    assert lines_of(make_card(state=state, ahead=ahead))[1] == said


def test_a_running_card_shows_phase_bar_times_and_the_newest_number() -> None:
    card = make_card(phase="measuring", elapsed_s=42, eta_s=98, step_ms=12.345, decision="Approved by Lan, 14:02")

    assert title_of(card) == "Running: LSTM training (FP32, batch 128)"
    assert lines_of(card) == (
        "lab1 · RTX 3090 · 7F3K",
        "▓▓▓░░░░░░░ 30%",
        "Measuring · 42 s so far · about 2 min left",
        "12.3 ms a step",
        "Approved by Lan, 14:02",
    )


def test_a_run_without_an_estimate_shows_no_bar() -> None:
    assert lines_of(make_card(elapsed_s=5)) == ("lab1 · RTX 3090 · 7F3K", "Starting · 5 s so far")


def test_a_running_card_is_vietnamese_in_vietnamese() -> None:
    card = make_card(language="vi", work="train LSTM", phase="đang đo", elapsed_s=42, eta_s=98, step_ms=12.345)

    assert title_of(card) == "Đang chạy: train LSTM"
    assert lines_of(card)[2:] == ("Đang đo · đã chạy 42 giây · còn khoảng 2 phút", "12,3 ms mỗi bước")


def test_a_result_comes_first_then_whether_it_may_be_believed() -> None:
    card = make_card(state=CardState.DONE, **DONE)

    assert lines_of(card) == (
        "9,700 sequences/s",
        "The run is clean.",
        "lab1 · RTX 3090 · 7F3K · took 2 min",
    )


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("state", sorted(ENDED - {CardState.DONE}))
def test_whatever_ended_without_a_result_says_that_nothing_is_kept_and_what_to_do(
    state: CardState, language: str
) -> None:
    lines = lines_of(make_card(state=state, language=language, problem="no memory left"))

    kept = {"en": "Nothing of this run is kept.", "vi": "Lượt chạy này không lưu lại gì."}[language]
    assert lines[0] == "no memory left"
    assert lines[1].startswith(kept)
    assert len(lines[1]) > len(kept) + 10


def test_a_lost_run_says_why_it_counts_as_lost() -> None:
    assert lines_of(make_card(state=CardState.LOST))[:2] == (
        "Nothing was heard of the host for too long.",
        "Nothing of this run is kept. Check that the host is up, then run it again.",
    )


def test_a_run_that_never_began_says_nothing_of_what_is_kept() -> None:
    assert lines_of(make_card(state=CardState.EXPIRED))[0] == (
        "Nobody decided in time. Ask again when somebody is there."
    )
