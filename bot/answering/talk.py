"""What is said to greetings, thanks, help and to messages that cannot be read."""

from bot.answers import Action, Answer, Given, Name, Paragraph, Part, Points, Sentence
from bot.intents import Act, Intent, IntentKind
from bot.texts import texts

_KEYS = {
    Act.GREETING: "dialogue.greeting",
    Act.THANKS: "dialogue.thanks",
    Act.GOODBYE: "dialogue.goodbye",
    Act.WHO: "dialogue.who",
    Act.TRANSLATE: "dialogue.same_language",
}


def answer_talk(intent: Intent) -> Answer:
    """Return the reply to a greeting, thanks, a goodbye, or a question about the bot."""
    return plain_answer(intent, _KEYS[intent.act or Act.GREETING])


def answer_help(intent: Intent) -> Answer:
    """Return what can be asked, with questions that work when tapped."""
    say = texts(intent.language)
    items = say.many("dialogue.help_items")
    blocks = (
        Paragraph((Sentence((say.say("dialogue.help"),)),)),
        Points(tuple(Sentence((Name(item),)) for item in items)),
        Paragraph((Sentence((Name(say.say("dialogue.help_tail")),)),)),
    )
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=IntentKind.HELP,
        blocks=blocks,
        actions=tuple(Action(item, item) for item in items[:3]),
    )


def plain_answer(intent: Intent, key: str, *, given: str = "", abstained: bool = False, **values: str) -> Answer:
    """Return one fixed sentence; *given* replaces its {question} by the asker's own words."""
    say = texts(intent.language).say
    if given:
        before, after = say(key, question="\0", **values).split("\0")
        parts: tuple[Part, ...] = (before, Given(given), after)
    else:
        parts = (Name(say(key, **values)),)
    kind = IntentKind.OUT_OF_SCOPE if abstained else intent.kind
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=kind,
        blocks=(Paragraph((Sentence(parts),)),),
        abstained=abstained,
        confidence=0.0 if abstained else 1.0,
    )


def answer_abstain(intent: Intent, topics: tuple[str, ...], confidence: float, *, near: bool) -> Answer:
    """Say in one sentence that nothing supports an answer, and name the nearest topics."""
    say = texts(intent.language).say
    before, after = say("abstain.near" if near else "abstain.far", topics="\0").split("\0")
    question = "what is {}" if intent.language == "en" else "{} là gì"
    return Answer(
        question=intent.text,
        language=intent.language,
        intent=IntentKind.OUT_OF_SCOPE,
        blocks=(Paragraph((Sentence((before, Name("; ".join(topics)), after)),)),),
        abstained=True,
        confidence=confidence,
        actions=tuple(Action(topic, question.format(topic)) for topic in topics[:2]),
    )
