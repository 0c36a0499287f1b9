"""How the bot writes in Telegram: answers, sentences and notices as messages with their buttons. Pure."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.answers import Answer, Table
from bot.cards import JobCard
from bot.chatting import verbs
from bot.chatting.carding import CardButton
from bot.chatting.conversing import Question, place_of
from bot.platforms.telegram.buttons import VERSION, Button
from bot.platforms.telegram.content import Content
from bot.rendering.bars import Chart, alt_text
from bot.rendering.splitting import shortened
from bot.rendering.tables import Grid, is_drawable, to_grid
from bot.rendering.telegram import CAPTION_LIMIT, Piece, labels, to_messages, to_plain
from bot.rendering.telegram_cards import to_card
from bot.rendering.telegram_markup import LIMIT, escape, utf16_units
from bot.rendering.telegram_rich import to_rich
from bot.rendering.telegram_tables import is_narrow
from bot.store.outbox import Place
from bot.texts import texts

Keyboard = tuple[tuple[tuple[str, str], ...], ...]
_UP, _DOWN = "👍", "👎"
_LONGEST_QUESTION = 100


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

    def place_of_card(self, question: Question) -> Place:
        """Return where a benchmark was asked for."""
        return place_of(question.message)

    def is_private(self, place: Place) -> bool:
        """Whether it is the chat of one person: groups have numbers below zero."""
        return not place.chat.startswith("-")

    def of_line(
        self,
        text: str,
        buttons: Sequence[CardButton] = (),
        back: Mapping[str, Any] | None = None,  # noqa: ARG002 - Telegram needs no more than the chat
    ) -> Mapping[str, Any]:
        """Return a message of plain text, a row a button."""
        rows = tuple(((button.label, f"{VERSION}|{button.verb}"),) for button in buttons)
        return text_content(text, keyboard=rows).to_json()

    def of_result(self, answer: Answer, picture: bytes | None, chart: Chart | None) -> Sequence[Mapping[str, Any]]:
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
        spoken = alt_text(chart) if chart else ""
        shown = Content(html=escape(spoken), plain=spoken, picture=packed, language=answer.language)
        return [content.to_json() for content in (*contents, shown)]

    def of_chart(
        self,
        text: str,
        picture: bytes | None,
        chart: Chart | None,  # noqa: ARG002 - Telegram draws none itself
    ) -> Mapping[str, Any]:
        """Return a picture with a caption, and text where there is none."""
        if picture is None:
            return self.of_line(text)
        packed, caption = base64.b64encode(picture).decode(), shortened(text, CAPTION_LIMIT, utf16_units)
        return Content(html=escape(text), plain=text, caption=caption, picture=packed).to_json()

    def of_file(self, name: str, data: bytes, caption: str) -> Mapping[str, Any]:
        """Return a message that carries a file."""
        text, packed = shortened(caption, CAPTION_LIMIT, utf16_units), base64.b64encode(data).decode()
        return Content(html=escape(caption), plain=caption, caption=text, name=name, document=packed).to_json()


def text_content(text: str, *, keyboard: Keyboard = (), reply_to: int | None = None, language: str = "en") -> Content:
    """Return a message of plain text."""
    return Content(html=escape(text), plain=text, keyboard=keyboard, reply_to=reply_to, language=language)


def notice_of(content: Content, post_id: int) -> Content:
    """Return what stands in place of a message of which nobody knows whether it arrived."""
    say = texts(content.language).say
    text = say("chats.unsure_untimed")
    if content.asked and content.question:
        text = say("chats.unsure", question=content.question, time=clock_text(content.asked))
    keyboard = (((say("chats.show"), Button(verb=verbs.SHOW, subject=str(post_id)).to_data()),),)
    return replace(content, html=escape(text), plain=text, keyboard=keyboard, picture=None, caption="", rich=None)


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
        ((label, Button(verb=verbs.ACT, subject=answer_id, detail=str(place)).to_data()),)
        for place, label in enumerate(labels(answer))
        if not (answer.citations and label == say("chats.why"))  # which has a button anyway
    ]
    row = [(_UP, verbs.UP), (_DOWN, verbs.DOWN)]
    row += [(say("chats.sources"), verbs.SOURCES), (say("chats.why"), verbs.WHY)] if answer.citations else []
    row += [(say("chats.picture"), verbs.PICTURE)] if has_picture else []
    rows.append(tuple((label, Button(verb=verb, subject=answer_id).to_data()) for label, verb in row))
    return tuple(rows)


def _marked_late(pieces: list[Piece], question: Question, answer: Answer) -> list[Piece]:
    """Say before an answer that it comes late, where the bot was restarted meanwhile."""
    if not question.is_late:
        return pieces
    text = texts(answer.language).say("chats.late", time=clock_text(question.received.isoformat()))
    first = pieces[0]
    if utf16_units(first.plain) + utf16_units(text) + 2 > LIMIT:
        return [Piece(html=f"<i>{escape(text)}</i>", plain=text), *pieces]
    both = Piece(html=f"<i>{escape(text)}</i>\n\n{first.html}", plain=f"{text}\n\n{first.plain}", picture=first.picture)
    return [both, *pieces[1:]]


def _content(piece: Piece, question: Question, language: str) -> Content:
    asked, reply = question.received.isoformat(), reply_to(question)
    about = shortened(" ".join(question.message.text.split()), _LONGEST_QUESTION, utf16_units)
    return Content(html=piece.html, plain=piece.plain, reply_to=reply, language=language, asked=asked, question=about)
