"""Answers to why, simpler, shorter, more, an example, the code and the sources of what was said before."""

from bot.answering.explain import compose
from bot.answering.talk import plain_answer
from bot.answers import Answer, Name, Paragraph, Points, Sentence
from bot.conversations import Thread, Turn
from bot.following import SECTION_OF_FIELD
from bot.intents import Act, Intent
from knowledge.guides import Section, Statement
from knowledge.library import Library

_REASONS = ("reason", "consequence")
_MOST = 4
_TRANSFER = ("transfer-learning", "feature-extraction", "fine-tuning", "pretrained-models", "vgg16")
_EXAMPLES = dict.fromkeys(_TRANSFER, "vgg16-example")


def answer_act(intent: Intent, thread: Thread, library: Library) -> Answer:
    """Return the answer to a dialogue act about the turn before."""
    last = thread.last
    if last is None:
        return plain_answer(intent, "dialogue.nothing_before")
    if intent.act is Act.SOURCES:
        return _sources(intent, last)
    topic = _topic(thread, library)
    if topic is None:
        return plain_answer(intent, "dialogue.nothing_before")
    if intent.act is Act.CODE:
        return _code(intent, last, topic, library)
    chosen = _statements(intent.act, topic, thread)
    if not chosen:
        topics = "; ".join(library.guide.by_id[item].title[intent.language] for item in last.answer.sections[1:4])
        return plain_answer(intent, "dialogue.no_more", topics=topics or topic.title[intent.language])
    return compose(intent, library, chosen, confidence=1.0, sections=_sections(topic, last))


def _topic(thread: Thread, library: Library) -> Section | None:
    """Return the section that the last turn spoke of, or the one that explains the field it looked up."""
    last = thread.last
    if last is not None and last.answer.sections:
        return library.guide.by_id[last.answer.sections[0]]
    fields = last.answer.fields if last is not None else ()
    named = next((SECTION_OF_FIELD[field] for field in fields if field in SECTION_OF_FIELD), None)
    explained = thread.last_explained
    if named is None and explained is not None:
        named = explained.answer.sections[0]
    return library.guide.by_id.get(named) if named else None


def _statements(act: Act | None, topic: Section, thread: Thread) -> tuple[Statement, ...]:
    """Return what to say of *topic*: first what was not said yet."""
    fresh = [statement for statement in topic.statements if statement.id not in thread.said]
    if act is Act.WHY:
        reasons = [item for item in (*fresh, *topic.statements) if item.role in _REASONS]
        return tuple(dict.fromkeys(reasons))[:2]
    if act in {Act.SIMPLER, Act.EXAMPLE}:
        examples = [item for item in (*fresh, *topic.statements) if item.role == "example"]
        return tuple(dict.fromkeys(examples))[:1] or topic.statements[:1]
    if act is Act.SHORTER:
        said = [item for item in topic.statements if item.id in thread.said]
        return tuple(said[:1]) or topic.statements[:1]
    return tuple(item for item in fresh if item.role != "example")[:_MOST]


def _code(intent: Intent, last: Turn, topic: Section, library: Library) -> Answer:
    near = [topic, *(library.guide.by_id[item] for item in last.answer.sections[1:4])]
    same = [
        section
        for section in library.guide.sections
        if section.code and section.id.split("-")[0] == topic.id.split("-")[0]
    ]
    example = library.guide.by_id.get(_EXAMPLES.get(topic.id, ""))
    found = next((section for section in (topic, example, *same, *near[1:]) if section and section.code), None)
    if found is None:
        with_code = (section.title[intent.language] for section in library.guide.sections if section.code)
        return plain_answer(intent, "dialogue.no_code", topics="; ".join(with_code))
    return compose(intent, library, found.statements[:1], confidence=1.0, sections=_sections(found, last), code=True)


def _sources(intent: Intent, last: Turn) -> Answer:
    citations = last.answer.citations
    if not citations:
        return plain_answer(intent, "dialogue.nothing_before")
    items = tuple(Sentence((Name(f"{item.title}: {item.source}"),), (item.id,)) for item in citations)
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=intent.kind,
        blocks=(Points(items),) if items else (Paragraph(()),),
        citations=citations,
        sections=last.answer.sections,
        cards=last.answer.cards,
        fields=last.answer.fields,
    )


def _sections(topic: Section, last: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys((topic.id, *last.answer.sections)))
