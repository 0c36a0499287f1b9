"""Makes charts of what the scoring engine and the spec sheets say. Pure."""

from collections.abc import Mapping, Sequence

from bot.answering.cards import label_of, short_name
from bot.answering.phrasing import listed
from bot.answering.works import work_parts
from bot.answers import Figure, Kind, Name
from bot.rendering.bars import Bar, Chart
from bot.rendering.numbers import say_figure, say_number
from bot.texts import texts
from knowledge.specs import NUMBERS, GpuSpec, unit_of
from retrieval.scoring.advisor import Advice
from retrieval.scoring.candidates import Candidate, Speed
from retrieval.scoring.prediction import LEVEL, Plan, Prediction
from retrieval.scoring.ranking import Ranked

#: How many cards of a shortlist are drawn.
SHOWN = 8
#: What cards are compared by where nobody says.
COMPARED = (
    "memory_gb",
    "memory_bandwidth_gb_s",
    "fp16_matrix_fp32acc_tflops",
    "fp32_tflops",
    "tdp_w",
    "launch_price_usd",
)
#: Fields whose longest bar is not the best one.
_LESS = frozenset({"tdp_w", "tdp_min_w", "psu_recommended_w", "launch_price_usd", "slots", "length_mm"})
_PREDICTED_DIGITS = 2


def shortlist_chart(advice: Advice, language: str) -> Chart:
    """Return the predicted speed of the first cards, in the order of the ranking; without bars where none is ranked."""
    say = texts(language).say
    shown = advice.ranking.ranked[:SHOWN]
    return Chart(
        title=say("chart.speed", work=_work(advice.plan, language)),
        unit=advice.plan.unit,
        bars=tuple(_ranked_bar(one, language) for one in shown),
        caption=" ".join([say("chart.order"), _interval_caption(language), *_estimates(shown, language)]),
        language=language,
        digits=_PREDICTED_DIGITS,
    )


def comparison_chart(
    cards: Sequence[GpuSpec],
    fields: Sequence[str],
    language: str,
    plan: Plan | None = None,
    predictions: Mapping[str, Prediction] | None = None,
) -> tuple[Chart, ...]:
    """Return a chart for each field that holds a number on some sheet, and one of the predictions by slug.

    The bars stand in the order of *cards* in each, so that a card is found at the same place.
    """
    charts = [_field_chart(cards, field, language) for field in fields if field in NUMBERS]
    if plan is not None and predictions:
        charts.append(_speed_chart(cards, plan, predictions, language))
    return tuple(chart for chart in charts if chart.has_values)


def _field_chart(cards: Sequence[GpuSpec], field: str, language: str) -> Chart:
    label = label_of(field, language)
    return Chart(
        title=label[:1].upper() + label[1:],
        unit=unit_of(field),
        bars=tuple(
            Bar(name=short_name(card), value=getattr(card, field), note=_absence(card, field, language))
            for card in cards
        ),
        caption=texts(language).say("chart.less") if field in _LESS else "",
        language=language,
    )


def _speed_chart(cards: Sequence[GpuSpec], plan: Plan, predictions: Mapping[str, Prediction], language: str) -> Chart:
    found = [(card, predictions.get(card.slug)) for card in cards]
    return Chart(
        title=texts(language).say("chart.speed", work=_work(plan, language)),
        unit=plan.unit,
        bars=tuple(_speed_bar(short_name(card), speed, "", language) for card, speed in found),
        caption=_interval_caption(language),
        language=language,
        digits=_PREDICTED_DIGITS,
    )


def _ranked_bar(one: Ranked, language: str) -> Bar:
    candidate = one.candidate
    note = f"{_memory(candidate.card, language)} · {_price(candidate, language)}"
    return _speed_bar(short_name(candidate.card), candidate.speed, note, language)


def _speed_bar(name: str, speed: Speed | Prediction | None, note: str, language: str) -> Bar:
    if speed is None:
        return Bar(name=name, value=None, note=texts(language).say("chart.no_prediction"))
    return Bar(name=name, value=speed.value, lo=speed.lo, hi=speed.hi, note=note)


def _memory(card: GpuSpec, language: str) -> str:
    if card.memory_gb is None:
        return texts(language).say("chart.memory_unknown")
    return f"{say_number(card.memory_gb, language)} GB"


def _price(candidate: Candidate, language: str) -> str:
    """Return the price of one card, and whose price it is."""
    price = candidate.price
    if price is None:
        return texts(language).say("chart.price_unknown")
    usd = say_figure(Figure(value=round(price.usd), unit="USD", kind=Kind.GIVEN), language)
    return texts(language).say(f"chart.price_{price.basis}", price=usd)


def _absence(card: GpuSpec, field: str, language: str) -> str:
    """Return why a sheet gives no value, "" where it gives one or no reason."""
    key = f"chart.absent.{card.absent.get(field, '')}"
    return texts(language).say(key) if getattr(card, field) is None and texts(language).has(key) else ""


def _work(plan: Plan, language: str) -> str:
    parts = work_parts(plan.work, plan.network, language, str(plan.precision))
    return "".join(part.text if isinstance(part, Name) else str(part) for part in parts)


def _interval_caption(language: str) -> str:
    return texts(language).say("chart.line", level=say_number(LEVEL * 100, language))


def _estimates(shown: Sequence[Ranked], language: str) -> list[str]:
    """Return which predictions rest on spec sheets alone, as a sentence, none where all were fitted."""
    with_speed = [one.candidate for one in shown if one.candidate.speed]
    names = [short_name(one.card) for one in with_speed if one.speed and one.speed.basis == "roofline"]
    if not names:
        return []
    if len(names) == len(with_speed):
        return [texts(language).say("chart.estimates_all")]
    return [texts(language).say("chart.estimates", names=listed(names, language).text)]
