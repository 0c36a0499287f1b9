"""The bot's Home tab in Slack: what it can do, one's benchmarks, recent results, and the language. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.rendering.slack_buttons import Press, button, rows
from bot.rendering.slack_limits import HEADER
from bot.rendering.slack_markup import context, mrkdwn, section
from bot.rendering.splitting import shortened
from bot.rendering.telegram_markup import utf16_units
from bot.texts import texts

#: `action_id` of the choice of a language, and what can be chosen; AUTO is what the question is written in.
LANGUAGE, AUTO = "language", "auto"
LANGUAGES = (AUTO, "en", "vi")
EXAMPLE, WATCH = "example", "watch"
_MOST_LINES = 20
_LINE = 500  #: UTF-16 units of a job or result

Blocks = Iterator[dict[str, Any]]


def to_home(
    language: str, chosen: str | None, jobs: Sequence[tuple[str, str | None]], results: Sequence[str]
) -> dict[str, Any]:
    """Return the Home tab; each job is a line and the proposal that its card can be shown by."""
    blocks = [*_about(language), *_jobs(language, jobs), *_results(language, results), *_choice(language, chosen)]
    return {"type": "home", "blocks": blocks}


def example_of(press: Press) -> str | None:
    """Return the question that the button of an example asks; None where there is none such."""
    if press.verb != EXAMPLE or press.subject not in LANGUAGES[1:] or not press.detail.isdecimal():
        return None
    questions = texts(press.subject).many("slack.home.examples")
    place = int(press.detail)
    return questions[place] if place < len(questions) else None


def _about(language: str) -> Blocks:
    own = texts(language)
    yield _header(own.say("slack.home.title"))
    yield section(own.say("slack.home.can"))
    questions = own.many("slack.home.examples")
    yield from rows(
        [
            button(question, Press(verb=EXAMPLE, subject=language, detail=str(place)), place)
            for place, question in enumerate(questions)
        ]
    )


def _jobs(language: str, jobs: Sequence[tuple[str, str | None]]) -> Blocks:
    say = texts(language).say
    yield _header(say("slack.home.jobs"))
    for line, proposal in jobs[:_MOST_LINES]:
        shown = _line(line)
        watch = {"accessory": button(say("slack.home.watch"), Press(verb=WATCH, subject=proposal))} if proposal else {}
        yield shown | watch
    yield from _rest(language, len(jobs), "slack.home.no_jobs")


def _results(language: str, results: Sequence[str]) -> Blocks:
    yield _header(texts(language).say("slack.home.results"))
    yield from map(_line, results[:_MOST_LINES])
    yield from _rest(language, len(results), "slack.home.no_results")


def _rest(language: str, count: int, nothing: str) -> Blocks:
    """Yield what stands below a list that is empty or was cut."""
    say = texts(language).say
    if not count:
        yield context(mrkdwn(say(nothing)))
    elif count > _MOST_LINES:
        yield context(mrkdwn(say("slack.home.more", count=str(count - _MOST_LINES))))


def _choice(language: str, chosen: str | None) -> Blocks:
    say = texts(language).say
    yield _header(say("slack.home.language"))
    options = {name: {"text": _plain(say(f"slack.home.languages.{name}")), "value": name} for name in LANGUAGES}
    select = {
        "type": "static_select",
        "action_id": LANGUAGE,
        "placeholder": _plain(say("slack.home.language")),
        "options": list(options.values()),
        "initial_option": options.get(chosen or AUTO, options[AUTO]),
    }
    yield {"type": "actions", "elements": [select]}


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": _plain(shortened(text, HEADER, utf16_units))}


def _line(text: str) -> dict[str, Any]:
    return section(mrkdwn(shortened(" ".join(text.split()), _LINE, utf16_units)) or "…")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}
