from dataclasses import fields, replace

import pytest

from retrieval.gate import Features, Gate, load_gate

NOTHING = Features(**{item.name: 0.0 for item in fields(Features)})


@pytest.mark.parametrize(("ask", "confidence"), [(0.0, 0.5), (0.25, 0.731), (1.0, 0.982)])
def test_confidence_is_a_logistic_of_the_weighted_features(ask: float, confidence: float) -> None:
    gate = Gate(bias=0.0, weights={"ask": 4.0}, threshold=0.5)

    assert gate.confidence(replace(NOTHING, ask=ask)) == pytest.approx(confidence, abs=1e-3)


@pytest.mark.parametrize("bias", [-1e9, 1e9])
def test_confidence_stays_between_zero_and_one(bias: float) -> None:
    assert 0 <= Gate(bias=bias, weights={}, threshold=0.5).confidence(NOTHING) <= 1


def test_the_gate_that_ships_weighs_only_features_there_are() -> None:
    assert set(load_gate().weights) - {item.name for item in fields(Features)} == set()


def test_the_gate_that_ships_abstains_where_nothing_was_found() -> None:
    gate = load_gate()

    assert gate.confidence(replace(NOTHING, unknown=1.0, outside=1.0)) < gate.threshold
