"""How the bot writes in Slack: answers, sentences and cards as contents of the outbox. Pure."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.answers import Answer
from bot.cards import JobCard
from bot.chatting import verbs
from bot.chatting.carding import CardButton
from bot.chatting.conversing import Question, place_of
from bot.platforms.slack.content import Content, Picture, back_of
from bot.platforms.slack.reading import NAME, is_direct, is_hidden
from bot.rendering.bars import Chart, alt_text
from bot.rendering.numbers import say_number
from bot.rendering.slack_bars import to_chart_block
from bot.rendering.slack_buttons import Press as Pressed
from bot.rendering.slack_buttons import button, rows
from bot.rendering.slack_cards import card_text, to_card_blocks
from bot.rendering.slack_controls import answer_controls, helped_controls, reasons_controls, review_controls
from bot.rendering.slack_markup import context, escape, italic, mrkdwn, section, unformatted
from bot.rendering.slack_pieces import SlackPiece, to_pieces
from bot.rendering.splitting import cut, shortened
from bot.rendering.tables import Grid
from bot.rendering.telegram_markup import utf16_units
from bot.store.answered import Answered
from bot.store.outbox import Place
from bot.texts import texts

_QUOTES, _LONGEST_QUOTE, _LONGEST_QUESTION = 5, 300, 100
_LINE = 2900  #: of a section's 3000


class SlackDialect:
    """Turns what is said into contents of the outbox."""

    def of_answer(self, answer: Answer, answer_id: str, question: Question) -> Sequence[Mapping[str, Any]]:
        """Return the messages that carry an answer; the last one has the buttons."""
        back, language = back_of(question.back), answer.language
        note = ""
        if question.is_late:
            note = texts(language).say("chats.late", time=clock_text(question.received.isoformat()))
        pieces = to_pieces(answer, texts(language).say("sources.heading"), note)
        contents = [replace(_content(piece, question, language), back=back) for piece in pieces]
        controls = answer_controls(
            [action.label for action in answer.actions],
            answer_id,
            language,
            has_sources=bool(answer.citations),
            is_private_view=back is not None and not is_direct(question.message.chat),
        )
        last = replace(contents[-1], controls=tuple(controls))
        return [content.to_json() for content in (*contents[:-1], last)]

    def of_text(self, text: str, question: Question) -> Mapping[str, Any]:
        """Return a message of plain text."""
        return replace(text_content(text), back=back_of(question.back)).to_json()

    def grids_of(self, answer: Answer) -> list[Grid]:  # noqa: ARG002 - Slack draws tables itself
        """Return the tables of which a picture is drawn when somebody asks for it: none."""
        return []

    def place_of_card(self, question: Question) -> Place:
        """Return where a card stands: below the message that asks, and after a command in private."""
        message, place = question.message, place_of(question.message)
        if is_hidden(place.thread):
            return Place(platform=NAME, chat=message.user)
        return replace(place, thread=place.thread or message.id)

    def is_private(self, place: Place) -> bool:
        """Whether it is the conversation of one person with the bot."""
        return is_direct(place.chat)

    def of_card(self, card: JobCard, buttons: Sequence[CardButton], proposal_id: str) -> Mapping[str, Any]:
        """Return the message that shows a card; in it a button names the proposal."""
        blocks = to_card_blocks(card, buttons, proposal_id)
        return Content(text=card_text(card), forms=(tuple(blocks),), language=card.language).to_json()

    def of_line(
        self, text: str, buttons: Sequence[CardButton] = (), back: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """Return a message of plain text with its buttons."""
        presses = [button(one.label, _pressed(one.verb), place) for place, one in enumerate(buttons)]
        return replace(text_content(text), controls=tuple(rows(presses)), back=back_of(back)).to_json()

    def of_file(self, name: str, data: bytes, caption: str) -> Mapping[str, Any]:
        """Return a message that carries a file."""
        return replace(text_content(caption), file=base64.b64encode(data).decode(), name=name).to_json()

    def of_result(self, answer: Answer, picture: bytes | None, chart: Chart | None) -> Sequence[Mapping[str, Any]]:
        """Return the messages that show a result: its table and its chart, drawn by Slack where it can."""
        contents = [_said(piece, answer.language) for piece in to_pieces(answer, "")]
        last = contents[-1] if contents else text_content("…")
        return [content.to_json() for content in (*contents[:-1], with_chart(last, picture, chart))]

    def of_chart(self, text: str, picture: bytes | None, chart: Chart | None) -> Mapping[str, Any]:
        """Return a message of text with a chart."""
        return with_chart(text_content(text), picture, chart).to_json()


def text_content(text: str, language: str = "en") -> Content:
    """Return a message of plain text."""
    pieces = cut(text, _LINE, lambda piece: utf16_units(mrkdwn(piece)))
    blocks = tuple(section(mrkdwn(piece)) for piece in pieces if piece.strip())
    return Content(text=escape(text) or "…", forms=(blocks,) if blocks else (), language=language)


def with_chart(content: Content, picture: bytes | None, chart: Chart | None) -> Content:
    """Return a message with a chart below: one that Slack draws, and a picture for its plainest form."""
    if chart is None:
        return content
    spoken, pictures, forms = alt_text(chart), content.pictures, content.forms
    if (block := to_chart_block(chart)) is not None:
        forms = (*((*form, block) for form in forms), *forms[-1:])
    if picture is not None:
        data = base64.b64encode(picture).decode()
        pictures = (*pictures, Picture(data=data, name="chart.png", spoken=spoken))
    return replace(content, forms=forms, text=f"{content.text}\n\n{escape(spoken)}", pictures=pictures)


def notice_of(content: Content, post_id: int) -> Content:
    """Return what stands in place of a message of which nobody knows whether it arrived."""
    say = texts(content.language).say
    text = say("chats.unsure_untimed")
    if content.asked and content.question:
        text = say("chats.unsure", question=content.question, time=clock_text(content.asked))
    press = button(say("chats.show"), Pressed(verb=verbs.SHOW, subject=str(post_id)))
    return replace(text_content(text, content.language), controls=tuple(rows([press])), back=content.back)


def helped_content(content: Content, answer_id: str) -> Content:
    """Return an answer of a help channel with the question whether it helped."""
    return replace(content, controls=tuple(helped_controls(answer_id, content.language)))


def offer_content(answer_id: str, language: str) -> Content:
    """Return what the asker alone is told where the bot has something that is not sure."""
    say = texts(language).say
    press = button(say("slack.see"), Pressed(verb=verbs.SEE, subject=answer_id))
    return replace(text_content(say("slack.offer"), language), controls=tuple(rows([press])))


def review_content(content: Content, answer_id: str, head: str, channel: str) -> Content:
    """Return an answer as reviewers see it who say whether it is right; above it stand the channel and the question."""
    above = (context(f"<#{channel}>"), section(mrkdwn(head)))
    forms = tuple((*above, *form) for form in content.forms) or (above,)
    controls = tuple(review_controls(answer_id, content.language))
    return replace(content, text=f"{escape(head)}\n\n{content.text}", forms=forms, controls=controls)


def reasons_content(answered: Answered) -> Content:
    """Return the question what was wrong with an answer."""
    content = text_content(texts(answered.language).say("chats.why_bad"), answered.language)
    return replace(content, controls=tuple(reasons_controls(answered.id, answered.language)))


def why_content(answered: Answered) -> Content:
    """Return what an answer rests on: passages, how sure the search was, and the index it was read from."""
    say, evidence = texts(answered.language).say, answered.evidence
    head = say("chats.why_head")
    said = [(f"[{number}] {item['title']}", item["quote"][:_LONGEST_QUOTE]) for number, item in _first(evidence)]
    more = len(evidence["citations"]) - _QUOTES
    lines = [say("slack.why_more", count=str(more))] if more > 0 else []
    lines += [] if said else [say("chats.why_nothing")]
    sure = say_number(round(evidence["confidence"], 2), answered.language)
    lines.append(say("chats.why_index", sure=sure, version=answered.index_version))
    quotes = [section(f"*{unformatted(title)}*\n{italic(quote)}") for title, quote in said]
    blocks = (section(f"*{unformatted(head)}*"), *quotes, *(section(mrkdwn(line)) for line in lines))
    text = "\n\n".join([head, *(f"{title}\n{quote}" for title, quote in said), *lines])
    return Content(text=escape(text), forms=(blocks,), language=answered.language)


def share_note(answered: Answered) -> tuple[dict[str, Any], ...]:
    """Return what stands above an answer that its asker shows to everybody."""
    question = shortened(" ".join(answered.question.split()), _LONGEST_QUESTION, utf16_units)
    said = texts(answered.language).say("slack.shared_by", question=question)
    return (context(f"<@{answered.user}> {mrkdwn(said)}"),)


def clock_text(time: str) -> str:
    """Return an ISO time as the clock shows it here."""
    return datetime.fromisoformat(time).astimezone().strftime("%H:%M")


def _content(piece: SlackPiece, question: Question, language: str) -> Content:
    about = shortened(" ".join(question.message.text.split()), _LONGEST_QUESTION, utf16_units)
    return replace(_said(piece, language), asked=question.received.isoformat(), question=about)


def _said(piece: SlackPiece, language: str) -> Content:
    return Content(text=piece.text, forms=piece.forms, language=language, grids=piece.grids)


def _first(evidence: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(evidence["citations"][:_QUOTES], 1))


def _pressed(verb: str) -> Pressed:
    """Return the press of a button whose verb names its subject."""
    name, _, subject = verb.partition("|")
    return Pressed(verb=name, subject=subject)
