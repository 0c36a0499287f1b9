"""How the bot writes in Telegram: answers, sentences and notices as messages with their buttons. Pure."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.answers import Answer, Citation, Table
from bot.cards import JobCard
from bot.chatting.conversing import Question
from bot.chatting.measuring import CardButton
from bot.platforms.telegram.buttons import (
    ACT,
    DOWN,
    PICTURE,
    REASON,
    REASONS,
    SHOW,
    SOURCES,
    UP,
    VERSION,
    WHY,
    Button,
)
from bot.platforms.telegram.content import Content
from bot.rendering.numbers import say_number
from bot.rendering.splitting import shortened
from bot.rendering.tables import Grid, is_drawable, to_grid
from bot.rendering.telegram import CAPTION_LIMIT, Piece, labels, sources_messages, to_messages, to_plain
from bot.rendering.telegram_cards import to_card
from bot.rendering.telegram_markup import LIMIT, escape, utf16_units
from bot.rendering.telegram_rich import to_rich
from bot.rendering.telegram_tables import is_narrow
from bot.store.answered import Answered
from bot.texts import texts

Keyboard = tuple[tuple[tuple[str, str], ...], ...]
_UP, _DOWN = "👍", "👎"
_QUOTES = 5  #: that "Why?" shows
_LONGEST_QUOTE = 300


class TelegramDialect:
    """Turns what is said into contents of the outbox."""

    def __init__(self, *, rich: bool = False) -> None:
        self._rich = rich

    def of_answer(self, answer: Answer, answer_id: str, question: Question) -> Sequence[Mapping[str, Any]]:
        """Return the messages that carry an answer; the last one has the buttons."""
        heading = texts(answer.language).say("sources.heading")
        pieces = list(to_messages(answer, heading, "button"))
        keyboard = _answer_keyboard(answer, answer_id, has_picture=any(piece.picture for piece in pieces))
        contents = [_content(piece, question, answer.language) for piece in _marked_late(pieces, question, answer)]
        last = replace(contents[-1], keyboard=keyboard)
        if self._rich and len(contents) == 1 and not question.is_late:
            last = replace(last, rich=to_rich(replace(answer, citations=()), heading))
        return [content.to_json() for content in (*contents[:-1], last)]

    def of_text(self, text: str, question: Question) -> Mapping[str, Any]:
        """Return a message of plain text."""
        return text_content(text, reply_to=reply_to(question)).to_json()

    def grids_of(self, answer: Answer) -> list[Grid]:
        """Return the tables that are worth a picture: numbers, and too wide for a phone."""
        tables = (block for block in answer.blocks if isinstance(block, Table))
        return [to_grid(answer, table) for table in tables if is_drawable(table) and not is_narrow(answer, table)]

    def of_card(self, card: JobCard, buttons: Sequence[CardButton], proposal_id: str) -> Mapping[str, Any]:
        """Return the message that shows a card; in it a button names the proposal."""
        text = to_card(card)
        row = tuple((button.label, Button(verb=button.verb, subject=proposal_id).to_data()) for button in buttons)
        keyboard = (row,) if row else ()
        return Content(html=text, plain=to_plain(text), keyboard=keyboard, language=card.language).to_json()

    def of_line(self, text: str, buttons: Sequence[CardButton] = ()) -> Mapping[str, Any]:
        """Return a message of plain text, a row a button."""
        rows = tuple(((button.label, f"{VERSION}|{button.verb}"),) for button in buttons)
        return text_content(text, keyboard=rows).to_json()

    def of_result(self, answer: Answer, picture: bytes | None, spoken: str) -> Sequence[Mapping[str, Any]]:
        """Return the messages that show a result: its table below its chart where a caption holds it."""
        contents = [
            Content(html=piece.html, plain=piece.plain, language=answer.language)
            for piece in to_messages(answer, "", "button")
        ]
        if picture is None:
            return [content.to_json() for content in contents]
        packed = base64.b64encode(picture).decode()
        if len(contents) == 1 and utf16_units(contents[0].plain) <= CAPTION_LIMIT:
            return [replace(contents[0], picture=packed, is_captioned=True).to_json()]
        chart = Content(html=escape(spoken), plain=spoken, picture=packed, language=answer.language)
        return [content.to_json() for content in (*contents, chart)]

    def of_file(self, name: str, data: bytes, caption: str) -> Mapping[str, Any]:
        """Return a message that carries a file; a PNG is shown as a picture."""
        text, packed = shortened(caption, CAPTION_LIMIT, utf16_units), base64.b64encode(data).decode()
        content = Content(html=escape(caption), plain=caption, caption=text, name=name)
        if name.endswith(".png"):
            return replace(content, picture=packed).to_json()
        return replace(content, document=packed).to_json()


def text_content(text: str, *, keyboard: Keyboard = (), reply_to: int | None = None, language: str = "en") -> Content:
    """Return a message of plain text."""
    return Content(html=escape(text), plain=text, keyboard=keyboard, reply_to=reply_to, language=language)


def notice_of(content: Content, post_id: int) -> Content:
    """Return what stands in place of a message of which nobody knows whether it arrived."""
    say = texts(content.language).say
    text = say("telegram.unsure", time=clock_text(content.asked)) if content.asked else say("telegram.unsure_untimed")
    keyboard = (((say("telegram.show"), Button(verb=SHOW, subject=str(post_id)).to_data()),),)
    return replace(content, html=escape(text), plain=text, keyboard=keyboard, picture=None, caption="", rich=None)


def sources_contents(answered: Answered, reply: int | None) -> list[Content]:
    """Return the sources of an answer that was given."""
    heading = texts(answered.language).say("sources.heading")
    pieces = sources_messages(_cited(answered), heading)
    return [Content(html=piece.html, plain=piece.plain, reply_to=reply, language=answered.language) for piece in pieces]


def why_content(answered: Answered, reply: int | None) -> Content:
    """Return what an answer rests on: passages, how sure the search was, and the index it was read from."""
    say, evidence = texts(answered.language).say, answered.evidence
    lines = []
    for number, item in enumerate(evidence["citations"][:_QUOTES], 1):
        quote = item["quote"][:_LONGEST_QUOTE]
        lines.append(f"[{number}] <b>{escape(item['title'])}</b>\n<i>{escape(quote)}</i>")
    if len(evidence["citations"]) > _QUOTES:
        lines.append(say("telegram.why_more", count=str(len(evidence["citations"]) - _QUOTES)))
    if not lines:
        lines.append(say("telegram.why_nothing"))
    sure = say_number(round(evidence["confidence"], 2), answered.language)
    lines.append(say("telegram.why_index", sure=sure, version=answered.index_version))
    text = "\n\n".join([f"<b>{escape(say('telegram.why_head'))}</b>", *lines])
    return Content(html=text, plain=to_plain(text), reply_to=reply, language=answered.language)


def reasons_keyboard(answer_id: str, language: str) -> Keyboard:
    """Return the buttons that ask what was wrong with an answer."""
    say = texts(language).say
    return tuple(
        ((say(f"telegram.reasons.{reason}"), Button(verb=REASON, subject=answer_id, detail=reason).to_data()),)
        for reason in REASONS
    )


def reply_to(question: Question) -> int | None:
    """Return the message that an answer is shown as a reply to: in groups only."""
    message = question.message
    return int(message.id) if message.id and message.chat.startswith("-") else None


def clock_text(time: str) -> str:
    """Return an ISO time as the clock shows it here."""
    return datetime.fromisoformat(time).astimezone().strftime("%H:%M")


def _answer_keyboard(answer: Answer, answer_id: str, *, has_picture: bool) -> Keyboard:
    say = texts(answer.language).say
    rows: list[tuple[tuple[str, str], ...]] = [
        ((label, Button(verb=ACT, subject=answer_id, detail=str(place)).to_data()),)
        for place, label in enumerate(labels(answer))
        if not (answer.citations and label == say("telegram.why"))  # which has a button anyway
    ]
    row = [(_UP, UP), (_DOWN, DOWN)]
    row += [(say("telegram.sources"), SOURCES), (say("telegram.why"), WHY)] if answer.citations else []
    row += [(say("telegram.picture"), PICTURE)] if has_picture else []
    rows.append(tuple((label, Button(verb=verb, subject=answer_id).to_data()) for label, verb in row))
    return tuple(rows)


def _marked_late(pieces: list[Piece], question: Question, answer: Answer) -> list[Piece]:
    """Say before an answer that it comes late, where the bot was restarted meanwhile."""
    if not question.is_late:
        return pieces
    text = texts(answer.language).say("telegram.late", time=clock_text(question.received.isoformat()))
    first = pieces[0]
    if utf16_units(first.plain) + utf16_units(text) + 2 > LIMIT:
        return [Piece(html=f"<i>{escape(text)}</i>", plain=text), *pieces]
    both = Piece(html=f"<i>{escape(text)}</i>\n\n{first.html}", plain=f"{text}\n\n{first.plain}", picture=first.picture)
    return [both, *pieces[1:]]


def _content(piece: Piece, question: Question, language: str) -> Content:
    asked, reply = question.received.isoformat(), reply_to(question)
    return Content(html=piece.html, plain=piece.plain, reply_to=reply, language=language, asked=asked)


def _cited(answered: Answered) -> Answer:
    citations = tuple(Citation(**item) for item in answered.evidence["citations"])
    return Answer(
        question=answered.question,
        language=answered.language,
        intent=answered.evidence["intent"],
        blocks=(),
        citations=citations,
    )
