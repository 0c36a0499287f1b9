"""Every section and every card is reached by a natural question, and every figure of every sheet comes back exactly."""

from itertools import count
from random import Random

import pytest

from bot.answering.cards import short_name, value_of
from bot.messages import Message
from bot.rendering.numbers import say_number
from bot.rendering.plain import to_text
from bot.responding import Bot
from bot.texts import field_names
from knowledge.library import Library
from knowledge.specs import NUMBERS
from retrieval.words import fold

TEMPLATES = {
    "en": ("what is the {field} of the {card}?", "{card} {field}", "tell me the {card}'s {field}"),
    "vi": ("{field} của {card} là bao nhiêu", "{card} {field} bao nhiêu", "cho hỏi {field} của {card} vậy ad"),
}
_threads = count()


def ask(bot: Bot, text: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    answer = bot.respond(Message(text=text, chat="cells", thread=str(next(_threads))))
    return to_text(answer), answer.language, answer.cards, answer.sections


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_figure_of_every_card_is_answered_exactly(bot: Bot, library: Library, language: str) -> None:
    random = Random(7)  # noqa: S311  # a fixed choice of wordings
    wrong = []
    for card in library.catalogue.cards:
        for names in field_names():
            if names.field not in NUMBERS or (value := value_of(card, names.field)) is None:
                continue
            question = random.choice(TEMPLATES[language]).format(
                field=names.label[language], card=random.choice((card.name, short_name(card).lower(), *card.aliases))
            )
            question = fold(question) if language == "vi" and random.random() < 0.5 else question
            text, said_in, cards, _ = ask(bot, question)
            if card.slug not in cards or say_number(float(value), said_in) not in text:
                wrong.append(question)

    assert wrong == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_section_is_reached_by_its_title(bot: Bot, library: Library, language: str) -> None:
    form = {"en": "please explain: {}", "vi": "giải thích giúp mình: {}"}[language]
    missed = [
        section.id
        for section in library.guide.sections
        if section.id not in ask(bot, form.format(section.title[language]))[3][:5]
    ]

    assert missed == []
