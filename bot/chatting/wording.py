"""Sentences that all chats say, each in the words of its own commands where those differ."""

from bot.chatting.conversing import Question
from bot.texts import texts


def say(platform: str, language: str, key: str, **values: str) -> str:
    """Return the sentence *key* of *platform*, else that of all chats."""
    known = texts(language)
    own = f"{platform}.{key}"
    return known.say(own if known.has(own) else f"chats.{key}", **values)


def spoken(question: Question) -> str:
    """Return the language in which a command is answered."""
    return question.message.language_hint or "en"


def slow_down(question: Question, questions: int, wait_s: float) -> str:
    """Return what somebody is told who asked more than *questions* within a minute."""
    return texts(spoken(question)).say("chats.slow_down", count=str(questions), seconds=str(int(wait_s) + 1))
