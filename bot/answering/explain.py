"""Composes two to five statements of the guide into an answer: what decides, then why, then what speaks against."""

from collections.abc import Iterable, Mapping, Sequence

from bot.answering.citing import cite_statements
from bot.answers import Action, Answer, Block, Code, Paragraph, Quote, Sentence
from bot.intents import Frame, Intent
from bot.texts import texts
from knowledge.guides import Section, Statement
from knowledge.library import Library
from retrieval.search import Findings

#: What each form of question wants to hear first: added to a statement's score.
_BONUS: Mapping[Frame, Mapping[str, float]] = {
    Frame.WHAT: {"definition": 0.16, "reason": 0.02, "consequence": 0.02},
    Frame.WHY: {"reason": 0.24, "consequence": 0.12, "definition": -0.02},
    Frame.HOW: {"rule": 0.08, "definition": 0.04, "reason": 0.02},
    Frame.SHOULD: {"rule": 0.14, "limit": 0.03, "definition": -0.02},
    Frame.WHEN: {"rule": 0.06, "limit": 0.05, "consequence": 0.03},
    Frame.DIFFERENCE: {"definition": 0.14, "consequence": 0.04},
    Frame.OPEN: {"definition": 0.08, "rule": 0.06},
}
_EXAMPLE_PENALTY = -0.15
_ORDER = {"definition": 0, "rule": 1, "reason": 2, "consequence": 3, "limit": 4, "example": 5}
_CLOSE = 0.05  #: sections nearer than this to the best one may take part
_USUAL = 3


def answer_explain(intent: Intent, findings: Findings, library: Library) -> Answer:
    """Return the statements that answer, in a natural order; code too when it was asked for."""
    sections = [library.guide.by_id[hit.target] for hit in findings.sections[:5]]
    best = findings.sections[0].score
    near = [section for section, hit in zip(sections, findings.sections, strict=False) if best - hit.score <= _CLOSE]
    chosen = choose_statements(near, findings.statements, intent)
    return compose(
        intent, library, chosen, confidence=findings.confidence, sections=tuple(section.id for section in sections)
    )


def choose_statements(near: Sequence[Section], scores: Mapping[str, float], intent: Intent) -> tuple[Statement, ...]:
    """Return the statements to say: the best lead of the best section, then what supports it."""
    top = near[0]
    if intent.wants_short:
        return (_lead(top, scores, intent),)
    if intent.wants_simple:
        simple = [statement for statement in top.statements if statement.role == "example"]
        return (_lead(top, scores, intent), *simple[:1])
    lead = _lead(top, scores, intent)
    rivals = [_lead(section, scores, intent) for section in near[1:3]]
    better = [rival for rival in rivals if _value(rival, scores, intent) > _value(lead, scores, intent) + _CLOSE]
    home = next((section for section in near if better and section.id == better[0].section), top)
    lead = better[0] if better else lead
    support = sorted(
        (item for item in home.statements if item is not lead and item.role != "example"),
        key=lambda item: -_value(item, scores, intent),
    )[: _USUAL - 1]
    return (lead, *sorted(support, key=lambda item: _ORDER[item.role]))


def compose(  # noqa: PLR0913  # the last two are seldom given
    intent: Intent,
    library: Library,
    statements: Sequence[Statement],
    *,
    confidence: float,
    sections: tuple[str, ...],
    code: bool | None = None,
) -> Answer:
    """Return an answer made of *statements* in this order."""
    language = intent.language
    home = library.guide.by_id[statements[0].section] if statements else library.guide.by_id[sections[0]]
    blocks: list[Block] = []
    if statements:
        blocks.append(
            Paragraph(
                tuple(
                    _sentence(item, library.guide.small_words, first=n == 0, language=language)
                    for n, item in enumerate(statements)
                )
            )
        )
    if intent.wants_code if code is None else code:
        blocks.extend(code_blocks(home, intent.text))
    return Answer(
        question=intent.text,
        language=language,
        intent=intent.kind,
        blocks=tuple(blocks),
        citations=cite_statements(library, language, statements),
        confidence=confidence,
        actions=_actions(home, statements, language),
        sections=tuple(dict.fromkeys((home.id, *sections))),
        statements=tuple(statement.id for statement in statements),
    )


def code_blocks(section: Section, text: str) -> list[Block]:
    """Return a section's code, of one framework where the question names it."""
    named = [name for name in section.code if name in text.lower()]
    return [Code(name, section.code[name]) for name in named or section.code]


def _lead(section: Section, scores: Mapping[str, float], intent: Intent) -> Statement:
    reasons = [item for item in section.statements if item.role == "reason"]
    candidates = reasons if intent.frame is Frame.WHY and reasons else section.statements
    return max(candidates, key=lambda item: _value(item, scores, intent))


def _value(statement: Statement, scores: Mapping[str, float], intent: Intent) -> float:
    bonus = _BONUS[intent.frame].get(statement.role, 0.0)
    if statement.role == "example":
        bonus = _EXAMPLE_PENALTY
    first = 0.03 if statement.id.endswith((".what", ".rule")) else 0.06 * statement.id.endswith(".why")
    return scores.get(statement.id, 0.0) + bonus + first


def _sentence(statement: Statement, small_words: frozenset[str], *, first: bool, language: str) -> Sentence:
    text = statement.text[language]
    lead = ""
    if statement.role == "limit" and not first:
        lead = texts(language).say("lead.limit")
        text = _lowered(text, small_words)
    return Sentence((Quote(statement.id, text, lead),), (f"guide:{statement.id}",))


def _lowered(text: str, small_words: frozenset[str]) -> str:
    """Return *text* with a small first letter, unless its first word is a name or an abbreviation."""
    first = text.split(maxsplit=1)[0].strip(",;:")
    if first[1:] == first[1:].lower() and first.lower() in small_words:
        return text[0].lower() + text[1:]
    return text


def _actions(section: Section, said: Iterable[Statement], language: str) -> tuple[Action, ...]:
    say = texts(language).say
    spoken = {statement.id for statement in said}
    left = [statement.role for statement in section.statements if statement.id not in spoken]
    actions = []
    if "reason" in left:
        actions.append(Action(say("actions.why"), "why?" if language == "en" else "vì sao?"))
    if "example" in left:
        actions.append(Action(say("actions.example"), "an example" if language == "en" else "ví dụ"))
    if section.code:
        actions.append(Action(say("actions.code"), "code"))
    return tuple(actions[:2])
