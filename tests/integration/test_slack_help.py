"""Help channels in the loopback Slack, with the real bot: when it speaks, and to whom."""

import asyncio
import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answers import Answer
from bot.helping import Helping
from bot.messages import Message
from bot.responding import Bot
from bot.store import answered, inbox
from tests.fakes.slack import ALICE, BOT, GRANTED, LAN, MINH, OTHER_BOT, FakeSlack, File, Limits
from tests.makers_chats import database_in
from tests.makers_slack_chats import running
from tests.makers_slack_help import ASIDE, LOCAL, SURE, UNSURE, helping

MESSAGES = Path(__file__).parents[1] / "acceptance" / "help_channel.toml"
SEE, HELPED, HUMAN = "Show it to me", "This helped", "Get a human"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(limits=Limits()) as slack:
        yield slack
        assert slack.late_acks == []
        assert slack.floods == 0


async def test_a_question_is_answered_in_its_thread_and_asks_whether_that_helped(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        answer = await room.answer()

        assert "tensor" in answer.text.lower()
        assert answer.ephemeral_to == ""
        assert answer.thread_ts != ""
        assert answer.labels == [HELPED, HUMAN]
        assert slack.refused == []


@pytest.mark.parametrize("text", [LOCAL, ASIDE, "hi", "+1", "thanks, works now", "run lstm quick", "help", "👍", ""])
async def test_what_is_not_the_bots_is_left_alone_without_a_sign(slack: FakeSlack, bot: Bot, text: str) -> None:
    async with helping(slack, bot) as room:
        said = await room.say(text)

        assert room.seen() == []
        assert said.reactions == {}


async def test_a_busy_channels_own_life_leaves_nothing_in_it(slack: FakeSlack, bot: Bot) -> None:
    outside = tomllib.loads(MESSAGES.read_text(encoding="utf-8"))["outside"]
    async with helping(slack, bot) as room:
        for number, (_, _, text) in enumerate(outside):
            slack.say(room.help, (MINH, LAN)[number % 2], text)
        await room.settled()

        assert len(outside) == 130
        assert [one.text for one in room.seen() if not one.ephemeral_to] == []


async def test_a_channel_that_was_not_named_is_not_listened_to(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        slack.say(slack.channel("random", MINH), MINH, SURE)
        await room.settled()

        assert slack.called("chat.postMessage") == []


@pytest.mark.parametrize(
    "text", [f"<@{LAN.id}> {SURE}", f"{SURE} <@{LAN.id}|lan>", f"<!subteam^S1|@ops> {SURE}", f"<@{LAN.id}> and you?"]
)
async def test_what_is_said_to_somebody_else_is_not_for_the_bot(slack: FakeSlack, bot: Bot, text: str) -> None:
    async with helping(slack, bot) as room:
        await room.say(text)

        assert room.seen() == []


async def test_a_question_to_all_who_are_there_is_for_the_bot_too(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        question = await room.say(f"<!here> {SURE}")

        assert len(await slack.wait_for_answers(question)) == 1


async def test_bots_are_never_answered(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        slack.say(room.help, OTHER_BOT, SURE)
        slack.say(room.help, OTHER_BOT, SURE, subtype="bot_message")
        await room.settled()

        assert room.seen() == []


async def test_an_edit_asks_nothing_again(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        question = await room.say(ASIDE)
        slack.edit(question, SURE)
        await room.settled()

        assert room.seen() == []


async def test_a_file_without_words_is_left_alone(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        await room.say("", files=(File(id="F1", name="plot.png", data=b"1"),))

        assert room.seen() == []


async def test_a_reply_that_is_shown_in_the_channel_too_is_no_question_to_it(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        question = await room.say(ASIDE)
        await room.say(SURE, thread=question, subtype="thread_broadcast")

        assert room.seen() == []


async def test_whoever_asked_is_followed_up_and_others_in_the_thread_are_not(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        answer = await room.answer()
        slack.say(room.help, LAN, "What is memory bandwidth?", thread=answer.root)
        await room.settled()
        assert len(room.seen()) == 1

        await room.say("thanks, Lan rebooted node 7", thread=answer.root)
        assert len(room.seen()) == 1

        await room.say("And what is memory bandwidth?", thread=answer.root)
        await slack.wait_for_messages(room.help, 2)
        assert room.seen()[1].thread_ts == answer.root
        assert "Why?" in room.seen()[1].labels


async def test_two_questions_at_once_are_each_answered_in_their_own_thread(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        first = slack.say(room.help, MINH, SURE)
        second = slack.say(room.help, LAN, "LSTM khác GRU ở điểm nào ạ?")
        (english,) = await slack.wait_for_answers(first)
        (vietnamese,) = await slack.wait_for_answers(second)

        assert "tensor" in english.text.lower()
        assert vietnamese.labels == ["Giúp được mình rồi", "Cần người hỗ trợ"]


async def test_what_is_not_sure_is_offered_to_its_asker_alone_beside_the_question(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        offer = await room.offer()

        assert (offer.ephemeral_to, offer.labels) == (MINH.id, [SEE])
        assert offer.thread_ts == ""  # Slack shows nothing to one person in a thread that has no replies
        question = next(one for one in room.help.shown.values() if one.user == MINH.id)
        assert question.reactions == {"thought_balloon": {BOT.id}}
        assert slack.refused == []


@pytest.mark.parametrize("error", ["already_reacted", "missing_scope", "message_not_found"])
async def test_an_offer_stands_without_its_sign(slack: FakeSlack, bot: Bot, error: str) -> None:
    async with helping(slack, bot) as room:
        slack.faults.refuse(error, "reactions.add")

        assert (await room.offer()).labels == [SEE]


async def test_whoever_wants_to_see_it_sees_it_alone(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        slack.press(await room.offer(), SEE, MINH)
        await room.settled()

        assert room.seen(by=LAN) == []
        shown = room.seen(by=MINH)[-1]
        assert "NVLink" in shown.text
        assert "Share in channel" in shown.labels
        assert slack.refused == []


async def test_an_offer_outlives_the_process(slack: FakeSlack, bot: Bot) -> None:
    channel = slack.channel("help", MINH)
    given = Helping(channels={channel.id: None})
    async with database_in() as database:
        slack.faults.fail("chat.postEphemeral", times=3)
        async with running(slack, bot, database, helping=given):
            slack.say(channel, MINH, UNSURE)
            await slack.wait_for(lambda: bool(slack.called("chat.postEphemeral")))
        async with running(slack, bot, database, helping=given):
            await slack.wait_for_messages(channel)
            await asyncio.sleep(0.3)

    assert [one.ephemeral_to for one in slack.messages(channel)] == [MINH.id]


async def test_a_person_is_called_once_with_those_who_were_named(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot, humans=("S0OPS", ALICE.id)) as room:
        answer = await room.answer()
        slack.press(answer, HUMAN, MINH)
        await slack.wait_for_messages(room.help, 2)
        slack.press(answer, HUMAN, LAN)
        slack.press(answer, HUMAN, MINH)
        await room.settled()

        calls = [one for one in room.seen() if not one.ephemeral_to and "<!subteam" in one.text]
        assert [one.text for one in calls] == [
            f"<!subteam^S0OPS> <@{ALICE.id}>: <@{MINH.id}> would like to talk to a person about this."
        ]
        assert calls[0].edits == []
        assert calls[0].thread_ts == answer.root
        assert "called already" in room.seen(by=LAN)[-1].text


async def test_where_nobody_was_named_the_presser_is_told(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        slack.press(await room.answer(), HUMAN, MINH)
        await room.settled()

        said = room.seen(by=MINH)[-1]
        assert "GPUWISE_SLACK_HELP_HUMANS" in said.text
        assert said.ephemeral_to == MINH.id


async def test_that_an_answer_helped_is_kept(slack: FakeSlack, bot: Bot) -> None:
    async with helping(slack, bot) as room:
        slack.press(await room.answer(), HELPED, MINH)
        await room.settled()

        ((opinion, question, _),) = await room.database.read(answered.opinions)
        assert (opinion.mark, opinion.user, question) == (answered.UP, MINH.id, SURE)


class Broken:
    """A bot that fails."""

    def respond(self, message: Message) -> Answer:
        raise RuntimeError(message.text)

    def knows(self, message: Message) -> bool:
        return bool(message)

    def forget(self, platform: str, chat: str) -> None:
        """Forget nothing."""


async def test_a_fault_of_the_bots_is_told_to_nobody_who_did_not_call_it(slack: FakeSlack) -> None:
    async with helping(slack, Broken()) as room:
        await room.say(SURE)

        assert room.seen() == []


@pytest.mark.parametrize(("hours", "expected"), [(0.5, 1), (2.0, 0)])
async def test_a_question_that_waited_for_hours_is_not_answered_any_more(
    slack: FakeSlack, bot: Bot, hours: float, expected: int
) -> None:
    channel = slack.channel("help", MINH)
    asked = slack.world.show(channel, MINH, SURE)  # the process that heard of it died
    event = {"type": "message", "channel": channel.id, "user": MINH.id, "text": SURE, "ts": asked.ts}
    body = {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": event}
    delivery = inbox.Delivery(key="slack:T1:E1", platform="slack", chat=channel.id, user=MINH.id, payload=body)
    async with database_in() as database:
        received = datetime.now(UTC) - timedelta(hours=hours)
        await database.write(lambda connection: inbox.accept(connection, delivery, received))
        async with running(slack, bot, database, helping=Helping(channels={channel.id: None})):
            await slack.wait_for(lambda: len(slack.answers(asked)) >= expected)
            await asyncio.sleep(0.5)

        assert await database.read(inbox.count_unsettled) == 0
    assert len(slack.answers(asked)) == expected


def test_reactions_are_among_the_scopes_that_the_app_asks_for() -> None:
    assert "reactions:write" in GRANTED
