"""What the buttons under an answer add to it in Telegram: sources, reasons, pictures, a question. Pure."""

import base64
from collections.abc import Mapping
from typing import Any

from bot.answers import Answer, Citation
from bot.chatting import verbs
from bot.chatting.conversing import grids_in
from bot.chatting.pressing import Press
from bot.platforms.telegram.buttons import Button
from bot.platforms.telegram.content import Content
from bot.platforms.telegram.dialect import Keyboard, text_content
from bot.rendering.numbers import say_number
from bot.rendering.splitting import shortened
from bot.rendering.tables import Grid, draw_table, grid_alt_text
from bot.rendering.telegram import CAPTION_LIMIT, sources_messages, to_plain
from bot.rendering.telegram_markup import escape, utf16_units
from bot.store.answered import Answered
from bot.texts import texts
from knowledge.errors import GpuwiseError

_QUOTES = 5  #: that "Why?" shows
_LONGEST_QUOTE = 300


class TelegramMore:
    """Writes what is added to an answer, as a reply to it."""

    def of_more(self, verb: str, found: Answered, press: Press) -> list[Mapping[str, Any]]:
        """Return the messages for sources, what an answer rests on, or its pictures; none for a verb it has not."""
        reply = int(press.message_id)
        match verb:
            case verbs.SOURCES:
                contents = _sources(found, reply)
            case verbs.WHY:
                contents = [_why(found, reply)]
            case verbs.PICTURE:
                contents = [_picture(grid, reply) for grid in grids_in(found.evidence)]
            case _:
                contents = []
        return [content.to_json() for content in contents]

    def of_reasons(self, found: Answered, press: Press) -> Mapping[str, Any]:
        """Return the question what was wrong with an answer, a button a reason."""
        return text_content(
            texts(found.language).say("chats.why_bad"),
            keyboard=_reasons(found.id, found.language),
            reply_to=int(press.message_id),
            language=found.language,
        ).to_json()


def _sources(answered: Answered, reply: int) -> list[Content]:
    """Return the sources of an answer that was given."""
    heading = texts(answered.language).say("sources.heading")
    pieces = sources_messages(_cited(answered), heading)
    return [Content(html=piece.html, plain=piece.plain, reply_to=reply, language=answered.language) for piece in pieces]


def _why(answered: Answered, reply: int) -> Content:
    """Return what an answer rests on: passages, how sure the search was, and the index it was read from."""
    say, evidence = texts(answered.language).say, answered.evidence
    lines = []
    for number, item in enumerate(evidence["citations"][:_QUOTES], 1):
        quote = item["quote"][:_LONGEST_QUOTE]
        lines.append(f"[{number}] <b>{escape(item['title'])}</b>\n<i>{escape(quote)}</i>")
    if len(evidence["citations"]) > _QUOTES:
        lines.append(say("chats.why_more", count=str(len(evidence["citations"]) - _QUOTES)))
    if not lines:
        lines.append(say("chats.why_nothing"))
    sure = say_number(round(evidence["confidence"], 2), answered.language)
    lines.append(say("chats.why_index", sure=sure, version=answered.index_version))
    text = "\n\n".join([f"<b>{escape(say('chats.why_head'))}</b>", *lines])
    return Content(html=text, plain=to_plain(text), reply_to=reply, language=answered.language)


def _reasons(answer_id: str, language: str) -> Keyboard:
    """Return the buttons that ask what was wrong with an answer."""
    say = texts(language).say
    return tuple(
        ((say(f"chats.reasons.{reason}"), Button(verb=verbs.REASON, subject=answer_id, detail=reason).to_data()),)
        for reason in verbs.REASONS
    )


def _picture(grid: Grid, reply: int) -> Content:
    caption = shortened(grid.caption, CAPTION_LIMIT, utf16_units)
    try:
        picture = base64.b64encode(draw_table(grid)).decode()
    except GpuwiseError as error:  # the extra that draws is not installed
        return text_content(str(error), reply_to=reply, language=grid.language)
    twin = grid_alt_text(grid)
    return Content(
        html=escape(twin), plain=twin, picture=picture, caption=caption, reply_to=reply, language=grid.language
    )


def _cited(answered: Answered) -> Answer:
    citations = tuple(Citation(**item) for item in answered.evidence["citations"])
    return Answer(
        question=answered.question,
        language=answered.language,
        intent=answered.evidence["intent"],
        blocks=(),
        citations=citations,
    )
