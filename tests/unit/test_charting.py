from dataclasses import replace
from typing import Any

import pytest

from bot.rendering.bars import Bar, Chart, alt_text, check
from bot.rendering.charting import COMPARED, SHOWN, comparison_chart, shortlist_chart
from bot.rendering.charts import draw, draw_panels
from knowledge.specs import NUMBERS
from retrieval.scoring.advisor import Advice
from retrieval.scoring.candidates import Candidate
from retrieval.scoring.needs import Precision, Wishes, Work
from retrieval.scoring.prediction import Plan, Prediction
from retrieval.scoring.ranking import rank
from tests.makers import make_gpu
from tests.makers_charts import opened, refusal
from tests.makers_memory import make_network
from tests.makers_scoring import make_candidate, make_price, make_speed, make_yardstick

WORK = Work(network="net", precision=Precision.AMP)


def make_plan() -> Plan:
    return Plan(work=WORK, network=make_network(), precision=Precision.AMP, unit="images/s")


def make_advice(*candidates: Candidate) -> Advice:
    return Advice(
        wishes=Wishes(),
        works=(WORK,),
        assumed_work=False,
        plan=make_plan(),
        needs=(),
        ranking=rank(candidates, Wishes(), make_yardstick()),
        changes=(),
        predictions={},
        supports={},
        prices_from="launch",
        newest_price="",
    )


def make_ranked(count: int) -> list[Candidate]:
    return [make_candidate(f"card {n}", usd=1000 + n, speed=make_speed(1000 - n, 900, 1100)) for n in range(count)]


def make_prediction(slug: str, value: float) -> Prediction:
    return Prediction(
        work=WORK,
        card=slug,
        precision=Precision.AMP,
        batch=8,
        value=value,
        lo=value * 0.8,
        hi=value * 1.25,
        unit="images/s",
        basis="fitted",
        regime="compute",
    )


def shortlist_of(language: str = "en", **fields: Any) -> Chart:
    return shortlist_chart(make_advice(make_candidate("RTX 9000", **fields)), language)


def note_of(language: str = "en", **fields: Any) -> str:
    return shortlist_of(language, **fields).bars[0].note


def test_a_shortlist_shows_the_first_eight_in_the_order_of_the_ranking() -> None:
    advice = make_advice(*reversed(make_ranked(12)))

    chart = shortlist_chart(advice, "en")

    assert [bar.name for bar in chart.bars] == [one.candidate.card.name for one in advice.ranking.ranked[:SHOWN]]
    assert chart.bars[0] == Bar(name="card 0", value=1000, lo=900, hi=1100, note="24 GB · $1,000 at launch")


@pytest.mark.parametrize(
    ("language", "title", "first"),
    [
        ("en", "Predicted speed: a network training, FP16 (AMP)", "RTX 9000: 1,200 images/s (990 to 1,500), 24 GB"),
        ("vi", "Tốc độ dự đoán: train một mạng, FP16 (AMP)", "RTX 9000: 1.200 ảnh/s (990 đến 1.500), 24 GB"),
    ],
)
def test_a_shortlist_names_the_work_and_says_speeds_with_two_digits(language: str, title: str, first: str) -> None:
    chart = shortlist_of(language, speed=make_speed(1234, lo=987, hi=1543))

    assert chart.title == title
    assert first in alt_text(chart)


@pytest.mark.parametrize(
    ("basis", "english", "vietnamese"),
    [
        ("launch", "24 GB · $1,499 at launch", "24 GB · giá ra mắt 1.499 USD"),
        ("file", "24 GB · $1,499 on your list", "24 GB · 1.499 USD theo bảng giá của bạn"),
        ("quoted", "24 GB · $1,499 as quoted", "24 GB · 1.499 USD theo giá bạn được báo"),
    ],
)
def test_a_note_says_memory_price_and_whose_price_it_is(basis: str, english: str, vietnamese: str) -> None:
    candidate = replace(make_candidate("RTX 9000"), price=make_price(1499, basis=basis))

    notes = [shortlist_chart(make_advice(candidate), language).bars[0].note for language in ("en", "vi")]

    assert notes == [english, vietnamese]


def test_a_note_says_what_is_not_known() -> None:
    assert note_of(usd=None, memory_gb=None) == "memory not published · no price known"
    assert note_of("vi", usd=None, memory_gb=None) == "hãng không công bố bộ nhớ · chưa có giá"


def test_a_card_without_a_prediction_stays_in_its_place_without_a_bar() -> None:
    chart = shortlist_chart(make_advice(make_candidate("a"), make_candidate("b", speed=None)), "vi")

    assert [(bar.name, bar.value, bar.note) for bar in chart.bars][1] == ("b", None, "không dự đoán được")


def test_an_empty_shortlist_has_nothing_to_draw() -> None:
    chart = shortlist_chart(make_advice(), "en")

    assert not chart.has_values
    assert refusal(draw, chart).startswith("There is nothing to draw in 'Predicted speed")


def test_the_caption_says_which_speeds_are_estimates() -> None:
    fitted = make_candidate("RTX 9000", speed=make_speed(200))
    estimated = make_candidate("RX 9000", speed=make_speed(100, basis="roofline"))

    captions = [
        shortlist_chart(make_advice(*cards), "en").caption for cards in ([fitted], [fitted, estimated], [estimated])
    ]

    assert "stimated" not in captions[0]
    assert captions[1].endswith("Estimated from spec sheets, without measurements of their kind: RX 9000.")
    assert captions[2].endswith("All speeds are estimated from spec sheets, without measurements of this work.")


def test_the_caption_says_what_the_thin_line_is() -> None:
    assert "lies with 80 % probability" in shortlist_of().caption
    assert "nằm trong khoảng này với xác suất 80 %" in shortlist_of("vi").caption


def test_a_comparison_has_a_chart_a_field_with_the_cards_in_the_same_order() -> None:
    cards = [make_gpu(name="GeForce RTX 9000", memory_gb=24), make_gpu(name="RTX 8000", memory_gb=48, tdp_w=250)]

    memory, power = comparison_chart(cards, ("memory_gb", "tdp_w"), "en")

    assert (memory.title, memory.unit, memory.caption) == ("Memory", "GB", "")
    assert (power.title, power.unit, power.caption) == ("Board power (TDP)", "W", "Less is better.")
    assert [(bar.name, bar.value) for bar in memory.bars] == [("RTX 9000", 24), ("RTX 8000", 48)]
    assert [(bar.name, bar.value) for bar in power.bars] == [("RTX 9000", 300), ("RTX 8000", 250)]


def test_a_comparison_in_vietnamese_names_fields_and_reasons_in_vietnamese() -> None:
    absent = {"launch_price_usd": "not published"}
    cards = [make_gpu(launch_price_usd=1499), make_gpu(name="RTX 8000", absent=absent)]

    [price] = comparison_chart(cards, ("launch_price_usd",), "vi")

    assert alt_text(price) == (
        "Biểu đồ cột. Giá ra mắt, đơn vị USD. RTX 9000: 1.499 USD; RTX 8000: hãng không công bố. Càng thấp càng tốt."
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [("not applicable", "has none"), ("not published", "not published"), ("not found", "not found"), ("", "not known")],
)
def test_a_value_that_is_missing_is_shown_with_the_reason_of_its_sheet(reason: str, said: str) -> None:
    field = "fp16_matrix_fp32acc_tflops"
    cards = [make_gpu(**{field: 71}), make_gpu(name="GTX 1080", absent={field: reason} if reason else {})]

    [chart] = comparison_chart(cards, (field,), "en")

    assert chart.value_text(chart.bars[1]) == said


def test_fields_of_words_and_fields_that_no_card_has_are_left_out() -> None:
    charts = comparison_chart([make_gpu(launch_date="2022-10")], ("launch_date", "fp64_tflops", "memory_gb"), "en")

    assert [chart.title for chart in charts] == ["Memory"]


def test_predicted_speeds_come_last_with_their_intervals() -> None:
    cards = [make_gpu(), make_gpu(name="RTX 8000", slug="rtx-8000")]

    charts = comparison_chart(
        cards, COMPARED, "en", plan=make_plan(), predictions={"rtx-9000": make_prediction("rtx-9000", 100)}
    )

    assert charts[-1].title == "Predicted speed: a network training, FP16 (AMP)"
    assert charts[-1].bars == (
        Bar(name="RTX 9000", value=100, lo=80, hi=125),
        Bar(name="RTX 8000", value=None, note="no prediction"),
    )


def test_a_comparison_is_drawn_as_one_picture() -> None:
    cards = [make_gpu(launch_price_usd=1499), make_gpu(name="RTX 8000", memory_gb=48)]

    picture = opened(draw_panels(comparison_chart(cards, COMPARED, "en")))

    assert picture.size[0] == 1080
    assert "RTX 8000: 48 GB" in picture.description


def test_what_cards_are_compared_by_are_numbers_of_a_sheet() -> None:
    assert set(COMPARED) <= set(NUMBERS)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_shortlist_can_be_drawn(language: str) -> None:
    chart = shortlist_chart(make_advice(*make_ranked(9), make_candidate("none", speed=None)), language)

    check(chart)
    assert opened(draw(chart)).description == alt_text(chart)
