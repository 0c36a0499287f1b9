"""Shadow mode in the loopback Slack, with the real bot: who sees answers, who judges them, and what that moves."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.responding import Bot
from bot.store import answered, reviews
from bot.store.answered import Answered, Opinion
from bot.store.database import Connection
from bot.store.outbox import Place
from tests.fakes.slack import ALICE, LAN, MINH, FakeSlack, Limits
from tests.makers_slack_help import ASIDE, LOCAL, SURE, UNSURE, helping

RIGHT, WRONG = "Right", "Wrong"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(limits=Limits()) as slack:
        yield slack
        assert slack.late_acks == []
        assert slack.floods == 0


@pytest.mark.parametrize("text", [SURE, UNSURE])
async def test_in_shadow_mode_only_reviewers_see_an_answer(slack: FakeSlack, bot: Bot, text: str) -> None:
    async with helping(slack, bot, is_shadow=True) as room:
        question = await room.say(text)
        (shown,) = await slack.wait_for_messages(room.review)

        assert room.seen() == []
        assert question.reactions == {}
        assert shown.labels == [RIGHT, WRONG]
        assert text in shown.text
        assert ("I would have answered" in shown.text) is (text == SURE)
        assert slack.refused == []


@pytest.mark.parametrize("text", [LOCAL, ASIDE, "Best GPU for fine-tuning a 7B model at home?"])
async def test_reviewers_do_not_see_what_no_bar_would_show(slack: FakeSlack, bot: Bot, text: str) -> None:
    async with helping(slack, bot, is_shadow=True) as room:
        await room.say(text)

        assert slack.messages(room.review) == []


async def test_a_long_question_with_signs_that_slack_escapes_reaches_the_reviewers(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot, is_shadow=True) as room:
        await room.say(SURE + " &" * 900)
        (shown,) = await slack.wait_for_messages(room.review)

        assert shown.blocks
        assert slack.refused == []


async def test_what_reviewers_say_among_themselves_is_not_answered(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot, is_shadow=True) as room:
        await room.say(SURE)
        (shown,) = await slack.wait_for_messages(room.review)
        slack.say(room.review, LAN, "What are tensor cores good for?", thread=shown)
        slack.say(room.review, ALICE, "What is VRAM?")
        await room.settled()

        assert len(slack.messages(room.review)) == 1


async def test_reviews_are_kept_and_the_last_word_of_a_reviewer_counts(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot, is_shadow=True) as room:
        await room.say(SURE)
        (shown,) = await slack.wait_for_messages(room.review)
        slack.press(shown, WRONG, LAN)
        await room.settled()
        slack.press(shown, RIGHT, LAN)
        await room.settled()

        ((channel, sure, is_right),) = await room.database.read(lambda found: reviews.judged(found, "slack"))
        assert (channel, is_right) == (room.help.id, True)
        assert sure > 0.99
        assert slack.messages(room.review, seen_by=LAN)[-1].text == "Noted: right."


async def test_a_review_from_another_channel_is_refused(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot, is_shadow=True) as room:
        await room.say(SURE)
        (shown,) = await slack.wait_for_messages(room.review)
        stolen = replace(shown, channel=room.help)
        slack.press_again(stolen, RIGHT, MINH)
        await room.settled()

        assert await room.database.read(lambda found: reviews.judged(found, "slack")) == ()


@pytest.mark.parametrize(("bar", "is_shown"), [(0.9, True), (0.999, False)])
async def test_a_bar_that_was_set_decides(slack: FakeSlack, bot: Bot, bar: float, *, is_shown: bool) -> None:
    async with helping(slack, bot, bar=bar) as room:
        await room.say(UNSURE)
        (said,) = await slack.wait_for_messages(room.help)

        assert (said.ephemeral_to == "") is is_shown


def judged(channel: str, sures: Sequence[float]) -> Callable[[Connection], None]:
    """Return what keeps an answer of a channel for each of these, judged to be right."""

    def work(connection: Connection) -> None:
        now, place = datetime.now(UTC), Place(platform="slack", chat=channel, thread="1.0")
        for number, sure in enumerate(sures):
            said = {"user": MINH.id, "language": "en", "question": "?", "answer": "", "index_version": "1"}
            evidence = {"confidence": sure}
            answered.keep(connection, Answered(id=f"a{number}", place=place, evidence=evidence, **said), now)
            answered.judge(connection, Opinion(answer_id=f"a{number}", user=LAN.id, mark=answered.RIGHT), now)

    return work


@pytest.mark.parametrize(("further", "is_shown"), [([0.96, 0.93], True), ([0.96], False), ([], False)])
async def test_what_reviewers_found_right_lowers_the_bar_of_their_channel(
    slack: FakeSlack, bot: Bot, further: list[float], *, is_shown: bool
) -> None:
    async with helping(slack, bot) as room:
        await room.database.write(judged(room.help.id, [0.99] * 20 + [sure for sure in further for _ in range(5)]))

        await room.say(UNSURE)
        (said,) = await slack.wait_for_messages(room.help)

        assert (said.ephemeral_to == "") is is_shown
