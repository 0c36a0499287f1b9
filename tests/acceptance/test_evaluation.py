"""Floors under the scores of the reporting half; what they are today stands in the README."""

import pytest

from bot.responding import Bot
from bot.scoring import Report, evaluate

FLOORS = {
    "en": {"recall@5": 0.95, "nDCG@10": 0.85, "citation precision": 0.80, "language agreement": 0.99},
    "vi": {"recall@5": 0.93, "nDCG@10": 0.82, "citation precision": 0.80, "language agreement": 0.98},
    "folded": {"recall@5": 0.90, "nDCG@10": 0.82, "citation precision": 0.80, "language agreement": 0.98},
    "all": {"abstention precision": 0.95, "abstention recall": 0.92, "numeric exactness": 1.0},
}


@pytest.fixture(scope="module")
def report(bot: Bot) -> Report:
    return evaluate(bot, "reporting")


@pytest.mark.parametrize(
    ("group", "measure", "floor"),
    [(group, measure, floor) for group, floors in FLOORS.items() for measure, floor in floors.items()],
)
def test_the_reporting_half_stays_above_its_floor(report: Report, group: str, measure: str, floor: float) -> None:
    assert report.rows()[group][measure] >= floor, "\n".join(report.misses)


def test_no_answer_of_the_reporting_half_is_refused_by_the_verifier(report: Report) -> None:
    refused = [
        outcome.question.text
        for outcome in report.outcomes
        if outcome.answer.abstained and outcome.answer.confidence == 0.0 and outcome.answer.citations
    ]

    assert refused == []
