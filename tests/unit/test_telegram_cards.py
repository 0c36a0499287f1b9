from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings

from bot.cards import CardState, JobCard, lines_of, title_of
from bot.rendering.telegram_cards import CARD_LIMIT, to_card
from bot.rendering.telegram_markup import utf16_units
from tests.makers_rendering import TEXTS, make_card
from tests.telegram_parser import marked_text, shown

TEXT_FIELDS = [field.name for field in fields(JobCard) if field.type is str and field.name not in {"language", "state"}]


def full_card(state: CardState, text: str) -> JobCard:
    """Return a card with *text* in all places."""
    given_fields = dict.fromkeys(TEXT_FIELDS, text)
    return make_card(
        state=state, approvers=(text,) * 5, ahead=3, estimate_s=9e6, elapsed_s=9e6, eta_s=9e6, **given_fields
    )


def test_a_card_is_its_title_in_bold_and_its_lines_below() -> None:
    card = make_card(work="LSTM <b> & co", phase="measuring", elapsed_s=42, eta_s=98)

    assert marked_text(to_card(card), "Bold") == [title_of(card)]
    assert shown(to_card(card)).split("\n") == [title_of(card), *lines_of(card)]


@pytest.mark.parametrize("state", CardState)
@pytest.mark.parametrize("text", ["word " * 1000, "🚀" * 4000, "&" * 4000])
def test_the_longest_card_fits_below_a_picture(state: CardState, text: str) -> None:
    assert {"work", "problem", "verdict", "decision"} <= set(TEXT_FIELDS)
    assert utf16_units(shown(to_card(full_card(state, text)))) <= CARD_LIMIT


def test_a_long_line_is_shortened_and_the_others_stay() -> None:
    card = make_card(state=CardState.FAILED, problem="no memory left on the card " * 100)

    lines = shown(to_card(card)).split("\n")

    assert lines[1].endswith("memory left on…")
    assert (lines[0], *lines[2:]) == (title_of(card), *lines_of(card)[1:])


@given(text=TEXTS)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_card_takes_any_text(text: str) -> None:
    for state in CardState:
        assert utf16_units(shown(to_card(full_card(state, text)))) <= CARD_LIMIT
